#include <string.h>

#include "docs.h"

/* clang-format off */
const struct color_doc color_docs[] = {
    {"normal", "all that has no name of its own"},
    {"help-line", "the line that names keys"},
    {"status", "the status line"},
    {"status.warn", "its part that tells of trouble"},
    {"message", "what an act has done"},
    {"message.warning", "what you should know"},
    {"message.error", "what went wrong"},
    {"prompt", "questions and what you type"},
    {"prompt.choice", "what may be chosen"},
    {"prompt.chosen", "what is chosen"},
    {"index", "messages that were read"},
    {"index.new", "new messages"},
    {"index.deleted", "messages marked as deleted"},
    {"index.tagged", "tagged messages"},
    {"index.flagged", "flagged messages"},
    {"index.cursor", "the current message"},
    {"index.cursor-new", "the current message, when it is new"},
    {"index.coming", "messages that are on their way"},
    {"sidebar", "folders"},
    {"sidebar.account", "the names of accounts"},
    {"sidebar.new", "folders with new mail"},
    {"sidebar.open", "the open folder"},
    {"sidebar.line", "the line beside the folders"},
    {"pager", "the text of a message"},
    {"pager.header", "its header"},
    {"pager.header-name", "the names of header fields"},
    {"pager.quote1", "quoted text"},
    {"pager.quote2", "quoted twice"},
    {"pager.quote3", "quoted three times and more"},
    {"pager.signature", "signatures"},
    {"pager.part", "the line before each part"},
    {"pager.link", "links"},
    {"pager.found", "what a search has found"},
    {"pager.diff-add", "lines that a patch adds"},
    {"pager.diff-del", "lines that a patch takes away"},
    {"pager.diff-hunk", "where a patch applies"},
    {"title", "headings"},
    {"key", "keys, in help"},
    {"progress", "how far a job is"},
    {"trace.sent", "what was sent to a server"},
};
/* clang-format on */
const size_t color_docs_count = sizeof color_docs / sizeof *color_docs;

const char *
config_color_help(const char *name)
{
	for (size_t i = 0; i < color_docs_count; i++)
		if (strcmp(color_docs[i].name, name) == 0)
			return color_docs[i].help;
	return NULL;
}
