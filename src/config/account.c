#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "config_int.h"

/* What stands in for an account option that was not given. */
static enum opt
stand_in(enum opt o)
{
	switch (o) {
	case OPT_USER:
		return OPT_ADDRESS;
	case OPT_SEND_USER:
		return OPT_USER;
	case OPT_SEND_PASSWORD_COMMAND:
		return OPT_PASSWORD_COMMAND;
	default:
		return o;
	}
}

static const struct value *
value_of(const struct account *a, enum opt o)
{
	static const struct value none = {.str = NULL};

	if (a->own[o].str)
		return &a->own[o];
	if (a->config->top[o].str)
		return &a->config->top[o];
	return stand_in(o) == o ? &none : value_of(a, stand_in(o));
}

const char *
account_name(const struct account *a)
{
	return a->name;
}

const char *
account_str(const struct account *a, enum opt o)
{
	const struct value *v = value_of(a, o);

	return v->str ? v->str : options[o].def;
}

int64_t
account_int(const struct account *a, enum opt o)
{
	const struct value *v = value_of(a, o);

	return v->str ? v->num : option_number(&options[o], options[o].def);
}

bool
account_bool(const struct account *a, enum opt o)
{
	return account_int(a, o) != 0;
}

bool
account_is(const struct account *a, enum opt o, const char *word)
{
	const char *s = account_str(a, o);

	return s && strcmp(s, word) == 0;
}

static uint16_t
port_of(const struct account *a, enum opt port, enum opt tls, uint16_t implicit,
    uint16_t starttls, uint16_t none)
{
	int64_t given = account_int(a, port);

	if (given > 0)
		return (uint16_t)given;
	if (account_is(a, tls, "implicit"))
		return implicit;
	return account_is(a, tls, "starttls") ? starttls : none;
}

uint16_t
account_receive_port(const struct account *a)
{
	if (account_is(a, OPT_RECEIVE, "imap"))
		return port_of(
		    a, OPT_RECEIVE_PORT, OPT_RECEIVE_TLS, 993, 143, 143);
	if (account_is(a, OPT_RECEIVE, "pop3"))
		return port_of(
		    a, OPT_RECEIVE_PORT, OPT_RECEIVE_TLS, 995, 110, 110);
	return 0;
}

uint16_t
account_send_port(const struct account *a)
{
	if (!account_is(a, OPT_SEND, "smtp"))
		return 0;
	return port_of(a, OPT_SEND_PORT, OPT_SEND_TLS, 465, 587, 25);
}

/* Names and numbers that never leave this machine.  No look-up: a name that
 * only resolves to 127.0.0.1 today is not one of them. */
static bool
is_loopback(const char *host)
{
	size_t n = strlen(host);

	if (strcasecmp(host, "localhost") == 0 || strcmp(host, "::1") == 0 ||
	    strcmp(host, "[::1]") == 0)
		return true;
	if (n > 10 && strcasecmp(host + n - 10, ".localhost") == 0)
		return true;
	return strncmp(host, "127.", 4) == 0 &&
	       host[strspn(host, "0123456789.")] == '\0';
}

/* Returns -1 with the place in the error. */
static int
fail_at(struct err *e, const struct value *v, const struct account *a)
{
	err_at(e, v->str ? &v->at : &a->at);
	return -1;
}

static int
check_cleartext(
    const struct account *a, enum opt tls, enum opt host, struct err *e)
{
	const char *h = account_str(a, host);
	char space[SHOWN_MAX * 4];

	if (!account_is(a, tls, "none") || !h || is_loopback(h) ||
	    account_bool(a, OPT_ALLOW_CLEARTEXT))
		return 0;
	err_set(e, ERR_INPUT,
	    "%s = none would send the password to %s in the clear; use "
	    "implicit or starttls, or say allow-cleartext = yes in [account "
	    "%s]",
	    options[tls].name, shown(h, space), a->name);
	return fail_at(e, value_of(a, tls), a);
}

static int
needs(const struct account *a, enum opt what, enum opt why, struct err *e)
{
	if (account_str(a, what))
		return 0;
	err_set(e, ERR_INPUT, "account %s needs %s, since it has %s = %s",
	    a->name, options[what].name, options[why].name,
	    account_str(a, why));
	return err_at(e, &a->at);
}

int
account_check(const struct account *a, struct err *e)
{
	const bool server = account_is(a, OPT_RECEIVE, "imap") ||
			    account_is(a, OPT_RECEIVE, "pop3");

	if (server && (needs(a, OPT_RECEIVE_HOST, OPT_RECEIVE, e) < 0 ||
			  needs(a, OPT_USER, OPT_RECEIVE, e) < 0))
		return -1;
	if (!server && needs(a, OPT_PATH, OPT_RECEIVE, e) < 0)
		return -1;
	/* Reading needs no send-host: an account that never said how it
	 * sends only cannot. */
	if (value_of(a, OPT_SEND)->str && account_is(a, OPT_SEND, "smtp") &&
	    needs(a, OPT_SEND_HOST, OPT_SEND, e) < 0)
		return -1;
	if (server &&
	    check_cleartext(a, OPT_RECEIVE_TLS, OPT_RECEIVE_HOST, e) < 0)
		return -1;
	if (account_is(a, OPT_SEND, "smtp") &&
	    check_cleartext(a, OPT_SEND_TLS, OPT_SEND_HOST, e) < 0)
		return -1;
	return 0;
}
