/*
 * relay - stands between the program and a server on loopback, and makes the
 * way longer: it adds half of a round trip in each direction, counts bytes and
 * turns, and can stop passing anything on.
 *
 * A turn is a send of the client after it has received something: the number
 * of times that the distance had to be paid for, the greeting included.
 */
#ifndef ETUI_TEST_RELAY_H
#define ETUI_TEST_RELAY_H

#include <stdbool.h>
#include <stdint.h>

struct relay;

struct relay_count {
	unsigned connections;
	unsigned turns; /* of the connection that had the most */
	uint64_t up, down;
};

/* rtt_ms: the round trip that it adds. */
struct relay *relay_start(uint16_t server_port, unsigned rtt_ms);
void relay_free(struct relay *r);
uint16_t relay_port(const struct relay *r);
/* Passed on since the start or the last relay_reset(). */
struct relay_count relay_count(struct relay *r);
void relay_reset(struct relay *r);
/* Keep connections open and pass nothing on; what comes meanwhile waits. */
void relay_stall(struct relay *r, bool on);
/* Cut all connections; new ones are taken. */
void relay_cut(struct relay *r);

#endif
