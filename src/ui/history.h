/*
 * history - what was answered at prompts before, by class ("search",
 * "command", ...), kept in $XDG_STATE_HOME/etui/history between runs.
 *
 * Bounded: HISTORY_PER_CLASS newest of a class, lines over HISTORY_LINE_MAX
 * are not kept.  Whoever asks for a secret gives no class.
 */
#ifndef ETUI_UI_HISTORY_H
#define ETUI_UI_HISTORY_H

#include <stddef.h>

#include "util/err.h"

#define HISTORY_PER_CLASS 200
#define HISTORY_CLASSES   16
#define HISTORY_LINE_MAX  1000
#define HISTORY_FILE_MAX  (4u << 20)

struct history;

/* path NULL: memory only.  A file that cannot be read is no history. */
struct history *history_open(const char *path);
/* Writes the file when something was added. */
int history_save(struct history *h, struct err *e) MUST_CHECK;
void history_free(struct history *h);

void history_add(struct history *h, const char *class, const char *line);
/* 0 is the newest; NULL behind the oldest; borrowed until the next add. */
const char *history_at(const struct history *h, const char *class, size_t back);

#endif
