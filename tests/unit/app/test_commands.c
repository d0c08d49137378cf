/*
 * The table of commands: what holds for every row, the keys that people's
 * hands know, and the config's [bind] sections.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "app/app.h"
#include "util/buf.h"
#include "util/mem.h"

static const char *const scope_words[] = {"index", "pager", "folders", "help"};

static void
test_rows(void **state)
{
	const struct command *c, *d;
	size_t n = 0;

	(void)state;
	for (size_t i = 0; (c = command_at(i)) != NULL; i++, n++) {
		size_t len = strlen(c->help);

		assert_non_null(c->run);
		assert_true(c->scope != 0);
		if (len == 0 || c->help[len - 1] != '.')
			fail_msg("%s: its help is no sentence", c->name);
		if (strspn(c->name, "abcdefghijklmnopqrstuvwxyz-0123456789") !=
		    strlen(c->name))
			fail_msg("%s is no name", c->name);
		if (c->fixed != NULL && c->args != NULL)
			fail_msg("%s: an argument that is always there and "
				 "may be given",
			    c->name);
		for (size_t k = 0; (d = command_at(k)) != c; k++)
			if (strcmp(c->name, d->name) == 0)
				fail_msg("%s is there twice", c->name);
	}
	assert_true(n > 60);
	assert_null(command_find("no-such-command"));
	assert_ptr_equal(command_find("undo"), command_find("undo"));
}

/* All default keys can be bound, and none of them hides or is hidden by
 * another: each finds its own command in its scope. */
static void
test_default_keys(void **state)
{
	struct keymap *m;
	struct err e = ERR_INIT;
	const struct command *c;

	(void)state;
	if (commands_keymap(NULL, &m, &e) < 0)
		fail_msg("%s", e.text);
	for (size_t i = 0; (c = command_at(i)) != NULL; i++) {
		char *keys = mem_str(c->keys), *rest = keys, *word;

		while ((word = strtok_r(rest, " ", &rest)) != NULL) {
			uint32_t seq[KEYMAP_SEQ_MAX];
			const char *found = NULL, *only = NULL;
			size_t n, len = strlen(c->name);

			for (size_t s = 0; s < 4; s++) {
				size_t k = strlen(scope_words[s]);

				if (strncmp(word, scope_words[s], k) == 0 &&
				    word[k] == ':' && word[k + 1] != '\0') {
					only = scope_words[s];
					word += k + 1;
					break;
				}
			}
			assert_int_equal(key_parse(word, seq, &n, &e), 0);
			for (size_t s = 0; s < 4; s++) {
				if (only != NULL &&
				    strcmp(only, scope_words[s]) != 0)
					continue;
				if (only == NULL && (c->scope & 1u << s) == 0)
					continue;
				if (keymap_find(m, scope_words[s], seq, n,
					&found) != KEYMAP_COMMAND ||
				    strncmp(found, c->name, len) != 0)
					fail_msg("%s in %s is not %s", word,
					    scope_words[s], c->name);
				for (size_t p = 1; p < n; p++)
					if (keymap_find(m, scope_words[s], seq,
						p, &found) != KEYMAP_PREFIX)
						fail_msg("%s: hidden by %s",
						    word, found);
			}
		}
		free(keys);
	}
	keymap_free(m);
}

/* What hands expect. */
static const struct {
	const char *scope, *keys, *command;
} known[] = {
    {"index", "j", "next-message"},
    {"index", "<Down>", "next-message"},
    {"index", "k", "previous-message"},
    {"index", "z", "next-page"},
    {"index", "<PageUp>", "previous-page"},
    {"index", "]", "half-page-down"},
    {"index", "=", "first-entry"},
    {"index", "*", "last-entry"},
    {"index", "7", "jump-prompt 7"},
    {"index", "<Enter>", "open-message"},
    {"index", "<Space>", "open-message"},
    {"index", "<Tab>", "next-new"},
    {"index", "/", "search"},
    {"index", "M-/", "search-reverse"},
    {"index", "n", "search-next"},
    {"index", "l", "limit"},
    {"index", "<Esc>", "limit-clear"},
    {"index", "t", "tag"},
    {"index", "T", "tag-pattern"},
    {"index", ";", "tag-prefix"},
    {"index", "d", "delete-message"},
    {"index", "u", "undo"},
    {"index", "F", "flag-message"},
    {"index", "N", "toggle-new"},
    {"index", "w!", "set-important"},
    {"index", "wN", "set-new"},
    {"index", "WN", "clear-new"},
    {"index", "$", "sync"},
    {"index", "ot", "sort-threads"},
    {"index", "oa", "sort-arrival"},
    {"index", "c", "folder"},
    {"index", "y", "folder-list"},
    {"index", "<C-Down>", "sidebar-next"},
    {"index", "`", "toggle-sidebar"},
    {"index", "G", "check-mail"},
    {"index", "i2", "account-2"},
    {"index", "<F3>", "account-3"},
    {"index", "|", "pipe-message"},
    {"index", "h", "toggle-headers"},
    {"index", "?", "help"},
    {"index", ":", "command"},
    {"index", "^L", "redraw"},
    {"index", "^G", "cancel"},
    {"index", "M", "trace"},
    {"index", "q", "quit"},
    {"index", "x", "exit"},
    {"pager", "j", "next-message"},
    {"pager", "<Space>", "next-page"},
    {"pager", "-", "previous-page"},
    {"pager", "<Enter>", "next-line"},
    {"pager", "<Backspace>", "previous-line"},
    {"pager", "T", "toggle-quoted"},
    {"pager", "S", "skip-quoted"},
    {"pager", "i", "close-screen"},
    {"pager", "q", "close-screen"},
    {"pager", "<Left>", "close-screen"},
    {"pager", "d", "delete-message"},
    {"help", "q", "close-screen"},
    {"folders", "<Enter>", "open-folder"},
};

