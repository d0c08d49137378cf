# Reads every #include of src/ and include/etui/ (file names as arguments,
# relative to the top) and prints what breaks the order of the rooms:
#   - a room sees itself and strictly lower levels;
#   - only contracts ("room/x.h") cross rooms; private headers are included by
#     bare name and stand beside the file or at the top of its room;
#   - a foreign library is seen by the rooms behind whose door it stands, and
#     by nobody else; curses by one file alone.
# A header that is neither ours, nor the C library's, nor listed here needs a
# door: add it where the library belongs.
BEGIN {
	split("util 0 net 1 mime 1 config 1 store 2 db 2 send 2 sync 3 " \
	    "compose 3 app 4 ui 5 cli 5", words, " ")
	for (i = 1; i in words; i += 2)
		level[words[i]] = words[i + 1] + 0

	# first part of the name -> rooms that may see it
	door["utf8proc.h"] = door["fribidi"] = door["jansson.h"] = " util "
	door["idn2.h"] = " util net "
	door["pthread.h"] = " util net db sync app "
	door["openssl"] = door["zlib.h"] = door["curl"] = " net "
	door["netdb.h"] = door["resolv.h"] = door["arpa"] = " net "
	door["netinet"] = door["net"] = " net "
	door["gumbo.h"] = door["libical"] = " mime "
	door["magic.h"] = door["cmark.h"] = " mime "
	door["iconv.h"] = " util mime config ui "
	door["libetpan"] = " net store send "
	door["sqlite3.h"] = " db "
	door["chafa"] = door["chafa.h"] = door["vterm.h"] = " ui "
	door["termios.h"] = door["langinfo.h"] = " ui cli "
	door["sys/socket.h"] = " util net "
	split("curses.h ncurses.h ncursesw ncurses term.h panel.h menu.h " \
	    "form.h", words, " ")
	for (i = 1; i in words; i++)
		curses[words[i]] = 1

	split("assert.h ctype.h dirent.h errno.h fcntl.h fnmatch.h getopt.h " \
	    "glob.h inttypes.h limits.h locale.h malloc.h math.h poll.h " \
	    "pwd.h regex.h setjmp.h signal.h spawn.h stdalign.h stdarg.h " \
	    "stdatomic.h stdbool.h stddef.h stdint.h stdio.h stdlib.h " \
	    "stdnoreturn.h string.h strings.h sys/eventfd.h sys/file.h " \
	    "sys/pidfd.h " \
	    "sys/inotify.h sys/ioctl.h sys/mman.h sys/prctl.h " \
	    "sys/random.h sys/resource.h sys/select.h sys/signalfd.h " \
	    "sys/stat.h sys/statvfs.h sys/syscall.h sys/time.h " \
	    "sys/timerfd.h sys/types.h sys/uio.h sys/un.h sys/wait.h " \
	    "time.h unistd.h wchar.h wctype.h ftw.h syslog.h", words, " ")
	for (i = 1; i in words; i++)
		libc[words[i]] = 1
}

function bad(why)
{
	print FILENAME ":" FNR ": " why
	failed = 1
}

# The room a file stands in; "" for src/main.c, which is above them all.
function room_of(file,   part, n)
{
	n = split(file, part, "/")
	if (part[1] == "src")
		return n > 2 ? part[2] : ""
	return part[3]
}

function exists(file,   line, there)
{
	there = (getline line < file) >= 0
	close(file)
	return there
}

function ours(name,   part, n, dir)
{
	n = split(name, part, "/")
	if (n == 1) {
		dir = FILENAME
		sub(/[^\/]*$/, "", dir)
		if (dir ~ /^include\//)
			bad("a contract includes contracts by room: " name)
		else if (!exists(dir name) && !exists("src/" room "/" name))
			bad("no such private header here: " name)
		return
	}
	if (n != 2 || !(part[1] in level)) {
		bad("not a contract of any room: " name)
		return
	}
	if (room == "") {
		if (level[part[1]] < 5 && part[1] != "util")
			bad("main.c picks ui or cli, no more: " name)
		return
	}
	if (part[1] != room && level[part[1]] >= level[room])
		bad(room " may not see " part[1] ": " name)
}

function foreign(name,   part, key)
{
	split(name, part, "/")
	key = name in door ? name : part[1]
	if (key in curses || name in curses) {
		if (room != "ui")
			bad("curses stands behind the door of ui")
		else if (curses_file != "" && curses_file != FILENAME)
			bad("curses is in " curses_file " already")
		curses_file = FILENAME
	} else if (key in door) {
		if (index(door[key], " " room " ") == 0 || room == "")
			bad(name " stands behind the door of" door[key])
	} else if (!(name in libc))
		bad("no door for " name)
}

FNR == 1 {
	room = room_of(FILENAME)
	if (room != "" && !(room in level))
		bad("not a room: " room)
}

/^[ \t]*#[ \t]*include/ {
	line = $0
	if (line ~ /"/) {
		split(line, q, "\"")
		ours(q[2])
	} else if (line ~ /</) {
		split(line, q, /[<>]/)
		foreign(q[2])
	} else
		bad("an include must name its file")
}

END { exit failed }
