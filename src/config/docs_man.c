/*
 * etui.conf(5).  Two levels: man_text() takes running text, ours or from the
 * table of options, and makes troff of it, a sentence a line; everything else
 * is troff already.
 */
#include <ctype.h>
#include <string.h>

#include "docs.h"

static void
escaped(struct buf *out, const char *s, size_t n)
{
	static const struct {
		char c;
		const char *as;
	} escapes[] = {
	    {'\\', "\\e"},
	    {'-', "\\-"},
	    {'^', "\\(ha"},
	    {'~', "\\(ti"},
	    {'`', "\\(ga"},
	    {'\'', "\\(aq"},
	    {'"', "\\(dq"},
	};
	size_t k;

	for (size_t i = 0; i < n; i++) {
		for (k = 0; k < sizeof escapes / sizeof *escapes; k++)
			if (escapes[k].c == s[i])
				break;
		if (k < sizeof escapes / sizeof *escapes)
			buf_puts(out, escapes[k].as);
		else
			buf_putc(out, s[i]);
	}
}

static size_t
sentence(const char *s)
{
	size_t n = 0;

	/* up to a full stop, a blank and a capital */
	while (s[n] && !(s[n] == '.' && s[n + 1] == ' ' &&
			   isupper((unsigned char)s[n + 2])))
		n++;
	return s[n] ? n + 1 : n;
}

static void
man_text(struct buf *out, const char *s)
{
	size_t n;

	for (; *s; s += n) {
		s += strspn(s, " ");
		n = sentence(s);
		if (*s == '.')
			buf_puts(out, "\\&");
		escaped(out, s, n);
		buf_putc(out, '\n');
	}
}

static void
words(struct buf *out, const char *list)
{
	size_t n;

	for (const char *p = list; *p; p += n) {
		p += strspn(p, " ");
		n = strcspn(p, " ");
		buf_printf(out, "%s\\fI", p > list ? " | " : "");
		escaped(out, p, n);
		buf_puts(out, "\\fR");
	}
}

static void
values(struct buf *out, const struct option *o)
{
	switch (o->type) {
	case OPT_T_ENUM:
		words(out, o->words);
		break;
	case OPT_T_BOOL:
		words(out, "yes no");
		break;
	case OPT_T_INT:
		buf_puts(out, "\\fInumber\\fR");
		break;
	case OPT_T_SIZE:
		buf_puts(out, "\\fIsize\\fR");
		break;
	case OPT_T_PATH:
		buf_puts(out, "\\fIfile\\fR");
		break;
	case OPT_T_STR:
		buf_puts(out, "\\fItext\\fR");
		break;
	}
	if (o->type == OPT_T_INT && o->words) {
		buf_puts(out, " | ");
		words(out, o->words);
	}
}

static void
one_option(struct buf *out, const struct option *o)
{
	buf_puts(out, ".TP\n\\fB");
	escaped(out, o->name, strlen(o->name));
	buf_puts(out, "\\fR = ");
	values(out, o);
	buf_putc(out, '\n');
	man_text(out, o->help);
	if (!o->def)
		return;
	buf_puts(out, "Default: \\fB");
	escaped(out, o->def, strlen(o->def));
	buf_puts(out, "\\fR.\n");
}

static void
option_section(struct buf *out, const char *title, bool account)
{
	buf_printf(out, ".SH %s\n", title);
	if (account)
		man_text(out,
		    "These stand in a section [account NAME]. The name is one "
		    "word; it is what the screen shows and what --account "
		    "takes. Before the first section, they are the defaults "
		    "of all accounts.");
	else
		man_text(out, "These stand before the first section.");
	for (size_t g = 0; g < option_groups_count; g++) {
		if (options[option_groups[g].first].account != account)
			continue;
		buf_printf(out, ".SS %s\n", option_groups[g].title);
		for (enum opt o = option_groups[g].first; o < group_end(g); o++)
			one_option(out, &options[o]);
	}
}

static const char head[] =
    ".\\\" Written by etui from its tables of options; do not edit.\n"
    ".TH ETUI.CONF 5 \"\" \"etui " ETUI_VERSION "\" \"etui\"\n"
    ".SH NAME\n"
    "etui.conf \\- configuration of the mail reader etui\n"
    ".SH DESCRIPTION\n"
    "etui reads\n"
    ".IR $XDG_CONFIG_HOME/etui/config ,\n"
    "which is usually\n"
    ".IR \\(ti/.config/etui/config ,\n"
    "or the file that follows\n"
    ".B \\-\\-config\n"
    "on its command line.\n"
    "The file is UTF\\-8 text.\n"
    "A line is one of these:\n"
    ".TP\n"
    "\\fB[\\fIkind name\\fB]\\fR\n"
    "begins a section: \\fB[account \\fINAME\\fB]\\fR,\n"
    "\\fB[identity \\fINAME\\fB]\\fR, \\fB[bind \\fISCOPE\\fB]\\fR or\n"
    "\\fB[color]\\fR.\n"
    ".TP\n"
    "\\fIname\\fB = \\fIvalue\\fR\n"
    "sets an option.\n"
    "The value is the rest of the line, without the blanks around it.\n"
    ".TP\n"
    "\\fBinclude = \\fIfile\\fR\n"
    "reads another file in its place, in the same section.\n"
    "A file that does not begin with / is looked for beside the one that\n"
    "names it.\n"
    ".TP\n"
    "\\fB#\\fR\n"
    "at the start of a line or after a blank begins a comment.\n"
    ".PP\n"
    "A value in double quotes keeps blanks at its ends, and #; in it, "
    "\\e\\(dq\n"
    "is a quote and \\e\\e a backslash.\n"
    "Quotes that do not enclose the whole value belong to it, so shell\n"
    "commands need no second quoting; there, too, # is kept between them.\n"
    "A line ends where it ends: there are no continuations.\n"
    "It may have 8192 bytes.\n"
    ".PP\n"
    "Whatever etui does not understand is an error, told with its file and\n"
    "line and the nearest known name; etui then ends with status 78.\n"
    "An option that is set twice in one section is an error too.\n"
    "Passwords cannot stand in the file: see\n"
    ".BR password\\-command .\n";

