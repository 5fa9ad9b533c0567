// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * html_chain.c: the call chain of a CPU in the page, as backtrace.c wrote it.
 */
#include <string.h>

#include "html_priv.h"

/* backtrace.c writes no more; whoever did shall not make it slow. */
#define CHAINS_MAX 64

const struct json_value *html_chain(const struct json_value *dump,
				    const struct json_value *cpu)
{
	const struct json_value *chain = json_get(dump, "backtraces");
	int64_t note, of;
	int left = CHAINS_MAX;

	/* A CPU may have no number, but what has registers has a note. */
	if (!chain || chain->kind != JSON_ARRAY ||
	    !json_integer(cpu, "note", &note))
		return NULL;
	for (chain = chain->first; chain && left; chain = chain->next, left--)
		if (json_integer(chain, "note", &of) && of == note)
			return chain;
	return NULL;
}

static void put_frame(FILE *fp, const struct json_value *frame)
{
	const char *kind = json_text(frame, "kind", "");
	const char *source = json_text(frame, "source", NULL);

	fputs("<li><code>", fp);
	pages_text(fp, json_text(frame, "symbol", json_text(frame, "pc", "?")));
	fputs("</code>", fp);
	if (source) {
		fputs(" <span class=\"dim\">", fp);
		pages_text(fp, source);
		fputs("</span>", fp);
	}
	if (!strcmp(kind, "lr"))
		fputs(" (from the link register)", fp);
	else if (!strcmp(kind, "exception"))
		fputs(" (took an exception)", fp);
	else if (!strcmp(kind, "event"))
		fputs(" (took an SDEI event)", fp);
	else if (!strcmp(kind, "traced"))
		fputs(" (its caller is with the tracer)", fp);
	fputs("</li>", fp);
}

void html_put_chain(FILE *fp, const struct json_value *chain)
{
	const struct json_value *frame = json_get(chain, "frames");
	const char *end = json_text(chain, "cut_short", NULL);

	if (!frame || frame->kind != JSON_ARRAY)
		return;
	fputs("<ol class=\"chain\" start=\"0\">", fp);
	for (frame = frame->first; frame; frame = frame->next)
		put_frame(fp, frame);
	fputs("</ol>", fp);
	if (json_true(chain, "user")) {
		fputs("<p>user space</p>", fp);
	} else if (end) {
		fputs("<p>no more: ", fp);
		pages_text(fp, end);
		fputs("</p>", fp);
	}
}
