/* What the files of this room share among themselves. */
#ifndef ETUI_UTIL_INT_H
#define ETUI_UTIL_INT_H

/* Out of memory, or a bound of our own passed: say so and end.  There is
 * nothing to unwind to; whatever must survive is on disk already. */
_Noreturn void util_die(const char *what);

#endif
