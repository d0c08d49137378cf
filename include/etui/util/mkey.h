/*
 * mkey - how a message is named outside the cache, sets of such names, and
 * the words about messages that every room shares.
 *
 * An mkey is what the storage itself calls a message inside one folder: an
 * IMAP UID in `num`, or a POP3 UIDL or Maildir base name in `str` (then num
 * is 0).  With account, folder and UIDVALIDITY it names a message for ever.
 */
#ifndef ETUI_UTIL_MKEY_H
#define ETUI_UTIL_MKEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mkey {
	uint64_t num;    /* 0: use str */
	const char *str; /* NULL or "" with num; borrowed */
};

/* false: the storage has not said what it calls the message. */
bool mkey_is_told(const struct mkey *k);
/* Within one folder and UIDVALIDITY. */
bool mkey_equal(const struct mkey *a, const struct mkey *b);

enum mail_flag {
	FLAG_SEEN = 1 << 0,
	FLAG_ANSWERED = 1 << 1,
	FLAG_FLAGGED = 1 << 2,
	FLAG_DELETED = 1 << 3,
	FLAG_DRAFT = 1 << 4,
	FLAG_RECENT = 1 << 5,
	FLAG_FORWARDED = 1 << 6, /* $Forwarded */
	FLAG_JUNK = 1 << 7,      /* $Junk */
	FLAG_NOTJUNK = 1 << 8,   /* $NotJunk */
	FLAG_MDNSENT = 1 << 9,   /* $MDNSent */
};

enum folder_role {
	ROLE_NONE,
	ROLE_INBOX,
	ROLE_SENT,
	ROLE_DRAFTS,
	ROLE_TRASH,
	ROLE_JUNK,
	ROLE_ARCHIVE,
	ROLE_ALL,
	ROLE_FLAGGED,
};

/* RFC 6154 attribute ("\\Sent"), else what a folder of this name is for in
 * the main languages ("Papierkorb", "Sent Items", ...), else ROLE_NONE. */
enum folder_role role_of(const char *attrs, const char *name, char delim);

struct mrange {
	uint64_t lo, hi; /* inclusive */
};

/* A set of messages of one folder: sorted, disjoint ranges of num, and
 * strings (unsorted) for storages that name messages by text. */
struct mset {
	struct mrange *range;
	size_t n, cap;
	char **str; /* owned */
	size_t nstr, strcap;
};
#define MSET_INIT                                                              \
	{                                                                      \
		.n = 0                                                         \
	}

void mset_add(struct mset *s, uint64_t num);
void mset_add_range(struct mset *s, uint64_t lo, uint64_t hi); /* lo <= hi */
void mset_add_str(struct mset *s, const char *str);
void mset_add_key(struct mset *s, const struct mkey *k);
void mset_remove(struct mset *s, uint64_t num);
bool mset_has(const struct mset *s, uint64_t num);
uint64_t mset_count(const struct mset *s); /* strings counted too */
void mset_free(struct mset *s);

/* RFC 3501 sequence-set text of the ranges ("1:3,7"), for at most max_bytes
 * of text starting at range *from, which is advanced: call until it is s->n.
 * Yours. */
char *mset_text(const struct mset *s, size_t *from, size_t max_bytes);
/* Parse a sequence-set; no '*', total on any string: -1 when malformed, or
 * when it would hold more than max_ranges. */
int mset_parse(struct mset *s, const char *text, size_t n, size_t max_ranges);

#endif
