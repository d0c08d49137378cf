/* docs - what config.example and etui.conf(5) are made of. */
#ifndef ETUI_CONFIG_DOCS_H
#define ETUI_CONFIG_DOCS_H

#include "config_int.h"

struct color_doc {
	const char *name, *help;
};
extern const struct color_doc color_docs[];
extern const size_t color_docs_count;

/* The options that a heading stands over: from `first` to the next one's. */
struct option_group {
	enum opt first;
	const char *title;
};
extern const struct option_group option_groups[];
extern const size_t option_groups_count;

enum opt group_end(size_t group);

#endif
