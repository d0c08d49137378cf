#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "prompt.h"
#include "util/mem.h"
#include "util/os.h"

#define C(x) ((x)&0x1f)
#define A(x) ((x) | KEY_ALT)
#define END  0

static const struct {
	const char *why, *initial;
	uint32_t keys[12];
	const char *want;
	enum prompt_end end;
} cases[] = {
    {"typed text stands at the cursor", "ac", {K_LEFT, 'b', END}, "abc",
	PROMPT_GOES_ON},
    {"Enter ends it", "x", {K_ENTER, END}, "x", PROMPT_DONE},
    {"Esc gives up", "x", {K_ESC, END}, "x", PROMPT_GIVEN_UP},
    {"^G gives up", "x", {C('G'), END}, "x", PROMPT_GIVEN_UP},
    {"^A and ^D", "abc", {C('A'), C('D'), END}, "bc", PROMPT_GOES_ON},
    {"^E after ^A", "ab", {C('A'), C('E'), 'c', END}, "abc", PROMPT_GOES_ON},
    {"^K kills to the end, ^Y brings it back", "ab cd",
	{C('A'), C('F'), C('K'), C('A'), C('Y'), END}, "b cda", PROMPT_GOES_ON},
    {"^U kills to the start", "ab cd", {C('B'), C('U'), END}, "d",
	PROMPT_GOES_ON},
    {"^W takes a word between blanks", "ab c-d", {C('W'), END}, "ab ",
	PROMPT_GOES_ON},
    {"M-Backspace stops at punctuation", "ab c-d", {A(K_BACKSPACE), END},
	"ab c-", PROMPT_GOES_ON},
    {"M-b and M-d", "ab cd ef", {A('b'), A('b'), A('d'), END}, "ab  ef",
	PROMPT_GOES_ON},
    {"M-f", "ab cd", {C('A'), A('f'), 'x', END}, "abx cd", PROMPT_GOES_ON},
    {"Backspace takes a whole grapheme", "ae\xcc\x81", {K_BACKSPACE, END}, "a",
	PROMPT_GOES_ON},
    {"left moves over a whole grapheme", "e\xcc\x81", {K_LEFT, 'x', END},
	"xe\xcc\x81", PROMPT_GOES_ON},
    {"^T swaps", "ab", {C('T'), END}, "ba", PROMPT_GOES_ON},
    {"keys that mean nothing do nothing", "a",
	{K_F1, K_PAGEUP, A('z'), 0x9b, END}, "a", PROMPT_GOES_ON},
    {"Up fetches the newest, Down the line again", "new",
	{K_UP, K_UP, K_DOWN, K_DOWN, END}, "new", PROMPT_GOES_ON},
    {"Up twice", "", {K_UP, K_UP, END}, "beta two", PROMPT_GOES_ON},
    {"Up stops at the oldest", "", {K_UP, K_UP, K_UP, K_UP, END}, "alpha one",
	PROMPT_GOES_ON},
    {"^R finds", "", {C('R'), 'a', 'l', 'p', END}, "alpha one", PROMPT_GOES_ON},
    {"^R again goes on", "", {C('R'), 'a', C('R'), C('R'), END}, "alpha one",
	PROMPT_GOES_ON},
    {"^G leaves the search with the line as it was", "mine",
	{C('R'), 't', 'w', C('G'), END}, "mine", PROMPT_GOES_ON},
    {"Enter takes what was found", "", {C('R'), 't', 'w', K_ENTER, END},
	"beta two", PROMPT_DONE},
    {"one candidate goes in whole", "g", {K_TAB, END}, "green", PROMPT_GOES_ON},
    {"several share their start, then take turns", "re", {K_TAB, K_TAB, END},
	"reply", PROMPT_GOES_ON},
    {"and go round", "re", {K_TAB, K_TAB, K_TAB, K_TAB, END}, "reply",
	PROMPT_GOES_ON},
    {"BackTab goes the other way", "re", {K_TAB, K_BACKTAB, END}, "resend",
	PROMPT_GOES_ON},
    {"Esc closes the list first", "re", {K_TAB, K_ESC, 'x', END}, "rex",
	PROMPT_GOES_ON},
    {"a candidate may be the last word", "set g", {K_TAB, END}, "set green",
	PROMPT_GOES_ON},
    {"what several only contain stays until one is chosen", "leaf",
	{K_TAB, END}, "leaf", PROMPT_GOES_ON},
    {"and then goes for it", "leaf", {K_TAB, K_TAB, K_TAB, END}, "Box/leaf2",
	PROMPT_GOES_ON},
    {"no candidate, no change", "zz", {K_TAB, K_TAB, END}, "zz",
	PROMPT_GOES_ON},
};

static size_t
colours(void *ctx, const char *text, char ***out)
{
	static const char *const words[] = {
	    "green", "reply", "resend", "Box/leaf1", "Box/leaf2"};
	size_t all = sizeof words / sizeof *words;
	const char *last = strrchr(text, ' ');
	size_t n = 0;

	(void)ctx;
	last = last ? last + 1 : text;
	*out = mem_array(all, sizeof **out);
	for (size_t i = 0; i < all; i++) {
		if (strncmp(words[i], last, strlen(last)) == 0 ||
		    (i > 2 && strstr(words[i], last) != NULL))
			(*out)[n++] = mem_str(words[i]);
	}
	return n;
}

