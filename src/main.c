/*
 * etui: picks the full screen or the command line.
 */
#include <locale.h>
#include <signal.h>
#include <unistd.h>

#include "cli/cli.h"
#include "ui/ui.h"

/* --demo without a terminal: the first screen as text. */
static int
print_screen(struct app *a)
{
	struct buf out = BUF_INIT(1u << 20);
	int rc = ui_first_screen_text(a, 80, 24, &out);
	const char *p = buf_text(&out);
	size_t left = out.len;

	while (rc >= 0 && left > 0) {
		ssize_t n = write(STDOUT_FILENO, p, left);

		if (n <= 0)
			rc = -1;
		else {
			p += n;
			left -= (size_t)n;
		}
	}
	buf_free(&out);
	return rc < 0 ? 1 : 0;
}

static int
screen(const struct cli_args *args)
{
	bool tty = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
	struct cli_session s;
	struct err e = ERR_INIT;
	int code;

	if (!tty && !args->demo)
		return cli_fail(2,
		    "this is no terminal; etui list, show, folders and sync "
		    "work without one");
	ui_prepare();
	code = cli_begin(args, true, ui_check_config, &s);
	if (code != 0)
		return code;
	if (tty) {
		code = ui_run(s.app, &e);
		cli_end(&s);
		if (e.kind != ERR_NONE)
			cli_fail(code, e.text);
		return code;
	}
	code = print_screen(s.app);
	cli_end(&s);
	return code;
}

int
main(int argc, char *argv[])
{
	struct cli_args args;
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	struct err e = ERR_INIT;
	int code;

	setlocale(LC_ALL, "");
	sigaction(SIGPIPE, &ignore, NULL);
	if (cli_parse(argc, argv, &args, &e) < 0) {
		cli_fail(2, e.text);
		return cli_fail(2, "etui --help says how it is used");
	}
	code = args.action == CLI_SCREEN ? screen(&args)
					 : cli_run(&args, ui_check_config);
	cli_args_done(&args);
	return code;
}
