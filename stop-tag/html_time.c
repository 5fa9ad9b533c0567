// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * html_time.c: the stop's time line. A lane per rung, each with its own scale:
 * an IPI stops CPUs within microseconds, and SDEI comes seconds later. Stops
 * are counted into bins, so that a lane costs the same for 4 and 8192 CPUs.
 */
#include <string.h>

#include "html_priv.h"

#define BINS 240

struct lane {
	const struct html_mechanism *mechanism;
	size_t nr;
	int64_t request;		/* the first one, ns */
	int64_t min, max;		/* from request to stop, ns */
	unsigned int bins[BINS];
};

/* When a CPU was asked and how long it took; false if nobody asked it. */
static bool times_of(const struct json_value *cpu, int64_t *request,
		     int64_t *after)
{
	const struct json_value *tag = json_get(cpu, "tag");

	return json_integer(tag, "request_ns", request) && *request &&
	       json_integer(tag, "after_ns", after);
}

static void fill_lane(struct lane *lane, const struct json_value *cpus)
{
	const struct json_value *cpu;
	int64_t request, after, span;

	for (cpu = cpus ? cpus->first : NULL; cpu; cpu = cpu->next) {
		if (html_mechanism(cpu) != lane->mechanism ||
		    !times_of(cpu, &request, &after))
			continue;
		if (!lane->nr || request < lane->request)
			lane->request = request;
		if (!lane->nr || after < lane->min)
			lane->min = after;
		if (!lane->nr || after > lane->max)
			lane->max = after;
		lane->nr++;
	}
	span = lane->max > 0 ? lane->max : 1;
	for (cpu = cpus ? cpus->first : NULL; cpu; cpu = cpu->next) {
		if (html_mechanism(cpu) != lane->mechanism ||
		    !times_of(cpu, &request, &after))
			continue;
		if (after >= 0)
			lane->bins[(int)((double)after / span * (BINS - 1))]++;
	}
}

/* Not an integer: times of a report may be any, and their difference more. */
static void put_ms(FILE *fp, double ns)
{
	fprintf(fp, "%.3f ms", ns / 1e6);
}

static void put_lane(FILE *fp, const struct lane *lane, int64_t start)
{
	unsigned int most = 1;

	for (int i = 0; i < BINS; i++)
		if (lane->bins[i] > most)
			most = lane->bins[i];
	fprintf(fp, "<div><strong>%s</strong>, asked at +", lane->mechanism->name);
	put_ms(fp, (double)lane->request - start);
	fprintf(fp, "<br><span class=\"dim\">%zu CPU%s %s ", lane->nr,
		lane->nr == 1 ? "" : "s",
		strcmp(lane->mechanism->id, "not-stopped") ? "stopped after" :
		"given up after");
	put_ms(fp, lane->min);
	if (lane->max != lane->min) {
		fputs(" to ", fp);
		put_ms(fp, lane->max);
	}
	fprintf(fp, "</span></div><svg viewBox=\"0 0 %d 24\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"stops over the time after the request\">",
		BINS);
	for (int i = 0; i < BINS; i++) {
		unsigned int height = lane->bins[i] * 18 / most + 6;

		if (lane->bins[i])
			fprintf(fp, "<rect class=\"%s\" x=\"%d\" y=\"%u\" width=\"2\" height=\"%u\"><title>%u</title></rect>",
				lane->mechanism->id, i > BINS - 2 ? BINS - 2 : i,
				24 - height, height, lane->bins[i]);
	}
	fputs("</svg>\n", fp);
}

void html_timeline(FILE *fp, const struct json_value *cpus)
{
	struct lane lanes[8] = { 0 };
	int64_t start = INT64_MAX;
	size_t nr = 0;

	for (size_t i = 0; html_mechanisms[i].id && nr < 8; i++) {
		lanes[nr].mechanism = &html_mechanisms[i];
		fill_lane(&lanes[nr], cpus);
		if (lanes[nr].nr && lanes[nr].request < start)
			start = lanes[nr].request;
		nr += lanes[nr].nr > 0;
	}
	if (!nr)
		return;
	fputs("<h3>Time line <span class=\"dim\">(left: asked to stop; right: the last one)</span></h3><div class=\"time\">\n",
	      fp);
	for (size_t i = 0; i < nr; i++)
		put_lane(fp, &lanes[i], start);
	fputs("</div>\n", fp);
}
