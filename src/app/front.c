/*
 * The front may lack slots, or not be there at all (tests, cli).
 */
#include "app_int.h"

enum screen_kind
front_screen(struct app *a)
{
	if (a->front == NULL || a->front->screen == NULL)
		return a->mail != NULL ? SCREEN_PAGER : SCREEN_INDEX;
	return a->front->screen(a->front);
}

void
front_open(struct app *a, enum screen_kind kind, const char *arg)
{
	if (a->front != NULL && a->front->open != NULL)
		a->front->open(a->front, kind, arg);
}

void
front_close(struct app *a)
{
	if (a->front != NULL && a->front->close != NULL)
		a->front->close(a->front);
}

/* Without a front only the list can move, by lines and to places. */
static void
move_list(struct app *a, enum front_move how, long n)
{
	uint64_t count = list_count(a->list), at = a->list->cursor;

	if (how == MOVE_PAGES)
		n *= (long)(a->page > 0 ? a->page : 1);
	if (how == MOVE_LAST)
		at = count > 0 ? count - 1 : 0;
	else if (how == MOVE_FIRST)
		at = 0;
	else if (how == MOVE_TO)
		at = n > 0 ? (uint64_t)n : 0;
	else if (n < 0)
		at = at < (uint64_t)-n ? 0 : at - (uint64_t)-n;
	else
		at += (uint64_t)n;
	list_goto(a, a->list, at);
}

void
front_move(struct app *a, enum front_move how, long n)
{
	if (a->front != NULL && a->front->move != NULL)
		a->front->move(a->front, how, n);
	else if (a->list != NULL)
		move_list(a, how, n);
}
