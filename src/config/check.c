/* Values that are more than a word or a number. */
#include <ctype.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "config_int.h"

#define CHARSET_MAX 40

/* Only what would break somewhere further on: whether the address exists is
 * not for us to say. */
int
check_address(const char *val, struct err *e)
{
	const char *at = strrchr(val, '@');
	char space[SHOWN_MAX * 4];

	if (!at || at == val || !at[1] || val[strcspn(val, " \t<>,;:\"()")])
		return err_set(e, ERR_INPUT,
		    "\"%s\" is not an address like ann@example.org",
		    shown(val, space));
	return 0;
}

int
check_host(const char *val, struct err *e)
{
	const char *colon = strchr(val, ':');
	char space[SHOWN_MAX * 4];

	if (colon && !strchr(colon + 1, ':') && val[0] != '[')
		return err_set(e, ERR_INPUT,
		    "\"%s\" names a port; that belongs in the -port option",
		    shown(val, space));
	if (val[strcspn(val, " \t/@\\\"<>,;")])
		return err_set(e, ERR_INPUT, "\"%s\" is not the name of a host",
		    shown(val, space));
	return 0;
}

int
check_charset(const char *val, struct err *e)
{
	char space[SHOWN_MAX * 4];
	iconv_t cd = (iconv_t)-1;
	bool plain = strlen(val) <= CHARSET_MAX;

	/* iconv takes more after a slash than the name of a set */
	for (const char *p = val; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("-_.:+", *p))
			plain = false;
	if (plain)
		cd = iconv_open("UTF-8", val);
	if (cd == (iconv_t)-1)
		return err_set(e, ERR_INPUT,
		    "\"%s\" is not a character set known here",
		    shown(val, space));
	iconv_close(cd);
	return 0;
}

int
check_headers(const char *val, struct err *e)
{
	char space[SHOWN_MAX * 4];

	for (const char *p = val; *p; p++)
		if ((unsigned char)*p >= 0x7f || *p == ':' || *p == ',')
			return err_set(e, ERR_INPUT,
			    "\"%s\" is not a list of header names with blanks "
			    "between them",
			    shown(val, space));
	return 0;
}

/* Past "-20.30". */
static const char *
skip_width(const char *p)
{
	static const char digits[] = "0123456789";

	if (*p == '-')
		p++;
	p += strspn(p, digits);
	if (*p == '.')
		p += 1 + strspn(p + 1, digits);
	return p;
}

/* Past what stands behind a %; NULL when that is not known. */
static const char *
skip_field(const char *p)
{
	static const char open[] = "{[(<", closed[] = "}])>";
	const char *kind;

	if (*p == '?')
		return p[1] && p[2] == '?' && strchr(p + 3, '?') ? p + 3 : NULL;
	if (*p == '>' || *p == '*')
		return p[1] ? p + 2 : NULL;
	p = skip_width(p);
	if (!*p)
		return NULL;
	kind = strchr(open, *p);
	if (kind) {
		p = strchr(p, closed[kind - open]);
		return p ? p + 1 : NULL;
	}
	return strchr("CDFMSXZacdfgnst%", *p) ? p + 1 : NULL;
}

int
check_index_format(const char *val, struct err *e)
{
	const char *p = val, *start;
	char space[SHOWN_MAX * 4];

	while ((p = strchr(p, '%'))) {
		start = p;
		p = skip_field(p + 1);
		if (!p)
			return err_set(e, ERR_INPUT,
			    "\"%s\" is not one of %%C %%D %%F %%M %%S %%X %%Z "
			    "%%a %%c %%f %%g %%n %%s %%t %%{...} %%>. %%*. "
			    "%%?X?..&..?",
			    shown(start, space));
	}
	return 0;
}

int
check_date_format(const char *val, struct err *e)
{
	char out[256], space[SHOWN_MAX * 4];
	struct tm tm = {.tm_mday = 1, .tm_year = 100};
	char *fmt = mem_printf("%s.", val); /* never an empty result */
	size_t n;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	n = strftime(out, sizeof out, fmt, &tm);
#pragma GCC diagnostic pop
	free(fmt);
	if (n == 0)
		return err_set(e, ERR_INPUT, "\"%s\" makes too long a date",
		    shown(val, space));
	return 0;
}
