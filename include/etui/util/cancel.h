/*
 * cancel - "stop what you are doing", said from another thread.
 *
 * The one thing besides the database that two threads share about a job.
 * It carries an eventfd so that poll() wakes at once.  Counted references:
 * each side drops its own.  cancel_set() is safe from any thread.
 */
#ifndef ETUI_UTIL_CANCEL_H
#define ETUI_UTIL_CANCEL_H

#include <stdbool.h>

struct cancel;

struct cancel *cancel_new(void);
struct cancel *cancel_ref(struct cancel *c); /* NULL gives NULL */
void cancel_unref(struct cancel *c);
void cancel_set(struct cancel *c);
void cancel_reset(struct cancel *c);        /* owner only, while nobody waits */
bool cancel_is_set(const struct cancel *c); /* NULL is never set */
int cancel_fd(const struct cancel *c);      /* readable once set; -1 for NULL */

#endif
