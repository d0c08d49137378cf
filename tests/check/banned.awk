# Reads the output of strip.awk and prints what the house does not write.
BEGIN {
	split("strcpy strcat strncpy strncat stpcpy sprintf vsprintf strtok " \
	    "gets atoi atol atoll atof system popen alloca localtime gmtime " \
	    "ctime asctime signal vfork tmpnam tempnam mktemp tmpfile rand " \
	    "srand sscanf scanf fscanf setbuf usleep putenv setenv strdupa " \
	    "siglongjmp longjmp setjmp", words, " ")
	for (i = 1; i in words; i++)
		banned[words[i]] = 1
}

function bad(why)
{
	print file ":" line ": " why
	failed = 1
}

{
	match($0, /^[^:]*:[0-9]+:/)
	split($0, part, ":")
	file = part[1]
	line = part[2]
	s = substr($0, RLENGTH + 1)

	if (s ~ /^[ \t]*#[ \t]*(if|ifdef|ifndef|elif)($|[^a-z])/ &&
	    file !~ /compat/ && !(file ~ /\.h$/ && s ~ /^#ifndef ETUI_/))
		bad("conditional code belongs in a compat file")
	if (match(s, /(^|[^A-Za-z0-9_])goto[ \t]+[A-Za-z0-9_]+/)) {
		to = substr(s, RSTART, RLENGTH)
		sub(/.*[ \t]/, "", to)
		if (to != "out")
			bad("goto leads to out alone: " to)
	}
	while (match(s, /[A-Za-z_][A-Za-z0-9_]*[ \t]*\(/)) {
		before = substr(s, RSTART - 1, 1)
		name = substr(s, RSTART, RLENGTH - 1)
		sub(/[ \t]*$/, "", name)
		s = substr(s, RSTART + RLENGTH)
		if (before == "." || before == ">")
			continue # a slot of a struct, not the function
		if (name in banned)
			bad(name " is banned")
		if (name == "setlocale" && file != "src/main.c")
			bad("setlocale belongs in src/main.c")
	}
}

END { exit failed }