static void
test_known_keys(void **state)
{
	struct keymap *m;
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(commands_keymap(NULL, &m, &e), 0);
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		uint32_t seq[KEYMAP_SEQ_MAX];
		const char *found = "nothing";
		size_t n;

		assert_int_equal(key_parse(known[i].keys, seq, &n, &e), 0);
		if (keymap_find(m, known[i].scope, seq, n, &found) !=
			KEYMAP_COMMAND ||
		    strcmp(found, known[i].command) != 0)
			fail_msg("%s %s is %s, not %s", known[i].scope,
			    known[i].keys, found, known[i].command);
	}
	keymap_free(m);
}

static void
test_user_binds(void **state)
{
	static const struct {
		const char *why, *text, *said; /* said NULL: it is taken */
	} cases[] = {
	    {"a new key", "[bind index]\nundo = X\n", NULL},
	    {"several keys", "[bind pager]\nundo = X Y\n", NULL},
	    {"everywhere", "[bind any]\nhelp = <F12>\n", NULL},
	    {"a key is freed", "[bind index]\nnoop = d\n", NULL},
	    {"an unknown command", "\n[bind index]\nundoo = X\n",
		":3: no command is called undoo; the nearest is undo"},
	    {"the wrong screen", "[bind index]\nskip-quoted = X\n",
		":2: skip-quoted does not work in [bind index]"},
	    {"an unknown scope", "[bind editor]\nundo = X\n", "index"},
	    {"no key", "[bind index]\nundo = <Nokey>\n", ":2"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct keymap *m = NULL;
		struct config *c = NULL;
		struct err e = ERR_INIT;
		int rc = config_parse("test", cases[i].text, &c, &e);

		if (rc == 0)
			rc = commands_keymap(c, &m, &e);
		if ((rc == 0) != (cases[i].said == NULL))
			fail_msg("%s: %s", cases[i].why,
			    rc == 0 ? "was taken" : e.text);
		if (rc < 0 && strstr(e.text, cases[i].said) == NULL)
			fail_msg("%s: said \"%s\"", cases[i].why, e.text);
		keymap_free(m);
		config_free(c);
	}
}

static void
test_nearest(void **state)
{
	static const struct {
		const char *typed, *near;
	} cases[] = {
	    {"serch", "search"},
	    {"delete", "delete-message"},
	    {"serach-next", "search-next"},
	    {"limt", "limit"},
	    {"qqqqqqqqqqqq", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *near = command_nearest(cases[i].typed);

		if (cases[i].near == NULL)
			assert_null(near);
		else
			assert_string_equal(near, cases[i].near);
	}
}

/* Every command is in the man page, with its first key. */
static void
test_man(void **state)
{
	struct buf out = BUF_INIT(1 << 20);
	const struct command *c;

	(void)state;
	commands_write_man(&out);
	for (size_t i = 0; (c = command_at(i)) != NULL; i++) {
		struct buf name = BUF_INIT(200);

		buf_puts(&name, "\\fB");
		for (const char *s = c->name; *s != '\0'; s++) {
			if (*s == '-')
				buf_putc(&name, '\\');
			buf_putc(&name, *s);
		}
		buf_puts(&name, "\\fR");
		if (strstr(buf_text(&out), buf_text(&name)) == NULL)
			fail_msg("%s is not in the man page", c->name);
		buf_free(&name);
	}
	assert_non_null(strstr(buf_text(&out), "(1 2 3 4 5 6 7 8 9)"));
	buf_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_default_keys),
	    cmocka_unit_test(test_known_keys),
	    cmocka_unit_test(test_user_binds),
	    cmocka_unit_test(test_nearest),
	    cmocka_unit_test(test_man),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
