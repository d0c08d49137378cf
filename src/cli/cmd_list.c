/*
 * list and folders: what the cache holds, after a look at the server.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli_int.h"
#include "util/mem.h"
#include "util/utf8.h"

#define LIST_DEFAULT 50
#define LIST_WINDOW  200

int
sync_first(struct app *a, const struct cli_args *args)
{
	struct err e = ERR_INIT;
	const struct folder *f;

	if (args->offline || app_sync_once(a, NULL, &e) == 0)
		return EXIT_DONE;
	f = app_folder(a);
	if (f == NULL || (f->synced == 0 && f->rows == 0))
		return cli_fail(cli_exit_code(&e), e.text);
	cli_fail(EXIT_DONE, e.text);
	return cli_fail(EXIT_DONE, "this is what was here before");
}

/* ---- list ---- */

static void
list_json(
    struct json *j, struct app *a, const struct view_row *r, const char *id)
{
	struct arena tmp = ARENA_INIT;
	struct msg m;

	json_open(j, NULL, '{');
	json_str(j, "id", id);
	json_str(j, "subject", r->subject);
	json_open(j, "from", '{');
	json_str(j, "name", r->from_name);
	json_str(j, "address", r->from_addr);
	json_close(j);
	json_str(j, "to", r->to);
	if (r->date != INT64_MIN)
		json_int(j, "date", r->date);
	else
		json_null(j, "date");
	json_int(j, "arrival", r->idate);
	json_int(j, "size", (int64_t)r->size);
	if (dbr_message(a->dbr, r->id, &tmp, &m) == 0)
		json_str(j, "message_id",
		    m.msgid != NULL && *m.msgid != '\0' ? m.msgid : NULL);
	describe_flags(j, r->flags, r->keywords);
	json_bool(j, "attachment", r->attachment);
	json_close(j);
	buf_putc(j->out, '\n');
	arena_free(&tmp);
}

static void
list_line(struct buf *out, const struct view_row *r, const char *id)
{
	time_t when = (time_t)(r->date != INT64_MIN ? r->date : r->idate);
	char date[32] = "?";
	struct tm tm;

	if (localtime_r(&when, &tm) != NULL)
		strftime(date, sizeof date, "%Y-%m-%d %H:%M", &tm);
	put_clean(out, id, CLEAN_LINE);
	buf_printf(out, "\t%c%c\t%s\t", (r->flags & FLAG_SEEN) != 0 ? ' ' : 'N',
	    (r->flags & FLAG_FLAGGED) != 0 ? '!' : ' ', date);
	put_clean(out,
	    r->from_name != NULL && *r->from_name != '\0' ? r->from_name
							  : r->from_addr,
	    CLEAN_LINE);
	buf_putc(out, '\t');
	put_clean(out, r->subject, CLEAN_LINE);
	buf_putc(out, '\n');
}

static void
list_rows(struct app *a, uint64_t want, bool json, struct buf *out)
{
	struct view_row *row = mem_array(LIST_WINDOW, sizeof *row);
	const struct folder *f = app_folder(a);
	uint64_t total = view_count(a->list->view), at = 0;
	size_t got;

	want = want < total ? want : total;
	for (; at < want; at += got) {
		size_t n = want - at < LIST_WINDOW ? (size_t)(want - at)
						   : LIST_WINDOW;

		got = view_rows(a->list->view, at, n, row);
		if (got == 0)
			break;
		for (size_t i = 0; i < got; i++) {
			char *id = id_text(
			    a->cur->name, f->name, f->uidvalidity, &row[i].key);

			if (json) {
				struct json j;

				json_init(&j, out);
				list_json(&j, a, &row[i], id);
			} else
				list_line(out, &row[i], id);
			free(id);
		}
	}
	free(row);
}

int
cmd_list(struct app *a, const struct cli_args *args)
{
	struct buf out = BUF_INIT(CLI_OUT_MAX);
	uint64_t want = LIST_DEFAULT;
	int code = sync_first(a, args);

	if (code != EXIT_DONE)
		return code;
	if (args->count != NULL)
		want = strcmp(args->count, "all") == 0
			   ? UINT64_MAX
			   : strtoull(args->count, NULL, 10);
	list_order(a, a->list, SORT_ARRIVAL, true, false);
	list_rows(a, want, args->json, &out);
	code = out.len > 0 ? cli_print(&out) : EXIT_ERROR;
	buf_free(&out);
	return code;
}

