/*
 * adopt - the end of a move whose new key the server did not tell: when the
 * message turns up in its new folder, the row that has been shown there takes
 * over the key.
 *
 * Candidates are rows whose key was never told, and rows whose move is being
 * pushed just now.  The Message-ID decides; without one, arrival and size.
 */
#ifndef ETUI_DB_ADOPT_H
#define ETUI_DB_ADOPT_H

#include "db_int.h"

struct adopt_told {
	const char *msgid;
	struct mkey key;
};
struct adopt {
	struct rows rows;        /* sorted by Message-ID; id 0: taken */
	struct adopt_told *told; /* for the journal */
	size_t ntold, toldcap;
};
#define ADOPT_INIT                                                             \
	{                                                                      \
		.ntold = 0                                                     \
	}

/* Once a transaction. */
int adopt_load(struct db *d, const struct home *h, struct adopt *ad,
    struct err *e) MUST_CHECK;
/* 1 when a row took it. */
int adopt_try(struct db *d, const struct home *h, struct adopt *ad,
    const struct db_msg *m, struct err *e) MUST_CHECK;
/* After the commit: the journal's targets learn their key. */
int adopt_tell(struct db *d, const struct home *h, const struct adopt *ad,
    struct err *e) MUST_CHECK;
void adopt_done(struct adopt *ad);

#endif
