#include "home.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fail.h"
#include "scratch.h"

#define ARGS_MAX 32
#define ENV_MAX  32

struct home {
	char *dir;
	char *program;
	char *config; /* text so far */
	char *env[ENV_MAX + 1];
	size_t nenv;
	struct rusage usage;
};

void
home_env(struct home *h, const char *assignment)
{
	size_t name = strcspn(assignment, "=") + 1;

	for (size_t i = 0; i < h->nenv; i++)
		if (strncmp(h->env[i], assignment, name) == 0) {
			free(h->env[i]);
			h->env[i] = scratch_printf("%s", assignment);
			return;
		}
	if (h->nenv == ENV_MAX)
		fail_because("too many variables");
	h->env[h->nenv++] = scratch_printf("%s", assignment);
}

/* Sanitizers are told how to behave by the environment. */
static void
pass_on(struct home *h, const char *name)
{
	const char *value = getenv(name);
	char *s;

	if (!value)
		return;
	s = scratch_printf("%s=%s", name, value);
	home_env(h, s);
	free(s);
}

struct home *
home_new(const char *program)
{
	static const char *const folders[] = {
	    ".config/etui", ".cache", ".local/share", ".local/state", "run"};
	struct home *h = calloc(1, sizeof *h);
	char *s;

	if (!h)
		abort();
	h->dir = scratch_dir();
	h->program = scratch_printf("%s", program);
	for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
		s = home_file(h, folders[i]);
		scratch_mkdirs(s);
		free(s);
	}
	home_env(h, "TERM=xterm-256color");
	home_env(h, "LANG=C.UTF-8");
	home_env(h, "TZ=UTC");
	home_env(h, "PATH=/usr/local/bin:/usr/bin:/bin");
	s = scratch_printf("HOME=%s", h->dir);
	home_env(h, s);
	free(s);
	s = scratch_printf("XDG_RUNTIME_DIR=%s/run", h->dir);
	home_env(h, s);
	free(s);
	pass_on(h, "ASAN_OPTIONS");
	pass_on(h, "UBSAN_OPTIONS");
	pass_on(h, "TSAN_OPTIONS");
	home_config(h, "");
	return h;
}

void
home_free(struct home *h)
{
	if (!h)
		return;
	for (size_t i = 0; i < h->nenv; i++)
		free(h->env[i]);
	scratch_remove(h->dir);
	free(h->program);
	free(h->config);
	free(h);
}

char *
home_file(const struct home *h, const char *below)
{
	return scratch_printf("%s/%s", h->dir, below);
}

void
home_config(struct home *h, const char *text)
{
	char *path = home_file(h, ".config/etui/config");
	char *copy = scratch_printf("%s", text);

	free(h->config);
	h->config = copy;
	scratch_write(path, copy, strlen(copy));
	free(path);
}

void
home_account(struct home *h, const char *name, const struct dovecot *d,
    const char *user, const char *tls, const char *more)
{
	bool implicit = strcmp(tls, "implicit") == 0;
	char *text = scratch_printf("%s[account %s]\n"
				    "name = Ann Example\n"
				    "address = %s@example.org\n"
				    "receive = imap\n"
				    "receive-host = localhost\n"
				    "receive-port = %u\n"
				    "receive-tls = %s\n"
				    "tls-ca-file = %s\n"
				    "user = %s\n"
				    "password-command = echo pass\n%s\n",
	    h->config, name, user,
	    implicit ? dovecot_tls_port(d) : dovecot_port(d), tls,
	    dovecot_ca(d), user, more ? more : "");

	home_config(h, text);
	free(text);
}

void
home_forget_cache(struct home *h)
{
	scratch_remove(home_file(h, ".cache/etui"));
}

static void
collect(struct home *h, const char *argv[ARGS_MAX + 2], va_list ap)
{
	size_t n = 0;
	const char *arg;

	argv[n++] = h->program;
	while ((arg = va_arg(ap, const char *)) != NULL) {
		if (n == ARGS_MAX)
			fail_because("too many arguments");
		argv[n++] = arg;
	}
	argv[n] = NULL;
	h->env[h->nenv] = NULL;
}

struct term *
home_start(struct home *h, unsigned cols, unsigned rows, ...)
{
	const char *argv[ARGS_MAX + 2];
	va_list ap;

	va_start(ap, rows);
	collect(h, argv, ap);
	va_end(ap);
	return term_start(argv, (const char *const *)h->env, cols, rows);
}

static void
run_child(
    struct home *h, const char *const argv[], const char *out, const char *diag)
{
	int in = open("/dev/null", O_RDONLY);
	int o = open(out, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	int d = open(diag, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	setsid(); /* no controlling terminal either */
	dup2(in, 0);
	dup2(o, 1);
	dup2(d, 2);
	execve(argv[0], (char *const *)argv, h->env);
	_exit(127);
}

static void
give(const char *path, char **out)
{
	if (out)
		*out = scratch_read(path, NULL);
}

int
home_run(struct home *h, char **out, char **diag, ...)
{
	char *o = home_file(h, "stdout"), *d = home_file(h, "stderr");
	const char *argv[ARGS_MAX + 2];
	int status;
	va_list ap;
	pid_t pid;

	va_start(ap, diag);
	collect(h, argv, ap);
	va_end(ap);
	pid = fork();
	if (pid < 0)
		fail_because("fork: %s", strerror(errno));
	if (pid == 0)
		run_child(h, argv, o, d);
	if (!scratch_ended(pid, 300000)) {
		scratch_stop(pid, 0);
		fail_because("%s does not end", h->program);
	}
	wait4(pid, &status, 0, &h->usage);
	give(o, out);
	give(d, diag);
	free(o);
	free(d);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

const struct rusage *
home_usage(const struct home *h)
{
	return &h->usage;
}
