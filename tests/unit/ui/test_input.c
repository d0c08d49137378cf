#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "input.h"

#define ALT(k) ((k) | KEY_ALT)

static const struct {
	const char *why, *bytes;
	uint32_t want[6]; /* up to 0 */
} cases[] = {
    {"letters are themselves", "ab", {'a', 'b'}},
    {"control characters too", "\001\t\r", {1, K_TAB, K_ENTER}},
    {"UTF-8 is one key", "\xc3\xa9\xe6\x97\xa5", {0xe9, 0x65e5}},
    {"broken UTF-8 is dropped", "a\xff\xc3(", {'a', '('}},
    {"arrows, CSI and SS3", "\033[A\033OB", {K_UP, K_DOWN}},
    {"Home and End in three dialects", "\033[H\033[1~\033[7~\033OF",
	{K_HOME, K_HOME, K_HOME, K_END}},
    {"pages, Insert, Delete", "\033[5~\033[6~\033[2~\033[3~",
	{K_PAGEUP, K_PAGEDOWN, K_INSERT, K_DELETE}},
    {"F1 as SS3, CSI and on the console", "\033OP\033[11~\033[[A",
	{K_F1, K_F1, K_F1}},
    {"F5 F12 F20", "\033[15~\033[24~\033[34~",
	{K_F1 + 4, K_F1 + 11, K_F1 + 19}},
    {"modifiers", "\033[1;5A\033[1;2B\033[1;3C",
	{K_UP | KEY_CTRL, K_DOWN | KEY_SHIFT, ALT(K_RIGHT)}},
    {"modified ~ keys", "\033[5;5~\033[3;2~",
	{K_PAGEUP | KEY_CTRL, K_DELETE | KEY_SHIFT}},
    {"rxvt's own", "\033Oa\033[a\033[5^\033[5$",
	{K_UP | KEY_CTRL, K_UP | KEY_SHIFT, K_PAGEUP | KEY_CTRL,
	    K_PAGEUP | KEY_SHIFT}},
    {"BackTab", "\033[Z", {K_BACKTAB}},
    {"keys by code point", "\033[13;5u\033[97;5u\033[27;5;13~",
	{K_ENTER | KEY_CTRL, 1, K_ENTER | KEY_CTRL}},
    {"Alt is an ESC before", "\033a\033\t\033\xc3\xa9",
	{ALT('a'), ALT(K_TAB), ALT(0xe9)}},
    {"Alt before a sequence", "\033\033[A", {ALT(K_UP)}},
    {"a lone ESC, in the end", "\033", {K_ESC}},
    {"Alt with the introducers, in the end", "x\033[", {'x', ALT('[')}},
    {"Alt-O", "\033O", {ALT('O')}},
    {"focus reports are known", "\033[I", {K_FOCUS}},
    {"unknown sequences vanish", "\033[38;5;200q\033[?1;2cz", {'z'}},
    {"a mouse nobody turned on", "\033[M !!\033[<0;1;2Mz", {'z'}},
    {"an unasked answer", "\033]11;rgb:00/00/00\033\\z\033]0;t\007y",
	{'z', 'y'}},
    {"a sequence broken off by another", "\033[\033[Az", {ALT('['), K_UP, 'z'}},
    {"paste", "\033[200~a\rb\033[201~c",
	{K_PASTE_BEGIN, 'a', '\r', 'b', K_PASTE_END, 'c'}},
    {"no escape acts inside a paste", "\033[200~\033[A\033[201~",
	{K_PASTE_BEGIN, '[', 'A', K_PASTE_END}},
    {"the end of no paste", "\033[201~q", {'q'}},
};

/* Feeds bytes in pieces of `step`, then lets the time pass. */
static size_t
decode(const char *bytes, size_t n, size_t step, uint32_t *out, size_t max)
{
	struct input in = {.erase = 0x7f};
	unsigned char *heap;
	size_t at = 0, have = 0, keys = 0;

	while (at < n || have > at) {
		uint32_t key;
		size_t used;
		bool late = have == n;

		if (have < n)
			have = have + step > n ? n : have + step;
		/* An exact heap copy, so that ASan sees a read past it. */
		heap = malloc(have - at + 1);
		memcpy(heap + 1, bytes + at, have - at);
		memmove(heap, heap + 1, have - at);
		heap = realloc(heap, have - at ? have - at : 1);
		used = input_next(&in, heap, have - at, late, &key);
		free(heap);
		assert_true(used <= have - at);
		if (late && have > at)
			assert_true(used > 0);
		at += used;
		if (used > 0 && key != 0 && keys < max)
			out[keys++] = key;
		if (used > 0 && have == n && at < n)
			continue;
	}
	return keys;
}

static void
keys_are_decoded(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		for (size_t step = 1; step < 70; step += 23) {
			uint32_t got[16] = {0};
			size_t n = strlen(cases[i].bytes), want = 0;
			size_t k = decode(cases[i].bytes, n, step, got, 16);

			while (want < 6 && cases[i].want[want] != 0)
				want++;
			if (k != want ||
			    memcmp(got, cases[i].want, want * sizeof *got) != 0)
				fail_msg("%s (step %zu): %zu keys, first %x",
				    cases[i].why, step, k, got[0]);
		}
	}
}

/* Any bytes: always ends, never reads past, never an impossible key. */
static void
total_on_noise(void **state)
{
	uint32_t seed = 12345;
	char noise[300];

	(void)state;
	for (int round = 0; round < 3000; round++) {
		uint32_t got[400];
		size_t n;

		for (size_t i = 0; i < sizeof noise; i++) {
			static const char likely[] =
			    "\033[O;~0123456789AZMu]\\";

			seed = seed * 1664525 + 1013904223;
			noise[i] = seed >> 24 & 1 ? (char)(seed >> 16)
						  : likely[(seed >> 8) % 21];
		}
		n = decode(noise, sizeof noise, 1 + seed % 90, got, 400);
		for (size_t i = 0; i < n; i++)
			assert_true((got[i] & 0xffffff) <= K_FOCUS);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(keys_are_decoded),
	    cmocka_unit_test(total_on_noise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
