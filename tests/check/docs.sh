# docs.sh ETUI TOP: config.example and man/ must be what the tables say now.
# To write them anew: etui --write-docs TOP
set -eu
etui=$1
top=$2
new=$(mktemp -d)
trap 'rm -rf "$new"' EXIT

"$etui" --write-docs "$new" </dev/null
status=0
for file in config.example man/etui.1 man/etui.conf.5 man/etui-keys.5; do
	diff -u "$top/$file" "$new/$file" || status=1
done
if [ $status -ne 0 ]; then
	echo "The tables have changed: run etui --write-docs in the top folder."
fi
exit $status
