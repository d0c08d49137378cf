/*
 * dns - from a host's name to addresses.
 *
 * getaddrinfo() cannot be interrupted, so it runs on a detached thread whose
 * answer is dropped when nobody waits for it any more.
 */
#ifndef ETUI_NET_DNS_H
#define ETUI_NET_DNS_H

#include <stdbool.h>
#include <stdint.h>

#include <sys/socket.h>

#include "util/cancel.h"
#include "util/err.h"

#define DNS_ADDRS_MAX 16
#define DNS_NAME_MAX  253

struct addr {
	struct sockaddr_storage ss;
	socklen_t len;
};

struct addrs {
	struct addr list[DNS_ADDRS_MAX];
	int n;
};

/*
 * Fills in out and returns 0, or one of getaddrinfo()'s errors.  Runs on a
 * thread of its own and may outlive the call that started it, so ctx must last
 * as long.
 */
typedef int dns_resolver(
    void *ctx, const char *name, uint16_t port, struct addrs *out);
int dns_system(void *ctx, const char *name, uint16_t port, struct addrs *out);

/* An address literal, with or without [ ] and a scope: no look-up needed. */
bool dns_literal(const char *host, uint16_t port, struct addr *out);
/* The ASCII form of a name for look-up, SNI and certificates, without a final
 * dot; yours.  ERR_INPUT when it cannot be a host's name. */
char *dns_ascii(const char *host, struct err *e);

/* host is what the error calls it, name what is looked up. */
int dns_lookup(const char *host, const char *name, uint16_t port,
    dns_resolver *how, void *ctx, int64_t deadline, struct cancel *c,
    struct addrs *out, struct err *e) MUST_CHECK;

/* Families in turn, beginning with that of the first (RFC 8305 section 4). */
void dns_interleave(struct addrs *a);

#endif
