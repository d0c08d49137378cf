/*
 * structure - a BODYSTRUCTURE as libetpan parsed it, to our tree of parts.
 *
 * Sections are numbered as RFC 9051 section 6.4.5 has it: the parts of a
 * multipart count from 1; a message inside a message continues the number of
 * the part it stands in, and its multipart is "<number>.TEXT".
 */
#include <ctype.h>
#include <string.h>

#include "etpan.h"
#include "etpan_ext.h"
#include "mime/header.h"
#include "util/mem.h"

struct walk {
	struct arena *a;
	size_t count;
};

static const char *
lower_copy(struct arena *a, const char *s)
{
	char *copy = arena_str(a, s != NULL ? s : "");

	for (char *p = copy; *p != 0; p++)
		*p = (char)tolower((unsigned char)*p);
	return copy;
}

static const char *
decoded(struct arena *a, const char *s)
{
	return s != NULL ? header_decode(a, s, strlen(s), NULL) : NULL;
}

static struct param *
params(struct arena *a, const struct mailimap_body_fld_param *list)
{
	struct param *first = NULL, **end = &first;

	if (list == NULL || list->pa_list == NULL)
		return NULL;
	for (clistiter *i = clist_begin(list->pa_list); i != NULL;
	     i = clist_next(i)) {
		const struct mailimap_single_body_fld_param *raw =
		    clist_content(i);
		struct param *p;

		if (raw->pa_name == NULL || raw->pa_value == NULL)
			continue;
		p = arena_alloc(a, sizeof *p);
		p->name = arena_str(a, raw->pa_name);
		p->value = arena_str(a, raw->pa_value);
		*end = p;
		end = &p->next;
	}
	return params_decode(a, first);
}

static const char *
encoding(struct arena *a, const struct mailimap_body_fld_enc *enc)
{
	if (enc == NULL)
		return "7bit";
	switch (enc->enc_type) {
	case MAILIMAP_BODY_FLD_ENC_8BIT:
		return "8bit";
	case MAILIMAP_BODY_FLD_ENC_BINARY:
		return "binary";
	case MAILIMAP_BODY_FLD_ENC_BASE64:
		return "base64";
	case MAILIMAP_BODY_FLD_ENC_QUOTED_PRINTABLE:
		return "quoted-printable";
	case MAILIMAP_BODY_FLD_ENC_OTHER:
		return enc->enc_value != NULL ? lower_copy(a, enc->enc_value)
					      : "7bit";
	default:
		return "7bit";
	}
}

static const char *
basic_type(struct arena *a, const struct mailimap_media_basic *m)
{
	switch (m->med_type) {
	case MAILIMAP_MEDIA_BASIC_APPLICATION:
		return "application";
	case MAILIMAP_MEDIA_BASIC_AUDIO:
		return "audio";
	case MAILIMAP_MEDIA_BASIC_IMAGE:
		return "image";
	case MAILIMAP_MEDIA_BASIC_MESSAGE:
		return "message";
	case MAILIMAP_MEDIA_BASIC_VIDEO:
		return "video";
	default:
		return lower_copy(a, m->med_basic_type);
	}
}

/* "<x@y>" without its brackets. */
static const char *
content_id(struct arena *a, const char *s)
{
	size_t n;

	if (s == NULL)
		return NULL;
	n = strlen(s);
	if (n >= 2 && s[0] == '<' && s[n - 1] == '>')
		return arena_strn(a, s + 1, n - 2);
	return arena_str(a, s);
}

static void
disposition(
    struct arena *a, struct part *p, const struct mailimap_body_fld_dsp *dsp)
{
	const char *name = NULL;

	if (dsp != NULL) {
		p->disposition = lower_copy(a, dsp->dsp_type);
		name = params_get(params(a, dsp->dsp_attributes), "filename");
	}
	if (name == NULL)
		name = params_get(p->params, "name");
	p->filename = name;
}

static void
fields(struct arena *a, struct part *p, const struct mailimap_body_fields *f)
{
	if (f == NULL)
		return;
	p->params = params(a, f->bd_parameter);
	p->encoding = encoding(a, f->bd_encoding);
	p->description = decoded(a, f->bd_description);
	p->content_id = content_id(a, f->bd_id);
	p->size = f->bd_size;
}

