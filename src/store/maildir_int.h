/*
 * maildir_int - one open Maildir account, as the maildir files see it.
 *
 * A folder is a directory with cur, new and tmp.  A message is a file whose
 * name, up to ":2,", never changes: that is its key; the letters after it
 * are its flags.  All messages of the selected folder are kept as a compact
 * list of names, sorted by arrival, looked at again when the directories
 * change.
 */
#ifndef ETUI_MAILDIR_INT_H
#define ETUI_MAILDIR_INT_H

#include "store_int.h"
#include "util/mem.h"

#define MAILDIR_FILES_MAX   5000000
#define MAILDIR_FOLDERS_MAX 5000
#define MAILDIR_DEPTH_MAX   8
#define MAILDIR_NAME_MAX    255
#define MAILDIR_UIDVALIDITY 1

struct maildir_file {
	const char *base; /* up to ":2,"; in the list's arena */
	const char *name; /* whole, as it stands in cur */
	int64_t time;     /* arrival, seconds */
	bool told;        /* handed to a row sink, or known to the caller */
	bool fresh;       /* came since the last time anybody asked */
};

struct maildir_list {
	struct arena arena;
	struct maildir_file *v; /* by arrival, oldest first */
	size_t n, cap;
	struct maildir_file **by_name; /* the same, by base */
	uint64_t stamp; /* of the directories when they were read; 0: unsure */
};

struct maildir {
	struct store base;
	char *root;
	char *folder; /* UTF-8 name; NULL: none selected */
	char *dir;    /* its directory */
	struct maildir_list list;
	struct change_sink sink;
	bool has_sink;
	int notify;     /* inotify on cur and new; -1 none */
	char *appended; /* the key that append() gave out last */
};

/* maildir_list.c */
int maildir_read(
    struct maildir *m, struct maildir_list *out, struct err *e) MUST_CHECK;
void maildir_list_free(struct maildir_list *l);
struct maildir_file *maildir_find(
    const struct maildir_list *l, const char *base);
/* Read again; tells the change sink what is gone, new or flagged anew. */
int maildir_rescan(struct maildir *m, struct err *e) MUST_CHECK;
unsigned maildir_flags(const char *name);
/* base + ":2," + the letters of flags and what other letters `name` has. */
char *maildir_name(const char *base, const char *name, unsigned flags);

/* maildir_folders.c */
int maildir_folders(struct store *s, struct folder_sink *sink, struct err *e);
int maildir_status(struct store *s, const char *folder,
    struct store_folder *out, struct err *e);
/* The directory of a folder; yours.  NULL: not a name for one. */
char *maildir_path(const struct maildir *m, const char *folder, struct err *e);
int maildir_make(const char *dir, struct err *e) MUST_CHECK;

/* maildir_rows.c */
int maildir_newest(
    struct store *s, uint64_t count, struct row_sink *sink, struct err *e);
int maildir_older(struct store *s, uint64_t count, uint64_t *left,
    struct row_sink *sink, struct err *e);
int maildir_since(
    struct store *s, uint64_t uidnext, struct row_sink *sink, struct err *e);
int maildir_rows(struct store *s, const struct mset *set, bool structure,
    struct row_sink *sink, struct err *e);
int maildir_part(struct store *s, const struct mkey *key, const char *section,
    struct byte_sink *sink, struct err *e);
int maildir_parts(struct store *s, const struct mkey *key,
    const char *const *sections, size_t n, struct byte_sink *sinks,
    struct err *e);
int maildir_find_msgid(
    struct store *s, const char *msgid, struct mset *out, struct err *e);

/* maildir_acts.c */
int maildir_set_flags(struct store *s, const struct mset *set, unsigned on,
    unsigned off, struct err *e);
int maildir_move(struct store *s, const struct mset *set, const char *to,
    struct move_sink *sink, struct err *e);
int maildir_append(struct store *s, const char *folder, unsigned flags,
    int64_t idate, const void *p, size_t n, struct mkey *out, struct err *e);

#endif
