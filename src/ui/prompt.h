/*
 * prompt - one line of text asked for at the bottom of the screen: emacs
 * keys, history, completion with a list above the line, pasting, secrets.
 *
 * A prompt is fed keys and says when it is over; it knows no loop and no
 * terminal.
 */
#ifndef ETUI_UI_PROMPT_H
#define ETUI_UI_PROMPT_H

#include "app/app.h"
#include "canvas.h"
#include "history.h"

#define PROMPT_MAX    8000 /* bytes of text */
#define CHOICES_SHOWN 10   /* lines of the completion list */
#define CHOICES_MAX   2000

enum prompt_end { PROMPT_GOES_ON, PROMPT_DONE, PROMPT_GIVEN_UP };

struct prompt;

/* Copies what q points to; the history is borrowed. */
struct prompt *prompt_new(const struct front_ask *q, struct history *h);
void prompt_free(struct prompt *p);
enum prompt_end prompt_key(struct prompt *p, uint32_t key);
/* Pasted text goes in as it is, line ends as blanks. */
void prompt_paste(struct prompt *p, uint32_t key);
const char *prompt_text(const struct prompt *p);
/* Put the answer into the history (not secrets), as Enter does. */
void prompt_remember(struct prompt *p);
const struct front_ask *prompt_ask(const struct prompt *p);
/* Rows that it takes: more than one where what is asked is long. */
unsigned prompt_rows(const struct prompt *p, unsigned w, unsigned max);
/* Draw with its last row at y, the completion list above; puts the cursor. */
void prompt_draw(struct prompt *p, struct canvas *c, unsigned y);

#endif
