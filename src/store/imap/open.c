/*
 * open - from a name and a port to a connection that is logged in.
 *
 * First the bold way: trust what was remembered of this server, send the
 * login and the first SELECT in one flight.  A failure that may come from
 * boldness (BAD, silence, a closed connection) is followed by one attempt
 * step by step; if that works, "pipeline=no" is remembered.
 *
 * Before TLS is up nothing the server says is believed: STARTTLS is followed
 * by a fresh CAPABILITY, PREAUTH in clear ends it, texts are not shown.
 */
#include <stdlib.h>
#include <string.h>

#include <libetpan/maildriver_types.h>

#include "imap_int.h"
#include "util/mem.h"

static enum tls_mode
tls_of(const struct account *a)
{
	if (account_is(a, OPT_RECEIVE_TLS, "none"))
		return TLS_NONE;
	if (account_is(a, OPT_RECEIVE_TLS, "starttls"))
		return TLS_STARTTLS;
	return TLS_IMPLICIT;
}

static int
dial(struct imap *im, struct err *e)
{
	const struct account *a = im->base.account;
	struct stream_opts o = {
	    .host = account_str(a, OPT_RECEIVE_HOST),
	    .port = account_receive_port(a),
	    .tls = tls_of(a),
	    .ca_file = account_str(a, OPT_TLS_CA_FILE),
	    .connect_ms = (int)account_int(a, OPT_CONNECT_TIMEOUT) * 1000,
	    .io_ms = (int)account_int(a, OPT_IO_TIMEOUT) * 1000,
	    .cancel = im->base.cancel,
	    .trace = im->base.trace,
	};

	im->patience = o.io_ms / IMAP_PATIENCE_OF;
	if (im->patience > IMAP_PATIENCE)
		im->patience = IMAP_PATIENCE;
	if (o.host == NULL)
		return err_set(e, ERR_INPUT,
		    "account %s: no receive-host is given", account_name(a));
	if (stream_dial(&o, &im->base.stream, e) < 0)
		return -1;
	/* with STARTTLS not yet, wherever the server stands */
	im->secure = stream_is_tls(im->base.stream) ||
		     (o.tls == TLS_NONE && stream_is_loopback(im->base.stream));
	if (o.tls == TLS_NONE && !im->secure &&
	    !account_bool(a, OPT_ALLOW_CLEARTEXT))
		return err_set(e, ERR_TLS,
		    "%s: a connection without TLS needs allow-cleartext = yes",
		    o.host);
	return 0;
}

/* Forget the last connection and all that came over it. */
static void
hang_up(struct imap *im)
{
	stream_close(im->base.stream);
	im->base.stream = NULL;
	for (int i = 0; i < IMAP_IN_FLIGHT; i++)
		imap_free_cmd(&im->cmds[i]);
	free(im->pending.folder);
	im->pending = (struct imap_pending){.folder = NULL};
	imap_forget_folder(im);
	im->caps = (struct imap_caps){.said = false};
	im->bye[0] = 0;
	im->base.dead = false;
	im->authed = im->ask_caps = im->opened_any = false;
	im->qresync_on = im->condstore_on = im->has_cont = false;
	im->last_tag = 0;
	im->junk = 0;
	im->unasked = 0;
	buf_cut(&im->out, 0);
}

/* "* OK", "* PREAUTH" or "* BYE": the server speaks first. */
static int
hear(struct imap *im, bool *preauth, struct err *e)
{
	struct scan s;
	bool star;

	if (imap_read_line(im, e) < 0)
		return -1;
	s = scan_of(buf_text(&im->line), im->line.len);
	star = scan_char(&s, '*');
	scan_blanks(&s);
	if (star && scan_word(&s, "BYE"))
		return imap_untagged(im, e) < 0 ? -1 : 1;
	*preauth = star && scan_word(&s, "PREAUTH");
	if (!*preauth && !(star && scan_word(&s, "OK")))
		return 1;
	scan_blanks(&s);
	imap_resp_text(im, NULL, s.p, (size_t)(s.end - s.p));
	return 0;
}

static int
greeting(struct imap *im, bool *preauth, struct err *e)
{
	int rc = hear(im, preauth, e);

	if (rc > 0)
		return imap_die(im, e, ERR_PROTO, "this is no IMAP server");
	return rc;
}

static int
starttls(struct imap *im, struct err *e)
{
	struct imap_cmd *c;
	int rc;

	if (im->caps.said && !imap_has(im, CAP_STARTTLS))
		return imap_die(im, e, ERR_TLS,
		    "the server does not offer STARTTLS, which receive-tls "
		    "asks for");
	if (imap_send(im, &c, e, "STARTTLS") < 0 || imap_flush(im, e) < 0 ||
	    imap_await(im, c, e) < 0)
		return -1;
	rc = c->status;
	imap_free_cmd(c);
	if (rc != IMAP_OK)
		return imap_die(im, e, ERR_TLS,
		    "the server refuses STARTTLS, which receive-tls asks for");
	if (stream_starttls(im->base.stream, e) < 0)
		return imap_lost(im, e);
	im->caps = (struct imap_caps){.said = false};
	im->bye[0] = 0;
	im->has_cont = false;
	im->qresync_on = im->condstore_on = false;
	imap_forget_folder(im);
	im->secure = true;
	return imap_ask_capability(im, e);
}