/* ---- folders ---- */

static const char *
role_name(enum folder_role role)
{
	switch (role) {
	case ROLE_INBOX:
		return "inbox";
	case ROLE_SENT:
		return "sent";
	case ROLE_DRAFTS:
		return "drafts";
	case ROLE_TRASH:
		return "trash";
	case ROLE_JUNK:
		return "junk";
	case ROLE_ARCHIVE:
		return "archive";
	case ROLE_ALL:
		return "all";
	case ROLE_FLAGGED:
		return "flagged";
	case ROLE_NONE:
		break;
	}
	return NULL;
}

static void
folder_json(struct buf *out, const struct app *a, const struct folder *f)
{
	struct json j;

	json_init(&j, out);
	json_open(&j, NULL, '{');
	json_str(&j, "account", a->cur->name);
	json_str(&j, "folder", f->name);
	json_str(&j, "role", role_name(f->role));
	json_bool(&j, "selectable", f->selectable);
	json_int(&j, "messages", (int64_t)f->messages);
	json_int(&j, "unseen", (int64_t)f->unseen);
	json_int(&j, "here", (int64_t)f->rows);
	json_close(&j);
	buf_putc(out, '\n');
}

int
cmd_folders(struct app *a, const struct cli_args *args)
{
	struct buf out = BUF_INIT(CLI_OUT_MAX);
	int code = sync_first(a, args);

	if (code != EXIT_DONE)
		return code;
	for (size_t i = 0; i < a->cur->nfolders; i++) {
		const struct folder *f = &a->cur->folders[i];

		if (args->json) {
			folder_json(&out, a, f);
			continue;
		}
		buf_printf(
		    &out, "%" PRIu64 "\t%" PRIu64 "\t", f->unseen, f->messages);
		put_clean(&out, f->name, CLEAN_LINE);
		buf_putc(&out, '\n');
	}
	code = out.len > 0 ? cli_print(&out) : EXIT_ERROR;
	buf_free(&out);
	return code;
}

/* ---- sync ---- */

static int
sync_one(struct app *a, const char *name, bool json, struct buf *out)
{
	struct arena tmp = ARENA_INIT;
	struct err e = ERR_INIT;
	struct folder f = {.name = name};
	struct json j;
	int code = EXIT_DONE, rc;

	rc = app_sync_once(a, name, &e);
	if (rc < 0)
		code = cli_fail(cli_exit_code(&e), e.text);
	if (dbr_folder_named(a->dbr, a->cur->id, name, &tmp, &f) < 0)
		f.name = name;
	if (json) {
		json_init(&j, out);
		json_open(&j, NULL, '{');
		json_str(&j, "account", a->cur->name);
		json_str(&j, "folder", f.name);
		json_int(&j, "messages", (int64_t)f.messages);
		json_int(&j, "unseen", (int64_t)f.unseen);
		json_int(&j, "here", (int64_t)f.rows);
		json_str(&j, "error", rc < 0 ? e.text : NULL);
		json_close(&j);
		buf_putc(out, '\n');
	} else if (rc == 0) {
		put_clean(out, f.name, CLEAN_LINE);
		buf_printf(out,
		    "\t%" PRIu64 " messages, %" PRIu64 " unseen, %" PRIu64
		    " here\n",
		    f.messages, f.unseen, f.rows);
	}
	arena_free(&tmp);
	return code;
}

int
cmd_sync(struct app *a, const struct cli_args *args)
{
	struct buf out = BUF_INIT(CLI_OUT_MAX);
	char *inbox = mem_str(app_folder(a)->name);
	size_t waiting;
	int code = EXIT_DONE, one;

	for (size_t i = 0; i < args->noperands; i++) {
		one = sync_one(a, args->operand[i], args->json, &out);
		code = one != EXIT_DONE ? one : code;
	}
	if (args->noperands == 0)
		code = sync_one(a, inbox, args->json, &out);
	waiting = dbr_acts_count(a->dbr, a->cur->name);
	if (waiting > 0 && code == EXIT_DONE) {
		char *text = mem_printf(
		    "%zu changes still wait to be sent", waiting);

		code = cli_fail(EXIT_LATER, text);
		free(text);
	}
	one = cli_print(&out);
	free(inbox);
	buf_free(&out);
	return code != EXIT_DONE ? code : one;
}
