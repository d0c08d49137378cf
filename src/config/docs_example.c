/*
 * config.example: prose stands behind "# ", settings behind "#" alone, so
 * that taking single # away turns the whole file into a config that works.
 */
#include <stdlib.h>
#include <string.h>

#include "docs.h"
#include "util/utf8.h"

#define COLUMNS 76

const struct option_group option_groups[] = {
    {OPT_SORT, "How the screens look"},
    {OPT_HEADERS, "Reading"},
    {OPT_KEYS, "Keys"},
    {OPT_NAME, "Accounts"},
    {OPT_RECEIVE, "Receiving"},
    {OPT_SEND, "Sending"},
    {OPT_FOLDER_TRASH, "Folders"},
    {OPT_SYNC_MESSAGES, "Keeping in step"},
};
const size_t option_groups_count = sizeof option_groups / sizeof *option_groups;

enum opt
group_end(size_t group)
{
	return group + 1 < option_groups_count ? option_groups[group + 1].first
					       : OPT_COUNT;
}

static void
prose(struct buf *out, const char *text)
{
	size_t n = strlen(text), len, skip;

	while (n > 0) {
		len = utf8_wrap(text, n, COLUMNS - 2, &skip);
		buf_puts(out, "# ");
		buf_put(out, text, len);
		buf_putc(out, '\n');
		text += len + skip;
		n -= len + skip;
	}
}

/* As it must be written to be read back as the same. */
static void
setting(struct buf *out, const struct option *o, const char *val, bool live)
{
	const size_t n = strlen(val);
	const bool quote = strchr(val, '#') || strchr(val, '"') ||
			   (n > 0 && (val[0] == ' ' || val[n - 1] == ' '));

	buf_printf(out, "%s%s = ", live ? "" : "#", o->name);
	if (!quote) {
		buf_printf(out, "%s\n", val);
		return;
	}
	buf_putc(out, '"');
	for (; *val; val++) {
		if (*val == '"' || *val == '\\')
			buf_putc(out, '\\');
		buf_putc(out, *val);
	}
	buf_puts(out, "\"\n");
}

static void
allowed(struct buf *out, const struct option *o)
{
	if (o->type == OPT_T_ENUM && strchr(o->words, ' ')) {
		char *line = mem_printf("One of: %s.", o->words);

		prose(out, line);
		free(line);
	} else if (o->type == OPT_T_BOOL) {
		prose(out, "yes or no.");
	}
}

/* What an account cannot do without stands ready to be filled in. */
static bool
is_live(enum opt o)
{
	return o == OPT_NAME || o == OPT_ADDRESS || o == OPT_RECEIVE ||
	       o == OPT_RECEIVE_HOST || o == OPT_SEND || o == OPT_SEND_HOST;
}

static void
one_option(struct buf *out, const struct option *o)
{
	const char *val = o->example ? o->example : o->def;

	prose(out, o->help);
	allowed(out, o);
	/* It is only needed for mail on this machine, and would be false
	 * here. */
	setting(out, o, val ? val : "", is_live(o->id));
	buf_putc(out, '\n');
}

static void
options_of(struct buf *out, bool account)
{
	for (size_t g = 0; g < option_groups_count; g++) {
		if (options[option_groups[g].first].account != account)
			continue;
		buf_printf(out, "# ---- %s ----\n\n", option_groups[g].title);
		for (enum opt o = option_groups[g].first; o < group_end(g); o++)
			one_option(out, &options[o]);
	}
}

static const char intro[] =
    "Every option of etui, with its default or an example. Copy this file to "
    "~/.config/etui/config and take the # away from what you change: the "
    "lines that begin with # and a letter are settings, the others are "
    "explanations. etui.conf(5) says the same at more length.\n"
    "\n"
    "First come the options for all accounts. Account options may stand here "
    "too; they are then the defaults of all accounts.";

static const char rest[] =
    "# ---- A second account, of mail on this machine ----\n"
    "\n"
    "#[account local]\n"
    "#name = Ann Example\n"
    "#address = ann@localhost\n"
    "#receive = maildir\n"
    "#path = ~/Maildir\n"
    "#send = sendmail\n"
    "\n"
    "# ---- Another address of an account (not used yet) ----\n"
    "\n"
    "#[identity list]\n"
    "#name = Ann E.\n"
    "#address = ann+list@example.org\n"
    "#signature = ~/.signature\n"
    "#account = work\n"
    "\n"
    "# ---- Keys ----\n"
    "\n"
    "# In [bind index], [bind pager], [bind folders], [bind help] or\n"
    "# [bind any]: a command and the keys that run it. noop unbinds. Press ?\n"
    "# in etui, or see etui-keys(5), for the commands.\n"
    "\n"
    "#[bind index]\n"
    "#delete-message = d <Delete>\n"
    "\n"
    "# ---- Colours ----\n"
    "\n"
    "# Attributes (bold dim italic underline reverse blink), a colour, and\n"
    "# \"on\" with a colour for the background: black red green yellow blue\n"
    "# magenta cyan white, bright- before any of them, color0 to color255,\n"
    "# or default. etui.conf(5) lists the names.\n"
    "\n"
    "#[color]\n"
    "#index.new = bold yellow\n"
    "#pager.quote1 = bright-cyan\n";

void
config_write_example(struct buf *out)
{
	const char *p = intro, *nl;
	char *line;

	for (; *p; p = *nl ? nl + 1 : nl) {
		nl = p + strcspn(p, "\n");
		line = mem_strn(p, (size_t)(nl - p));
		if (*line)
			prose(out, line);
		else
			buf_puts(out, "#\n");
		free(line);
	}
	buf_putc(out, '\n');
	options_of(out, false);
	buf_puts(out, "# ---- An account; there may be several ----\n\n"
		      "[account work]\n\n");
	options_of(out, true);
	buf_puts(out, rest);
}
