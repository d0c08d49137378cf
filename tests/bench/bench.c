/*
 * bench - how fast is it here, and does the size of a mailbox matter?
 *
 *	etui_bench [MESSAGES]
 *
 * Runs the program against a Dovecot of its own with 1,000 messages and with
 * MESSAGES (100,000), and prints both and their ratio.  Figures compare within
 * one run on one machine; nothing is asserted.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dovecot.h"
#include "home.h"
#include "relay.h"
#include "scratch.h"
#include "term.h"

#define SMALL 1000
#define KEYS  300

struct figures {
	double cold_ms, far_ms, warm_ms;
	unsigned far_turns;
	double far_kb;
	double sync_wall, sync_cpu, sync_mb;
	double key_p50, key_p99, key_bytes, arrow_bytes;
	size_t idle_bytes;
};

static struct dovecot *server;

static struct home *
home_for(const char *user, uint16_t port, const char *top)
{
	struct home *h = home_new(ETUI_PROGRAM);
	char *text = scratch_printf("sync-messages = all\n%s\n"
				    "[account work]\n"
				    "address = ann@example.org\n"
				    "receive = imap\n"
				    "receive-host = 127.0.0.1\n"
				    "receive-port = %u\n"
				    "receive-tls = none\n"
				    "user = %s\n"
				    "password-command = echo pass\n",
	    top, port, user);

	home_config(h, text);
	free(text);
	return h;
}

/* From the start of the process to the newest message on the screen. */
static double
open_ms(struct home *h, const char *newest, struct term **out)
{
	int64_t begin = scratch_ms();
	struct term *t = home_start(h, 120, 40, NULL);

	term_expect(t, newest);
	*out = t;
	return (double)(scratch_ms() - begin);
}

static void
leave(struct term *t)
{
	term_keys(t, "q");
	term_wait_exit(t, 30000);
}

static int
order(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void
measure_keys(struct term *t, struct figures *f)
{
	double ms[KEYS], sum = 0;
	size_t bytes;

	term_settle(t, 1000);
	for (size_t i = 0; i < KEYS; i++) {
		/* Down over the page and back, so that most keys move the bar
		 * and few turn the page. */
		ms[i] = term_cost(t, i / 30 % 2 ? "k" : "j", 20, &bytes);
		sum += (double)bytes;
	}
	qsort(ms, KEYS, sizeof ms[0], order);
	f->key_p50 = ms[KEYS / 2];
	f->key_p99 = ms[KEYS * 99 / 100];
	f->key_bytes = sum / KEYS;
}

static void
measure_opens(const char *user, const char *newest, struct figures *f)
{
	struct relay *r = relay_start(dovecot_port(server), 100);
	struct home *near = home_for(user, dovecot_port(server), "");
	struct home *far = home_for(user, relay_port(r), "");
	struct relay_count n;
	struct term *t;

	f->cold_ms = open_ms(near, newest, &t);
	leave(t);
	f->far_ms = open_ms(far, newest, &t);
	n = relay_count(r);
	f->far_turns = n.turns;
	f->far_kb = (double)n.down / 1000;
	leave(t);
	home_free(far);
	relay_free(r);
	home_free(near);
}

static void
measure_sync(struct home *h, struct figures *f)
{
	int64_t begin = scratch_ms();
	const struct rusage *u;
	int status = home_run(h, NULL, NULL, "sync", NULL);

	if (status != 0)
		fprintf(stderr, "etui sync: exit %d\n", status);
	u = home_usage(h);
	f->sync_wall = (double)(scratch_ms() - begin) / 1000;
	f->sync_cpu = (double)(u->ru_utime.tv_sec + u->ru_stime.tv_sec) +
		      (double)(u->ru_utime.tv_usec + u->ru_stime.tv_usec) / 1e6;
	f->sync_mb = (double)u->ru_maxrss / 1024;
}

static void
measure_warm(struct home *h, const char *newest, struct figures *f)
{
	double best = 1e9, ms;
	size_t before, after;
	struct term *t;

	for (int i = 0; i < 5; i++) {
		ms = open_ms(h, newest, &t);
		if (ms < best)
			best = ms;
		if (i < 4)
			leave(t);
	}
	f->warm_ms = best;
	measure_keys(t, f);
	term_settle(t, 1000);
	term_output(t, &before);
	term_read(t, 10000);
	term_output(t, &after);
	f->idle_bytes = after - before;
	leave(t);
}

static void
measure_arrow(struct home *h, const char *newest, struct figures *f)
{
	struct figures arrow;
	struct term *t;

	open_ms(h, newest, &t);
	term_keys(t, ":set cursor arrow\r");
	measure_keys(t, &arrow);
	f->arrow_bytes = arrow.key_bytes;
	leave(t);
}

static struct figures
measure(const char *user, unsigned count)
{
	char *newest = scratch_printf("Message %u", count);
	struct figures f = {0};
	struct home *h;

	dovecot_fill(server, user, "INBOX", 1, count);
	h = home_for(user, dovecot_port(server), "");
	measure_opens(user, newest, &f);
	measure_sync(h, &f);
	measure_warm(h, newest, &f);
	measure_arrow(h, newest, &f);
	home_free(h);
	free(newest);
	return f;
}

static void
line(const char *what, double small, double large)
{
	printf("%-44s %10.2f %10.2f", what, small, large);
	if (small > 0)
		printf(" %9.2f", large / small);
	printf("\n");
}

int
main(int argc, char **argv)
{
	unsigned count = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10)
				  : 100000;
	struct figures a, b;

	if (!dovecot_installed())
		return 77;
	server = dovecot_start(&(struct dovecot_opts){.mdbox = true});
	a = measure("small", SMALL);
	b = measure("large", count);
	printf("%-44s %10u %10u %9s\n", "messages", SMALL, count, "ratio");
	line("cold open, ms", a.cold_ms, b.cold_ms);
	line("cold open over 100 ms, ms", a.far_ms, b.far_ms);
	line("  turns to the newest page", a.far_turns, b.far_turns);
	line("  kB received to the newest page", a.far_kb, b.far_kb);
	line("warm open, ms (best of 5)", a.warm_ms, b.warm_ms);
	line("all headers: wall, s", a.sync_wall, b.sync_wall);
	line("all headers: CPU, s", a.sync_cpu, b.sync_cpu);
	line("all headers: peak memory, MB", a.sync_mb, b.sync_mb);
	line("key to screen, p50, ms", a.key_p50, b.key_p50);
	line("key to screen, p99, ms", a.key_p99, b.key_p99);
	line("  bytes a key", a.key_bytes, b.key_bytes);
	line("  bytes a key, cursor = arrow", a.arrow_bytes, b.arrow_bytes);
	line(
	    "idle for 10 s: bytes", (double)a.idle_bytes, (double)b.idle_bytes);
	dovecot_free(server);
	return 0;
}
