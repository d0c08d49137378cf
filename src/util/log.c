#include "util/log.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "util/buf.h"
#include "util/utf8.h"

#define LINE_MAX_BYTES 2048

/* The log sink: one for the whole program, by its nature. */
static struct {
	pthread_mutex_t lock; /* so that nobody writes to a closed file */
	atomic_int fd;        /* -1: no log */
} log_sink = {PTHREAD_MUTEX_INITIALIZER, -1};

int
log_open(const char *path, struct err *e)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

	if (fd < 0)
		return err_errno(e, "open the log %s", path);
	log_close();
	atomic_store(&log_sink.fd, fd);
	return 0;
}

static void
stamp(struct buf *out, const char *room)
{
	char when[32];
	struct timespec now;
	struct tm tm;

	clock_gettime(CLOCK_REALTIME, &now);
	localtime_r(&now.tv_sec, &tm);
	strftime(when, sizeof when, "%H:%M:%S", &tm);
	buf_printf(out, "%s.%03ld %-6s ", when, now.tv_nsec / 1000000, room);
}

void
log_line(const char *room, const char *fmt, ...)
{
	struct buf line = BUF_INIT(8 * LINE_MAX_BYTES);
	char text[LINE_MAX_BYTES];
	const int keep = errno;
	va_list ap;
	int fd;

	if (atomic_load_explicit(&log_sink.fd, memory_order_relaxed) < 0)
		return;
	va_start(ap, fmt);
	if (vsnprintf(text, sizeof text, fmt, ap) < 0)
		text[0] = '\0';
	va_end(ap);
	stamp(&line, room);
	/* A log is read on a terminal too. */
	utf8_clean(&line, text, strlen(text), CLEAN_LINE);
	buf_putc(&line, '\n');
	pthread_mutex_lock(&log_sink.lock);
	fd = atomic_load(&log_sink.fd);
	if (fd >= 0 && write(fd, line.data, line.len) < 0)
		atomic_store(
		    &log_sink.fd, -1); /* a log must not take mail down */
	pthread_mutex_unlock(&log_sink.lock);
	buf_free(&line);
	errno = keep;
}

void
log_close(void)
{
	int fd;

	pthread_mutex_lock(&log_sink.lock);
	fd = atomic_exchange(&log_sink.fd, -1);
	if (fd >= 0)
		close(fd);
	pthread_mutex_unlock(&log_sink.lock);
}
