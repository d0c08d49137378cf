/*
 * Messages that are opened, folders and accounts that are changed to, options
 * and keys set by hand, and what the workers report.
 */
#include "fixture.h"

#define TWO_ACCOUNTS                                                           \
	FIXTURE_CONFIG "[account home]\n"                                      \
		       "name = Ann\n"                                          \
		       "address = ann@home.example\n"                          \
		       "receive = imap\n"                                      \
		       "receive-host = imap.home.example\n"                    \
		       "user = ann\n"

/* What a fetch would have put there. */
static void
put_text(struct fixture *x, int64_t id, const char *mail)
{
	struct arena a = ARENA_INIT;
	struct part *root = message_parse(&a, mail, strlen(mail));
	struct buf packed = BUF_INIT(1 << 20);
	size_t body = message_body_at(mail, strlen(mail));
	struct db *d = x->app->db;
	struct err e = ERR_INIT;

	part_pack(root, &packed);
	assert_int_equal(db_put_part(d, id, "HEADER", mail, body, &e), 0);
	assert_int_equal(
	    db_put_part(d, id, "1", mail + body, strlen(mail) - body, &e), 0);
	assert_int_equal(
	    db_put_part(d, id, "STRUCTURE", packed.data, packed.len, &e), 0);
	buf_free(&packed);
	arena_free(&a);
}

static int64_t
id_at(struct fixture *x, uint64_t pos)
{
	return list_row(x->app, x->app->list, pos)->id;
}

static void
test_read(void **state)
{
	struct fixture *x = fixture_new(FIXTURE_CONFIG);
	const struct view_row *r;

	(void)state;
	fixture_mail(x, 5); /* 5, 3 and 1 are new */
	for (uint64_t i = 0; i < 3; i++)
		put_text(x, id_at(x, i),
		    "From: a@example.org\nSubject: hi\nX-Extra: y\n\ntext\n");
	fixture_do(x, "open-message");
	assert_int_equal(x->screen, SCREEN_PAGER);
	assert_int_equal(x->app->mail->state, MAIL_READY);
	/* Reading is an act, but none to be undone. */
	r = list_row(x->app, x->app->list, 0);
	assert_true(r->flags & FLAG_SEEN);
	fixture_do(x, "toggle-headers");
	assert_true(x->app->mail->all_headers);
	fixture_do(x, "next-message"); /* and its headers are whole too */
	assert_true(x->app->mail->all_headers);
	assert_int_equal(x->app->mail->msg.key.num, 4);
	assert_int_equal(x->app->list->cursor, 1);
	fixture_do(x, "delete-message");
	assert_int_equal(x->app->mail->msg.key.num, 3);
	assert_int_equal(list_count(x->app->list), 4);
	fixture_do(x, "close-screen");
	assert_null(x->app->mail);
	fixture_do(x, "undo");
	assert_int_equal(list_count(x->app->list), 5);
	fixture_do(x, "undo");
	fixture_is_said(x, "nothing to undo");
	fixture_free(x);
}

/* The last one of all: back to the list. */
static void
test_delete_the_only_one(void **state)
{
	struct fixture *x = fixture_new(FIXTURE_CONFIG);

	(void)state;
	fixture_mail(x, 1);
	put_text(x, id_at(x, 0), "From: a@example.org\n\ntext\n");
	fixture_do(x, "open-message");
	fixture_do(x, "delete-message");
	assert_null(x->app->mail);
	assert_int_equal(x->screen, SCREEN_INDEX);
	assert_int_equal(list_count(x->app->list), 0);
	fixture_free(x);
}

static void
test_not_here(void **state)
{
	struct fixture *x = fixture_new(FIXTURE_CONFIG);
	struct mail *m;

	(void)state;
	fixture_mail(x, 2);
	fixture_do(x, "open-message");
	m = x->app->mail;
	/* What is known already is shown, with the reason for the rest. */
	assert_int_equal(m->state, MAIL_FAILED);
	assert_non_null(strstr(m->err.text, "not here"));
	assert_true(m->nlines >= 4);
	assert_string_equal(m->line[1].s, "From: Person 2 <x@example.org>");
	fixture_do(x, "pipe-message cat");
	fixture_is_said(x, "Not piped");
	fixture_free(x);
}

static void
test_message_is_gone(void **state)
{
	struct fixture *x = fixture_new(FIXTURE_CONFIG);
	struct mail *m = mail_open(x->app, 4711);

	(void)state;
	assert_int_equal(m->state, MAIL_FAILED);
	assert_int_equal(m->err.kind, ERR_GONE);
	mail_headers(x->app, m, true);
	assert_int_equal(m->state, MAIL_FAILED);
	mail_free(m);
	fixture_free(x);
}

