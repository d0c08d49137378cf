/*
 * pattern - the part of mutt's pattern language that exists so far:
 *
 *	word "two words"   in subject or sender
 *	~s X  ~f X  ~t X   in the subject, the sender, the recipients
 *	~N ~U ~R ~F ~D ~Q  new, unread, read, flagged, deleted, answered
 *	~T                 tagged
 *	~m 5-20            numbers in the list; "5-", "-20", "<5", ">20", "5"
 *	~A, all, .         everything
 *	!                  not what follows
 *
 * What stands side by side must all be true.
 */
#ifndef ETUI_APP_PATTERN_H
#define ETUI_APP_PATTERN_H

#include <stdbool.h>
#include <stdint.h>

#include "db/view.h"

#define PATTERN_TERMS_MAX 64

struct pattern_range {
	uint64_t lo, hi; /* from 1; hi UINT64_MAX: to the end */
	bool negate;
};

struct pattern {
	struct find_term *text; /* needles are owned */
	size_t ntext;
	struct pattern_range *range;
	size_t nrange;
	unsigned on, off;      /* enum mail_flag */
	bool tagged, untagged; /* ~T, !~T */
	bool none;             /* !~A */
};

/* Fails with the column, counted in characters, in the text of e. */
int pattern_parse(
    const char *text, struct pattern *out, struct err *e) MUST_CHECK;
void pattern_free(struct pattern *p);
/* No condition at all: "", "all", "~A". */
bool pattern_is_all(const struct pattern *p);

#endif
