# globals.sh LIBRARY...: no variable of the program may change behind its
# back.  Lists what stands in .data and .bss of our own objects (read-only
# tables are elsewhere) and is not in the list of exceptions below.
set -eu
allowed='
log_sink     where log lines go: one for the process
quit_signal  set by a signal handler, read by the loop
'
command -v objdump >/dev/null || {
	echo "skipped: objdump is not installed"
	exit 77
}
for library in "$@"; do
	[ -f "$library" ] || {
		echo "$library: not built"
		exit 1
	}
done
for library in "$@"; do
	objdump -t "$library"
done | awk -v allowed="$allowed" '
	BEGIN {
		n = split(allowed, line, "\n")
		for (i = 1; i <= n; i++)
			if (split(line[i], word, /[ \t]+/))
				ok[word[1]] = 1
	}
	/file format/ { object = $1 }
	# a sized object in a writable section
	/ O (\.data|\.bss|\.tdata|\.tbss)/ && !/\.data\.rel\.ro/ {
		name = $NF
		sub(/\.[0-9]+$/, "", name)
		if (!(name in ok)) {
			print object " " name ": a mutable global"
			failed = 1
		}
	}
	END { exit failed }'
