#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli_int.h"
#include "util/mem.h"

#define WORDS 8

static int
parse(const char *const *words, struct cli_args *out, struct err *e)
{
	char *argv[WORDS + 2] = {(char *)(uintptr_t) "etui"};
	int argc = 1;

	for (size_t i = 0; i < WORDS && words[i] != NULL; i++)
		argv[argc++] = (char *)(uintptr_t)words[i];
	return cli_parse(argc, argv, out, e);
}

static void
test_good(void **state)
{
	static const struct {
		const char *why, *words[WORDS];
		struct cli_args want;
		const char *operand;
	} cases[] = {
	    {"nothing: the full screen", {NULL}, {.action = CLI_SCREEN}, NULL},
	    {"a config", {"--config", "f"}, {.config = "f"}, NULL},
	    {"the same, joined", {"--config=f"}, {.config = "f"}, NULL},
	    {"an empty value is a value", {"--config="}, {.config = ""}, NULL},
	    {"as mutt has it", {"-F", "f"}, {.config = "f"}, NULL},
	    {"joined to its letter", {"-Ff"}, {.config = "f"}, NULL},
	    {"a folder", {"-f", "Lists/x"}, {.folder = "Lists/x"}, NULL},
	    {"an account", {"--account", "work"}, {.account = "work"}, NULL},
	    {"a value may begin with a dash", {"--folder", "-x"},
		{.folder = "-x"}, NULL},
	    {"the demo", {"--demo"}, {.demo = true}, NULL},
	    {"a slow line", {"--low-bandwidth"}, {.low_bandwidth = true}, NULL},
	    {"a log", {"-d", "log"}, {.log = "log"}, NULL},
	    {"list", {"list", "--json"}, {.action = CLI_LIST, .json = true},
		NULL},
	    {"options before the command", {"--json", "list"},
		{.action = CLI_LIST, .json = true}, NULL},
	    {"offline", {"list", "--offline", "-n", "all"},
		{.action = CLI_LIST, .offline = true, .count = "all"}, NULL},
	    {"show", {"show", "a/b/1/2"}, {.action = CLI_SHOW}, "a/b/1/2"},
	    {"a file", {"show", "--file", "m.eml", "--json"},
		{.action = CLI_SHOW, .file = true, .json = true}, "m.eml"},
	    {"after -- all are operands", {"sync", "--", "--json"},
		{.action = CLI_SYNC}, "--json"},
	    {"a dash alone is an operand", {"sync", "-"}, {.action = CLI_SYNC},
		"-"},
	    {"help goes with anything", {"list", "--help"},
		{.action = CLI_HELP}, NULL},
	    {"version", {"--version"}, {.action = CLI_VERSION}, NULL},
	    {"documents", {"--write-docs", "d"},
		{.action = CLI_DOCS, .docs = "d"}, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct cli_args *want = &cases[i].want;
		struct err e = ERR_INIT;
		struct cli_args a;

		if (parse(cases[i].words, &a, &e) < 0)
			fail_msg("%s: %s", cases[i].why, e.text);
		assert_int_equal(a.action, want->action);
		assert_true(a.json == want->json && a.demo == want->demo &&
			    a.file == want->file &&
			    a.offline == want->offline &&
			    a.low_bandwidth == want->low_bandwidth &&
			    a.raw == want->raw);
#define SAME(x)                                                                \
	assert_true((a.x == NULL) == (want->x == NULL) &&                      \
		    (a.x == NULL || strcmp(a.x, want->x) == 0))
		SAME(config);
		SAME(account);
		SAME(folder);
		SAME(log);
		SAME(count);
		SAME(docs);
		assert_int_equal(a.noperands, cases[i].operand != NULL);
		if (cases[i].operand != NULL)
			assert_string_equal(a.operand[0], cases[i].operand);
		cli_args_done(&a);
	}
}

static void
test_bad(void **state)
{
	static const struct {
		const char *why, *words[WORDS], *said;
	} cases[] = {
	    {"an unknown option", {"--jsn"}, "no option --jsn"},
	    {"an unknown letter", {"-q"}, "no option -q"},
	    {"an unknown command", {"lst"}, "no command lst"},
	    {"no value", {"--config"}, "wants a value: FILE"},
	    {"a value too many", {"--demo=yes"}, "takes no value"},
	    {"an option of another command", {"sync", "--raw"},
		"--raw does not go with"},
	    {"an operand too many", {"list", "INBOX"}, "what is INBOX for"},
	    {"show what?", {"show"}, "wants an ID"},
	    {"two forms at once", {"show", "--json", "--raw", "x"},
		"exclude each other"},
	    {"two worlds at once", {"--demo", "--config", "f"},
		"exclude each other"},
	    {"no number", {"list", "-n", "many"}, "a number or all"},
	    {"a negative one", {"list", "-n", "-5"}, "a number or all"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct err e = ERR_INIT;
		struct cli_args a;

		if (parse(cases[i].words, &a, &e) == 0)
			fail_msg("%s: was taken", cases[i].why);
		if (strstr(e.text, cases[i].said) == NULL)
			fail_msg("%s: said \"%s\"", cases[i].why, e.text);
	}
}

static void
test_exit_codes(void **state)
{
	static const struct {
		enum err_kind kind;
		int code;
	} cases[] = {
	    {ERR_NET, 69},
	    {ERR_TLS, 76},
	    {ERR_PROTO, 76},
	    {ERR_AUTH, 77},
	    {ERR_LIMIT, 65},
	    {ERR_FULL, 75},
	    {ERR_GONE, 1},
	    {ERR_SYS, 1},
	    {ERR_CANCEL, 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct err e = {.kind = cases[i].kind};

		assert_int_equal(cli_exit_code(&e), cases[i].code);
	}
}

/* Every option and command is in --help and in the man page. */
static void
test_usage(void **state)
{
	struct buf help = BUF_INIT(100000), man = BUF_INIT(100000);

	(void)state;
	usage_write(&help);
	usage_write_man(&man);
	for (size_t i = 0; i < CLI_OPTIONS; i++) {
		const struct cli_option *o = &cli_options[i];
		size_t n = strlen(o->help);

		assert_int_equal(o->help[n - 1], '.');
		if ((strstr(buf_text(&help), o->help) != NULL) == o->hidden)
			fail_msg("--%s: in the help?", o->name);
	}
	for (size_t i = 0; i < cli_commands_count; i++) {
		assert_non_null(strstr(buf_text(&help), cli_commands[i].name));
		assert_non_null(strstr(buf_text(&man), cli_commands[i].name));
	}
	buf_free(&help);
	buf_free(&man);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_good),
	    cmocka_unit_test(test_bad),
	    cmocka_unit_test(test_exit_codes),
	    cmocka_unit_test(test_usage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
