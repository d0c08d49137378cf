#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "util/buf.h"
#include "util/mem.h"
#include "util/secret.h"

static void
test_bound(void **state)
{
	struct buf b = BUF_INIT(10);
	struct err e = ERR_INIT;

	(void)state;
	assert_string_equal(buf_text(&b), "");
	assert_int_equal(buf_add(&b, "0123456789", 10, &e), 0);
	assert_int_equal(buf_add(&b, "", 0, &e), 0);
	assert_int_equal(buf_add(&b, "x", 1, &e), -1);
	assert_int_equal(e.kind, ERR_LIMIT);
	assert_int_equal(buf_add(&b, "x", SIZE_MAX, &e), -1);
	assert_string_equal(b.data, "0123456789");
	buf_free(&b);
	buf_free(&b);
}

static void
test_edits(void **state)
{
	struct buf b = BUF_INIT(100000);
	char *s;

	(void)state;
	buf_cut(&b, 3);
	for (int i = 0; i < 10000; i++)
		buf_printf(&b, "%d", i % 10);
	assert_int_equal(b.len, 10000);
	assert_string_equal(b.data + 9995, "56789");
	buf_cut(&b, 4);
	assert_string_equal(b.data, "0123");
	buf_cut(&b, 50); /* only ever shorter */
	buf_put(&b, "\0a", 2);
	buf_putc(&b, 'b');
	assert_memory_equal(b.data, "0123\0ab", 8);
	s = buf_take(&b);
	assert_null(b.data);
	free(s);
	s = buf_take(&b); /* an empty one gives an empty string */
	assert_string_equal(s, "");
	free(s);
	buf_puts(&b, "again");
	assert_string_equal(buf_text(&b), "again");
	buf_wipe(&b);
	assert_null(b.data);
}

static void
test_err(void **state)
{
	struct err e = ERR_INIT;
	char big[1000];

	(void)state;
	assert_int_equal(err_set(&e, ERR_AUTH, "no %s", "quota"), -1);
	assert_int_equal(err_wrap(&e, "log in as %s", "ann"), -1);
	assert_string_equal(e.text, "log in as ann: no quota");
	assert_int_equal(e.kind, ERR_AUTH);
	err_set(&e, ERR_NET, "%s!", e.text); /* its own text as argument */
	assert_string_equal(e.text, "log in as ann: no quota!");
	errno = ENOSPC;
	err_errno(&e, "write %s", "x");
	assert_int_equal(e.kind, ERR_FULL);
	errno = EDQUOT;
	err_errno(&e, "write");
	assert_int_equal(e.kind, ERR_FULL);
	errno = ENOENT;
	err_errno(&e, "open %s", "x");
	assert_int_equal(e.kind, ERR_SYS);
	assert_int_equal(errno, ENOENT);
	assert_string_equal(e.text, "open x: No such file or directory");
	err_clear(&e);
	assert_int_equal(e.kind, ERR_NONE);
	assert_int_equal(err_set(NULL, ERR_SYS, "x"), -1);
	assert_int_equal(err_wrap(NULL, "x"), -1);
	assert_int_equal(err_errno(NULL, "x"), -1);
	/* too long: cut, and not inside a character */
	for (size_t i = 0; i < sizeof big - 1; i += 3)
		memcpy(big + i, "\u20ac", 3);
	big[sizeof big - 1] = '\0';
	err_set(&e, ERR_INPUT, "%s", big);
	assert_int_equal(strlen(e.text) % 3, 0);
	assert_true(strlen(e.text) > 200);
	err_set(&e, ERR_INPUT, "x%s", big);
	assert_int_equal(strlen(e.text) % 3, 1);
	err_wrap(&e, "%s", big);
	assert_true(strlen(e.text) < sizeof e.text);
}

static void
test_arena(void **state)
{
	struct arena a = ARENA_INIT;
	char *p[2000];
	unsigned char *z;

	(void)state;
	for (int i = 0; i < 2000; i++) {
		p[i] = arena_printf(&a, "%d", i);
		if (i % 100 == 0) {
			z = arena_alloc(&a, (size_t)i * 50);
			for (int k = 0; k < i * 50; k++)
				assert_int_equal(z[k], 0);
			memset(z, 0xff, (size_t)i * 50);
		}
		assert_int_equal((uintptr_t)p[i] % _Alignof(max_align_t), 0);
	}
	for (int i = 0; i < 2000; i++)
		assert_int_equal(strtol(p[i], NULL, 10), i);
	assert_null(arena_str(&a, NULL));
	assert_string_equal(arena_strn(&a, "abc", 2), "ab");
	arena_free(&a);
	assert_null(a.head);
	assert_string_equal(arena_str(&a, "reused"), "reused");
	arena_free(&a);
}

static void
test_grow(void **state)
{
	int *v = NULL;
	size_t cap = 0, n = 0;
	char *s;

	(void)state;
	for (int i = 0; i < 10000; i++) {
		mem_grow(&v, &cap, n + 1, sizeof *v);
		v[n++] = i;
	}
	for (int i = 0; i < 10000; i++)
		assert_int_equal(v[i], i);
	assert_true(cap < 20000);
	free(v);
	assert_null(mem_str(NULL));
	s = mem_printf("%s-%d", "a", 1);
	assert_string_equal(s, "a-1");
	free(s);
	free(mem_alloc(0));
	free(mem_array(0, 8));
}

static void
test_secret(void **state)
{
	struct secret a = SECRET_INIT, b = SECRET_INIT;

	(void)state;
	assert_false(secret_is_set(&a));
	secret_set(&a, "tok\0en", 6);
	secret_copy(&b, &a);
	assert_int_equal(b.len, 6);
	assert_memory_equal(b.data, "tok\0en", 7);
	secret_set(&a, a.data, 3); /* from itself */
	assert_string_equal(a.data, "tok");
	secret_set(&a, "", 0);
	assert_true(secret_is_set(&a)); /* an empty password is one */
	secret_set(&a, NULL, 0);
	assert_false(secret_is_set(&a));
	secret_copy(&b, &a);
	assert_false(secret_is_set(&b));
	secret_free(&b);
	secret_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_bound),
	    cmocka_unit_test(test_edits),
	    cmocka_unit_test(test_err),
	    cmocka_unit_test(test_arena),
	    cmocka_unit_test(test_grow),
	    cmocka_unit_test(test_secret),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
