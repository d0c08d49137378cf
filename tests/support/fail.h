/*
 * fail - how support code ends a test that cannot go on: one sentence, and
 * the running cmocka test has failed (outside of one, the process ends).
 */
#ifndef ETUI_TEST_FAIL_H
#define ETUI_TEST_FAIL_H

_Noreturn void fail_because(const char *fmt, ...)
    __attribute__((format(printf, 1, 2)));

#endif