static void
test_folders(void **state)
{
	static const struct {
		const char *why, *typed, *opens, *said;
	} cases[] = {
	    {"the whole name", "Lists/c-dev", "Lists/c-dev", NULL},
	    {"in any case", "trash", "Trash", NULL},
	    {"a part that only one has", "c-d", "Lists/c-dev", NULL},
	    {"mutt's prefix", "=Trash", "Trash", NULL},
	    {"a part that two have", "dev", NULL, "2 folders have dev"},
	    {"nothing like it", "xyz", NULL, "no folder of work is called"},
	};
	struct fixture *x = fixture_new(FIXTURE_CONFIG);

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		x->answer = cases[i].typed;
		fixture_do(x, "folder");
		if (cases[i].opens != NULL)
			assert_string_equal(
			    app_folder(x->app)->name, cases[i].opens);
		else
			fixture_is_said(x, cases[i].said);
	}
	/* Enter alone opens the next one with new mail, as the prompt says. */
	fixture_do(x, "folder INBOX");
	x->answer = "";
	fixture_do(x, "folder");
	assert_string_equal(x->asked, "Folder [Lists/c-dev]: ");
	assert_string_equal(app_folder(x->app)->name, "Lists/c-dev");
	x->answer = NULL;
	fixture_do(x, "folder");
	assert_string_equal(app_folder(x->app)->name, "Lists/c-dev");
	fixture_free(x);
}

static void
test_sidebar(void **state)
{
	struct fixture *x = fixture_new(FIXTURE_CONFIG);

	(void)state;
	assert_int_equal(x->app->side_folder, x->inbox);
	fixture_do(x, "sidebar-previous");
	assert_int_equal(x->app->side_folder, x->inbox);
	fixture_do(x, "sidebar-next");
	fixture_do(x, "open-folder");
	assert_int_equal(app_folder(x->app)->id, x->app->side_folder);
	assert_true(app_folder(x->app)->id != x->inbox);
	for (int i = 0; i < 10; i++)
		fixture_do(x, "sidebar-next");
	fixture_do(x, "open-folder");
	assert_string_equal(app_folder(x->app)->name, "Lists/d-dev");
	fixture_free(x);
}

static void
test_accounts(void **state)
{
	struct fixture *x = fixture_new(TWO_ACCOUNTS);

	(void)state;
	fixture_mail(x, 20);
	list_goto(x->app, x->app->list, 7);
	fixture_do(x, "account-2");
	assert_string_equal(x->app->cur->name, "home");
	assert_int_equal(list_count(x->app->list), 0);
	fixture_do(x, "account-3");
	fixture_is_said(x, "There is no account 3");
	fixture_do(x, "account hme");
	fixture_is_said(x, "home");
	assert_string_equal(x->app->cur->name, "home");
	/* Back at the place that was left. */
	x->answer = "work";
	fixture_do(x, "account");
	assert_string_equal(x->app->cur->name, "work");
	assert_int_equal(x->app->list->cursor, 7);
	fixture_free(x);
}

static void
test_commands(void **state)
{
	static const struct {
		const char *why, *line, *said;
	} cases[] = {
	    {"an unknown command", "nxt-message", "nearest is next-message"},
	    {"the beginning of two names", "delete",
		"nearest is delete-message"},
	    {"the beginning of one", "und", "nothing to undo"},
	    {"one for another screen", "skip-quoted",
		"does not work in the index"},
	    {"an argument too many", "undo twice", "takes no argument"},
	    {"an option is shown", "set wrap", "wrap ="},
	    {"an option is set", "set wrap 72", ""},
	    {"... in the config's form", "set wrap = 60", ""},
	    {"... and has the value", "set wrap", "wrap = 60"},
	    {"an unknown option", "set wrop 72", "wrap"},
	    {"a wrong value", "set wrap many", "wrap"},
	    {"no option", "set", "wants an option"},
	    {"a key", "bind index X undo", ""},
	    {"a key of another screen", "bind index X skip-quoted",
		"does not work in index"},
	    {"an unknown scope", "bind nowhere X undo", "A scope is one of"},
	    {"half a bind", "bind index X", "bind wants"},
	    {"a key that is none", "bind index <Nokey> undo", "Nokey"},
	    {"nothing to stop", "cancel", "Nothing to stop"},
	    {"no worker", "sync", "is not being synced"},
	    {"blanks around", "  :jump 99  ", "number is wanted"},
	    {"nothing at all", "", ""},
	};
	struct fixture *x = fixture_new(FIXTURE_CONFIG);

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		fixture_do(x, cases[i].line);
		if (*cases[i].said == '\0' && x->said[0] != '\0')
			fail_msg("%s: said \"%s\"", cases[i].why, x->said);
		fixture_is_said(x, cases[i].said);
	}
	fixture_do(x, "set sort from");
	assert_int_equal(x->app->list->sort, SORT_FROM);
	fixture_do(x, "quit");
	assert_true(x->quit);
	fixture_free(x);
}

