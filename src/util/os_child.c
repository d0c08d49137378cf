/*
 * Children.  posix_spawn rather than fork: it does not copy the page tables
 * of a process with a large cache (opening an account waits for a password
 * command), and nothing but system calls runs between the two programs while
 * other threads may hold locks.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os_int.h"
#include "util/mem.h"
#include "util/os.h"
#include "util/utf8.h"

#define STDERR_MAX       4096
#define QUOTE_MAX        120
#define READ_CHUNK       4096
#define COMPLAINT_CHUNKS 16  /* read at a time */
#define GRACE_MS         200 /* between SIGTERM and SIGKILL */
#define NO_PIDFD_MS      20  /* how often to look where pidfds are not known */

/* What os_capture holds while a command runs. */
struct capture {
	pid_t pid;
	int pidfd, outfd, errfd; /* -1: none, or ended */
	struct cancel *cancel;
	int64_t end; /* -1: no time limit */
	struct buf *out;
	struct buf complaint;
	int status;
	bool exited;
};

static int
spawn_attributes(posix_spawnattr_t *a, short flags)
{
	sigset_t all, none;

	sigfillset(&all);
	sigemptyset(&none);
	return posix_spawnattr_setsigdefault(a, &all) != 0 ||
		       posix_spawnattr_setsigmask(a, &none) != 0 ||
		       posix_spawnattr_setpgroup(a, 0) != 0 ||
		       posix_spawnattr_setflags(
			   a, (short)(flags | POSIX_SPAWN_SETSIGDEF |
				      POSIX_SPAWN_SETSIGMASK)) != 0
		   ? -1
		   : 0;
}

/* fd[i] becomes descriptor i; -1 keeps ours, -2 is /dev/null.  Returns 0 or
 * an errno value. */
static int
spawn(const char *const argv[], const int fd[3], short flags, pid_t *pid)
{
	posix_spawn_file_actions_t acts;
	posix_spawnattr_t attr;
	char **args;
	int rc = 0;

	memcpy(&args, &argv, sizeof args); /* the old const trouble of exec */
	posix_spawn_file_actions_init(&acts);
	posix_spawnattr_init(&attr);
	for (int i = 0; i < 3 && rc == 0; i++) {
		if (fd[i] == -2)
			rc = posix_spawn_file_actions_addopen(
			    &acts, i, "/dev/null", O_RDWR, 0);
		else if (fd[i] >= 0)
			rc = posix_spawn_file_actions_adddup2(&acts, fd[i], i);
	}
	if (rc == 0)
		rc = posix_spawn_file_actions_addclosefrom_np(&acts, 3);
	if (rc == 0 && spawn_attributes(&attr, flags) < 0)
		rc = EINVAL;
	if (rc == 0)
		rc = posix_spawnp(pid, argv[0], &acts, &attr, args, environ);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&acts);
	return rc;
}

/* Descriptors 0..2 may be closed in us; a pipe that landed there would be
 * overwritten by the dup2 of another. */
static int
high_pipe(int fd[2])
{
	int low[2];

	if (pipe2(low, O_CLOEXEC) < 0)
		return -1;
	fd[0] = fcntl(low[0], F_DUPFD_CLOEXEC, 3);
	fd[1] = fcntl(low[1], F_DUPFD_CLOEXEC, 3);
	close(low[0]);
	close(low[1]);
	if (fd[0] >= 0 && fd[1] >= 0)
		return 0;
	if (fd[0] >= 0)
		close(fd[0]);
	if (fd[1] >= 0)
		close(fd[1]);
	fd[0] = fd[1] = -1;
	return -1;
}

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static int
start(struct capture *c, const char *command, struct err *e)
{
	const char *const argv[] = {"/bin/sh", "-c", command, NULL};
	int out[2] = {-1, -1}, complain[2] = {-1, -1}, rc;

	if (high_pipe(out) < 0 || high_pipe(complain) < 0) {
		err_errno(e, "open a pipe");
		close_fd(&out[0]);
		close_fd(&out[1]);
		return -1;
	}
	fcntl(out[0], F_SETFL, O_NONBLOCK);
	fcntl(complain[0], F_SETFL, O_NONBLOCK);
	rc = spawn(argv, (const int[3]){-2, out[1], complain[1]},
	    POSIX_SPAWN_SETPGROUP, &c->pid);
	close(out[1]);
	close(complain[1]);
	c->outfd = out[0];
	c->errfd = complain[0];
	if (rc != 0) {
		errno = rc;
		return err_errno(e, "start /bin/sh");
	}
	c->pidfd = pidfd_open(c->pid, 0);
	return 0;
}

static void
reap(struct capture *c, int flags)
{
	pid_t got;

	if (c->exited)
		return;
	do
		got = waitpid(c->pid, &c->status, flags);
	while (got < 0 && errno == EINTR);
	if (got == c->pid)
		c->exited = true;
	else if (got < 0) { /* somebody took it: we cannot know how it ended */
		c->exited = true;
		c->status = 0;
	}
}

/* Read what is there; -1 when out is full. */
static int
drain(int *fd, struct buf *into, bool keep_all, struct err *e)
{
	char chunk[READ_CHUNK];
	int rc = 0;
	ssize_t n;

	for (int i = 0; *fd >= 0 && rc == 0; i++) {
		if (!keep_all && i == COMPLAINT_CHUNKS)
			break; /* endless complaints must not eat the clock */
		n = read(*fd, chunk, sizeof chunk);
		if (n > 0 && keep_all)
			rc = buf_add(into, chunk, (size_t)n, e);
		else if (n > 0)
			(void)!buf_add(into, chunk, (size_t)n, NULL);
		else if (n == 0 || (errno != EINTR && errno != EAGAIN))
			close_fd(fd);
		else if (errno == EAGAIN)
			break;
	}
	mem_wipe(chunk, sizeof chunk); /* it may have been a password */
	return rc;
}

