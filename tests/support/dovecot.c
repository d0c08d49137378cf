/*
 * The server runs in the foreground as our child, the leader of a process
 * group that holds all it starts, so that one signal freezes or ends it all.
 * Ports are asked of the kernel and may be taken before Dovecot binds them;
 * then another pair is tried.
 */
#include "dovecot.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fail.h"
#include "imapline.h"
#include "scratch.h"

#define START_MS 15000
#define STOP_MS  5000

struct dovecot {
	char *dir;
	struct tls_files *tls;
	struct dovecot_opts opts;
	uint16_t port, tls_port;
	uid_t uid;
	gid_t gid;
	pid_t pid; /* 0: not running */
};

static const char *
program(void)
{
	static const char *const places[] = {
	    "/usr/sbin/dovecot", "/usr/local/sbin/dovecot", "/usr/bin/dovecot"};

	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
		if (access(places[i], X_OK) == 0)
			return places[i];
	return NULL;
}

bool
dovecot_installed(void)
{
	return program() != NULL;
}

/* Mail belongs to nobody when root runs the tests: Dovecot refuses root. */
static void
choose_user(struct dovecot *d)
{
	struct passwd *pw;

	d->uid = geteuid();
	d->gid = getegid();
	if (d->uid != 0)
		return;
	pw = getpwnam("nobody");
	if (!pw)
		fail_because("no user nobody on this machine");
	d->uid = pw->pw_uid;
	d->gid = pw->pw_gid;
}

/* Who Dovecot's own processes run as, when nobody may change that. */
static void
write_users(FILE *f)
{
	struct passwd *pw = getpwuid(geteuid());
	struct group *gr = getgrgid(getegid());

	if (geteuid() == 0)
		return;
	if (!pw || !gr)
		fail_because("this user has no name");
	fprintf(f,
	    "default_internal_user = %s\n"
	    "default_internal_group = %s\n"
	    "default_login_user = %s\n",
	    pw->pw_name, gr->gr_name, pw->pw_name);
}

static void
write_mail(FILE *f, const struct dovecot *d)
{
	static const char *const special[] = {
	    "Archive", "Drafts", "Junk", "Sent", "Trash"};

	fprintf(f,
	    "mail_uid = %u\nmail_gid = %u\n"
	    "first_valid_uid = 1\nfirst_valid_gid = 1\n"
	    "mail_home = %s/mail/%%u\nmail_location = %s\n"
	    "mail_fsync = never\nmail_max_userip_connections = 100\n",
	    (unsigned)d->uid, (unsigned)d->gid, d->dir,
	    d->opts.mdbox ? "mdbox:~/mdbox" : "maildir:~/Maildir");
	fprintf(f,
	    "passdb {\n  driver = static\n  args = password=pass\n}\n"
	    "userdb {\n  driver = static\n"
	    "  args = uid=%u gid=%u home=%s/mail/%%u\n}\n",
	    (unsigned)d->uid, (unsigned)d->gid, d->dir);
	fprintf(f, "namespace inbox {\n  inbox = yes\n  separator = /\n");
	for (size_t i = 0; i < sizeof special / sizeof special[0]; i++)
		fprintf(f,
		    "  mailbox %s {\n    auto = create\n"
		    "    special_use = \\%s\n  }\n",
		    special[i], special[i]);
	fprintf(f, "}\n");
}

static void
write_listeners(FILE *f, const struct dovecot *d)
{
	fprintf(f, "service imap-login {\n  chroot =\n");
	fprintf(f, "  inet_listener imap {\n    port = %u\n  }\n", d->port);
	fprintf(f, "  inet_listener imaps {\n    port = %u\n%s  }\n}\n",
	    d->opts.no_tls ? 0u : d->tls_port,
	    d->opts.no_tls ? "" : "    ssl = yes\n");
	if (d->opts.no_tls)
		fprintf(f, "ssl = no\n");
	else
		fprintf(f, "ssl = yes\nssl_cert = <%s\nssl_key = <%s\n",
		    tls_files_cert(d->tls, d->opts.cert),
		    tls_files_key(d->tls, d->opts.cert));
	/* A wrong password is answered at once, each time. */
	fprintf(f,
	    "auth_failure_delay = 0\n"
	    "service anvil {\n  chroot =\n"
	    "  unix_listener anvil-auth-penalty {\n    mode = 0\n  }\n}\n"
	    "service stats {\n  chroot =\n"
	    "  unix_listener stats-writer {\n    mode = 0666\n  }\n}\n");
}