static void
test_completion(void **state)
{
	static const struct {
		const char *text, *first;
		size_t n; /* 0: any number */
	} cases[] = {
	    {"und", "undo", 1}, {"sort-th", "sort-threads", 1},
	    {"folder ", "folder Lists/c-dev", 4}, /* it has new mail */
	    {"folder d-d", "folder Lists/d-dev", 1},
	    {"account h", "account home", 1}, {"sort s", "sort subject", 0},
	    {"set wra", "set wrap", 1}, {"nothing-like-it", NULL, 0},
	    {"skip-quoted", NULL, 0}, /* not in the index */
	};
	struct fixture *x = fixture_new(TWO_ACCOUNTS);

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char **v = NULL;
		size_t n = commands_complete(x->app, cases[i].text, &v);

		if (cases[i].first == NULL)
			assert_int_equal(n, 0);
		else {
			assert_true(n > 0);
			assert_string_equal(v[0], cases[i].first);
			if (cases[i].n > 0)
				assert_int_equal(n, cases[i].n);
		}
		for (size_t k = 0; k < n; k++)
			free(v[k]);
		free(v);
	}
	fixture_free(x);
}

static void
report_job(struct fixture *x, uint64_t ticket, uint64_t done, bool over)
{
	struct sync_event ev = {.kind = SYNC_EV_JOB,
	    .ticket = ticket,
	    .what = "Headers",
	    .done = done,
	    .total = 100,
	    .over = over};

	job_event(x->app, &ev);
}

static void
test_jobs(void **state)
{
	struct fixture *x = fixture_new(FIXTURE_CONFIG);

	(void)state;
	report_job(x, 1, 10, false);
	report_job(x, 1, 20, false);
	assert_int_equal(x->app->njobs, 1);
	assert_int_equal(x->app->job[0].done, 20);
	report_job(x, 1, 100, true);
	assert_true(x->app->job[0].over);
	/* A long list forgets what is over, then what is oldest. */
	report_job(x, 2, 1, false);
	for (uint64_t t = 10; t < 10 + APP_JOBS_MAX; t++)
		report_job(x, t, 1, false);
	assert_int_equal(x->app->njobs, APP_JOBS_MAX);
	for (size_t i = 0; i < x->app->njobs; i++)
		assert_true(x->app->job[i].ticket >= 10);
	fixture_free(x);
}

static void
test_notices(void **state)
{
	struct fixture *x = fixture_new(FIXTURE_CONFIG);
	size_t before = x->app->nnotices;

	(void)state;
	for (int i = 0; i < APP_NOTICES_MAX + 5; i++)
		app_say(x->app, APP_INFO, "notice %d", i);
	assert_int_equal(x->app->nnotices, before + APP_NOTICES_MAX + 5);
	fixture_is_said(x, "notice 204");
	assert_string_equal(
	    x->app->notice[(x->app->nnotices - 1) % APP_NOTICES_MAX].text,
	    "notice 204");
	fixture_free(x);
}

static void
test_bad_beginnings(void **state)
{
	static const struct {
		const char *why, *config, *account, *said;
	} cases[] = {
	    {"no account", "wrap = 72\n", NULL, "no [account NAME]"},
	    {"an unknown account", TWO_ACCOUNTS, "werk",
		"no account is called werk; the nearest is work"},
	    {"a key for nothing", FIXTURE_CONFIG "[bind index]\nfly = x\n",
		NULL, "no command is called fly"},
	};
	char *dir = scratch_dir();

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct app_opts o = {.cache_dir = dir,
		    .data_dir = dir,
		    .account = cases[i].account};
		struct err e = ERR_INIT;
		struct app *a = NULL;

		assert_int_equal(
		    config_parse("test", cases[i].config, &o.config, &e), 0);
		if (app_open(&o, &a, &e) == 0)
			fail_msg("%s: was taken", cases[i].why);
		if (strstr(e.text, cases[i].said) == NULL)
			fail_msg("%s: said \"%s\"", cases[i].why, e.text);
		assert_int_equal(e.kind, ERR_INPUT);
	}
	scratch_remove(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_read),
	    cmocka_unit_test(test_delete_the_only_one),
	    cmocka_unit_test(test_not_here),
	    cmocka_unit_test(test_message_is_gone),
	    cmocka_unit_test(test_folders),
	    cmocka_unit_test(test_sidebar),
	    cmocka_unit_test(test_accounts),
	    cmocka_unit_test(test_commands),
	    cmocka_unit_test(test_completion),
	    cmocka_unit_test(test_jobs),
	    cmocka_unit_test(test_notices),
	    cmocka_unit_test(test_bad_beginnings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
