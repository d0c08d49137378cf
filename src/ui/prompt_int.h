/*
 * The inside of a prompt, shared by its editing (prompt.c), its completion
 * (complete.c) and its drawing.
 */
#ifndef ETUI_UI_PROMPT_INT_H
#define ETUI_UI_PROMPT_INT_H

#include "prompt.h"

struct prompt {
	struct front_ask q; /* strings owned */
	struct history *hist;
	/* Fixed, so that a secret leaves no copies behind in the heap. */
	char text[PROMPT_MAX + 1];
	size_t n, cur;
	size_t left; /* first byte shown */
	char *killed;

	size_t back; /* entries gone back in the history; 0: at the line */
	char *line;  /* the line as it was before going back */

	bool searching; /* ^R */
	char needle[128];

	char **choice; /* completion */
	size_t nchoices, chosen, choice_top;
	bool cycling; /* `chosen` is in the text */
	size_t keep;  /* bytes of the text before what choices replace */
};

/* Replace bytes [from, to) with s; cuts at PROMPT_MAX. */
void prompt_splice(
    struct prompt *p, size_t from, size_t to, const char *s, size_t n);
void prompt_complete(struct prompt *p, int dir);
void prompt_close_choices(struct prompt *p);

#endif
