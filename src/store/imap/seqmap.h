/*
 * seqmap - which UID stands at which sequence number, for the newest part of
 * the folder that has been seen.
 *
 * Covers the numbers base .. top (both included; empty when base > top).
 * UIDs are 32 bits; 0 is "not heard yet".  Memory follows what was asked
 * for and answered, never what a server claims: only seqmap_cover() and
 * seqmap_set() at top + 1 make it larger, up to SEQMAP_MAX numbers.
 */
#ifndef ETUI_IMAP_SEQMAP_H
#define ETUI_IMAP_SEQMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/mkey.h"

#define SEQMAP_MAX (4 * 1024 * 1024)

struct seqmap {
	uint32_t *v; /* v[head] is the UID at base */
	size_t cap, head, n;
	uint64_t base;
};

/* Empty, for a folder of `exists` messages. */
void seqmap_reset(struct seqmap *m, uint64_t exists);
void seqmap_free(struct seqmap *m);
/* From now on the map reaches down to lo. */
void seqmap_cover(struct seqmap *m, uint64_t lo);
void seqmap_set(struct seqmap *m, uint64_t seq, uint64_t uid);
uint64_t seqmap_uid(const struct seqmap *m, uint64_t seq); /* 0: unknown */
/* The message at seq is gone; its UID, or 0 when it was not known. */
uint64_t seqmap_expunge(struct seqmap *m, uint64_t seq);
/* The messages of this range of UIDs are gone; how many numbers that was,
 * of those the map covers. */
uint64_t seqmap_vanish(struct seqmap *m, uint64_t lo, uint64_t hi);
/* n messages below the map went: everything moves down. */
void seqmap_shift(struct seqmap *m, uint64_t n);

#endif