/* Is what is remembered enough to log in without asking? */
static bool
may_trust(const struct imap *im)
{
	return im->before_login.said &&
	       (im->before_login.bits & CAP_LOGINDISABLED) == 0;
}

static int
get_secret(struct imap *im, struct imap_plan *plan, struct err *e)
{
	int rc;

	if (plan->have || account_is(im->base.account, OPT_AUTH, "external"))
		return 0;
	if (im->base.secret == NULL)
		return err_set(e, ERR_AUTH, "log in: no password");
	rc = im->base.secret(im->base.ctx, plan->again,
	    plan->again ? plan->reason : NULL, &plan->secret, e);
	plan->have = rc == 0;
	return rc;
}

/* One attempt: dial, and log in by this plan. */
static int
attempt(struct imap *im, struct imap_plan *plan, struct err *e)
{
	bool preauth = false;
	enum tls_mode tls = tls_of(im->base.account);

	hang_up(im);
	plan->daring = plan->answered = plan->refused = false;
	if (dial(im, e) < 0 || greeting(im, &preauth, e) < 0)
		return -1;
	if (preauth && tls != TLS_IMPLICIT)
		return imap_die(im, e, ERR_TLS,
		    "the server claims that we are logged in (PREAUTH) before "
		    "TLS");
	if (tls == TLS_STARTTLS && starttls(im, e) < 0)
		return -1;
	if (!im->caps.said && !(plan->bold && !preauth && may_trust(im)) &&
	    imap_ask_capability(im, e) < 0)
		return -1;
	if (preauth) {
		im->authed = true;
		return 0;
	}
	if (get_secret(im, plan, e) < 0)
		return -1;
	return imap_login(im, plan, e);
}

/* May the failure be the boldness's own? */
static bool
blame_boldness(const struct imap_plan *plan, const struct err *e)
{
	return plan->bold && plan->daring && !plan->answered &&
	       (e->kind == ERR_NET || e->kind == ERR_PROTO ||
		   e->kind == ERR_AUTH);
}

static int
open_account(struct imap *im, const struct store_opts *o, struct err *e)
{
	struct imap_plan plan = {.opts = o, .bold = !im->no_pipeline};
	bool was_bold = plan.bold;
	int rc;

	for (;;) {
		rc = attempt(im, &plan, e);
		if (rc == 0 || cancel_is_set(im->base.cancel))
			break;
		if (blame_boldness(&plan, e)) {
			plan.bold = false;
		} else if (plan.refused && !plan.again) {
			plan.again = true;
			plan.have = false;
		} else {
			break;
		}
	}
	if (rc == 0 && was_bold && !plan.bold)
		im->no_pipeline = true;
	secret_free(&plan.secret);
	return rc;
}

static int
imap_connect(struct mailstorage *sto)
{
	struct store_opening *op = store_opening(sto);
	struct imap *im = mem_zalloc(sizeof *im);

	store_init(&im->base, &store_imap, op);
	im->out.max = IMAP_REPLY_MAX;
	im->etpan = etpan_new();
	imap_recall(im, op->opts->memory);
	if (open_account(im, op->opts, op->e) < 0) {
		imap_destroy(im);
		return store_failed(sto);
	}
	im->base.caps = STORE_FLAGS | STORE_MOVE | STORE_APPEND;
	if (imap_has(im, CAP_IDLE) && account_bool(im->base.account, OPT_IDLE))
		im->base.caps |= STORE_WATCH;
	if (imap_has(im, CAP_LIST_STATUS))
		im->base.caps |= STORE_COUNTS;
	if (imap_has(im, CAP_UIDPLUS))
		im->base.caps |= STORE_PLACES;
	imap_remember(im);
	return store_opened(sto, &im->base);
}

const struct mailstorage_driver store_imap_driver = {
    .sto_name = (char *)"imap",
    .sto_connect = imap_connect,
};

const struct store_ops store_imap = {
    .name = "imap",
    .folders = imap_folders,
    .status = imap_status,
    .select = imap_select,
    .newest = imap_newest,
    .older = imap_older,
    .since = imap_since,
    .rows = imap_rows,
    .changes = imap_changes,
    .part = imap_part,
    .parts = imap_parts,
    .set_flags = imap_set_flags,
    .move = imap_move,
    .append = imap_append,
    .find_msgid = imap_find_msgid,
    .watch = imap_watch,
    .noop = imap_noop,
    .close = imap_close,
};
