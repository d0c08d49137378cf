#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "util/mem.h"
#include "util/os.h"

static char *
home(void)
{
	const char *h = getenv("HOME");
	struct passwd pw, *found = NULL;
	char space[4096];

	if (h && *h == '/')
		return mem_str(h);
	if (getpwuid_r(getuid(), &pw, space, sizeof space, &found) == 0 &&
	    found)
		return mem_str(found->pw_dir);
	return mem_str("/");
}

char *
os_dir(enum os_dir which)
{
	static const struct {
		const char *var, *fallback;
	} dirs[] = {
	    [OS_CONFIG] = {"XDG_CONFIG_HOME", ".config/etui"},
	    [OS_CACHE] = {"XDG_CACHE_HOME", ".cache/etui"},
	    [OS_DATA] = {"XDG_DATA_HOME", ".local/share/etui"},
	    [OS_STATE] = {"XDG_STATE_HOME", ".local/state/etui"},
	    /* the standard names none for the last */
	    [OS_RUNTIME] = {"XDG_RUNTIME_DIR", ".cache/etui/run"},
	};
	const char *set = getenv(dirs[which].var);
	char *h, *path;

	/* XDG: a path that is not absolute is to be ignored. */
	if (set && *set == '/')
		return mem_printf("%s/etui", set);
	h = home();
	path = mem_printf("%s/%s", h, dirs[which].fallback);
	free(h);
	return path;
}

char *
os_expand(const char *path)
{
	const char *rest, *value;
	char *name, *out;

	if (path[0] == '~' && (path[1] == '/' || path[1] == '\0')) {
		name = home();
		out = mem_printf("%s%s", name, path + 1);
		free(name);
		return out;
	}
	if (path[0] != '$')
		return mem_str(path);
	rest = path + 1 +
	       strspn(path + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				"abcdefghijklmnopqrstuvwxyz"
				"0123456789_");
	if (*rest != '/' && *rest != '\0')
		return mem_str(path);
	name = mem_strn(path + 1, (size_t)(rest - path - 1));
	value = getenv(name);
	free(name);
	return value ? mem_printf("%s%s", value, rest) : mem_str(path);
}

int64_t
os_now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t
os_time(void)
{
	return (int64_t)time(NULL);
}
