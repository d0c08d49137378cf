#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "config/nearest.h"
#include "config_int.h"

const struct option *
option_find(const char *name)
{
	for (size_t i = 0; i < OPT_COUNT; i++)
		if (strcmp(options[i].name, name) == 0)
			return &options[i];
	return NULL;
}

const char *
option_nearest(const char *name)
{
	struct nearest n = NEAREST_INIT(name);

	for (size_t i = 0; i < OPT_COUNT; i++)
		nearest_try(&n, options[i].name);
	return n.best;
}

int
word_index(const char *words, const char *val)
{
	size_t len = strlen(val), n;

	for (int i = 0; words && *words; i++, words += n) {
		words += strspn(words, " ");
		n = strcspn(words, " ");
		if (n == len && memcmp(words, val, n) == 0)
			return i;
	}
	return -1;
}

static int
check_word(const char *name, const char *words, const char *val, struct err *e)
{
	struct nearest n = NEAREST_INIT(val);
	char space[SHOWN_MAX * 4], best[64];

	if (word_index(words, val) >= 0)
		return 0;
	nearest_try_words(&n, words, best);
	if (n.best)
		return err_set(e, ERR_INPUT,
		    "%s cannot be \"%s\"; did you mean %s? It is one of: %s",
		    name, shown(val, space), n.best, words);
	return err_set(e, ERR_INPUT, "%s cannot be \"%s\"; it is one of: %s",
	    name, shown(val, space), words);
}

/* Digits, and for sizes K, M or G; -1 when it is no such number. */
static int64_t
parse_number(const char *val, bool size)
{
	static const char units[] = "KMG";
	const char *unit;
	char *end;
	int64_t n;

	if (!isdigit((unsigned char)*val))
		return -1;
	errno = 0;
	n = strtoll(val, &end, 10);
	if (errno != 0)
		return INT64_MAX;
	if (size && *end &&
	    (unit = strchr(units, toupper((unsigned char)*end)))) {
		for (; unit >= units; unit--) {
			if (n > INT64_MAX / 1024)
				return INT64_MAX;
			n *= 1024;
		}
		end++;
	}
	return *end ? -1 : n;
}

static int
check_number(const struct option *o, const char *val, struct err *e)
{
	int64_t n = parse_number(val, o->type == OPT_T_SIZE);
	char space[SHOWN_MAX * 4];
	const char *also = o->words ? ", or " : "";
	const char *words = o->words ? o->words : "";

	if (o->words && word_index(o->words, val) >= 0)
		return 0;
	if (n < 0)
		return err_set(e, ERR_INPUT,
		    "%s cannot be \"%s\"; it is a number%s%s%s", o->name,
		    shown(val, space),
		    o->type == OPT_T_SIZE ? " of bytes, like 64M" : "", also,
		    words);
	if (n < o->min || n > o->max)
		return err_set(e, ERR_INPUT,
		    "%s cannot be %s; it is from %" PRId64 " to %" PRId64
		    "%s%s",
		    o->name, shown(val, space), o->min, o->max, also, words);
	return 0;
}

static int
check_text(const struct option *o, const char *val, struct err *e)
{
	int rc = 0;

	switch (o->id) {
	case OPT_ADDRESS:
		rc = check_address(val, e);
		break;
	case OPT_RECEIVE_HOST:
	case OPT_SEND_HOST:
		rc = check_host(val, e);
		break;
	case OPT_ASSUMED_CHARSET:
		rc = check_charset(val, e);
		break;
	case OPT_HEADERS:
		rc = check_headers(val, e);
		break;
	case OPT_INDEX_FORMAT:
		rc = check_index_format(val, e);
		break;
	case OPT_DATE_FORMAT:
		rc = check_date_format(val, e);
		break;
	default:
		break;
	}
	return rc < 0 ? err_wrap(e, "%s", o->name) : 0;
}

int
option_check(const struct option *o, const char *val, struct err *e)
{
	if (!*val)
		return err_set(e, ERR_INPUT, "%s needs a value", o->name);
	switch (o->type) {
	case OPT_T_BOOL:
		return check_word(o->name, "yes no", val, e);
	case OPT_T_ENUM:
		return check_word(o->name, o->words, val, e);
	case OPT_T_INT:
	case OPT_T_SIZE:
		return check_number(o, val, e);
	case OPT_T_STR:
	case OPT_T_PATH:
		break;
	}
	return check_text(o, val, e);
}

int64_t
option_number(const struct option *o, const char *val)
{
	if (!val)
		return 0;
	switch (o->type) {
	case OPT_T_BOOL:
		return strcmp(val, "yes") == 0;
	case OPT_T_ENUM:
		return word_index(o->words, val);
	case OPT_T_INT:
	case OPT_T_SIZE:
		if (word_index(o->words, val) >= 0)
			return 0;
		return parse_number(val, o->type == OPT_T_SIZE);
	case OPT_T_STR:
	case OPT_T_PATH:
		break;
	}
	return 0;
}
