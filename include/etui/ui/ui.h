/*
 * ui - the full-screen program: what main calls.
 *
 *	ui_prepare();                 first of all, before any thread
 *	app_open(&opts, &app, &err)
 *	code = ui_run(app, &err);
 *	app_close(app);
 *
 * Threads: the caller's is the UI thread from then on.
 */
#ifndef ETUI_UI_UI_H
#define ETUI_UI_UI_H

#include "app/app.h"
#include "util/buf.h"

/* Blocks the signals that the loop reads from a descriptor, so that threads
 * started later inherit it, and ignores SIGPIPE.  Only for the full-screen
 * program: a command line tool wants its ^C. */
void ui_prepare(void);

/* What [color] and index-format say, checked: "file:line: what, nearest". */
int ui_check_config(const struct config *c, struct err *e) MUST_CHECK;

/*
 * Runs until the person quits, the terminal goes away (SIGHUP, end of file)
 * or SIGTERM; gives the terminal back as it was.  Returns the exit code; with
 * 1, e says why the terminal cannot be used.
 */
int ui_run(struct app *a, struct err *e);

/* The first screen as text, for a demo without a terminal: waits (bounded)
 * until the folder's first page is there. */
int ui_first_screen_text(
    struct app *a, unsigned w, unsigned h, struct buf *out);

#endif
