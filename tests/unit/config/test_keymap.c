#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config/keymap.h"

#define ALT KEY_ALT

static const struct {
	const char *why, *text;
	size_t n; /* 0: refused */
	uint32_t keys[KEYMAP_SEQ_MAX];
	const char *back; /* how it is written; NULL: as it was */
} cases[] = {
    {"a letter", "d", 1, {'d'}, NULL},
    {"its capital", "D", 1, {'D'}, NULL},
    {"a sequence", "i1", 2, {'i', '1'}, NULL},
    {"four keys", "abcd", 4, {'a', 'b', 'c', 'd'}, NULL},
    {"not five", "abcde", 0, {0}, NULL},
    {"beyond ASCII", "\u00e9", 1, {0xe9}, NULL},
    {"control", "^G", 1, {7}, NULL},
    {"in small letters", "^g", 1, {7}, "^G"},
    {"control and a sign", "^_", 1, {0x1f}, NULL},
    {"NUL", "^@", 1, {0}, NULL},
    {"control and question mark", "^?", 1, {0x7f}, "<Backspace>"},
    {"names of the same", "^M^I", 2, {'\r', '\t'}, "<Enter><Tab>"},
    {"a caret alone", "^", 1, {'^'}, NULL},
    {"a caret and more", "<Caret>x", 2, {'^', 'x'}, NULL},
    {"control and what has none", "^!", 0, {0}, NULL},
    {"a name", "<Enter>", 1, {K_ENTER}, NULL},
    {"in any case", "<pageup>", 1, {K_PAGEUP}, "<PageUp>"},
    {"by another name", "<Del>", 1, {K_DELETE}, "<Delete>"},
    {"a name in a sequence", "g<Up>x", 3, {'g', K_UP, 'x'}, NULL},
    {"function keys", "<F1>", 1, {K_F1}, NULL},
    {"the last", "<F20>", 1, {K_F1 + 19}, NULL},
    {"none after it", "<F21>", 0, {0}, NULL},
    {"nor before the first", "<F0>", 0, {0}, NULL},
    {"a blank", "<Space>", 1, {' '}, NULL},
    {"less", "<Less>", 1, {'<'}, NULL},
    {"greater needs no name", ">", 1, {'>'}, NULL},
    {"Alt", "M-x", 1, {ALT | 'x'}, NULL},
    {"Alt as Esc", "Esc-x", 1, {ALT | 'x'}, "M-x"},
    {"Esc, then a key", "<Esc>x", 1, {ALT | 'x'}, "M-x"},
    {"Esc, then Alt and a key", "<Esc>M-x", 2, {K_ESC, ALT | 'x'}, NULL},
    {"Esc alone", "<Esc>", 1, {K_ESC}, NULL},
    {"Alt and control", "M-^A", 1, {ALT | 1}, NULL},
    {"Alt and a name", "M-<Up>", 1, {ALT | K_UP}, NULL},
    {"inside the name", "<M-Up>", 1, {ALT | K_UP}, "M-<Up>"},
    {"control and a name", "<C-Up>", 1, {KEY_CTRL | K_UP}, NULL},
    {"shift and a name", "<S-Down>", 1, {KEY_SHIFT | K_DOWN}, NULL},
    {"all three", "<M-C-S-Home>", 1, {ALT | KEY_CTRL | KEY_SHIFT | K_HOME},
	NULL},
    {"another order", "<S-C-Home>", 1, {KEY_CTRL | KEY_SHIFT | K_HOME},
	"<C-S-Home>"},
    {"shifted tab has a name", "<S-Tab>", 1, {K_BACKTAB}, "<BackTab>"},
    {"control and a letter", "<C-a>", 1, {1}, "^A"},
    {"Alt and a letter", "<M-a>", 1, {ALT | 'a'}, "M-a"},
    {"shift and a letter is its capital", "<S-a>", 0, {0}, NULL},
    {"nor is there a shifted control", "<C-S-h>", 0, {0}, NULL},
    {"control and Enter", "<C-Enter>", 1, {KEY_CTRL | K_ENTER}, NULL},
    {"M alone", "M", 1, {'M'}, NULL},
    {"M and minus", "M-", 2, {'M', '-'}, "M<Minus>"},
    {"Alt and minus", "M--", 1, {ALT | '-'}, NULL},
    {"minus", "-", 1, {'-'}, NULL},
    {"minus behind a letter", "a-", 2, {'a', '-'}, "a<Minus>"},
    {"nothing", "", 0, {0}, NULL},
    {"an unknown name", "<Entr>", 0, {0}, NULL},
    {"an open name", "<Enter", 0, {0}, NULL},
    {"an empty one", "<>", 0, {0}, NULL},
    {"only modifiers", "<C->", 0, {0}, NULL},
    {"a name too long", "<aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa>", 0, {0}, NULL},
    {"a blank in it", "a b", 0, {0}, NULL},
    {"a control character", "\001", 0, {0}, NULL},
    {"invalid UTF-8", "\xff", 0, {0}, NULL},
};

