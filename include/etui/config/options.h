/*
 * options - the one table of options: it drives the parser, :set,
 * config.example and the man page.  To add one: a row in options.c and an
 * enum word here; the docs test says if you forgot to regenerate.
 */
#ifndef ETUI_CONFIG_OPTIONS_H
#define ETUI_CONFIG_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/err.h"

enum opt {
	/* how the screens look */
	OPT_SORT,         /* date | arrival | from | subject | size | threads */
	OPT_SORT_REVERSE, /* bool: newest (largest, last) first; default yes */
	OPT_THREADS,      /* bool */
	OPT_INDEX_FORMAT, /* mutt-like: %C %Z %D %-15.15F %s */
	OPT_DATE_FORMAT,  /* strftime */
	OPT_SIDEBAR,      /* auto | yes | no: auto appears from 100 columns */
	OPT_SIDEBAR_WIDTH,
	OPT_CURSOR,        /* bar | arrow */
	OPT_LOW_BANDWIDTH, /* bool */
	OPT_ASCII,         /* bool: borders and arrows in ASCII */
	OPT_COLOR,         /* auto | yes | no */
	OPT_HELP_LINE,     /* bool */
	/* reading */
	OPT_HEADERS, /* words: headers shown when weeded, in order */
	OPT_WRAP,    /* int columns; 0: the window */
	OPT_ASSUMED_CHARSET,
	OPT_MARK_SEEN,     /* bool: reading sets \Seen */
	OPT_PAGER_CONTEXT, /* lines kept when paging */
	OPT_HIDE_QUOTED,   /* bool */
	OPT_PREFETCH,      /* bool: next and previous message's text */
	OPT_PIPE_DECODE,   /* bool */
	/* keys */
	OPT_KEYS, /* mutt (presets come later) */
	/* per account (also valid at top level as the default for all) */
	OPT_NAME,
	OPT_ADDRESS,
	OPT_RECEIVE, /* imap | pop3 | maildir | mbox */
	OPT_RECEIVE_HOST,
	OPT_RECEIVE_PORT,
	OPT_RECEIVE_TLS, /* implicit | starttls | none */
	OPT_USER,
	OPT_PASSWORD_COMMAND,
	OPT_AUTH,
	OPT_ALLOW_CLEARTEXT,
	OPT_TLS_CA_FILE,
	OPT_PATH,
	OPT_SEND, /* smtp | sendmail | local */
	OPT_SEND_HOST,
	OPT_SEND_PORT,
	OPT_SEND_TLS,
	OPT_SEND_USER,
	OPT_SEND_PASSWORD_COMMAND,
	OPT_FOLDER_TRASH, /* names that override RFC 6154 and guessing */
	OPT_FOLDER_SENT,
	OPT_FOLDER_DRAFTS,
	OPT_FOLDER_ARCHIVE,
	OPT_FOLDER_JUNK,
	OPT_SYNC_MESSAGES,  /* int; "all" is 0 */
	OPT_CHECK_INTERVAL, /* seconds between looks at what is not announced */
	OPT_IDLE,           /* bool: use IDLE where the server has it */
	OPT_CONNECT_TIMEOUT,  /* seconds */
	OPT_IO_TIMEOUT,       /* seconds */
	OPT_MAX_MESSAGE_SIZE, /* bytes */
	OPT_COUNT
};

enum opt_type {
	OPT_T_STR,
	OPT_T_INT,
	OPT_T_BOOL,
	OPT_T_ENUM,
	OPT_T_PATH,
	OPT_T_SIZE
};

struct option {
	enum opt id;
	const char *name; /* "receive-host" */
	enum opt_type type;
	bool account; /* may stand in [account NAME]; others only at the top */
	const char *def; /* as written in the config; NULL: none */
	/* OPT_T_ENUM: blank-separated; OPT_T_INT: what means 0 ("all") */
	const char *words;
	int64_t min, max;
	const char *help; /* sentences for the man page and :set */
	/* for config.example; NULL: the default, commented out */
	const char *example;
};

extern const struct option options[OPT_COUNT];

const struct option *option_find(const char *name);
/* Spelling help; NULL if nothing is near. */
const char *option_nearest(const char *name);
/* Is `val` good for this option?  The error names what is allowed. */
int option_check(
    const struct option *o, const char *val, struct err *e) MUST_CHECK;

#endif
