/*
 * login - AUTHENTICATE or LOGIN, and what can go out in the same flight.
 *
 * The bold plan sends SELECT (and ENABLE) behind the login without waiting.
 * That is only done where the exchange is one step long: a server that wants
 * a second answer would take the SELECT for it.
 */
#include <stdlib.h>
#include <string.h>

#include "imap_int.h"
#include "net/sasl.h"
#include "util/mem.h"

int
imap_ask_capability(struct imap *im, struct err *e)
{
	return imap_run(im, "ask what the server can do", e, "CAPABILITY");
}

/* What to fetch the mail's first folder with, behind the login. */
static int
send_first(struct imap *im, struct imap_plan *plan, struct err *e)
{
	const struct store_opts *o = plan->opts;
	struct imap_caps now = im->caps;
	int rc;

	if (!plan->bold || o->first_folder == NULL)
		return 0;
	im->caps = im->after_login;
	rc = imap_send_select(im, o->first_folder, o->first_known, e);
	im->caps = now;
	return rc;
}

/* The server's answer to a challenge goes out as one hidden line. */
static int
send_answer(struct imap *im, struct sasl *sasl, bool *last, struct err *e)
{
	struct buf challenge = BUF_INIT(STREAM_LINE_MAX);
	struct buf answer = BUF_INIT(64 * 1024);
	int rc = -1, step;

	im->has_cont = false;
	if (base64_decode(buf_text(&im->cont), im->cont.len, &challenge, e) < 0)
		goto out;
	step = sasl_step(sasl, buf_text(&challenge), challenge.len, &answer, e);
	if (step < 0)
		goto out;
	*last = step > 0;
	base64_encode(buf_text(&answer), answer.len, &im->out);
	stream_hide(im->base.stream, true);
	rc = imap_end(im, e);
	if (rc == 0)
		rc = imap_flush(im, e);
	stream_hide(im->base.stream, false);
out:
	buf_free(&challenge);
	buf_wipe(&answer);
	return rc;
}

/* We do not like a challenge: say so, and let the command end. */
static int
give_up(struct imap *im, struct imap_cmd *c)
{
	struct err ignored = ERR_INIT;

	if (im->base.dead)
		return -1;
	buf_cut(&im->out, 0);
	buf_puts(&im->out, "*");
	if (imap_end(im, &ignored) == 0 && imap_flush(im, &ignored) == 0)
		(void)!imap_await(im, c, &ignored);
	return -1;
}

static int
dance(struct imap *im, struct imap_cmd *c, struct sasl *sasl, struct err *e)
{
	bool last = false;

	while (c->status == IMAP_WAITING) {
		if (imap_step(im, e) < 0)
			return -1;
		if (!im->has_cont || c->status != IMAP_WAITING)
			continue;
		if (send_answer(im, sasl, &last, e) < 0)
			return give_up(im, c);
	}
	return 0;
}

/* AUTHENTICATE MECH, with the initial response where the server takes it. */
static int
start(struct imap *im, struct imap_plan *plan, struct sasl *sasl,
    struct imap_cmd **out, struct err *e)
{
	struct buf first = BUF_INIT(64 * 1024);
	bool ir = sasl_client_first(sasl) && imap_has(im, CAP_SASL_IR);
	struct imap_cmd *c = imap_begin(im, e);
	int step = 0, rc = -1;

	if (c == NULL)
		return -1;
	imap_put(im, "AUTHENTICATE %s", sasl_mech(sasl));
	if (ir) {
		step = sasl_step(sasl, NULL, 0, &first, e);
		if (step < 0)
			goto out;
		/* what is written up to here may be shown */
		if (stream_write(
			im->base.stream, im->out.data, im->out.len, e) < 0) {
			imap_lost(im, e);
			goto out;
		}
		buf_cut(&im->out, 0);
		buf_putc(&im->out, ' ');
		if (first.len == 0)
			buf_putc(&im->out, '=');
		base64_encode(buf_text(&first), first.len, &im->out);
	}
	stream_hide(im->base.stream, true);
	rc = imap_end(im, e);
	stream_hide(im->base.stream, false);
	if (rc == 0 && ir && step > 0)
		rc = send_first(im, plan, e);
	plan->daring = plan->bold;
	if (rc == 0)
		rc = imap_flush(im, e);
	*out = c;
out:
	buf_wipe(&first);
	return rc;
}

/* A bold flight that is not answered in time is taken for not understood. */
static int
patience(struct imap *im, const struct imap_plan *plan, struct err *e)
{
	int rc;

	if (!plan->bold)
		return 0;
	rc = imap_wait_ms(im, im->patience, e);
	if (rc != 0)
		return rc < 0 ? -1 : 0;
	return imap_die(im, e, ERR_NET, "no answer to the login");
}

/* NO, or BAD: what it means for the one who has to type a password. */
static int
refused(struct imap_plan *plan, const struct imap_cmd *c, const char *more,
    struct err *e)
{
	struct scan code = scan_of(buf_text(&c->code), c->code.len);

