/*
 * trace - what crossed the wire of one connection, with secrets replaced.
 *
 * A bounded ring of lines (TRACE_MAX_BYTES); also appended to a file when
 * one was asked for.  The stream writes it and other threads may read it.
 */
#ifndef ETUI_NET_TRACE_H
#define ETUI_NET_TRACE_H

#include <stdbool.h>
#include <stddef.h>

#include "util/err.h"

#define TRACE_MAX_BYTES (256 * 1024)

struct trace;

enum trace_dir { TRACE_IN, TRACE_OUT, TRACE_NOTE };

struct trace *trace_new(const char *name);
struct trace *trace_ref(struct trace *t);
void trace_unref(struct trace *t);
int trace_to_file(struct trace *t, const char *path, struct err *e);
/* Bytes as they pass; split into lines inside.  `hidden`: they carry a
 * secret, "[hidden]" is recorded instead of each line. */
void trace_bytes(
    struct trace *t, enum trace_dir dir, const void *p, size_t n, bool hidden);
void trace_note(struct trace *t, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Calls fn for each line, oldest first, cleaned for the terminal. */
void trace_each(struct trace *t,
    void (*fn)(void *ctx, enum trace_dir dir, double seconds, const char *line),
    void *ctx);

#endif
