/*
 * json - writes JSON text: one line per value, strings escaped, invalid UTF-8
 * replaced, what acts on a terminal written as \u escapes.  For --json;
 * reading is for a later need.
 *
 *	struct json j;
 *	json_init(&j, &out);
 *	json_open(&j, NULL, '{');
 *	json_str(&j, "folder", "INBOX");
 *	json_close(&j);
 */
#ifndef ETUI_UTIL_JSON_H
#define ETUI_UTIL_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "util/buf.h"

struct json {
	struct buf *out;
	char stack[32];
	int depth;
	bool first;
};

void json_init(struct json *j, struct buf *out);
/* kind is '{' or '['; in arrays key is NULL, here and below. */
void json_open(struct json *j, const char *key, char kind);
void json_close(struct json *j);
/* val NULL is null. */
void json_str(struct json *j, const char *key, const char *val);
void json_strn(struct json *j, const char *key, const char *val, size_t n);
void json_int(struct json *j, const char *key, int64_t val);
void json_bool(struct json *j, const char *key, bool val);
void json_null(struct json *j, const char *key);

#endif
