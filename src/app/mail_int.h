/*
 * mail_int - how the lines of a message are built, for the files that do it.
 */
#ifndef ETUI_APP_MAIL_INT_H
#define ETUI_APP_MAIL_INT_H

#include "app/mail.h"
#include "config/config.h"

#define MAIL_TEXTS_MAX 32
/* Of one text part; what is longer is said, not shown. */
#define MAIL_TEXT_MAX (8u << 20)
/* What decoding may make of it. */
#define MAIL_DECODED_MAX (48u << 20)
/* Addresses of a field that are shown while headers are weeded. */
#define MAIL_ADDRESSES_SHOWN 30

/* Where the encoded bytes of a part come from; appends to out, -1: not
 * there. */
struct part_source {
	void *ctx;
	int (*get)(
	    void *ctx, const struct part *p, struct buf *out, struct err *e);
};

struct mail_line *line_add(
    struct mail *m, enum mail_line_kind kind, const char *s, size_t n);
void line_printf(struct mail *m, enum mail_line_kind kind, const char *fmt, ...)
    PRINTF_LIKE(3, 4);
/* Forget the lines; they lived in m->arena. */
void lines_drop(struct mail *m);

/* From m->header, else from the row m->msg. */
void mail_add_header(struct mail *m);
/* From m->root. */
void mail_add_body(struct mail *m, const struct part_source *from);
/* One text part, which stands in the message or is attached to it. */
void mail_add_text(
    struct mail *m, const struct part *p, const char *encoded, size_t n);

#endif
