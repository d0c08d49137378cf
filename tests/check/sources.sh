# sources.sh CHECK TOP: what the sources themselves must keep to.
#   layers   rooms see lower levels, libraries stand behind their doors
#   banned   calls and constructs that the house does not write
#   sizes    functions of 80 lines, files of 600
#   format   .clang-format, as clang-format 14 reads it (77: another version)
set -eu
check=$1
top=$2
here=$(cd "$(dirname "$0")" && pwd)
cd "$top"

files() {
	find "$@" -name '*.[ch]' -type f | sort
}

case $check in
layers)
	files src include/etui | xargs awk -f "$here/layers.awk"
	;;
banned)
	files src include/etui | xargs awk -f "$here/strip.awk" |
		awk -f "$here/banned.awk"
	;;
sizes)
	files src include/etui tests | xargs awk -f "$here/sizes.awk"
	;;
format)
	tool=$(command -v clang-format-14 || command -v clang-format) || {
		echo "skipped: clang-format is not installed"
		exit 77
	}
	case $("$tool" --version) in
	*"version 14."*) ;;
	*)
		echo "skipped: the sources are formatted by clang-format 14"
		exit 77
		;;
	esac
	files src include tests | xargs "$tool" --dry-run -Werror
	;;
*)
	echo "unknown check: $check" >&2
	exit 2
	;;
esac