static void
test_parse(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		uint32_t keys[KEYMAP_SEQ_MAX] = {99};
		struct err e = ERR_INIT;
		struct keymap *m = keymap_new();
		size_t n = 77;
		int rc;

		print_message("%s\n", cases[i].why);
		rc = key_parse(cases[i].text, keys, &n, &e);
		assert_int_equal(rc, cases[i].n ? 0 : -1);
		assert_int_equal(
		    keymap_bind(m, "index", cases[i].text, "x", &e), rc);
		if (rc < 0) {
			assert_int_equal(n, 77); /* left alone */
			assert_int_equal(e.kind, ERR_INPUT);
		} else {
			assert_int_equal(n, cases[i].n);
			assert_memory_equal(
			    keys, cases[i].keys, n * sizeof *keys);
			assert_string_equal(keymap_keys(m, "index", "x"),
			    cases[i].back ? cases[i].back : cases[i].text);
			/* and what is written is read as the same */
			assert_int_equal(key_parse(keymap_keys(m, "index", "x"),
					     keys, &n, &e),
			    0);
			assert_memory_equal(
			    keys, cases[i].keys, n * sizeof *keys);
		}
		keymap_free(m);
	}
}

static void
bind(struct keymap *m, const char *scope, const char *keys, const char *command)
{
	struct err e = ERR_INIT;

	assert_int_equal(keymap_bind(m, scope, keys, command, &e), 0);
}

/* What `keys` (one byte a key) do: "", "..." for a prefix, or a command. */
static const char *
press(const struct keymap *m, const char *scope, const char *keys)
{
	uint32_t k[16];
	const char *command = NULL;
	size_t n = strlen(keys);

	for (size_t i = 0; i < n; i++)
		k[i] = (unsigned char)keys[i];
	switch (keymap_find(m, scope, k, n, &command)) {
	case KEYMAP_PREFIX:
		return "...";
	case KEYMAP_COMMAND:
		return command;
	case KEYMAP_NONE:
		break;
	}
	assert_null(command);
	return "";
}

static void
test_find(void **state)
{
	struct keymap *m = keymap_new();

	(void)state;
	bind(m, "index", "d", "delete");
	bind(m, "index", "i1", "account 1");
	bind(m, "index", "i2", "account 2");
	bind(m, "any", "q", "quit");
	bind(m, "any", "d", "down");
	bind(m, "any", "ix", "x");
	bind(m, "pager", "gg", "top");
	assert_string_equal(press(m, "index", "d"), "delete");
	assert_string_equal(press(m, "pager", "d"), "down");
	assert_string_equal(press(m, "index", "q"), "quit");
	assert_string_equal(press(m, "index", "i"), "...");
	assert_string_equal(press(m, "index", "i1"), "account 1");
	assert_string_equal(press(m, "index", "i3"), "");
	assert_string_equal(press(m, "index", "ix"), "x");
	assert_string_equal(press(m, "index", "i11"), "");
	assert_string_equal(press(m, "index", ""), "");
	assert_string_equal(press(m, "index", "aaaaaaaaaaaa"), "");
	assert_string_equal(press(m, "index", "g"), "");
	assert_string_equal(press(m, "pager", "g"), "...");
	assert_string_equal(press(m, "any", "q"), "quit");
	keymap_free(m);
	keymap_free(NULL);
}

