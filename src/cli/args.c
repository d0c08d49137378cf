/*
 * What was typed behind the program's name.  Options stand anywhere, as
 * --name VALUE or --name=VALUE, -x VALUE or -xVALUE; -- ends them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli_int.h"
#include "util/mem.h"

struct reading {
	struct cli_args *out;
	char *const *argv;
	int argc, at;
	bool command;   /* was seen */
	unsigned given; /* bits of enum cli_option_id */
};

static void
set_option(struct cli_args *a, enum cli_option_id id, const char *value)
{
	const char **text[CLI_OPTIONS] = {
	    [O_ACCOUNT] = &a->account,
	    [O_CONFIG] = &a->config,
	    [O_FOLDER] = &a->folder,
	    [O_LOG] = &a->log,
	    [O_COUNT] = &a->count,
	    [O_DOCS] = &a->docs,
	};
	bool *yes[CLI_OPTIONS] = {
	    [O_DEMO] = &a->demo,
	    [O_LOW_BANDWIDTH] = &a->low_bandwidth,
	    [O_JSON] = &a->json,
	    [O_OFFLINE] = &a->offline,
	    [O_RAW] = &a->raw,
	    [O_FILE] = &a->file,
	};

	if (text[id] != NULL)
		*text[id] = value;
	if (yes[id] != NULL)
		*yes[id] = true;
	if (id == O_FILE)
		a->operand[a->noperands++] = value;
}

static int
find_option(const char *name, size_t n)
{
	for (int i = 0; i < CLI_OPTIONS; i++)
		if (strlen(cli_options[i].name) == n &&
		    memcmp(cli_options[i].name, name, n) == 0)
			return i;
	return -1;
}

static int
find_letter(char letter)
{
	for (int i = 0; i < CLI_OPTIONS; i++)
		if (cli_options[i].letter == letter)
			return i;
	return -1;
}

/* value: what stood in the same word, or NULL. */
static int
take(struct reading *r, int id, const char *value, struct err *e)
{
	const struct cli_option *o = &cli_options[id];

	if (o->arg == NULL && value != NULL)
		return err_set(e, ERR_INPUT, "--%s takes no value", o->name);
	if (o->arg != NULL && value == NULL) {
		if (r->at + 1 >= r->argc)
			return err_set(e, ERR_INPUT, "--%s wants a value: %s",
			    o->name, o->arg);
		value = r->argv[++r->at];
	}
	set_option(r->out, (enum cli_option_id)id, value);
	r->given |= 1u << id;
	return 0;
}

static int
take_long(struct reading *r, const char *word, struct err *e)
{
	size_t n = strcspn(word, "=");
	int id = find_option(word, n);

	if (id < 0)
		return err_set(e, ERR_INPUT, "there is no option --%.*s",
		    (int)(n < 60 ? n : 60), word);
	return take(r, id, word[n] == '=' ? word + n + 1 : NULL, e);
}

static int
take_letters(struct reading *r, const char *word, struct err *e)
{
	int id;

	for (; *word != '\0'; word++) {
		id = find_letter(*word);
		if (id < 0)
			return err_set(
			    e, ERR_INPUT, "there is no option -%c", *word);
		if (cli_options[id].arg != NULL)
			return take(
			    r, id, word[1] != '\0' ? word + 1 : NULL, e);
		if (take(r, id, NULL, e) < 0)
			return -1;
	}
	return 0;
}

static int
take_word(struct reading *r, const char *word, struct err *e)
{
	if (r->command) {
		r->out->operand[r->out->noperands++] = word;
		return 0;
	}
	for (size_t i = 0; i < cli_commands_count; i++)
		if (strcmp(cli_commands[i].name, word) == 0) {
			r->out->action = cli_commands[i].action;
			r->command = true;
			return 0;
		}
	return err_set(e, ERR_INPUT,
	    "there is no command %.60s; list, show, folders and sync are",
	    word);
}

static int
take_all(struct reading *r, struct err *e)
{
	bool plain = false;
	int rc = 0;

	for (; rc == 0 && r->at < r->argc; r->at++) {
		const char *word = r->argv[r->at];

		if (plain || *word != '-' || word[1] == '\0')
			rc = take_word(r, word, e);
		else if (strcmp(word, "--") == 0)
			plain = true;
		else if (word[1] == '-')
			rc = take_long(r, word + 2, e);
		else
			rc = take_letters(r, word + 1, e);
	}
	return rc;
}

static int
check_count(const char *count, struct err *e)
{
	if (count == NULL || strcmp(count, "all") == 0 ||
	    (*count != '\0' && strspn(count, "0123456789") == strlen(count) &&
		strlen(count) < 10))
		return 0;
	return err_set(
	    e, ERR_INPUT, "--count wants a number or all, not %.40s", count);
}

static int
check(const struct reading *r, struct err *e)
{
	const struct cli_args *a = r->out;

	for (int i = 0; i < CLI_OPTIONS; i++)
		if ((r->given & 1u << i) != 0 &&
		    (cli_options[i].actions & 1u << a->action) == 0)
			return err_set(e, ERR_INPUT,
			    "--%s does not go with this command",
			    cli_options[i].name);
	if (a->noperands > 0 &&
	    (a->action == CLI_LIST || a->action == CLI_FOLDERS))
		return err_set(
		    e, ERR_INPUT, "what is %.60s for?", a->operand[0]);
	if (a->action == CLI_SHOW && a->noperands == 0)
		return err_set(e, ERR_INPUT, "show wants an ID or --file FILE");
	if (a->json && a->raw)
		return err_set(
		    e, ERR_INPUT, "--json and --raw exclude each other");
	if (a->demo && a->config != NULL)
		return err_set(
		    e, ERR_INPUT, "--demo and --config exclude each other");
	return check_count(a->count, e);
}

int
cli_parse(int argc, char *const argv[], struct cli_args *out, struct err *e)
{
	struct cli_args a = {.action = CLI_SCREEN};
	struct reading r = {.out = &a, .argv = argv, .argc = argc, .at = 1};

	a.operand = mem_array((size_t)argc + 1, sizeof *a.operand);
	if (take_all(&r, e) < 0 || check(&r, e) < 0) {
		cli_args_done(&a);
		return -1;
	}
	if ((r.given & 1u << O_DOCS) != 0)
		a.action = CLI_DOCS;
	if ((r.given & 1u << O_VERSION) != 0)
		a.action = CLI_VERSION;
	if ((r.given & 1u << O_HELP) != 0)
		a.action = CLI_HELP;
	*out = a;
	return 0;
}

void
cli_args_done(struct cli_args *args)
{
	free(args->operand);
	args->operand = NULL;
	args->noperands = 0;
}
