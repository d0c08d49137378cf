/* The two halves of index-format: what was written, what a row has to say. */
#ifndef ETUI_UI_FORMAT_INT_H
#define ETUI_UI_FORMAT_INT_H

#include "format.h"

#define FORMAT_KINDS "CDFMSXZacdfgnst%"

struct format_item {
	char kind; /* an expando; 0: text; '{' a date; '?' a choice; '>' '*' */
	bool left;
	int min, max;
	char fill;  /* of > and *; what ? asks */
	char *text; /* the text, or the date's format */
	struct format *yes, *no;
};

/* Appends what the expando stands for; not cleaned. */
void format_value(
    const struct format_item *it, const struct format_row *r, struct buf *out);
bool format_has(char kind, const struct format_row *r);

#endif
