# Prints C sources as "file:line:text" without comments, and with strings and
# character constants emptied, so that a check sees code alone.
FNR == 1 { comment = 0 }

{
	out = ""
	s = $0
	while (s != "") {
		if (comment) {
			p = index(s, "*/")
			if (!p)
				break
			s = substr(s, p + 2)
			comment = 0
			continue
		}
		if (!match(s, /\/\*|\/\/|"|'/)) {
			out = out s
			break
		}
		c = substr(s, RSTART, RLENGTH)
		out = out substr(s, 1, RSTART - 1)
		s = substr(s, RSTART + RLENGTH)
		if (c == "//")
			break
		if (c == "/*") {
			comment = 1
			continue
		}
		# to the closing quote, over escaped characters
		while (s != "" && substr(s, 1, 1) != c)
			s = substr(s, substr(s, 1, 1) == "\\" ? 3 : 2)
		s = substr(s, 2)
		out = out c c
	}
	print FILENAME ":" FNR ":" out
}
