/* Shared by the utf8 files of this room. */
#ifndef ETUI_UTF8_INT_H
#define ETUI_UTF8_INT_H

#include <stddef.h>
#include <stdint.h>

#define CP_REPLACEMENT 0xfffd
#define CP_ZWNJ        0x200c
#define CP_ZWJ         0x200d
#define CP_VS15        0xfe0e
#define CP_VS16        0xfe0f

/* How many of the next bytes are printable ASCII (0x20..0x7e). */
size_t utf8_ascii_run(const char *s, size_t n);

#endif
