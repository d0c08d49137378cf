/*
 * Sorting: o and O, followed by a letter.
 */
#include <string.h>

#include "app_int.h"

static const struct sort_word {
	const char *word;
	enum view_sort sort;
	bool threaded;
	bool by_text; /* A to Z unless reversed, whatever sort-reverse says */
} sort_words[] = {
    {"date", SORT_DATE, false, false},
    {"arrival", SORT_ARRIVAL, false, false},
    {"from", SORT_FROM, false, true},
    {"subject", SORT_SUBJECT, false, true},
    {"size", SORT_SIZE, false, false},
    {"threads", SORT_DATE, true, false},
};
#define SORT_WORDS (sizeof sort_words / sizeof *sort_words)

static const struct sort_word *
sort_word(const char *word)
{
	for (size_t i = 0; i < SORT_WORDS; i++)
		if (strcmp(sort_words[i].word, word) == 0)
			return &sort_words[i];
	return NULL;
}

static void
sort_by(struct app *a, const char *word, bool other_way)
{
	const struct sort_word *w = sort_word(word);
	bool reverse = config_bool(a->config, OPT_SORT_REVERSE);

	if (w == NULL)
		app_say(a, APP_ERROR,
		    "Sort by date, arrival, from, subject, size or threads");
	else if (a->list != NULL)
		list_order(a, a->list, w->sort,
		    (w->by_text ? false : reverse) != other_way, w->threaded);
}

static void
sort(struct app *a, struct front *f, const char *args)
{
	(void)f;
	sort_by(a, args, false);
}

static void
sort_reverse(struct app *a, struct front *f, const char *args)
{
	(void)f;
	sort_by(a, args, true);
}

static size_t
sort_complete(struct app *a, const char *text, char ***out)
{
	struct names names = {.n = 0};

	(void)a;
	for (size_t i = 0; i < SORT_WORDS; i++)
		names_offer(&names, sort_words[i].word, text);
	return names_take(&names, out);
}

static const struct command rows[] = {
    {.name = "sort",
	.keys = "",
	.scope = IN_LIST,
	.args = "ORDER",
	.run = sort,
	.complete = sort_complete,
	.help = "Sort by date, arrival, from, subject, size or threads."},
    {.name = "sort-reverse",
	.keys = "",
	.scope = IN_LIST,
	.args = "ORDER",
	.run = sort_reverse,
	.complete = sort_complete,
	.help = "Sort the other way round."},
    {.name = "sort-date",
	.keys = "od",
	.scope = IN_LIST,
	.fixed = "date",
	.run = sort,
	.help = "Sort by the date in the message."},
    {.name = "sort-arrival",
	.keys = "oa or",
	.scope = IN_LIST,
	.fixed = "arrival",
	.run = sort,
	.help = "Sort by arrival in the mailbox."},
    {.name = "sort-from",
	.keys = "of",
	.scope = IN_LIST,
	.fixed = "from",
	.run = sort,
	.help = "Sort by sender, A to Z."},
    {.name = "sort-subject",
	.keys = "os",
	.scope = IN_LIST,
	.fixed = "subject",
	.run = sort,
	.help = "Sort by subject, A to Z."},
    {.name = "sort-size",
	.keys = "oz",
	.scope = IN_LIST,
	.fixed = "size",
	.run = sort,
	.help = "Sort by size."},
    {.name = "sort-threads",
	.keys = "ot",
	.scope = IN_LIST,
	.fixed = "threads",
	.run = sort,
	.help = "Sort by threads."},
    {.name = "reverse-date",
	.keys = "Od",
	.scope = IN_LIST,
	.fixed = "date",
	.run = sort_reverse,
	.help = "Sort by date, the other way round."},
    {.name = "reverse-arrival",
	.keys = "Oa Or",
	.scope = IN_LIST,
	.fixed = "arrival",
	.run = sort_reverse,
	.help = "Sort by arrival, the other way round."},
    {.name = "reverse-from",
	.keys = "Of",
	.scope = IN_LIST,
	.fixed = "from",
	.run = sort_reverse,
	.help = "Sort by sender, Z to A."},
    {.name = "reverse-subject",
	.keys = "Os",
	.scope = IN_LIST,
	.fixed = "subject",
	.run = sort_reverse,
	.help = "Sort by subject, Z to A."},
    {.name = "reverse-size",
	.keys = "Oz",
	.scope = IN_LIST,
	.fixed = "size",
	.run = sort_reverse,
	.help = "Sort by size, the other way round."},
    {.name = "reverse-threads",
	.keys = "Ot",
	.scope = IN_LIST,
	.fixed = "threads",
	.run = sort_reverse,
	.help = "Sort by threads, the other way round."},
};

const struct command_rows cmd_rows_sort = {rows, sizeof rows / sizeof *rows};
