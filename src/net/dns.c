#include "dns.h"

#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>

#include <idn2.h>

#include "util/mem.h"
#include "wait.h"

/* Shared by the thread that asks and the one that waits; whoever is last
 * frees it.  What comes after `done` is the waiter's once that is set; done_fd
 * wakes poll() for it. */
struct lookup {
	atomic_int refs;
	atomic_bool done;
	int done_fd;
	dns_resolver *how;
	void *ctx;
	char *name;
	uint16_t port;
	int rc;
	int sys_errno;
	struct addrs found;
};

static void
lookup_unref(struct lookup *l)
{
	if (atomic_fetch_sub(&l->refs, 1) != 1)
		return;
	if (l->done_fd >= 0)
		close(l->done_fd);
	free(l->name);
	free(l);
}

static void *
lookup_main(void *arg)
{
	struct lookup *l = arg;
	uint64_t one = 1;

	l->rc = l->how(l->ctx, l->name, l->port, &l->found);
	l->sys_errno = errno;
	atomic_store(&l->done, true);
	(void)!write(l->done_fd, &one, sizeof one);
	lookup_unref(l);
	return NULL;
}

/* Signals are for the thread that reads the terminal. */
static int
start_detached(void *(*run)(void *), void *arg)
{
	sigset_t all, old;
	pthread_attr_t attr;
	pthread_t thread;
	int rc;

	sigfillset(&all);
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	pthread_sigmask(SIG_BLOCK, &all, &old);
	rc = pthread_create(&thread, &attr, run, arg);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	pthread_attr_destroy(&attr);
	return rc;
}

static int
start_lookup(struct lookup *l, struct err *e)
{
	int rc;

	l->done_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (l->done_fd < 0)
		return err_errno(e, "look up %s", l->name);
	atomic_fetch_add(&l->refs, 1);
	rc = start_detached(lookup_main, l);
	if (rc != 0) {
		lookup_unref(l);
		return err_set(
		    e, ERR_SYS, "look up %s: %s", l->name, strerror(rc));
	}
	return 0;
}

static int
say_lookup(const struct lookup *l, const char *host, struct err *e)
{
	switch (l->rc) {
	case EAI_NONAME:
	case EAI_NODATA:
		return err_set(
		    e, ERR_NET, "look up %s: there is no such host", host);
	case EAI_AGAIN:
		return err_set(
		    e, ERR_NET, "look up %s: no answer from the DNS", host);
	case EAI_SYSTEM:
		return err_set(
		    e, ERR_NET, "look up %s: %s", host, strerror(l->sys_errno));
	default:
		return err_set(
		    e, ERR_NET, "look up %s: %s", host, gai_strerror(l->rc));
	}
}

int
dns_lookup(const char *host, const char *name, uint16_t port, dns_resolver *how,
    void *ctx, int64_t deadline, struct cancel *c, struct addrs *out,
    struct err *e)
{
	struct lookup *l = mem_zalloc(sizeof *l);
	int rc = -1;

	atomic_init(&l->refs, 1);
	l->how = how;
	l->ctx = ctx;
	l->name = mem_str(name);
	l->port = port;
	if (start_lookup(l, e) < 0)
		goto out;
	switch (wait_fd(l->done_fd, POLLIN, deadline, c)) {
	case WAIT_CANCEL:
		err_set(e, ERR_CANCEL, "look up %s: cancelled", host);
		goto out;
	case WAIT_TIMEOUT:
		err_set(e, ERR_NET, "look up %s: timed out", host);
		goto out;
	case WAIT_READY:
		break;
	}
	if (!atomic_load(&l->done)) {
		err_set(e, ERR_SYS, "look up %s: woken for nothing", host);
		goto out;
	}
	if (l->rc == 0 && l->found.n == 0)
		l->rc = EAI_NONAME;
	if (l->rc != 0) {
		say_lookup(l, host, e);
		goto out;
	}
	*out = l->found;
	rc = 0;
out:
	lookup_unref(l);
	return rc;
}

