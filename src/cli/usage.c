/*
 * The options and commands of the command line: one table each, which drive
 * the parser, --help and etui(1).
 */
#include <string.h>

#include "cli_int.h"

#define DO(action) (1u << (action))
#define ON_MAIL                                                                \
	(DO(CLI_SCREEN) | DO(CLI_LIST) | DO(CLI_SHOW) | DO(CLI_FOLDERS) |      \
	    DO(CLI_SYNC))
#define ON_ALL (~0u)

const struct cli_option cli_options[CLI_OPTIONS] = {
    [O_ACCOUNT] = {"account", 0, "NAME", ON_MAIL, false,
	"Use this account instead of the first."},
    [O_CONFIG] = {"config", 'F', "FILE", ON_MAIL, false,
	"Read this config instead of ~/.config/etui/config."},
    [O_FOLDER] = {"folder", 'f', "NAME", DO(CLI_SCREEN) | DO(CLI_LIST), false,
	"Open this folder instead of the INBOX."},
    [O_DEMO] = {"demo", 0, NULL, ON_MAIL, false,
	"Open a mailbox that comes with the program, in a temporary copy; "
	"needs no config and no server."},
    [O_LOW_BANDWIDTH] = {"low-bandwidth", 0, NULL, DO(CLI_SCREEN), false,
	"Send as little as possible to the terminal."},
    [O_LOG] = {"log", 'd', "FILE", ON_MAIL, false,
	"Write what the program does to FILE; no secrets, no mail text."},
    [O_JSON] = {"json", 0, NULL,
	DO(CLI_LIST) | DO(CLI_SHOW) | DO(CLI_FOLDERS) | DO(CLI_SYNC), false,
	"Print JSON."},
    [O_OFFLINE] = {"offline", 0, NULL,
	DO(CLI_LIST) | DO(CLI_SHOW) | DO(CLI_FOLDERS), false,
	"Ask no server; print what is here."},
    [O_COUNT] = {"count", 'n', "N", DO(CLI_LIST), false,
	"Print this many messages, or all; 50 unless given."},
    [O_RAW] = {"raw", 0, NULL, DO(CLI_SHOW), false,
	"Print the message as it is stored, byte for byte."},
    [O_FILE] = {"file", 0, "FILE", DO(CLI_SHOW), false,
	"Show a file that holds one message; further operands are files "
	"too."},
    [O_VERSION] = {"version", 0, NULL, ON_ALL, false, "Print the version."},
    [O_HELP] = {"help", 'h', NULL, ON_ALL, false, "Print this help."},
    [O_DOCS] = {"write-docs", 0, "DIR", DO(CLI_SCREEN), true,
	"Write config.example and the man pages below DIR."},
};

const struct cli_command cli_commands[] = {
    {"list", CLI_LIST, NULL,
	"Print the newest messages of a folder, after a look at the "
	"server."},
    {"show", CLI_SHOW, "ID ...", "Print messages; an ID is what list prints."},
    {"folders", CLI_FOLDERS, NULL,
	"Print the folders of the account and their counts."},
    {"sync", CLI_SYNC, "[FOLDER ...]",
	"Bring folders (the INBOX) up to date and changes to the server."},
};
const size_t cli_commands_count = sizeof cli_commands / sizeof *cli_commands;

static void
option_words(struct buf *out, const struct cli_option *o)
{
	if (o->letter != 0)
		buf_printf(out, "-%c, ", o->letter);
	buf_printf(out, "--%s", o->name);
	if (o->arg != NULL)
		buf_printf(out, " %s", o->arg);
}

void
usage_write(struct buf *out)
{
	buf_puts(out,
	    "etui " ETUI_VERSION ": a mail reader for the terminal\n\n"
	    "  etui [OPTION ...]\n");
	for (size_t i = 0; i < cli_commands_count; i++)
		buf_printf(out, "  etui %s [OPTION ...]%s%s\n      %s\n",
		    cli_commands[i].name,
		    cli_commands[i].operands != NULL ? " " : "",
		    cli_commands[i].operands != NULL ? cli_commands[i].operands
						     : "",
		    cli_commands[i].help);
	buf_putc(out, '\n');
	for (size_t i = 0; i < CLI_OPTIONS; i++) {
		if (cli_options[i].hidden)
			continue;
		buf_puts(out, "  ");
		option_words(out, &cli_options[i]);
		buf_printf(out, "\n      %s\n", cli_options[i].help);
	}
	buf_puts(out, "\nNo config yet?  etui --demo shows around; "
		      "etui.conf(5) and config.example show how\n"
		      "an account is written.\n");
}

