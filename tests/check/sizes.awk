# Prints functions over 80 lines and files over 600 (tests may be longer).  A function is what
# stands between a "{" and a "}" in the first column.
function bad(line, why)
{
	print FILENAME ":" line ": " why
	failed = 1
}

FNR == 601 && FILENAME !~ /^tests\// { bad(FNR, "over 600 lines: does it still have one subject?") }
/^[a-z_][A-Za-z0-9_]*\(/ { name = $0; sub(/\(.*/, "", name) }
/^\{/ { begin = FNR }
/^\}/ {
	if (begin && FNR - begin > 80)
		bad(begin, name " has " FNR - begin " lines, over 80")
	begin = 0
}

END { exit failed }