int
dns_system(void *ctx, const char *name, uint16_t port, struct addrs *out)
{
	struct addrinfo hints = {
	    .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
	struct addrinfo *list = NULL;
	char service[8];
	int rc;

	(void)ctx;
	snprintf(service, sizeof service, "%u", (unsigned)port);
	rc = getaddrinfo(name, service, &hints, &list);
	if (rc != 0)
		return rc;
	for (const struct addrinfo *ai = list;
	     ai != NULL && out->n < DNS_ADDRS_MAX; ai = ai->ai_next) {
		struct addr *a = &out->list[out->n];

		if (ai->ai_family != AF_INET && ai->ai_family != AF_INET6)
			continue;
		memcpy(&a->ss, ai->ai_addr, ai->ai_addrlen);
		a->len = ai->ai_addrlen;
		out->n++;
	}
	freeaddrinfo(list);
	return 0;
}

static bool
literal6(char *text, uint16_t port, struct addr *out)
{
	struct sockaddr_in6 in6 = {
	    .sin6_family = AF_INET6, .sin6_port = htons(port)};
	char *scope = strchr(text, '%');

	if (scope != NULL) {
		*scope++ = '\0';
		in6.sin6_scope_id = if_nametoindex(scope);
		if (in6.sin6_scope_id == 0)
			return false;
	}
	if (inet_pton(AF_INET6, text, &in6.sin6_addr) != 1)
		return false;
	memcpy(&out->ss, &in6, sizeof in6);
	out->len = sizeof in6;
	return true;
}

bool
dns_literal(const char *host, uint16_t port, struct addr *out)
{
	struct sockaddr_in in = {
	    .sin_family = AF_INET, .sin_port = htons(port)};
	size_t n = strlen(host);
	char text[64];

	memset(out, 0, sizeof *out);
	if (inet_pton(AF_INET, host, &in.sin_addr) == 1) {
		memcpy(&out->ss, &in, sizeof in);
		out->len = sizeof in;
		return true;
	}
	if (n >= 2 && host[0] == '[' && host[n - 1] == ']') {
		host++;
		n -= 2;
	}
	if (n >= sizeof text)
		return false;
	memcpy(text, host, n);
	text[n] = '\0';
	return literal6(text, port, out);
}

static bool
is_ascii_name(const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s <= ' ' || (unsigned char)*s >= 0x7f ||
		    strchr("/:@[]\\\"", *s) != NULL)
			return false;
	return true;
}

static bool
has_high_bytes(const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s >= 0x80)
			return true;
	return false;
}

char *
dns_ascii(const char *host, struct err *e)
{
	char *ascii = NULL, *name;
	size_t n;

	if (has_high_bytes(host)) {
		int rc = idn2_to_ascii_8z(
		    host, &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);

		if (rc != IDN2_OK) {
			err_set(e, ERR_INPUT, "%s is not a host's name: %s",
			    host, idn2_strerror(rc));
			return NULL;
		}
		name = mem_str(ascii);
		idn2_free(ascii);
	} else {
		name = mem_str(host);
	}
	n = strlen(name);
	if (n > 1 && name[n - 1] == '.')
		name[--n] = '\0';
	if (n == 0 || n > DNS_NAME_MAX || !is_ascii_name(name)) {
		err_set(e, ERR_INPUT, "\"%s\" is not a host's name", host);
		free(name);
		return NULL;
	}
	return name;
}

void
dns_interleave(struct addrs *a)
{
	struct addrs out = {.n = 0};
	bool used[DNS_ADDRS_MAX] = {false};
	sa_family_t want = a->n > 0 ? a->list[0].ss.ss_family : AF_UNSPEC;

	while (out.n < a->n) {
		int pick = -1;

		for (int i = 0; i < a->n; i++) {
			if (used[i])
				continue;
			if (pick < 0 || a->list[i].ss.ss_family == want)
				pick = i;
			if (a->list[i].ss.ss_family == want)
				break;
		}
		used[pick] = true;
		want = a->list[pick].ss.ss_family == AF_INET6 ? AF_INET
							      : AF_INET6;
		out.list[out.n++] = a->list[pick];
	}
	*a = out;
}
