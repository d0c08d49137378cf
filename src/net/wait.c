#include "wait.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "util/os.h"

/* Milliseconds for poll(), rounded so that it never ends early. */
static int
left(int64_t deadline)
{
	int64_t ms;

	if (deadline < 0)
		return -1;
	ms = deadline - os_now_ms();
	if (ms < 0)
		return 0;
	return ms >= INT_MAX ? INT_MAX : (int)ms + 1;
}

enum waited
wait_any(struct pollfd *fds, size_t n, int64_t deadline, struct cancel *c)
{
	struct pollfd all[WAIT_FDS_MAX];

	assert(n < WAIT_FDS_MAX);
	if (n > 0)
		memcpy(all, fds, n * sizeof *all);
	all[n] = (struct pollfd){.fd = cancel_fd(c), .events = POLLIN};
	for (;;) {
		int rc;

		if (cancel_is_set(c))
			return WAIT_CANCEL;
		rc = poll(all, (nfds_t)n + 1, left(deadline));
		if (cancel_is_set(c))
			return WAIT_CANCEL;
		if (rc < 0 && errno != EINTR && errno != EAGAIN)
			return WAIT_TIMEOUT;
		if (rc > 0 && !(rc == 1 && all[n].revents != 0)) {
			memcpy(fds, all, n * sizeof *all);
			return WAIT_READY;
		}
		if (deadline >= 0 && os_now_ms() >= deadline)
			return WAIT_TIMEOUT;
	}
}

enum waited
wait_fd(int fd, short events, int64_t deadline, struct cancel *c)
{
	struct pollfd one = {.fd = fd, .events = events};

	return wait_any(&one, 1, deadline, c);
}
