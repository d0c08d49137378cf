#include "scratch.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fail.h"

char *
scratch_printf(const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	if (vasprintf(&s, fmt, ap) < 0)
		abort();
	va_end(ap);
	return s;
}

char *
scratch_dir(void)
{
	const char *tmp = getenv("TMPDIR");
	char *dir = scratch_printf(
	    "%s/etui-test.XXXXXX", tmp && *tmp ? tmp : "/tmp");

	/* 0755, since a server that runs as another user must pass. */
	if (!mkdtemp(dir) || chmod(dir, 0755) < 0)
		fail_because("create %s: %s", dir, strerror(errno));
	return dir;
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	remove(path);
	return 0;
}

void
scratch_remove(char *dir)
{
	if (!dir)
		return;
	nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(dir);
}

void
scratch_mkdirs(const char *path)
{
	char *p = scratch_printf("%s", path);

	for (char *s = p + 1; *s; s++) {
		if (*s != '/')
			continue;
		*s = '\0';
		mkdir(p, 0755);
		*s = '/';
	}
	if (mkdir(p, 0755) < 0 && errno != EEXIST)
		fail_because("create %s: %s", p, strerror(errno));
	free(p);
}

void
scratch_write(const char *path, const void *p, size_t n)
{
	FILE *f = fopen(path, "wb");

	if (!f || fwrite(p, 1, n, f) != n || fclose(f) != 0)
		fail_because("write %s: %s", path, strerror(errno));
}

char *
scratch_read(const char *path, size_t *n)
{
	FILE *f = fopen(path, "rb");
	size_t len = 0, cap = 4096, got;
	char *s = malloc(cap + 1);

	if (!f || !s)
		fail_because("read %s: %s", path, strerror(errno));
	while ((got = fread(s + len, 1, cap - len, f)) > 0) {
		len += got;
		if (len < cap)
			continue;
		cap *= 2;
		s = realloc(s, cap + 1);
		if (!s)
			abort();
	}
	fclose(f);
	s[len] = '\0';
	if (n)
		*n = len;
	return s;
}

bool
scratch_exists(const char *path)
{
	return access(path, F_OK) == 0;
}

int
scratch_run(const char *const argv[])
{
	pid_t child = fork();
	int status;

	if (child < 0)
		fail_because("fork: %s", strerror(errno));
	if (child == 0) {
		int fd = open("/dev/null", O_RDWR);

		dup2(fd, 0);
		dup2(fd, 1);
		dup2(fd, 2);
		execvp(argv[0], (char *const *)argv);
		_exit(127);
	}
	if (!scratch_ended(child, 60000)) {
		scratch_stop(child, 0);
		fail_because("%s did not end in a minute", argv[0]);
	}
	waitpid(child, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

uint16_t
scratch_port(void)
{
	struct sockaddr_in a = {.sin_family = AF_INET};
	socklen_t len = sizeof a;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof a) < 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &len) < 0)
		fail_because("find a free port: %s", strerror(errno));
	close(fd);
	return ntohs(a.sin_port);
}

int64_t
scratch_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void
scratch_sleep_ms(int ms)
{
	struct timespec t = {ms / 1000, (long)(ms % 1000) * 1000000};

	nanosleep(&t, NULL);
}

bool
scratch_ended(pid_t child, int ms)
{
	int64_t end = scratch_ms() + ms;
	siginfo_t si;

	for (;;) {
		si.si_pid = 0;
		if (waitid(P_PID, (id_t)child, &si,
			WEXITED | WNOHANG | WNOWAIT) < 0 ||
		    si.si_pid == child)
			return true;
		if (scratch_ms() >= end)
			return false;
		scratch_sleep_ms(10);
	}
}

int
scratch_stop(pid_t child, int ms)
{
	int status = 0;

	if (!scratch_ended(child, 0)) {
		kill(child, SIGTERM);
		kill(child, SIGCONT);
		if (!scratch_ended(child, ms))
			kill(child, SIGKILL);
	}
	waitpid(child, &status, 0);
	return status;
}