static struct part *
blank_part(struct arena *a, const char *section)
{
	struct part *p = arena_alloc(a, sizeof *p);

	p->type = "application";
	p->subtype = "octet-stream";
	p->encoding = "7bit";
	p->disposition = "";
	p->section = section;
	return p;
}

static struct part *convert(struct walk *w, const struct mailimap_body *body,
    const char *prefix, bool message, int depth);

static void
adopt(struct part *p, struct part ***end, struct part *child)
{
	child->parent = p;
	**end = child;
	*end = &child->next;
}

/* prefix: number of the part whose content this is; "" at the top. */
static struct part *
multipart(struct walk *w, const struct mailimap_body_type_mpart *m,
    const char *prefix, bool message, int depth)
{
	const char *dot = prefix[0] != 0 ? "." : "";
	struct part *p = blank_part(w->a, prefix);
	struct part **end = &p->child;
	unsigned n = 0;

	p->type = "multipart";
	p->subtype = lower_copy(w->a, m->bd_media_subtype);
	if (message && prefix[0] != 0)
		p->section = arena_printf(w->a, "%s.TEXT", prefix);
	if (m->bd_ext_mpart != NULL) {
		p->params = params(w->a, m->bd_ext_mpart->bd_parameter);
		disposition(w->a, p, m->bd_ext_mpart->bd_disposition);
	}
	if (m->bd_list == NULL)
		return p;
	for (clistiter *i = clist_begin(m->bd_list); i != NULL;
	     i = clist_next(i)) {
		const char *section = arena_printf(
		    w->a, "%s%s%u", prefix, dot, ++n);

		if (w->count >= PART_MAX_COUNT) {
			adopt(p, &end, blank_part(w->a, section));
			break;
		}
		adopt(p, &end,
		    convert(w, clist_content(i), section, false, depth + 1));
	}
	return p;
}

static struct part *
single(struct walk *w, const struct mailimap_body_type_1part *one,
    const char *section, int depth)
{
	struct part *p = blank_part(w->a, section);
	const struct mailimap_body_type_msg *msg = NULL;

	if (one->bd_type == MAILIMAP_BODY_TYPE_1PART_TEXT) {
		const struct mailimap_body_type_text *t =
		    one->bd_data.bd_type_text;

		p->type = "text";
		p->subtype = lower_copy(w->a, t->bd_media_text);
		fields(w->a, p, t->bd_fields);
		p->lines = t->bd_lines;
	} else if (one->bd_type == MAILIMAP_BODY_TYPE_1PART_MSG) {
		msg = one->bd_data.bd_type_msg;
		p->type = "message";
		p->subtype = "rfc822";
		fields(w->a, p, msg->bd_fields);
		p->lines = msg->bd_lines;
	} else {
		const struct mailimap_body_type_basic *b =
		    one->bd_data.bd_type_basic;

		p->type = basic_type(w->a, b->bd_media_basic);
		p->subtype = lower_copy(w->a, b->bd_media_basic->med_subtype);
		fields(w->a, p, b->bd_fields);
	}
	disposition(w->a, p,
	    one->bd_ext_1part != NULL ? one->bd_ext_1part->bd_disposition
				      : NULL);
	if (msg != NULL && msg->bd_body != NULL && w->count < PART_MAX_COUNT) {
		p->child = convert(w, msg->bd_body, section, true, depth + 1);
		p->child->parent = p;
	}
	return p;
}

static struct part *
convert(struct walk *w, const struct mailimap_body *body, const char *prefix,
    bool message, int depth)
{
	w->count++;
	if (depth >= PART_MAX_DEPTH)
		return blank_part(w->a, prefix);
	if (body->bd_type == MAILIMAP_BODY_MPART)
		return multipart(
		    w, body->bd_data.bd_body_mpart, prefix, message, depth);
	if (message) /* the only part of a message is its number 1 */
		prefix = prefix[0] != 0 ? arena_printf(w->a, "%s.1", prefix)
					: "1";
	return single(w, body->bd_data.bd_body_1part, prefix, depth);
}

struct part *
structure_tree(struct arena *a, const struct mailimap_body *body)
{
	struct walk w = {.a = a};

	return convert(&w, body, "", true, 0);
}

struct part *
structure_raw(struct arena *a, uint64_t size)
{
	struct part *p = blank_part(a, "TEXT");

	p->type = "text";
	p->subtype = "plain";
	p->size = size;
	return p;
}
