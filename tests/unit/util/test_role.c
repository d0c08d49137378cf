#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "util/mkey.h"

static void
test_role(void **state)
{
	static const struct {
		const char *why, *attrs, *name;
		char delim;
		enum folder_role want;
	} cases[] = {
	    {"the inbox", NULL, "INBOX", '/', ROLE_INBOX},
	    {"in any case", "", "inbox", '/', ROLE_INBOX},
	    {"but not below something", "", "Old/INBOX", '/', ROLE_NONE},
	    {"nor by its beginning", "", "INBOX2", '/', ROLE_NONE},
	    {"the inbox stays it, whatever is said", "\\Trash", "INBOX", '/',
		ROLE_INBOX},
	    {"the server's word", "\\HasNoChildren \\Sent", "X", '/',
		ROLE_SENT},
	    {"in any case", "\\hasnochildren \\sENT", "X", '/', ROLE_SENT},
	    {"in parentheses", "(\\Noselect \\Junk)", "X", '/', ROLE_JUNK},
	    {"before the name", "\\Archive", "Trash", '/', ROLE_ARCHIVE},
	    {"whole words only", "\\Sentinel", "X", '/', ROLE_NONE},
	    {"XLIST", "\\AllMail", "X", '/', ROLE_ALL},
	    {"unknown attributes leave the name", "\\Important", "Sent", '/',
		ROLE_SENT},
	    {"a name", "", "Drafts", '/', ROLE_DRAFTS},
	    {"any case", NULL, "SENT ITEMS", '/', ROLE_SENT},
	    {"below the inbox", NULL, "INBOX.Trash", '.', ROLE_TRASH},
	    {"Gmail", NULL, "[Gmail]/Spam", '/', ROLE_JUNK},
	    {"Gmail in German", NULL, "[Google Mail]/Papierkorb", '/',
		ROLE_TRASH},
	    {"not somebody else's", NULL, "Other Users/bob/Trash", '/',
		ROLE_NONE},
	    {"not a project's", NULL, "Projects/Archive", '/', ROLE_NONE},
	    {"no hierarchy", NULL, "a/Trash", '\0', ROLE_NONE},
	    {"empty", "", "", '/', ROLE_NONE},
	    {"only a delimiter", "", "/", '/', ROLE_NONE},
	    {"ends in one", "", "Trash/", '/', ROLE_NONE},
	    {"an unclosed bracket", "", "[/Trash", '/', ROLE_NONE},
	    {"invalid bytes", "", "\xff\xfe", '/', ROLE_NONE},
	    {"German", NULL, "ENTWÜRFE", '/', ROLE_DRAFTS},
	    {"French", NULL, "éléments envoyés", '/', ROLE_SENT},
	    {"Spanish", NULL, "Correo no deseado", '/', ROLE_JUNK},
	    {"Italian", NULL, "Cestino", '/', ROLE_TRASH},
	    {"Portuguese", NULL, "Lixo Eletrônico", '/', ROLE_JUNK},
	    {"Dutch", NULL, "Verwijderde items", '/', ROLE_TRASH},
	    {"Polish", NULL, "wysłane", '/', ROLE_SENT},
	    {"Russian", NULL, "ЧЕРНОВИКИ", '/', ROLE_DRAFTS},
	    {"Swedish", NULL, "Skräppost", '/', ROLE_JUNK},
	    {"Danish", NULL, "uønsket post", '/', ROLE_JUNK},
	    {"Japanese", NULL, "ゴミ箱", '/', ROLE_TRASH},
	    {"Chinese", NULL, "已发送", '/', ROLE_SENT},
	    {"Korean", NULL, "휴지통", '/', ROLE_TRASH},
	    {"a longer name is another", NULL, "Trash2", '/', ROLE_NONE},
	    {"a shorter too", NULL, "Tras", '/', ROLE_NONE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		print_message("%s\n", cases[i].why);
		assert_int_equal(
		    role_of(cases[i].attrs, cases[i].name, cases[i].delim),
		    cases[i].want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_role)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