/* ---- etui(1) ---- */

static void
troff(struct buf *out, const char *s)
{
	for (; *s != '\0'; s++) {
		if (*s == '-')
			buf_putc(out, '\\');
		buf_putc(out, *s);
	}
}

static void
man_options(struct buf *out)
{
	for (size_t i = 0; i < CLI_OPTIONS; i++) {
		struct buf words = BUF_INIT(256);

		if (cli_options[i].hidden)
			continue;
		option_words(&words, &cli_options[i]);
		buf_puts(out, ".TP\n.B ");
		troff(out, buf_text(&words));
		buf_putc(out, '\n');
		troff(out, cli_options[i].help);
		buf_putc(out, '\n');
		buf_free(&words);
	}
}

static void
man_commands(struct buf *out)
{
	for (size_t i = 0; i < cli_commands_count; i++) {
		const struct cli_command *c = &cli_commands[i];

		buf_printf(out, ".TP\n.B etui %s", c->name);
		if (c->operands != NULL)
			buf_printf(out, " %s", c->operands);
		buf_putc(out, '\n');
		troff(out, c->help);
		buf_putc(out, '\n');
	}
}

static const char man_head[] =
    ".TH ETUI 1\n"
    ".SH NAME\n"
    "etui \\- mail reader for the terminal\n"
    ".SH SYNOPSIS\n"
    ".B etui\n"
    ".RI [ option \" ...]\"\n"
    ".br\n"
    ".B etui list\n"
    ".RI [ option \" ...]\"\n"
    ".br\n"
    ".B etui show\n"
    ".RI [ option \" ...] \" id \" ...\"\n"
    ".br\n"
    ".B etui folders\n"
    ".RI [ option \" ...]\"\n"
    ".br\n"
    ".B etui sync\n"
    ".RI [ option \" ...] [\" folder \" ...]\"\n"
    ".SH DESCRIPTION\n"
    "etui reads mail over IMAP and from Maildirs, full\\-screen and driven "
    "by keys.\n"
    "What it shows comes from a cache on this machine, which workers keep "
    "up to date;\n"
    "what you change is kept in a journal and brought to the server when "
    "it can be\n"
    "reached.\n"
    "So it opens at once, also without a network, and\n"
    ".B u\n"
    "takes back what was done.\n"
    "Press\n"
    ".B ?\n"
    "for the keys of a screen.\n";

static const char man_tail[] =
    ".SH EXIT STATUS\n"
    ".TP\n.B 0\nDone.\n"
    ".TP\n.B 1\nAn error, or nothing was found.\n"
    ".TP\n.B 2\nWrong usage.\n"
    ".TP\n.B 65\nA message or file is not what it should be.\n"
    ".TP\n.B 69\nThe server cannot be reached.\n"
    ".TP\n.B 75\nNot now: try again later (the disk is full, for "
    "example).\n"
    ".TP\n.B 76\nThe server broke its protocol, or cannot be trusted.\n"
    ".TP\n.B 77\nThe server refused the login.\n"
    ".TP\n.B 78\nThe config is wrong or missing.\n"
    ".PP\n"
    "Where the server cannot be reached but the cache has the folder,\n"
    ".B list\n"
    "and\n"
    ".B folders\n"
    "print what is here, say so on standard error, and end with 0.\n"
    ".SH FILES\n"
    ".TP\n.I ~/.config/etui/config\nThe config; see\n"
    ".BR etui.conf (5).\n"
    ".TP\n.I ~/.cache/etui/cache.db\nThe cache: all of it can be fetched "
    "again.\n"
    ".TP\n.I ~/.local/share/etui/data.db\nThe journal of changes.\n"
    ".TP\n.I ~/.local/state/etui/\nHistory of the prompts.\n"
    ".PP\n"
    "The XDG variables move them.\n"
    ".SH SEE ALSO\n"
    ".BR etui.conf (5),\n"
    ".BR etui\\-keys (5)\n";

void
usage_write_man(struct buf *out)
{
	buf_puts(out, man_head);
	buf_puts(out, ".SH COMMANDS\nWithout one, the full screen opens.\n");
	man_commands(out);
	buf_puts(out, ".SH OPTIONS\n");
	man_options(out);
	buf_puts(out, man_tail);
}