static struct history *
some_history(void)
{
	struct history *h = history_open(NULL);

	history_add(h, "test", "alpha one");
	history_add(h, "test", "beta two");
	history_add(h, "other", "not mine");
	history_add(h, "test", "gamma");
	return h;
}

static void
keys_edit(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct history *h = some_history();
		struct front_ask q = {.prompt = "Test: ",
		    .initial = cases[i].initial,
		    .history = "test",
		    .complete = colours};
		struct prompt *p = prompt_new(&q, h);
		enum prompt_end end = PROMPT_GOES_ON;

		for (const uint32_t *k = cases[i].keys; *k != END; k++)
			end = prompt_key(p, *k);
		if (strcmp(prompt_text(p), cases[i].want) != 0)
			fail_msg("%s: got '%s'", cases[i].why, prompt_text(p));
		if (end != cases[i].end)
			fail_msg("%s: end %d", cases[i].why, (int)end);
		prompt_free(p);
		history_free(h);
	}
}

static void
paste_is_one_line(void **state)
{
	struct front_ask q = {.prompt = ""};
	struct prompt *p = prompt_new(&q, NULL);

	(void)state;
	for (const char *s = "a\r\nb\033\001c"; *s; s++)
		prompt_paste(p, (uint32_t)*s);
	assert_string_equal(prompt_text(p), "a  bc");
	prompt_free(p);
}

static void
text_is_bounded(void **state)
{
	struct front_ask q = {.prompt = ""};
	struct prompt *p = prompt_new(&q, NULL);

	(void)state;
	for (int i = 0; i < PROMPT_MAX + 100; i++)
		prompt_paste(p, 'x');
	assert_int_equal(strlen(prompt_text(p)), PROMPT_MAX);
	prompt_free(p);
}

static void
dump(struct prompt *p, const char *want)
{
	struct canvas c;
	struct buf b = BUF_INIT(10000);

	canvas_init(&c, 20, 4, false);
	prompt_draw(p, &c, 3);
	canvas_dump(&c, &b);
	assert_string_equal(buf_text(&b), want);
	buf_free(&b);
	canvas_done(&c);
}

static void
it_is_drawn(void **state)
{
	struct front_ask q = {
	    .prompt = "Go: ", .initial = "re", .complete = colours};
	struct front_ask secret = {
	    .prompt = "Password: ", .initial = "hunter2", .secret = true};
	struct front_ask refused = {
	    .prompt = "Refused (wrong). Password of me at example.org: ",
	    .secret = true};
	struct front_ask longer = {
	    .prompt = "Go: ", .initial = "abcdefghijklmnopqrstuvwxyz"};
	struct prompt *p = prompt_new(&q, NULL);

	(void)state;
	prompt_key(p, K_TAB);
	dump(p, "\n reply\n resend\nGo: re\n");
	prompt_free(p);
	p = prompt_new(&secret, NULL);
	dump(p, "\n\n\nPassword:\n");
	prompt_free(p);
	p = prompt_new(&refused, NULL);
	dump(p, "\nRefused (wrong).\nPassword of me at\nexample.org:\n");
	prompt_free(p);
	p = prompt_new(&longer, NULL);
	dump(p, "\n\n\nGo: lmnopqrstuvwxyz\n");
	prompt_free(p);
}

static void
secrets_leave_no_history(void **state)
{
	struct history *h = history_open(NULL);
	struct front_ask q = {
	    .prompt = "", .initial = "pw", .history = "test", .secret = true};
	struct prompt *p = prompt_new(&q, h);

	(void)state;
	prompt_remember(p);
	assert_null(history_at(h, "test", 0));
	prompt_free(p);
	history_free(h);
}

static void
history_lasts_and_is_bounded(void **state)
{
	struct err e = ERR_INIT;
	char *dir = os_tempdir("etui-test", &e);
	char *path = mem_printf("%s/state/history", dir);
	struct history *h = history_open(path);
	struct stat st;
	char line[32];

	(void)state;
	for (int i = 0; i < HISTORY_PER_CLASS + 5; i++) {
		snprintf(line, sizeof line, "line %d", i);
		history_add(h, "test", line);
	}
	history_add(h, "test", "line 7");
	history_add(h, "test", "two\nlines");
	assert_int_equal(history_save(h, &e), 0);
	history_free(h);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	h = history_open(path);
	assert_string_equal(history_at(h, "test", 0), "line 7");
	assert_string_equal(
	    history_at(h, "test", HISTORY_PER_CLASS - 1), "line 5");
	assert_null(history_at(h, "test", HISTORY_PER_CLASS));
	history_free(h);
	os_remove_tree(dir, NULL);
	free(path);
	free(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(keys_edit),
	    cmocka_unit_test(paste_is_one_line),
	    cmocka_unit_test(text_is_bounded),
	    cmocka_unit_test(it_is_drawn),
	    cmocka_unit_test(secrets_leave_no_history),
	    cmocka_unit_test(history_lasts_and_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
