/*
 * From keys to commands.  A prompt takes all keys; else they gather until the
 * keymap knows them as a command, or says that it never will.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui_int.h"
#include "util/mem.h"

#define CTRL(c) ((uint32_t)((c)&0x1f))

/* ---- prompts ---- */

static void
prompt_over(struct ui *ui, bool answered)
{
	struct prompt *p = ui->prompt[0];
	const struct front_ask *q = prompt_ask(p);

	/* Out of the way first: the answer may ask the next thing. */
	memmove(
	    ui->prompt, ui->prompt + 1, (PROMPTS_MAX - 1) * sizeof *ui->prompt);
	ui->prompt[PROMPTS_MAX - 1] = NULL;
	if (answered)
		prompt_remember(p);
	if (q->done != NULL)
		q->done(q->ctx, answered ? prompt_text(p) : NULL);
	prompt_free(p);
}

void
ui_drop_prompts(struct ui *ui)
{
	while (ui->prompt[0] != NULL)
		prompt_over(ui, false);
}

static void
to_prompt(struct ui *ui, uint32_t key)
{
	switch (prompt_key(ui->prompt[0], key)) {
	case PROMPT_GOES_ON:
		break;
	case PROMPT_DONE:
		prompt_over(ui, true);
		break;
	case PROMPT_GIVEN_UP:
		prompt_over(ui, false);
		break;
	}
}

/* ---- pasting ---- */

static bool
paste_key(struct ui *ui, uint32_t key)
{
	if (key == K_PASTE_BEGIN) {
		ui->pasting = true;
		ui->pasted = 0;
		ui->nkeys = 0;
		return true;
	}
	if (!ui->pasting)
		return false;
	if (key == K_PASTE_END) {
		ui->pasting = false;
		if (ui->pasted > 0)
			ui_say(ui, APP_WARN,
			    "Pasted text runs no commands; it was ignored");
	} else if (ui->prompt[0] != NULL) {
		prompt_paste(ui->prompt[0], key);
	} else {
		ui->pasted++;
	}
	return true;
}

/* ---- commands ---- */

static enum keymap_hit
look_up(const struct ui *ui, const char **command)
{
	return keymap_find(ui->app->keys, ui_top(ui)->ops->scope, ui->keys,
	    ui->nkeys, command);
}

static void
not_bound(struct ui *ui)
{
	const char *help = keymap_keys(
	    ui->app->keys, ui_top(ui)->ops->scope, "help");
	struct buf typed = BUF_INIT(SIZE_MAX);
	char said[240];

	ui_pending(ui, &typed);
	snprintf(said, sizeof said, "%s is not bound; press %s for help",
	    buf_text(&typed), help[0] != '\0' ? help : ":");
	ui_say(ui, APP_WARN, said);
	buf_free(&typed);
}

/* Esc, and later a key: the same as Alt with the key. */
static void
gather(struct ui *ui, uint32_t key)
{
	if (ui->nkeys > 0 && ui->keys[ui->nkeys - 1] == K_ESC &&
	    !(key & KEY_ALT))
		ui->keys[ui->nkeys - 1] = key | KEY_ALT;
	else if (ui->nkeys < KEYMAP_SEQ_MAX)
		ui->keys[ui->nkeys++] = key;
}

static void
run(struct ui *ui, const char *command)
{
	char *line = mem_str(command); /* a command may bind keys anew */

	ui->nkeys = 0;
	app_run(ui->app, &ui->front, line);
	free(line);
}

void
ui_cancel(struct ui *ui)
{
	uint32_t key = CTRL('G');
	const char *command;

	if (ui->prompt[0] != NULL) {
		to_prompt(ui, key);
		return;
	}
	ui->nkeys = 0;
	if (keymap_find(ui->app->keys, ui_top(ui)->ops->scope, &key, 1,
		&command) == KEYMAP_COMMAND)
		run(ui, command);
}

void
ui_key(struct ui *ui, uint32_t key)
{
	const char *command = NULL;

	if (key == K_FOCUS || paste_key(ui, key))
		return;
	if (ui->prompt[0] != NULL) {
		to_prompt(ui, key);
		return;
	}
	ui->say[0] = '\0';
	if (ui->nkeys > 0 && (key == CTRL('G') || key == CTRL('C'))) {
		ui->nkeys = 0;
		return;
	}
	gather(ui, key);
	switch (look_up(ui, &command)) {
	case KEYMAP_COMMAND:
		run(ui, command);
		return;
	case KEYMAP_PREFIX:
		return;
	case KEYMAP_NONE:
		break;
	}
	if (key == K_ESC && ui->nkeys < KEYMAP_SEQ_MAX)
		return; /* what comes next may be the other half of Alt */
	if (key == CTRL('C') && ui->nkeys == 1)
		ui_cancel(ui);
	else
		not_bound(ui);
	ui->nkeys = 0;
}

void
ui_pending(const struct ui *ui, struct buf *out)
{
	for (size_t i = 0; i < ui->nkeys; i++) {
		char text[24];

		key_text(ui->keys[i], text);
		buf_puts(out, text);
	}
}