static void
write_config(const struct dovecot *d)
{
	char *path = scratch_printf("%s/dovecot.conf", d->dir);
	FILE *f = fopen(path, "w");

	if (!f)
		fail_because("write %s: %s", path, strerror(errno));
	fprintf(f,
	    "base_dir = %s/run\nstate_dir = %s/state\nlog_path = %s/log\n"
	    "protocols = imap\nlisten = 127.0.0.1, ::1\n"
	    "disable_plaintext_auth = no\nauth_mechanisms = %s\n"
	    "default_vsz_limit = 2G\n",
	    d->dir, d->dir, d->dir,
	    d->opts.mechanisms ? d->opts.mechanisms : "plain login");
	write_users(f);
	write_mail(f, d);
	write_listeners(f, d);
	if (d->opts.capability)
		fprintf(f, "imap_capability = %s\n", d->opts.capability);
	if (d->opts.compress)
		fprintf(f, "protocol imap {\n  mail_plugins = imap_zlib\n}\n");
	if (d->opts.extra)
		fprintf(f, "%s\n", d->opts.extra);
	if (fclose(f) != 0)
		fail_because("write %s: %s", path, strerror(errno));
	free(path);
}

static pid_t
launch(const struct dovecot *d)
{
	char *conf = scratch_printf("%s/dovecot.conf", d->dir);
	char *out = scratch_printf("%s/output", d->dir);
	pid_t parent = getpid(), pid = fork();

	if (pid < 0)
		fail_because("fork: %s", strerror(errno));
	if (pid == 0) {
		int fd = open(out, O_WRONLY | O_CREAT | O_APPEND, 0600);
		int null = open("/dev/null", O_RDONLY);

		setpgid(0, 0);
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		if (getppid() != parent)
			_exit(1);
		dup2(null, 0);
		dup2(fd, 1);
		dup2(fd, 2);
		for (int i = 3; i < 256; i++)
			close(i);
		execl(program(), "dovecot", "-F", "-c", conf, (char *)NULL);
		_exit(127);
	}
	setpgid(pid, pid);
	free(out);
	free(conf);
	return pid;
}

/* Wait until it greets; false: it has ended, its ports being taken. */
static bool
greets(struct dovecot *d)
{
	int64_t end = scratch_ms() + START_MS;
	struct imapline c;

	while (scratch_ms() < end) {
		if (scratch_ended(d->pid, 0))
			return false;
		if (imapline_open(&c, d->port)) {
			imapline_close(&c);
			return true;
		}
		scratch_sleep_ms(20);
	}
	return false;
}

static void
explain(const struct dovecot *d)
{
	char *path = scratch_printf("%s/output", d->dir);
	char *out = scratch_exists(path) ? scratch_read(path, NULL) : NULL;
	char *log = dovecot_log(d);

	fail_because(
	    "Dovecot does not start: %.1500s%.1500s", out ? out : "", log);
}

void
dovecot_again(struct dovecot *d)
{
	for (int tries = 0; tries < 3; tries++) {
		write_config(d);
		d->pid = launch(d);
		if (greets(d))
			return;
		dovecot_stop(d);
		/* A restart must keep its ports: wait for them. */
		scratch_sleep_ms(300);
	}
	explain(d);
}

struct dovecot *
dovecot_start(const struct dovecot_opts *o)
{
	struct dovecot *d = calloc(1, sizeof *d);
	char *mail;

	if (!d)
		abort();
	if (!program())
		fail_because("Dovecot is not installed");
	d->opts = *o;
	d->dir = scratch_dir();
	d->tls = tls_files_new();
	choose_user(d);
	mail = scratch_printf("%s/mail", d->dir);
	scratch_mkdirs(mail);
	if (geteuid() == 0 && chown(mail, d->uid, d->gid) < 0)
		fail_because("chown %s: %s", mail, strerror(errno));
	free(mail);
	for (int tries = 0; tries < 5; tries++) {
		d->port = scratch_port();
		d->tls_port = scratch_port();
		write_config(d);
		d->pid = launch(d);
		if (greets(d))
			return d;
		dovecot_stop(d);
	}
	explain(d);
	return NULL;
}

void
dovecot_stop(struct dovecot *d)
{
	if (!d->pid)
		return;
	kill(-d->pid, SIGCONT);
	if (!scratch_ended(d->pid, 0)) {
		kill(d->pid, SIGTERM);
		scratch_ended(d->pid, STOP_MS);
	}
	/* The group is ours until its leader is reaped. */
	kill(-d->pid, SIGKILL);
	waitpid(d->pid, NULL, 0);
	d->pid = 0;
}