static int
time_left(int64_t end)
{
	int64_t left;

	if (end < 0)
		return -1;
	left = end - os_now_ms();
	return left < 0 ? 0 : (int)left;
}

/* Until the command has ended: its own end counts, not that of something it
 * left behind with our pipe open (gpg-agent does that). */
static int
follow(struct capture *c, struct err *e)
{
	while (!c->exited) {
		struct pollfd p[] = {
		    {.fd = c->outfd, .events = POLLIN},
		    {.fd = c->errfd, .events = POLLIN},
		    {.fd = c->pidfd, .events = POLLIN},
		    {.fd = cancel_fd(c->cancel), .events = POLLIN},
		};
		int wait = time_left(c->end);

		if (cancel_is_set(c->cancel))
			return err_set(e, ERR_CANCEL, "cancelled");
		if (wait == 0)
			return err_set(e, ERR_SYS, "no answer in time");
		if (c->pidfd < 0 && (wait < 0 || wait > NO_PIDFD_MS))
			wait = NO_PIDFD_MS;
		poll(p, 4, wait);
		reap(c, WNOHANG);
		if (drain(&c->outfd, c->out, true, e) < 0)
			return err_wrap(e, "output");
		drain(&c->errfd, &c->complaint, false, NULL);
	}
	return 0;
}

/* Ask the whole group to end, then make it. */
static void
stop(struct capture *c)
{
	int64_t end = os_now_ms() + GRACE_MS;

	kill(-c->pid, SIGTERM);
	for (reap(c, WNOHANG); !c->exited && os_now_ms() < end;
	     reap(c, WNOHANG)) {
		struct pollfd p = {.fd = c->pidfd, .events = POLLIN};

		poll(&p, 1, c->pidfd < 0 ? NO_PIDFD_MS : time_left(end));
	}
	kill(-c->pid, SIGKILL);
	reap(c, 0);
}

/* ": first line of what it wrote to stderr", fit for a screen. */
static char *
quote(const struct buf *complaint)
{
	struct buf line = BUF_INIT(4 * STDERR_MAX);
	const char *s = buf_text(complaint);
	size_t n, keep;

	s += strspn(s, " \t\r\n");
	n = strcspn(s, "\r\n");
	buf_puts(&line, n > 0 ? ": " : "");
	utf8_clean(&line, s, n, CLEAN_LINE);
	keep = utf8_fit(buf_text(&line), line.len, QUOTE_MAX, NULL);
	if (keep < line.len) {
		buf_cut(&line, keep);
		buf_puts(&line, "...");
	}
	return buf_take(&line);
}

static const char *
signal_name(int sig)
{
	const char *name = sigdescr_np(sig);

	return name ? name : "unknown";
}

static int
verdict(const struct capture *c, struct err *e)
{
	char *said;

	if (WIFEXITED(c->status) && WEXITSTATUS(c->status) == 0)
		return 0;
	said = quote(&c->complaint);
	if (WIFEXITED(c->status))
		err_set(e, ERR_SYS, "exit status %d%s", WEXITSTATUS(c->status),
		    said);
	else
		err_set(e, ERR_SYS, "ended by signal %d (%s)%s",
		    WTERMSIG(c->status), signal_name(WTERMSIG(c->status)),
		    said);
	free(said);
	return -1;
}

int
os_capture(const char *command, int timeout_ms, struct cancel *cancel,
    struct buf *out, struct err *e)
{
	struct capture c = {
	    .pidfd = -1,
	    .outfd = -1,
	    .errfd = -1,
	    .cancel = cancel,
	    .end = timeout_ms < 0 ? -1 : os_now_ms() + timeout_ms,
	    .out = out,
	    .complaint = BUF_INIT(STDERR_MAX),
	};
	const size_t before = out->len;
	int rc = start(&c, command, e);

	if (rc == 0) {
		rc = follow(&c, e);
		if (rc < 0)
			stop(&c);
		else
			rc = verdict(&c, e);
	}
	if (rc < 0 && out->data) {
		mem_wipe(out->data + before, out->len - before);
		buf_cut(out, before);
	}
	close_fd(&c.pidfd);
	close_fd(&c.outfd);
	close_fd(&c.errfd);
	buf_wipe(&c.complaint);
	return rc;
}

/* The input as a file that only exists in memory: it can be of any size
 * without anybody having to write while the child reads, and a child that
 * does not read it all raises no SIGPIPE here. */
static int
input_fd(const void *in, size_t n, struct err *e)
{
	int fd = memfd_create("etui-input", MFD_CLOEXEC);

	if (fd < 0)
		return err_errno(e, "make room for the input");
	if (os_write_all(fd, in, n) < 0 || lseek(fd, 0, SEEK_SET) < 0) {
		err_errno(e, "make room for the input");
		close(fd);
		return -1;
	}
	return fd;
}

int
os_run(const char *const argv[], const void *in, size_t in_len, int *status,
    struct err *e)
{
	int fd = -1, rc, st;
	pid_t pid;

	if (in) {
		fd = input_fd(in, in_len, e);
		if (fd < 0)
			return -1;
	}
	rc = spawn(argv, (const int[3]){fd, -1, -1}, 0, &pid);
	close_fd(&fd);
	if (rc != 0) {
		errno = rc;
		return err_errno(e, "start %s", argv[0]);
	}
	while (waitpid(pid, &st, 0) < 0)
		if (errno != EINTR)
			return err_errno(e, "wait for %s", argv[0]);
	*status = st;
	return 0;
}
