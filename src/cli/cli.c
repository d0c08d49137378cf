/*
 * From arguments to an exit code.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli_int.h"
#include "util/log.h"
#include "util/mem.h"
#include "util/os.h"
#include "util/utf8.h"

int
cli_fail(int code, const char *text)
{
	char *clean = utf8_cleaned(text, CLEAN_LINE);

	fprintf(stderr, "etui: %s\n", clean);
	free(clean);
	return code;
}

int
cli_exit_code(const struct err *e)
{
	switch (e->kind) {
	case ERR_NET:
		return EXIT_SERVER;
	case ERR_TLS:
	case ERR_PROTO:
		return EXIT_PROTOCOL;
	case ERR_AUTH:
		return EXIT_LOGIN;
	case ERR_LIMIT:
		return EXIT_BAD_DATA;
	case ERR_FULL:
		return EXIT_LATER;
	default:
		return EXIT_ERROR;
	}
}

int
cli_print(const struct buf *out)
{
	size_t n = fwrite(buf_text(out), 1, out->len, stdout);
	char text[120];

	if (n == out->len && fflush(stdout) == 0)
		return EXIT_DONE;
	if (errno == EPIPE) /* whoever read it has had enough */
		return EXIT_ERROR;
	snprintf(text, sizeof text, "write: %s", strerror(errno));
	return cli_fail(EXIT_ERROR, text);
}

void
put_clean(struct buf *out, const char *s, unsigned flags)
{
	if (s != NULL)
		utf8_clean(out, s, strlen(s), flags);
}

/* ---- beginning ---- */

static int
no_config(const char *path)
{
	fprintf(stderr,
	    "etui: there is no config at %s yet.\n"
	    "\n"
	    "  etui --demo    shows the program with a mailbox of its own\n"
	    "\n"
	    "An account takes a few lines there, as config.example and\n"
	    "etui.conf(5) show:\n"
	    "\n"
	    "  [account work]\n"
	    "  name = Ann Example\n"
	    "  address = ann@example.org\n"
	    "  receive = imap\n"
	    "  receive-host = imap.example.org\n"
	    "  user = ann\n"
	    "  password-command = pass show mail/work\n",
	    path);
	return EXIT_CONFIG;
}

static int
load_config(const struct cli_args *args, struct config **out)
{
	char *path = args->config != NULL ? mem_str(args->config)
					  : config_path();
	struct err e = ERR_INIT;
	int code = EXIT_DONE;

	if (access(path, F_OK) != 0 && args->config == NULL)
		code = no_config(path);
	else if (config_load(path, out, &e) < 0)
		code = cli_fail(EXIT_CONFIG, e.text);
	free(path);
	return code;
}

static int
load(const struct cli_args *args,
    int (*check)(const struct config *c, struct err *e), struct cli_session *s,
    struct config **out)
{
	struct err e = ERR_INIT;
	int code;

	if (args->demo) {
		if (demo_begin(&s->demo, &e) < 0)
			return cli_fail(EXIT_ERROR, e.text);
		*out = s->demo.config;
	} else {
		code = load_config(args, out);
		if (code != EXIT_DONE)
			return code;
	}
	if (args->low_bandwidth &&
	    config_set(*out, "low-bandwidth", "yes", &e) < 0)
		return cli_fail(EXIT_ERROR, e.text);
	if (check != NULL && check(*out, &e) < 0)
		return cli_fail(EXIT_CONFIG, e.text);
	if (config_accounts(*out) == 0)
		return cli_fail(EXIT_CONFIG,
		    "the config has no [account NAME] section; "
		    "config.example shows one");
	if (args->account != NULL &&
	    config_account_named(*out, args->account) == NULL) {
		char *text = mem_printf(
		    "no account is called %s", args->account);

		cli_fail(EXIT_USAGE, text);
		free(text);
		return EXIT_USAGE;
	}
	return EXIT_DONE;
}

int
cli_begin(const struct cli_args *args, bool online,
    int (*check)(const struct config *c, struct err *e),
    struct cli_session *out)
{
	struct cli_session s = {.app = NULL};
	struct app_opts o = {
	    .online = online, .account = args->account, .demo = args->demo};
	struct err e = ERR_INIT;
	int code;

	*out = s;
	if (args->log != NULL && log_open(args->log, &e) < 0)
		return cli_fail(EXIT_ERROR, e.text);
	code = load(args, check, &s, &o.config);
	if (code != EXIT_DONE) {
		config_free(o.config);
		demo_done(&s.demo);
		return code;
	}
	o.folder = args->folder;
	o.cache_dir = s.demo.cache;
	o.data_dir = s.demo.data;
	if (app_open(&o, &s.app, &e) < 0) {
		demo_done(&s.demo);
		return cli_fail(
		    e.kind == ERR_INPUT ? EXIT_CONFIG : cli_exit_code(&e),
		    e.text);
	}
	*out = s;
	return EXIT_DONE;
}

void
cli_end(struct cli_session *s)
{
	app_close(s->app);
	demo_done(&s->demo);
	log_close();
}

/* ---- running ---- */

static int
print_text(void (*write)(struct buf *out))
{
	struct buf out = BUF_INIT(CLI_OUT_MAX);
	int code;

	write(&out);
	code = cli_print(&out);
	buf_free(&out);
	return code;
}

static void
version_write(struct buf *out)
{
	buf_puts(out, "etui " ETUI_VERSION "\n");
}

static int
run_on_mail(const struct cli_args *args,
    int (*check)(const struct config *c, struct err *e))
{
	struct cli_session s;
	int code = cli_begin(args, false, check, &s);

	if (code != EXIT_DONE)
		return code;
	if (args->action == CLI_LIST)
		code = cmd_list(s.app, args);
	else if (args->action == CLI_SHOW)
		code = cmd_show(s.app, args);
	else if (args->action == CLI_FOLDERS)
		code = cmd_folders(s.app, args);
	else
		code = cmd_sync(s.app, args);
	cli_end(&s);
	return code;
}

int
cli_run(const struct cli_args *args,
    int (*check)(const struct config *c, struct err *e))
{
	switch (args->action) {
	case CLI_HELP:
		return print_text(usage_write);
	case CLI_VERSION:
		return print_text(version_write);
	case CLI_DOCS:
		return cmd_docs(args->docs);
	case CLI_SHOW:
		if (args->file)
			return cmd_show_file(args);
		break;
	default:
		break;
	}
	return run_on_mail(args, check);
}
