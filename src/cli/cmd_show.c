/*
 * show: messages by id, or from files.
 */
#include <stdlib.h>
#include <string.h>

#include "cli_int.h"
#include "util/mem.h"
#include "util/os.h"
#include "util/utf8.h"

#define FILE_MAX_BYTES (256u << 20)

/* The lines as the pager has them; they are clean already. */
static void
put_lines(struct buf *out, const struct mail *m)
{
	for (size_t i = 0; i < m->nlines; i++) {
		const struct mail_line *l = &m->line[i];

		for (int q = 0; l->flowed && q < l->quote; q++)
			buf_puts(out, "> ");
		buf_put(out, l->s, l->n);
		buf_putc(out, '\n');
	}
}

/* ---- by id ---- */

static int
find_message(struct app *a, const struct id *id, int64_t *msg, struct folder *f,
    struct arena *tmp, struct err *e)
{
	if (dbr_folder_named(a->dbr, a->cur->id, id->folder, tmp, f) < 0)
		return err_set(e, ERR_GONE,
		    "the folder %.100s is not here; etui sync fetches it",
		    id->folder);
	if (f->uidvalidity == 0)
		return err_set(e, ERR_GONE,
		    "%.100s was never synced; etui sync does it", id->folder);
	if (f->uidvalidity != id->uidvalidity)
		return err_set(e, ERR_GONE,
		    "%.100s was rebuilt on the server since this ID was "
		    "printed",
		    id->folder);
	*msg = dbr_message_by_key(a->dbr, f->id, &id->key);
	if (*msg == 0)
		return err_set(
		    e, ERR_GONE, "there is no such message in %s", f->name);
	return 0;
}

/* It may have arrived since the last look at the server. */
static int
find_or_sync(struct app *a, const struct id *id, bool offline, int64_t *msg,
    struct folder *f, struct arena *tmp, struct err *e)
{
	struct err ignored = ERR_INIT;

	if (find_message(a, id, msg, f, tmp, e) == 0)
		return 0;
	if (offline || app_sync_once(a, id->folder, &ignored) < 0)
		return -1;
	return find_message(a, id, msg, f, tmp, e);
}

static int
get_raw(
    struct app *a, int64_t msg, bool offline, struct buf *raw, struct err *e)
{
	if (!dbr_has_part(a->dbr, msg, "") && !offline &&
	    app_fetch_once(a, msg, "", e) < 0)
		return -1;
	if (!dbr_has_part(a->dbr, msg, ""))
		return err_set(e, ERR_GONE, "the message is not here whole");
	return dbr_part(a->dbr, msg, "", raw, e);
}

static int
show_text(
    struct app *a, int64_t msg, bool offline, struct buf *out, struct err *e)
{
	struct mail *m = app_read(a, msg);

	if (m->state != MAIL_READY && !offline) {
		mail_free(m);
		if (app_fetch_once(a, msg, NULL, e) < 0)
			return -1;
		m = app_read(a, msg);
	}
	if (m->state != MAIL_READY) {
		mail_free(m);
		return err_set(
		    e, ERR_GONE, "the text of the message is not here");
	}
	put_lines(out, m);
	mail_free(m);
	return 0;
}

static int
show_json(struct app *a, const char *id, int64_t msg, bool offline,
    struct buf *out, struct err *e)
{
	struct buf raw = BUF_INIT(DB_PART_MAX);
	struct arena tmp = ARENA_INIT;
	struct json j;
	struct msg m;
	int rc = get_raw(a, msg, offline, &raw, e);

	if (rc == 0) {
		json_init(&j, out);
		json_open(&j, NULL, '{');
		json_str(&j, "id", id);
		if (dbr_message(a->dbr, msg, &tmp, &m) == 0)
			describe_flags(&j, m.flags, m.keywords);
		describe(&j, buf_text(&raw), raw.len);
		json_close(&j);
		buf_putc(out, '\n');
	}
	arena_free(&tmp);
	buf_free(&raw);
	return rc;
}

static int
show_one(struct app *a, const struct cli_args *args, const char *text,
    struct buf *out, struct err *e)
{
	struct arena tmp = ARENA_INIT;
	struct folder f;
	struct id id;
	int64_t msg;
	int rc;

	if (id_parse(text, &id, e) < 0)
		return -1;
	rc = app_open_account(a, id.account, e);
	if (rc == 0)
		rc = find_or_sync(a, &id, args->offline, &msg, &f, &tmp, e);
	if (rc == 0 && args->json)
		rc = show_json(a, text, msg, args->offline, out, e);
	else if (rc == 0 && args->raw)
		rc = get_raw(a, msg, args->offline, out, e);
	else if (rc == 0)
		rc = show_text(a, msg, args->offline, out, e);
	id_done(&id);
	arena_free(&tmp);
	return rc;
}

int
cmd_show(struct app *a, const struct cli_args *args)
{
	int code = EXIT_DONE, one;

	for (size_t i = 0; i < args->noperands; i++) {
		struct buf out = BUF_INIT(CLI_OUT_MAX);
		struct err e = ERR_INIT;

		if (i > 0 && !args->json && !args->raw)
			buf_putc(&out, '\n');
		if (show_one(a, args, args->operand[i], &out, &e) < 0)
			code = cli_fail(cli_exit_code(&e), e.text);
		else {
			one = cli_print(&out);
			code = one != EXIT_DONE ? one : code;
		}
		buf_free(&out);
	}
	return code;
}

/* ---- from files ---- */

static int
show_file(const struct cli_args *args, const struct config *c, const char *path,
    struct buf *out, struct err *e)
{
	struct buf raw = BUF_INIT(FILE_MAX_BYTES);
	struct mail *m;
	struct json j;
	int rc = os_read_file(path, &raw, e);

	if (rc == 0 && args->raw)
		buf_put(out, buf_text(&raw), raw.len);
	else if (rc == 0 && args->json) {
		json_init(&j, out);
		json_open(&j, NULL, '{');
		json_str(&j, "file", path);
		describe(&j, buf_text(&raw), raw.len);
		json_close(&j);
		buf_putc(out, '\n');
	} else if (rc == 0) {
		m = mail_from_bytes(c, buf_text(&raw), raw.len);
		put_lines(out, m);
		mail_free(m);
	}
	buf_free(&raw);
	return rc;
}

/* Needs no account: with a config only for how text is shown. */
int
cmd_show_file(const struct cli_args *args)
{
	struct config *c = NULL;
	struct err e = ERR_INIT;
	int code = EXIT_DONE, one;

	if (config_parse("defaults", "", &c, &e) < 0)
		return cli_fail(EXIT_CONFIG, e.text);
	for (size_t i = 0; i < args->noperands; i++) {
		struct buf out = BUF_INIT(CLI_OUT_MAX);

		if (show_file(args, c, args->operand[i], &out, &e) < 0)
			code = cli_fail(EXIT_ERROR, e.text);
		else {
			one = cli_print(&out);
			code = one != EXIT_DONE ? one : code;
		}
		buf_free(&out);
	}
	config_free(c);
	return code;
}