	if (c->status == IMAP_BAD)
		return err_set(
		    e, ERR_PROTO, "log in: the server said: BAD %s", c->text);
	plan->answered = true;
	if (scan_word(&code, "UNAVAILABLE") || scan_word(&code, "INUSE"))
		return err_set(
		    e, ERR_NET, "log in: the server said: NO %s", c->text);
	plan->refused = true;
	memcpy(plan->reason, c->text, sizeof plan->reason);
	return err_set(e, ERR_AUTH, "log in: the server said: NO%s%s%s%s",
	    c->text[0] != 0 ? " " : "", c->text, more != NULL ? "; " : "",
	    more != NULL ? more : "");
}

static int
authenticate(
    struct imap *im, struct imap_plan *plan, const char *mech, struct err *e)
{
	struct sasl_login login = {
	    .user = account_str(im->base.account, OPT_USER),
	    .secret = &plan->secret,
	    .host = account_str(im->base.account, OPT_RECEIVE_HOST),
	    .port = account_receive_port(im->base.account),
	};
	struct sasl *sasl = sasl_new(mech, &login, e);
	struct imap_cmd *c = NULL;
	char more[120] = "";
	int rc;

	if (sasl == NULL)
		return -1;
	rc = start(im, plan, sasl, &c, e);
	if (rc == 0)
		rc = patience(im, plan, e);
	if (rc == 0)
		rc = dance(im, c, sasl, e);
	if (rc == 0 && c->status != IMAP_OK) {
		if (sasl_error(sasl) != NULL)
			imap_clean(more, sizeof more, sasl_error(sasl),
			    strlen(sasl_error(sasl)));
		rc = refused(plan, c, more[0] != 0 ? more : NULL, e);
	}
	if (rc == 0)
		rc = sasl_done(sasl, e);
	imap_free_cmd(c);
	sasl_free(sasl);
	return rc;
}

static int
login_command(struct imap *im, struct imap_plan *plan, struct err *e)
{
	const char *user = account_str(im->base.account, OPT_USER);
	struct imap_cmd *c = imap_begin(im, e);
	int rc;

	if (c == NULL)
		return -1;
	imap_put(im, "LOGIN ");
	stream_hide(im->base.stream, true);
	rc = imap_put_string(im, user, strlen(user), e);
	if (rc == 0) {
		buf_putc(&im->out, ' ');
		rc = imap_put_string(
		    im, plan->secret.data, plan->secret.len, e);
	}
	if (rc == 0)
		rc = imap_end(im, e);
	stream_hide(im->base.stream, false);
	if (rc == 0)
		rc = send_first(im, plan, e);
	plan->daring = plan->bold;
	if (rc == 0)
		rc = imap_flush(im, e);
	if (rc == 0)
		rc = patience(im, plan, e);
	if (rc == 0)
		rc = imap_await(im, c, e);
	if (rc == 0 && c->status != IMAP_OK)
		rc = refused(plan, c, NULL, e);
	imap_free_cmd(c);
	return rc;
}

/* LOGIN is for servers that offer no mechanism that could say the same. */
static bool
may_use_login(const struct imap *im, bool secure, bool cleartext_ok)
{
	const struct account *a = im->base.account;

	if (imap_has(im, CAP_LOGINDISABLED) || !(secure || cleartext_ok))
		return false;
	return account_is(a, OPT_AUTH, "auto") ||
	       account_is(a, OPT_AUTH, "login") ||
	       account_is(a, OPT_AUTH, "plain");
}

/* After the login the server has said anew what it can, or what it said
 * before holds; where it said nothing at all, it is asked along the way. */
static void
settle_caps(struct imap *im, const struct imap_caps *before)
{
	if (im->caps.said)
		return;
	if (before->said) {
		im->caps = *before;
		im->caps.bits |= im->after_login.bits;
		return;
	}
	im->caps = im->after_login;
	im->caps.said = false;
	im->ask_caps = true;
}

int
imap_login(struct imap *im, struct imap_plan *plan, struct err *e)
{
	const struct account *a = im->base.account;
	bool secure = im->secure;
	bool cleartext = account_bool(a, OPT_ALLOW_CLEARTEXT);
	struct imap_caps before = im->caps;
	struct err why = ERR_INIT;
	const char *mech;
	int rc;

	if (before.said) {
		im->before_login = before;
	} else {
		im->caps = im->before_login;
		plan->daring = true;
	}
	if (account_str(a, OPT_USER) == NULL)
		return err_set(e, ERR_INPUT, "account %s: no user is given",
		    account_name(a));
	if (plan->secret.data == NULL && !account_is(a, OPT_AUTH, "external"))
		return err_set(e, ERR_AUTH, "log in: no password");
	if (imap_has(im, CAP_LOGINDISABLED) && im->caps.auth[0] == 0)
		return err_set(e, ERR_TLS,
		    "the server does not allow to log in over this connection");
	mech = im->caps.auth[0] != 0
		   ? sasl_pick(account_str(a, OPT_AUTH), im->caps.auth, secure,
			 cleartext, &why)
		   : NULL;
	im->caps.said = false;
	if (mech != NULL)
		rc = authenticate(im, plan, mech, e);
	else if (may_use_login(im, secure, cleartext))
		rc = login_command(im, plan, e);
	else if (why.kind != ERR_NONE)
		rc = err_set(e, why.kind, "%s", why.text);
	else
		rc = err_set(e, ERR_AUTH,
		    "the server offers no way to log in that may be used");
	if (rc < 0)
		return -1;
	settle_caps(im, &before);
	im->authed = true;
	return 0;
}
