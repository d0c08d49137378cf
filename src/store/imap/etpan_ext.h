/*
 * etpan_ext - functions that libetpan exports and declares in no installed
 * header (1.9.4).  With a NULL stream the parser works on the buffer alone.
 */
#ifndef ETUI_ETPAN_EXT_H
#define ETUI_ETPAN_EXT_H

#include <libetpan/libetpan.h>

struct mailimap_parser_context;

struct mailimap_parser_context *mailimap_parser_context_new(mailimap *session);
void mailimap_parser_context_free(struct mailimap_parser_context *ctx);
int mailimap_response_data_parse(mailstream *fd, MMAPString *buffer,
    struct mailimap_parser_context *ctx, size_t *indx,
    struct mailimap_response_data **result, size_t progr_rate,
    progress_function *progr_fun);

#endif
