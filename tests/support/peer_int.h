/* What peer.c (listening, threads, verdict) and peer_script.c (what scripts
 * call) share. */
#ifndef ETUI_TEST_PEER_INT_H
#define ETUI_TEST_PEER_INT_H

#include <pthread.h>
#include <setjmp.h>

#include "peer.h"

struct peer_conn {
	struct peer *peer;
	struct peer_conn *next;
	pthread_t thread;
	jmp_buf end; /* where a script goes that cannot go on */
	int index;
	int fd;
	SSL *ssl;
	char in[16384]; /* read and not yet consumed */
	size_t in_len;
	char tags[26][64];
	char *got; /* all the client sent; under peer->lock */
	size_t got_len, got_cap;
	bool ended;
};

struct peer {
	struct peer_opts opts;
	peer_script *script;
	void *ctx;
	int listen_fd;
	int stop_fd; /* eventfd, readable once peer_stop() was called */
	int filler[4];
	uint16_t port;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct peer_conn *conns;
	int count;
	char failure[1024];
};

void peer_note_received(struct peer_conn *c, const void *p, size_t n);
/* Wait for the socket: 1 ready, 0 timeout, -1 peer_stop() was called. */
int peer_poll(struct peer_conn *c, short events, int timeout_ms);
_Noreturn void peer_end(struct peer_conn *c);
void peer_hang_up(struct peer_conn *c, bool reset);
/* More bytes into c->in: >0 how many, 0 end or error, -1 timeout or stop. */
int peer_fill(struct peer_conn *c, int timeout_ms);

#endif
