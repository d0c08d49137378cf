# selftest.sh: every check must see what it is there to see.  Plants one
# violation at a time in a small tree of its own.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
failed=0

# A tree in which all is well.
clean() {
	rm -rf "$tree/src" "$tree/include" "$tree/tests"
	mkdir -p "$tree/src/util" "$tree/src/db" "$tree/src/ui" \
		"$tree/src/net" "$tree/include/etui/util" \
		"$tree/include/etui/db" "$tree/tests"
	printf '#ifndef ETUI_ERR_H\n#include <stddef.h>\n#endif\n' \
		>"$tree/include/etui/util/err.h"
	printf '#include "util/err.h"\n' >"$tree/include/etui/db/db.h"
	printf '#include "util/err.h"\n' >"$tree/src/util/err.c"
	printf '#include <sqlite3.h>\n\n#include "util/err.h"\n' \
		>"$tree/src/db/db.c"
	printf '#include <curses.h>\n' >"$tree/src/ui/curses.c"
	printf 'int n; /* strcpy(a, b); */\nchar *s = "gets(x) // \\" atoi(y)";\n' \
		>"$tree/src/net/dial.c"
	printf '#include "ui/ui.h"\n' >"$tree/src/main.c"
	cp "$here/../../.clang-format" "$tree/" 2>/dev/null || :
}

passes() {
	out=$(sh "$here/sources.sh" "$1" "$tree" 2>&1) || {
		[ $? -eq 77 ] && return
		echo "$1: fails where all is well: $out"
		failed=1
	}
}

# caught CHECK FILE TEXT WORD: TEXT added to FILE must fail with WORD.
caught() {
	clean
	mkdir -p "$(dirname "$tree/$2")"
	printf "$3\n" >>"$tree/$2"
	out=$(sh "$here/sources.sh" "$1" "$tree" 2>&1) && {
		echo "$1: does not see in $2: $3"
		failed=1
		return
	}
	case $out in
	*skipped*) ;;
	*"$4"*) ;;
	*)
		echo "$1: sees '$3' but does not say '$4': $out"
		failed=1
		;;
	esac
}

clean
for check in layers banned sizes format; do
	passes $check
done
caught layers src/util/err.c '#include "db/db.h"' 'util may not see db'
caught layers src/db/db.c '#include "store/store.h"' 'db may not see store'
caught layers include/etui/util/err.h '#include "net/x.h"' 'util may not see'
caught layers src/db/db.c '#include <openssl/ssl.h>' 'door of net'
caught layers src/net/dial.c '  #  include <sqlite3.h>' 'door of db'
caught layers src/ui/index.c '#include <curses.h>' 'already'
caught layers src/db/db.c '#include <ncurses.h>' 'door of ui'
caught layers src/db/db.c '#include "gone.h"' 'no such private header'
caught layers src/db/db.c '#include "../util/err.h"' 'not a contract'
caught layers src/db/db.c '#include <lmdb.h>' 'no door for'
caught layers src/main.c '#include <sqlite3.h>' 'door of db'
caught layers src/main.c '#include "db/db.h"' 'main.c picks'
caught layers src/misc/x.c 'int n;' 'not a room'
caught banned src/net/dial.c 'x = strcpy(a, b);' 'strcpy is banned'
caught banned src/net/dial.c 'x = atoi (b);' 'atoi is banned'
caught banned src/net/dial.c 'setlocale(LC_ALL, s);' 'setlocale'
caught banned src/net/dial.c 'goto fail;' 'goto leads'
caught banned src/net/dial.c '#ifdef __linux__' 'compat'
caught banned src/net/dial.c 'char c = 0; /* a\n */ gets(s);' 'gets is banned'
long='int\nf(void)\n{\n'
i=0
while [ $i -lt 81 ]; do
	long="$long\tg();\n"
	i=$((i + 1))
done
caught sizes src/net/dial.c "$long}" 'f has 82 lines'
caught format src/net/dial.c 'int  f( void ){return 0 ;}' 'clang-format'

# globals looks at objects, not at sources.
globals_of() {
	printf '%s\n' "$1" >"$tree/g.c"
	${CC:-cc} -c -o "$tree/g.o" "$tree/g.c" &&
		sh "$here/globals.sh" "$tree/g.o"
}
out=$(globals_of 'static const char *const t[] = { "a" }; int log_sink;
	const void *f(void); const void *f(void) { return t; }') || {
	echo "globals: fails where all is well: $out"
	failed=1
}
if out=$(globals_of 'int f(void); int f(void) { static int n; return ++n; }')
then
	echo "globals: does not see a static in a function"
	failed=1
fi
exit $failed
