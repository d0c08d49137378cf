/*
 * demo_mails - the messages of `etui --demo`, built into the program.
 *
 * The files stand in src/app/demo/FOLDER/NNNN[.FLAGS].eml, FLAGS being those
 * of a Maildir (S seen, R answered, F flagged, D draft, T trashed); the build
 * makes an array of them.  Line ends are LF.
 */
#ifndef ETUI_APP_DEMO_MAILS_H
#define ETUI_APP_DEMO_MAILS_H

#include <stddef.h>

struct demo_mail {
	const char *name; /* "INBOX/0001.S.eml", "Lists/c-dev/0002.eml" */
	const unsigned char *data;
	size_t len;
};

extern const struct demo_mail demo_mails[]; /* by folder, then number */
extern const size_t demo_mails_count;

#endif