static void
test_override(void **state)
{
	struct keymap *m = keymap_new();

	(void)state;
	bind(m, "index", "i1", "account 1");
	bind(m, "index", "i2", "account 2");
	bind(m, "any", "i9", "nine");
	/* the later wins over what it would have to wait for */
	bind(m, "index", "i", "info");
	assert_string_equal(press(m, "index", "i"), "info");
	assert_string_equal(press(m, "pager", "i"), "...");
	assert_string_equal(keymap_keys(m, "index", "account 1"), "");
	/* one that can never be reached is not told */
	assert_string_equal(keymap_keys(m, "index", "nine"), "");
	assert_string_equal(keymap_keys(m, "pager", "nine"), "i9");
	/* and over what would hide it */
	bind(m, "index", "ii", "twice");
	assert_string_equal(press(m, "index", "i"), "...");
	assert_string_equal(keymap_keys(m, "index", "info"), "");
	bind(m, "index", "ii", "other");
	assert_string_equal(press(m, "index", "ii"), "other");
	/* noop unbinds, also what stands in any */
	bind(m, "any", "q", "quit");
	bind(m, "index", "q", "noop");
	assert_string_equal(press(m, "index", "q"), "");
	assert_string_equal(press(m, "pager", "q"), "quit");
	assert_string_equal(keymap_keys(m, "index", "quit"), "");
	bind(m, "index", "ii", "noop");
	bind(m, "any", "ii", "shown nowhere here");
	assert_string_equal(press(m, "index", "ii"), "");
	keymap_free(m);
}

static void
test_alt(void **state)
{
	struct keymap *m = keymap_new();
	const uint32_t alt_v[] = {KEY_ALT | 'v'};
	const char *command;

	(void)state;
	bind(m, "index", "M-v", "fold");
	bind(m, "any", "M-<Up>", "up");
	bind(m, "pager", "<Esc>", "leave");
	assert_int_equal(
	    keymap_find(m, "index", alt_v, 1, &command), KEYMAP_COMMAND);
	assert_string_equal(command, "fold");
	/* Esc, then the key, typed slowly */
	assert_string_equal(press(m, "index", "\033"), "...");
	assert_string_equal(press(m, "index", "\033v"), "fold");
	assert_string_equal(press(m, "index", "\033w"), "");
	/* where Esc itself is bound it does not wait */
	assert_string_equal(press(m, "pager", "\033"), "leave");
	keymap_free(m);
}

static void
test_texts(void **state)
{
	struct keymap *m = keymap_new();
	char *all;
	char text[24];

	(void)state;
	bind(m, "index", "<Delete>", "delete");
	bind(m, "index", "dd", "delete");
	bind(m, "index", "x", "delete");
	bind(m, "any", "^D", "delete");
	bind(m, "any", "x", "hidden");
	assert_string_equal(keymap_keys(m, "index", "delete"), "x");
	assert_string_equal(keymap_keys(m, "pager", "delete"), "^D");
	assert_string_equal(keymap_keys(m, "index", "none"), "");
	all = keymap_all_keys(m, "index", "delete");
	assert_string_equal(all, "<Delete> dd x ^D");
	free(all);
	all = keymap_all_keys(m, "any", "delete");
	assert_string_equal(all, "^D");
	free(all);
	all = keymap_all_keys(m, "index", "hidden");
	assert_string_equal(all, "");
	free(all);
	/* any number has some text that fits */
	for (uint64_t k = 0; k <= UINT32_MAX; k += 9973) {
		key_text((uint32_t)k, text);
		assert_in_range(strlen(text), 1, 23);
	}
	key_text(K_RESIZE, text);
	assert_string_equal(text, "<?>");
	keymap_free(m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_parse),
	    cmocka_unit_test(test_find),
	    cmocka_unit_test(test_override),
	    cmocka_unit_test(test_alt),
	    cmocka_unit_test(test_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
