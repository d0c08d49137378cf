/*
 * etui-keys(5), from the table of commands.
 */
#include <stdlib.h>
#include <string.h>

#include "app_int.h"

static void
troff(struct buf *out, const char *s)
{
	for (; *s != '\0'; s++) {
		if (*s == '\\')
			buf_puts(out, "\\e");
		else if (*s == '-')
			buf_puts(out, "\\-");
		else if (*s == '\'')
			buf_puts(out, "\\(aq");
		else if (*s == '^')
			buf_puts(out, "\\(ha");
		else if (*s == '`')
			buf_puts(out, "\\(ga");
		else
			buf_putc(out, *s);
	}
}

/* "? <F1>, q in the index": all keys of a command that works everywhere. */
static char *
keys_everywhere(const struct command *c)
{
	struct buf out = BUF_INIT(1000);
	const char *at = c->keys;
	size_t n, scope;

	for (; *at != '\0'; at += n) {
		at += strspn(at, " ");
		n = strcspn(at, " ");
		scope = n > 0 ? strcspn(at, ":") : 0;
		if (out.len > 0)
			buf_puts(&out, ", ");
		if (scope + 1 < n) {
			buf_put(&out, at + scope + 1, n - scope - 1);
			buf_puts(&out, " in the ");
			buf_put(&out, at, scope);
		} else
			buf_put(&out, at, n);
	}
	return buf_take(&out);
}

static void
write_command(struct buf *out, const struct keymap *m, const struct command *c,
    const char *scope)
{
	char *keys = c->scope == IN_ANY ? keys_everywhere(c)
		     : c->key_is_arg    ? mem_str(c->keys)
					: keymap_all_keys(m, scope, c->name);

	buf_puts(out, ".TP\n\\fB");
	troff(out, c->name);
	buf_puts(out, "\\fR");
	if (c->args != NULL) {
		buf_puts(out, " \\fI");
		troff(out, c->args);
		buf_puts(out, "\\fR");
	}
	if (*keys != '\0') {
		buf_puts(out, "  (");
		troff(out, keys);
		buf_putc(out, ')');
	}
	buf_putc(out, '\n');
	troff(out, c->help);
	buf_putc(out, '\n');
	free(keys);
}

static void
write_scope(struct buf *out, const struct keymap *m, unsigned scope,
    const char *title, const char *about)
{
	const struct command *c;

	buf_printf(out, ".SH %s\n%s\n", title, about);
	for (size_t i = 0; (c = command_at(i)) != NULL; i++) {
		bool any = c->scope == IN_ANY;

		if (any == (scope == IN_ANY) && (c->scope & scope) != 0)
			write_command(out, m, c, scope_name(scope));
	}
}

static const char head[] =
    ".TH ETUI\\-KEYS 5\n"
    ".SH NAME\n"
    "etui\\-keys \\- keys and commands of the mail reader etui\n"
    ".SH DESCRIPTION\n"
    "Every key runs a command; every command can also be typed by "
    "its name after\n"
    ".BR : .\n"
    "The keys below are the default ones.\n"
    ".SS Binding keys\n"
    "A section of the config,\n"
    ".BR \"[bind index]\" ,\n"
    "or\n"
    ".BR pager ,\n"
    ".BR folders ,\n"
    ".B help\n"
    "or\n"
    ".B any\n"
    "in place of index, holds lines\n"
    ".IR command \" = \" \"KEY KEY ...\" .\n"
    "The command\n"
    ".B noop\n"
    "takes a key's command away.\n"
    ".SS How keys are written\n"
    "Characters stand for themselves; several are typed one after "
    "the other.\n"
    "^X is control and X, M\\-x is Alt (or Esc, then x).\n"
    "Other keys are <Enter> <Tab> <Space> <Backspace> <Esc> "
    "<Delete> <Insert>\n"
    "<Up> <Down> <Left> <Right> <Home> <End> <PageUp> <PageDown> "
    "<BackTab>\n"
    "<F1> to <F20>, and <Less> for the character <; with S\\-, "
    "C\\- or M\\- in\n"
    "front, as in <C\\-Up>, they are held with shift, control or "
    "alt.\n"
    ".SS Patterns\n"
    "Search, limit and tags by pattern take words, which are looked "
    "for in\n"
    "subject and sender, and\n"
    ".BR ~s ,\n"
    ".BR ~f ,\n"
    ".B ~t\n"
    "and a word for subject, sender and recipients;\n"
    ".B ~N\n"
    "or\n"
    ".B ~U\n"
    "new,\n"
    ".B ~R\n"
    "read,\n"
    ".B ~F\n"
    "flagged,\n"
    ".B ~Q\n"
    "answered,\n"
    ".B ~D\n"
    "marked deleted,\n"
    ".B ~T\n"
    "tagged,\n"
    ".B \"~m 5\\-20\"\n"
    "by number in the list,\n"
    ".B ~A\n"
    "or\n"
    ".B all\n"
    "everything.\n"
    "All of them must be true; ! in front of one means not.\n"
    "Words with blanks stand in double quotes.\n";

void
commands_write_man(struct buf *out)
{
	struct keymap *m = NULL;
	struct err e = ERR_INIT;

	if (commands_keymap(NULL, &m, &e) < 0)
		return;
	buf_puts(out, head);
	write_scope(
	    out, m, IN_ANY, "EVERYWHERE", "These work on every screen.");
	write_scope(out, m, IN_LIST, "INDEX", "In the list of messages.");
	write_scope(out, m, IN_PAGER, "PAGER", "In an open message.");
	write_scope(out, m, IN_FOLDERS, "FOLDERS", "On the folder screen.");
	write_scope(
	    out, m, IN_HELP, "HELP", "In help, jobs, messages and traces.");
	buf_puts(out, ".SH SEE ALSO\n"
		      ".BR etui (1),\n"
		      ".BR etui.conf (5)\n");
	keymap_free(m);
}
