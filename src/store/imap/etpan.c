#include "etpan.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "etpan_ext.h"
#include "util/mem.h"

struct etpan {
	mailimap *session; /* never connected; the context is made from it */
	struct mailimap_parser_context *ctx;
};

struct etpan *
etpan_new(void)
{
	struct etpan *p = mem_zalloc(sizeof *p);

	p->session = mailimap_new(0, NULL);
	if (p->session == NULL)
		abort();
	p->ctx = mailimap_parser_context_new(p->session);
	if (p->ctx == NULL)
		abort();
	return p;
}

void
etpan_free(struct etpan *p)
{
	if (p == NULL)
		return;
	mailimap_parser_context_free(p->ctx);
	mailimap_free(p->session);
	free(p);
}

/* libetpan keeps the zone as the decimal number hhmm. */
static int64_t
seconds(const struct mailimap_date_time *t)
{
	int zone = t->dt_zone;

	if (t->dt_month < 1 || t->dt_month > 12 || t->dt_day < 1 ||
	    t->dt_day > 31 || t->dt_year < 0 || t->dt_year > 9999 ||
	    t->dt_hour < 0 || t->dt_hour > 24 || t->dt_min < 0 ||
	    t->dt_min > 60 || t->dt_sec < 0 || t->dt_sec > 61 || zone < -2400 ||
	    zone > 2400)
		return INT64_MIN;
	return timegm(&(struct tm){.tm_year = t->dt_year - 1900,
		   .tm_mon = t->dt_month - 1,
		   .tm_mday = t->dt_day,
		   .tm_hour = t->dt_hour,
		   .tm_min = t->dt_min,
		   .tm_sec = t->dt_sec}) -
	       (zone / 100 * 60 + zone % 100) * 60;
}

static void
add_keyword(struct etpan_fetch *f, const char *word)
{
	static const struct {
		const char *word;
		unsigned flag;
	} known[] = {
	    {"$Forwarded", FLAG_FORWARDED},
	    {"$Junk", FLAG_JUNK},
	    {"$NotJunk", FLAG_NOTJUNK},
	    {"$MDNSent", FLAG_MDNSENT},
	};
	size_t len = strlen(f->keywords), n;

	if (word == NULL)
		return;
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strcasecmp(word, known[i].word) == 0) {
			f->flags |= known[i].flag;
			return;
		}
	n = strlen(word);
	if (n == 0 || len + n + 2 > sizeof f->keywords)
		return;
	if (len > 0)
		f->keywords[len++] = ' ';
	memcpy(f->keywords + len, word, n + 1);
}

static void
take_flag(struct etpan_fetch *f, const struct mailimap_flag_fetch *ff)
{
	if (ff->fl_type == MAILIMAP_FLAG_FETCH_RECENT) {
		f->flags |= FLAG_RECENT;
		return;
	}
	if (ff->fl_flag == NULL)
		return;
	switch (ff->fl_flag->fl_type) {
	case MAILIMAP_FLAG_ANSWERED:
		f->flags |= FLAG_ANSWERED;
		break;
	case MAILIMAP_FLAG_FLAGGED:
		f->flags |= FLAG_FLAGGED;
		break;
	case MAILIMAP_FLAG_DELETED:
		f->flags |= FLAG_DELETED;
		break;
	case MAILIMAP_FLAG_SEEN:
		f->flags |= FLAG_SEEN;
		break;
	case MAILIMAP_FLAG_DRAFT:
		f->flags |= FLAG_DRAFT;
		break;
	case MAILIMAP_FLAG_KEYWORD:
		add_keyword(f, ff->fl_flag->fl_data.fl_keyword);
		break;
	default: /* \Something: nothing a person set */
		break;
	}
}

static void
take_static(struct etpan_fetch *f, const struct mailimap_msg_att_static *st)
{
	const struct mailimap_msg_att_body_section *sec;

	switch (st->att_type) {
	case MAILIMAP_MSG_ATT_INTERNALDATE:
		if (st->att_data.att_internal_date != NULL)
			f->idate = seconds(st->att_data.att_internal_date);
		break;
	case MAILIMAP_MSG_ATT_BODYSTRUCTURE:
		f->body = st->att_data.att_bodystructure;
		break;
	case MAILIMAP_MSG_ATT_BODY_SECTION:
		sec = st->att_data.att_body_section;
		if (sec == NULL)
			break;
		f->header = sec->sec_body_part != NULL ? sec->sec_body_part
						       : "";
		f->header_len = sec->sec_body_part != NULL ? sec->sec_length
							   : 0;
		break;
	default:
		break;
	}
}

static void
take_items(struct etpan_fetch *f, const struct mailimap_msg_att *att)
{
	for (clistiter *i = clist_begin(att->att_list); i != NULL;
	     i = clist_next(i)) {
		const struct mailimap_msg_att_item *item = clist_content(i);
		const struct mailimap_msg_att_dynamic *dyn;

		if (item->att_type == MAILIMAP_MSG_ATT_ITEM_STATIC)
			take_static(f, item->att_data.att_static);
		if (item->att_type != MAILIMAP_MSG_ATT_ITEM_DYNAMIC)
			continue;
		f->has_flags = true;
		dyn = item->att_data.att_dyn;
		if (dyn == NULL || dyn->att_list == NULL)
			continue;
		for (clistiter *j = clist_begin(dyn->att_list); j != NULL;
		     j = clist_next(j))
			take_flag(f, clist_content(j));
	}
}

bool
etpan_parse(struct etpan *p, struct buf *text, struct etpan_fetch *out)
{
	MMAPString view = {.str = text->data,
	    .len = text->len,
	    .allocated_len = text->cap,
	    .fd = -1};
	const struct mailimap_message_data *data;
	size_t at = 0;

	out->flags = 0;
	out->has_flags = false;
	out->keywords[0] = 0;
	out->idate = INT64_MIN;
	out->header = NULL;
	out->header_len = 0;
	out->body = NULL;
	out->owner = NULL;
	if (mailimap_response_data_parse(NULL, &view, p->ctx, &at, &out->owner,
		0, NULL) != MAILIMAP_NO_ERROR) {
		out->owner = NULL;
		return false;
	}
	data = out->owner->rsp_data.rsp_message_data;
	if (out->owner->rsp_type != MAILIMAP_RESP_DATA_TYPE_MESSAGE_DATA ||
	    data == NULL || data->mdt_type != MAILIMAP_MESSAGE_DATA_FETCH ||
	    data->mdt_msg_att == NULL) {
		etpan_done(out);
		return false;
	}
	take_items(out, data->mdt_msg_att);
	return true;
}

void
etpan_done(struct etpan_fetch *f)
{
	if (f->owner != NULL)
		mailimap_response_data_free(f->owner);
	f->owner = NULL;
}