static const char identities[] =
    ".SH IDENTITIES\n"
    "A section \\fB[identity \\fINAME\\fB]\\fR describes somebody that mail "
    "can "
    "be\n"
    "from, besides the name and address of each account.\n"
    "It has \\fBaddress\\fR, and may have \\fBname\\fR, \\fBreply\\-to\\fR,\n"
    "\\fBorganization\\fR, \\fBsignature\\fR (a file), \\fBsent\\-folder\\fR, "
    "and\n"
    "\\fBaccount\\fR, the account that sends its mail.\n"
    "Not used yet: this version does not send mail.\n";

static const char keys[] =
    ".SH KEY BINDINGS\n"
    "A section \\fB[bind \\fISCOPE\\fB]\\fR binds keys where \\fISCOPE\\fR "
    "says:\n"
    "\\fBindex\\fR, \\fBpager\\fR, \\fBfolders\\fR, \\fBhelp\\fR, or "
    "\\fBany\\fR\n"
    "of them.\n"
    "Each line is a command and the keys that run it, with blanks between\n"
    "them:\n"
    ".PP\n"
    ".EX\n"
    "[bind index]\n"
    "delete-message = d <Delete>\n"
    "tag = t \\(dq#\\(dq\n"
    "noop = q\n"
    ".EE\n"
    ".PP\n"
    ".BR etui\\-keys (5)\n"
    "lists the commands and the keys they have to begin with.\n"
    "\\fBnoop\\fR does nothing, and so unbinds a key.\n"
    "What is bound here takes the place of a binding that it would fight\n"
    "with in the same scope; other keys of the command stay.\n"
    "A binding of the scope itself goes before one of \\fBany\\fR.\n"
    ".PP\n"
    "A character is the key that types it, and several make a sequence:\n"
    "\\fBgg\\fR is g, g.\n"
    "A sequence has at most four keys.\n"
    "\\fB\\(haX\\fR is Control and X; \\fBM\\-x\\fR or \\fBEsc\\-x\\fR is Alt "
    "and x, and so\n"
    "is Esc and then x.\n"
    "The others have names:\n"
    "\\fB<Enter> <Tab> <Space> <Backspace> <Esc> <Delete> <Insert> <Up>\n"
    "<Down> <Left> <Right> <Home> <End> <PageUp> <PageDown> <BackTab>\\fR,\n"
    "\\fB<F1>\\fR to \\fB<F20>\\fR, and \\fB<Less>\\fR for the key <.\n"
    "\\fBS\\-\\fR, \\fBC\\-\\fR and \\fBM\\-\\fR before such a name are Shift, "
    "Control\n"
    "and Alt: \\fB<C\\-Up>\\fR.\n"
    "The key # must be quoted, since it would begin a comment.\n";

static const char colors[] =
    ".SH COLORS\n"
    "The section \\fB[color]\\fR says how things look.\n"
    "A value is any of \\fBbold dim italic underline reverse blink\\fR, a\n"
    "colour, and \\fBon\\fR with a colour for the background.\n"
    "Colours are \\fBblack red green yellow blue magenta cyan white\\fR, the\n"
    "same with \\fBbright\\-\\fR before them, \\fBcolor0\\fR to "
    "\\fBcolor255\\fR, and\n"
    "\\fBdefault\\fR, the terminal's own:\n"
    ".PP\n"
    ".EX\n"
    "[color]\n"
    "index.new = bold yellow\n"
    "status = white on blue\n"
    ".EE\n"
    ".PP\n"
    "These names are known:\n";

static const char tail[] =
    ".SH FILES\n"
    ".TP\n"
    ".I \\(ti/.config/etui/config\n"
    "the configuration\n"
    ".TP\n"
    ".I \\(ti/.cache/etui/\n"
    "what servers can give again; it may be deleted at any time\n"
    ".TP\n"
    ".I \\(ti/.local/share/etui/\n"
    "what they cannot: changes that are not on a server yet, and drafts\n"
    ".SH EXAMPLE\n"
    ".EX\n"
    "sort = date\n"
    "\n"
    "[account work]\n"
    "name = Ann Example\n"
    "address = ann@example.org\n"
    "receive = imap\n"
    "receive-host = imap.example.org\n"
    "send = smtp\n"
    "send-host = smtp.example.org\n"
    "password-command = pass show mail/work\n"
    "\n"
    "[account local]\n"
    "address = ann@localhost\n"
    "receive = maildir\n"
    "path = \\(ti/Maildir\n"
    "send = sendmail\n"
    "\n"
    "[bind index]\n"
    "delete-message = d <Delete>\n"
    ".EE\n"
    ".SH SEE ALSO\n"
    ".BR etui (1),\n"
    ".BR etui\\-keys (5)\n";

void
config_write_man(struct buf *out)
{
	buf_puts(out, head);
	option_section(out, "OPTIONS FOR ALL", false);
	option_section(out, "ACCOUNT OPTIONS", true);
	buf_puts(out, identities);
	buf_puts(out, keys);
	buf_puts(out, colors);
	for (size_t i = 0; i < color_docs_count; i++) {
		buf_puts(out, ".TP 22\n\\fB");
		escaped(out, color_docs[i].name, strlen(color_docs[i].name));
		buf_printf(out, "\\fR\n%s\n", color_docs[i].help);
	}
	buf_puts(out, tail);
}
