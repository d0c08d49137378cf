/*
 * mail - the message that is open: what the pager shows, before wrapping.
 *
 * Everything comes from the database; sync_fetch() brings what is missing,
 * meanwhile `state` says so and the screen stays alive.
 */
#ifndef ETUI_APP_MAIL_H
#define ETUI_APP_MAIL_H

#include <stdbool.h>
#include <stdint.h>

#include "db/message.h"
#include "mime/message.h"
#include "mime/text.h"

struct app;
struct config;

enum mail_state { MAIL_LOADING, MAIL_READY, MAIL_FAILED };

enum mail_line_kind {
	LINE_HEADER, /* name_len bytes of it are the field's name */
	LINE_BLANK,
	LINE_TEXT,
	LINE_QUOTE, /* quote depth in `quote` */
	LINE_SIG,
	LINE_PART, /* "[2 invoice.pdf, application/pdf, 31 KB]": ours, no mail
		      can write it */
	LINE_DIFF_ADD,
	LINE_DIFF_DEL,
	LINE_DIFF_HUNK,
};

/* One logical line, clean for the terminal (utf8_clean), not yet wrapped. */
struct mail_line {
	enum mail_line_kind kind;
	const char *s;
	size_t n;
	int quote;
	bool flowed;
	size_t name_len;
};

struct mail {
	int64_t id;
	uint64_t ticket;
	enum mail_state state;
	struct err err; /* FAILED */
	struct msg msg;
	struct arena arena;
	struct part *root;
	struct mail_line *line;
	size_t nlines, cap;
	bool all_headers;    /* h */
	unsigned generation; /* grows when lines change: wrap again */
	/* private to mail.c */
	const struct config *config;
	const char *assumed; /* charset */
	const char *header;  /* raw block in the arena; NULL: not here */
	size_t header_len;
	bool waits; /* sync was asked */
};

/* Starts the fetch when needed, marks read when shown. */
struct mail *mail_open(struct app *a, int64_t id);
void mail_free(struct mail *m);
void mail_headers(struct app *a, struct mail *m, bool all); /* weed or not */
/* The fetch ended or parts arrived: build the lines. */
void mail_arrived(struct app *a, struct mail *m, int rc, const struct err *e);
/* A message that is in no database: the same lines from its bytes (borrowed
 * for the call). */
struct mail *mail_from_bytes(
    const struct config *c, const char *bytes, size_t n);
/* "31 KB" */
void size_text(uint64_t bytes, char out[16]);

#endif
