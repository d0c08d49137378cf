/*
 * The one table of options.  The help texts become etui.conf(5),
 * config.example and the answer to :set, so they are whole sentences that
 * say what happens, in which unit, and when to change it.
 */
#include "config/options.h"

#define KIB 1024
#define MIB (1024 * KIB)

const struct option options[OPT_COUNT] = {
    [OPT_SORT] = {.id = OPT_SORT,
	.name = "sort",
	.type = OPT_T_ENUM,
	.def = "date",
	.words = "date arrival from subject size threads",
	.help = "The order of the message list: by date (when the sender "
		"says that the message was written), by arrival (when it "
		"reached the server), by sender, subject or size, or by "
		"threads (conversations kept together, in the order of "
		"their newest message). Orders by sender, subject and size "
		"show the messages that are on this machine."},
    [OPT_SORT_REVERSE] = {.id = OPT_SORT_REVERSE,
	.name = "sort-reverse",
	.type = OPT_T_BOOL,
	.def = "yes",
	.help = "Whether the newest message (the largest, the last in the "
		"alphabet) stands first."},
    [OPT_THREADS] = {.id = OPT_THREADS,
	.name = "threads",
	.type = OPT_T_BOOL,
	.def = "no",
	.help = "Whether the message list shows conversations as trees, "
		"rather than one flat list."},
    [OPT_INDEX_FORMAT] = {.id = OPT_INDEX_FORMAT,
	.name = "index-format",
	.type = OPT_T_STR,
	.def = "%4C %Z %D %-18.18F %s",
	.help = "What a line of the message list shows. %C is the number of "
		"the message in the list; %Z its state in three letters (N "
		"new, D deleted, r answered, f forwarded; @ with attachments; "
		"* tagged, ! flagged, F from you, + to you alone, T to you "
		"and others); %S the first of these alone and %X the second; "
		"%D the date as date-format says, %{FORMAT} in a format of "
		"its own, as strftime(3) has it; %F the author, or To and the "
		"recipient of mail that you sent; %n the author's name, %a "
		"the address, %f both; %t the recipients; %s the subject, "
		"with the tree of its conversation; %M how many messages the "
		"conversation has; %g keywords; %c the size; %% a percent "
		"sign. As in printf(3), a number gives the least width, a "
		"minus in front of it puts the text to the left, and a dot "
		"and a second number give the greatest: %-15.15F is always "
		"15 columns. What follows %> and a character stands at the "
		"right, with that character in between; with %* and a "
		"character it also goes before the rest where there is no "
		"room for both. %?X?yes&no? is one of two texts, by whether "
		"the message has an X."},
    [OPT_DATE_FORMAT] = {.id = OPT_DATE_FORMAT,
	.name = "date-format",
	.type = OPT_T_STR,
	.def = "%b %d",
	.help = "How %D in index-format shows a date, as strftime(3) has it; "
		"for instance %Y-%m-%d %H:%M."},
    [OPT_SIDEBAR] = {.id = OPT_SIDEBAR,
	.name = "sidebar",
	.type = OPT_T_ENUM,
	.def = "auto",
	.words = "auto yes no",
	.help = "Whether the list of folders stands to the left of the "
		"messages. With auto it does where the window has 100 "
		"columns or more."},
    [OPT_SIDEBAR_WIDTH] = {.id = OPT_SIDEBAR_WIDTH,
	.name = "sidebar-width",
	.type = OPT_T_INT,
	.def = "24",
	.min = 8,
	.max = 200,
	.help = "Columns of the list of folders."},
    [OPT_CURSOR] = {.id = OPT_CURSOR,
	.name = "cursor",
	.type = OPT_T_ENUM,
	.def = "bar",
	.words = "bar arrow",
	.help = "How the current line is marked: a bar in reverse video over "
		"the whole line, or an arrow in front of it. The arrow sends "
		"far fewer bytes over a slow line."},
    [OPT_LOW_BANDWIDTH] = {.id = OPT_LOW_BANDWIDTH,
	.name = "low-bandwidth",
	.type = OPT_T_BOOL,
	.def = "no",
	.help = "Whether to send as little to the terminal as can be: the "
		"arrow cursor, no colours, no progress that redraws itself."},
    [OPT_ASCII] = {.id = OPT_ASCII,
	.name = "ascii",
	.type = OPT_T_BOOL,
	.def = "no",
	.help = "Whether to draw lines, arrows and trees in ASCII. "
		"Terminals that do not show UTF-8 get that without asking."},
    [OPT_COLOR] = {.id = OPT_COLOR,
	.name = "color",
	.type = OPT_T_ENUM,
	.def = "auto",
	.words = "auto yes no",
	.help = "Whether to use colours. With auto, those that the terminal"
		" has, and none where the environment has NO_COLOR."},
    [OPT_HELP_LINE] = {.id = OPT_HELP_LINE,
	.name = "help-line",
	.type = OPT_T_BOOL,
	.def = "yes",
	.help = "Whether one line of the screen names the most useful keys."},
    [OPT_HEADERS] = {.id = OPT_HEADERS,
	.name = "headers",
	.type = OPT_T_STR,
	.def = "Date From To Cc Reply-To Subject List-Id",
	.help = "The header fields that a message shows, in this order, "
		"separated by blanks. All the others are one key away (h)."},
    [OPT_WRAP] = {.id = OPT_WRAP,
	.name = "wrap",
	.type = OPT_T_INT,
	.def = "0",
	.min = 0,
	.max = 1000,
	.help = "Columns at which the text of a message is wrapped; 0 is the "
		"width of the window."},
    [OPT_ASSUMED_CHARSET] = {.id = OPT_ASSUMED_CHARSET,
	.name = "assumed-charset",
	.type = OPT_T_STR,
	.def = "windows-1252",
	.help = "What text is taken for that names no character set and is "
		"not UTF-8."},
    [OPT_MARK_SEEN] = {.id = OPT_MARK_SEEN,
	.name = "mark-seen",
	.type = OPT_T_BOOL,
	.def = "yes",
	.help = "Whether opening a message marks it as read."},
    [OPT_PAGER_CONTEXT] = {.id = OPT_PAGER_CONTEXT,
	.name = "pager-context",
	.type = OPT_T_INT,
	.def = "1",
	.min = 0,
	.max = 100,
	.help = "Lines of the old page that stay on the screen when a message "
		"is paged."},
    [OPT_HIDE_QUOTED] = {.id = OPT_HIDE_QUOTED,
	.name = "hide-quoted",
	.type = OPT_T_BOOL,
	.def = "no",
	.help = "Whether messages open with their quoted text folded away. "
		"The key T switches."},
    [OPT_PREFETCH] = {.id = OPT_PREFETCH,
	.name = "prefetch",
	.type = OPT_T_BOOL,
	.def = "yes",
	.help = "Whether to fetch the text of the next and the previous "
		"message while one is read, so that going on does not wait."},
    [OPT_PIPE_DECODE] = {.id = OPT_PIPE_DECODE,
	.name = "pipe-decode",
	.type = OPT_T_BOOL,
	.def = "no",
	.help = "Whether a command that a message is piped to gets its text "
		"as it is read on screen, rather than the message as it came."},
    [OPT_KEYS] = {.id = OPT_KEYS,
	.name = "keys",
	.type = OPT_T_ENUM,
	.def = "mutt",
	.words = "mutt",
	.help = "The key bindings to start from. Sections [bind SCOPE] change "
		"single ones."},

    [OPT_NAME] = {.id = OPT_NAME,
	.name = "name",
	.type = OPT_T_STR,
	.account = true,
	.example = "Ann Example",
	.help = "Your name, as others shall see it in mail that you send "
		"(not used yet: see send)."},
    [OPT_ADDRESS] = {.id = OPT_ADDRESS,
	.name = "address",
	.type = OPT_T_STR,
	.account = true,
	.example = "ann@example.org",
	.help = "Your address."},
    [OPT_RECEIVE] = {.id = OPT_RECEIVE,
	.name = "receive",
	.type = OPT_T_ENUM,
	.account = true,
	.def = "imap",
	.words = "imap pop3 maildir mbox",
	.help = "Where the mail is: on a server, reached by imap, or on this "
		"machine, in a maildir. The words pop3 and mbox are known, "
		"but this version cannot open such an account."},
    [OPT_RECEIVE_HOST] = {.id = OPT_RECEIVE_HOST,
	.name = "receive-host",
	.type = OPT_T_STR,
	.account = true,
	.example = "imap.example.org",
	.help = "The server that holds the mail."},
    [OPT_RECEIVE_PORT] = {.id = OPT_RECEIVE_PORT,
	.name = "receive-port",
	.type = OPT_T_INT,
	.account = true,
	.min = 1,
	.max = 65535,
	.example = "993",
	.help = "Its port, where it is not the usual one: 993 with "
		"receive-tls = implicit, else 143."},
    [OPT_RECEIVE_TLS] = {.id = OPT_RECEIVE_TLS,
	.name = "receive-tls",
	.type = OPT_T_ENUM,
	.account = true,
	.def = "implicit",
	.words = "implicit starttls none",
	.help = "How the connection is secured. With implicit it is TLS "
		"from the first byte (other programs call this SSL); with "
		"starttls it begins in the clear and must then switch, or "
		"nothing is sent (others call this TLS). The server's "
		"certificate is always verified. The word none is refused "
		"for hosts other than this one, unless allow-cleartext says"
		" otherwise."},
    [OPT_USER] = {.id = OPT_USER,
	.name = "user",
	.type = OPT_T_STR,
	.account = true,
	.example = "ann",
	.help = "The name to log in with. Without it, the address."},
    [OPT_PASSWORD_COMMAND] = {.id = OPT_PASSWORD_COMMAND,
	.name = "password-command",
	.type = OPT_T_STR,
	.account = true,
	.example = "pass show mail/work",
	.help = "A command for the shell that prints the password on its "
		"first line; for xoauth2 and oauthbearer, the token. Without "
		"it you are asked, and the password is kept in memory only. "
		"Passwords themselves cannot stand in this file."},
    [OPT_AUTH] = {.id = OPT_AUTH,
	.name = "auth",
	.type = OPT_T_ENUM,
	.account = true,
	.def = "auto",
	.words = "auto plain login cram-md5 scram-sha-1 scram-sha-256 "
		 "external xoauth2 oauthbearer",
	.help = "How to log in. With auto, plain where the connection is "
		"secured, and otherwise the strongest way that the server "
		"offers."},
    [OPT_ALLOW_CLEARTEXT] = {.id = OPT_ALLOW_CLEARTEXT,
	.name = "allow-cleartext",
	.type = OPT_T_BOOL,
	.account = true,
	.def = "no",
	.help = "Whether receive-tls and send-tls may be none for a host "
		"that is not this one. Everybody on the way can then read "
		"the password and the mail."},
    [OPT_TLS_CA_FILE] = {.id = OPT_TLS_CA_FILE,
	.name = "tls-ca-file",
	.type = OPT_T_PATH,
	.account = true,
	.example = "~/.config/etui/company-ca.pem",
	.help = "A file of certificates (PEM) to trust instead of the "
		"system's."},
    [OPT_PATH] = {.id = OPT_PATH,
	.name = "path",
	.type = OPT_T_PATH,
	.account = true,
	.example = "~/Mail",
	.help = "Where the mail is, for receive = maildir. A path "
		"that does not begin with / is taken from the folder of the "
		"file it stands in; ~ and a variable at the start are known."},
    [OPT_SEND] = {.id = OPT_SEND,
	.name = "send",
	.type = OPT_T_ENUM,
	.account = true,
	.def = "smtp",
	.words = "smtp sendmail local",
	.help = "How mail leaves: to a server by smtp, by the sendmail "
		"program of this machine, or local: only into the folders of "
		"this account. Not used yet: this version reads mail and "
		"does not send any. What the options about sending say is "
		"checked all the same."},
    [OPT_SEND_HOST] = {.id = OPT_SEND_HOST,
	.name = "send-host",
	.type = OPT_T_STR,
	.account = true,
	.example = "smtp.example.org",
	.help = "The server that takes outgoing mail (not used yet)."},
    [OPT_SEND_PORT] = {.id = OPT_SEND_PORT,
	.name = "send-port",
	.type = OPT_T_INT,
	.account = true,
	.min = 1,
	.max = 65535,
	.example = "465",
	.help = "Its port, where it is not the usual one: 465 with send-tls = "
		"implicit, 587 with starttls, 25 with none (not used yet)."},
    [OPT_SEND_TLS] = {.id = OPT_SEND_TLS,
	.name = "send-tls",
	.type = OPT_T_ENUM,
	.account = true,
	.def = "implicit",
	.words = "implicit starttls none",
	.help = "How the connection to send-host is secured; the words are "
		"those of receive-tls (not used yet)."},
    [OPT_SEND_USER] = {.id = OPT_SEND_USER,
	.name = "send-user",
	.type = OPT_T_STR,
	.account = true,
	.example = "ann",
	.help = "The name to log in to send-host with. Without it, user "
		"(not used yet)."},
    [OPT_SEND_PASSWORD_COMMAND] = {.id = OPT_SEND_PASSWORD_COMMAND,
	.name = "send-password-command",
	.type = OPT_T_STR,
	.account = true,
	.example = "pass show mail/work-smtp",
	.help = "Prints the password for send-host. Without it, "
		"password-command (not used yet)."},
    [OPT_FOLDER_TRASH] = {.id = OPT_FOLDER_TRASH,
	.name = "folder-trash",
	.type = OPT_T_STR,
	.account = true,
	.example = "Trash",
	.help = "The folder for deleted mail. This and the next four are "
		"needed only where the server does not say what its folders "
		"are for and their names do not tell."},
    [OPT_FOLDER_SENT] = {.id = OPT_FOLDER_SENT,
	.name = "folder-sent",
	.type = OPT_T_STR,
	.account = true,
	.example = "Sent",
	.help = "The folder for copies of mail that was sent."},
    [OPT_FOLDER_DRAFTS] = {.id = OPT_FOLDER_DRAFTS,
	.name = "folder-drafts",
	.type = OPT_T_STR,
	.account = true,
	.example = "Drafts",
	.help = "The folder for unfinished mail."},
    [OPT_FOLDER_ARCHIVE] = {.id = OPT_FOLDER_ARCHIVE,
	.name = "folder-archive",
	.type = OPT_T_STR,
	.account = true,
	.example = "Archive",
	.help = "The folder for mail that is done with."},
    [OPT_FOLDER_JUNK] = {.id = OPT_FOLDER_JUNK,
	.name = "folder-junk",
	.type = OPT_T_STR,
	.account = true,
	.example = "Junk",
	.help = "The folder for spam."},
    [OPT_SYNC_MESSAGES] = {.id = OPT_SYNC_MESSAGES,
	.name = "sync-messages",
	.type = OPT_T_INT,
	.account = true,
	.def = "20000",
	.words = "all",
	.min = 1,
	.max = 1000000000,
	.help = "How many messages of a folder, the newest first, are "
		"listed on this machine without being asked for, or all of "
		"them. Older ones are fetched when the list is scrolled to "
		"them, and searches ask the server about them."},
    [OPT_CHECK_INTERVAL] = {.id = OPT_CHECK_INTERVAL,
	.name = "check-interval",
	.type = OPT_T_INT,
	.account = true,
	.def = "300",
	.min = 0,
	.max = 86400,
	.help = "Seconds between looks at what the server does not announce "
		"by itself; 0 looks only when asked to."},
    [OPT_IDLE] = {.id = OPT_IDLE,
	.name = "idle",
	.type = OPT_T_BOOL,
	.account = true,
	.def = "yes",
	.help = "Whether the server shall announce new mail in the open "
		"folder as it arrives, where it can (IMAP IDLE)."},
    [OPT_CONNECT_TIMEOUT] = {.id = OPT_CONNECT_TIMEOUT,
	.name = "connect-timeout",
	.type = OPT_T_INT,
	.account = true,
	.def = "30",
	.min = 1,
	.max = 600,
	.help = "Seconds to wait for a connection before it counts as failed."},
    [OPT_IO_TIMEOUT] = {.id = OPT_IO_TIMEOUT,
	.name = "io-timeout",
	.type = OPT_T_INT,
	.account = true,
	.def = "60",
	.min = 1,
	.max = 3600,
	.help = "Seconds without a byte from the server before a connection "
		"counts as dead."},
    [OPT_MAX_MESSAGE_SIZE] = {.id = OPT_MAX_MESSAGE_SIZE,
	.name = "max-message-size",
	.type = OPT_T_SIZE,
	.account = true,
	.def = "64M",
	.min = 64 * KIB,
	.max = (int64_t)2047 * MIB,
	.help = "The most that is taken for one message or one part of it, in "
		"bytes; K, M and G mean KiB, MiB and GiB. A server that "
		"sends more is not believed."},
};
