/* Scripts as text: see peer_play() in peer.h. */
#include "peer_int.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE = 8192 };

/* "%a rest": the tag that was captured under a, and where the rest begins. */
static const char *
tag_of(struct peer_conn *c, const char *text, const char **rest)
{
	if (text[0] == '%' && text[1] >= 'a' && text[1] <= 'z') {
		*rest = text + 2;
		return peer_tag(c, text[1]);
	}
	*rest = text;
	return "";
}

/* \r \n \0 \\ \xHH */
static size_t
unescape(const char *s, char *out)
{
	size_t n = 0;

	for (; *s != '\0'; s++) {
		if (s[0] != '\\' || s[1] == '\0') {
			out[n++] = *s;
			continue;
		}
		s++;
		if (*s == 'r') {
			out[n++] = '\r';
		} else if (*s == 'n') {
			out[n++] = '\n';
		} else if (*s == '0') {
			out[n++] = '\0';
		} else if (*s == 'x' && s[1] != '\0' && s[2] != '\0') {
			char hex[3] = {s[1], s[2], '\0'};

			out[n++] = (char)strtol(hex, NULL, 16);
			s += 2;
		} else {
			out[n++] = *s;
		}
	}
	return n;
}

static void
expect(struct peer_conn *c, const char *glob)
{
	char plain[LINE];
	char *tag = NULL;

	if (glob[0] == '%' && glob[1] >= 'a' && glob[1] <= 'z') {
		tag = peer_tag(c, glob[1]);
		snprintf(plain, sizeof plain, "%%%s", glob + 2);
		glob = plain;
	}
	peer_expect_line(c, glob, tag);
}

static void
play_line(struct peer_conn *c, const char *line)
{
	const char *rest, *tag;
	char raw[LINE];

	if (strncmp(line, "S: ", 3) == 0) {
		tag = tag_of(c, line + 3, &rest);
		peer_send(c, "%s%s\r\n", tag, rest);
	} else if (strncmp(line, "S- ", 3) == 0) {
		tag = tag_of(c, line + 3, &rest);
		peer_send_raw(c, tag, strlen(tag));
		peer_send_raw(c, raw, unescape(rest, raw));
	} else if (strncmp(line, "C: ", 3) == 0) {
		expect(c, line + 3);
	} else if (strcmp(line, "TLS") == 0) {
		if (!peer_start_tls(c, c->peer->opts.cert))
			peer_end(c);
	} else if (strncmp(line, "STALL ", 6) == 0) {
		peer_stall(c, (int)strtol(line + 6, NULL, 10));
	} else if (strcmp(line, "WAIT") == 0) {
		peer_wait_hangup(c);
	} else if (strcmp(line, "CLOSE") == 0) {
		peer_close(c);
		peer_end(c);
	} else if (strcmp(line, "RESET") == 0) {
		peer_reset(c);
		peer_end(c);
	} else {
		peer_fail(c, "not a line of a play: \"%s\"", line);
	}
}

void
peer_play(struct peer_conn *c, const char *play)
{
	char line[LINE];

	while (*play != '\0') {
		size_t n = strcspn(play, "\n");

		if (n >= sizeof line)
			peer_fail(c, "a line of a play is too long");
		memcpy(line, play, n);
		line[n] = '\0';
		play += n;
		if (*play == '\n')
			play++;
		if (n > 0)
			play_line(c, line);
	}
}
