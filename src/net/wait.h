/*
 * wait - the one way this room waits for a descriptor: until it is ready, the
 * deadline has passed, or the work was cancelled.
 */
#ifndef ETUI_NET_WAIT_H
#define ETUI_NET_WAIT_H

#include <stddef.h>
#include <stdint.h>

#include <poll.h>

#include "util/cancel.h"

enum waited { WAIT_READY, WAIT_TIMEOUT, WAIT_CANCEL };

#define WAIT_FDS_MAX 24

/* deadline in os_now_ms() time, -1: none.  fds[0..n-1] are polled, with
 * revents filled in; n < WAIT_FDS_MAX. */
enum waited wait_any(
    struct pollfd *fds, size_t n, int64_t deadline, struct cancel *c);
enum waited wait_fd(int fd, short events, int64_t deadline, struct cancel *c);

#endif