void
dovecot_use_cert(struct dovecot *d, enum test_cert cert)
{
	d->opts.cert = cert;
}

void
dovecot_free(struct dovecot *d)
{
	if (!d)
		return;
	/* Nobody will read this mail again: no need for a slow farewell. */
	if (d->pid)
		kill(-d->pid, SIGKILL);
	dovecot_stop(d);
	tls_files_free(d->tls);
	scratch_remove(d->dir);
	free(d);
}

void
dovecot_freeze(struct dovecot *d, bool on)
{
	kill(-d->pid, on ? SIGSTOP : SIGCONT);
}

uint16_t
dovecot_port(const struct dovecot *d)
{
	return d->port;
}

uint16_t
dovecot_tls_port(const struct dovecot *d)
{
	return d->tls_port;
}

const char *
dovecot_ca(const struct dovecot *d)
{
	return tls_files_ca(d->tls);
}

const char *
dovecot_dir(const struct dovecot *d)
{
	return d->dir;
}

char *
dovecot_maildir(const struct dovecot *d, const char *user)
{
	return scratch_printf(
	    "%s/mail/%s/%s", d->dir, user, d->opts.mdbox ? "mdbox" : "Maildir");
}

char *
dovecot_log(const struct dovecot *d)
{
	char *path = scratch_printf("%s/log", d->dir), *text;

	text = scratch_exists(path) ? scratch_read(path, NULL)
				    : scratch_printf("%s", "");
	free(path);
	return text;
}

static void
enter(struct dovecot *d, struct imapline *c, const char *user)
{
	if (!imapline_open(c, d->port))
		fail_because("connect to Dovecot on port %u", d->port);
	imapline_login(c, user);
}

void
dovecot_append(struct dovecot *d, const char *user, const char *folder,
    const char *flags, const char *date, const char *message, size_t n)
{
	struct imapline c;
	char *line;

	enter(d, &c, user);
	line = scratch_printf("a APPEND \"%s\" (%s) %s%s%s{%zu}\r\n", folder,
	    flags ? flags : "", date ? "\"" : "", date ? date : "",
	    date ? "\" " : "", n);
	imapline_send(&c, line, strlen(line));
	imapline_await_go(&c);
	imapline_send(&c, message, n);
	imapline_send(&c, "\r\n", 2);
	free(imapline_await(&c, "a"));
	free(line);
	imapline_close(&c);
}

/* Message number i, as dovecot_fill() promises it; yours. */
static char *
filler(unsigned i, char date[40])
{
	time_t t = 1767225600 + (time_t)i * 60; /* 1 January 2026 */
	char header[40];
	struct tm tm;

	gmtime_r(&t, &tm);
	strftime(date, 40, "%d-%b-%Y %H:%M:%S +0000", &tm);
	strftime(header, sizeof header, "%a, %d %b %Y %H:%M:%S +0000", &tm);
	return scratch_printf("From: Sender %u <s%u@example.org>\r\n"
			      "To: Ann Example <ann@example.org>\r\n"
			      "Subject: Message %u\r\n"
			      "Date: %s\r\n"
			      "Message-ID: <%u@fill.example>\r\n"
			      "MIME-Version: 1.0\r\n"
			      "Content-Type: text/plain; charset=utf-8\r\n"
			      "\r\n"
			      "This is the body of message %u.\r\n",
	    i % 10, i % 10, i, header, i, i);
}

void
dovecot_fill(struct dovecot *d, const char *user, const char *folder,
    unsigned first, unsigned n)
{
	struct imapline c;
	char *line, *text, date[40];

	enter(d, &c, user);
	line = scratch_printf("a APPEND \"%s\"", folder);
	imapline_send(&c, line, strlen(line));
	free(line);
	/* One MULTIAPPEND, LITERAL+: no turn for each message. */
	for (unsigned i = first; i < first + n; i++) {
		text = filler(i, date);
		line = scratch_printf(
		    " () \"%s\" {%zu+}\r\n%s", date, strlen(text), text);
		imapline_send(&c, line, strlen(line));
		free(line);
		free(text);
	}
	imapline_send(&c, "\r\n", 2);
	free(imapline_await(&c, "a"));
	imapline_close(&c);
}

char *
dovecot_ask(struct dovecot *d, const char *user, const char *folder,
    const char *command)
{
	struct imapline c;
	char *line, *answer;

	enter(d, &c, user);
	if (folder) {
		line = scratch_printf("SELECT \"%s\"", folder);
		free(imapline_do(&c, line));
		free(line);
	}
	answer = imapline_do(&c, command);
	imapline_close(&c);
	return answer;
}
