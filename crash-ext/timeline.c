// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * timeline.c: draws the ladder of stops: each rung, whom it was signalled at,
 * who answered when, who was left.
 *
 * A tag has the time of the last rung that was signalled at its CPU and of its
 * stop. A rung's time is therefore known from the CPUs for which it was the
 * last one; a rung that nobody answered has none. One that was answered only when
 * the next had been signalled has none either, nor has the answer a delay then.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <linux/cpu_stop_tag.h>

#include "timeline.h"

#define NS_PER_US	1000
#define NS_PER_MS	1000000
#define NS_PER_S	1000000000

/* Answers further apart than this factor, and this long, are not alike. */
#define ALIKE_FACTOR	8
#define ALIKE_NS	(1 * NS_PER_MS)

#define LIST_LEN	2048

static const struct rung {
	uint16_t bit;
	uint8_t mechanism;
	const char *name;
} rungs[] = {
	{ CPU_STOP_RUNG_IPI, CPU_STOP_IPI, "IPI" },
	{ CPU_STOP_RUNG_NMI_IPI, CPU_STOP_NMI_IPI, "pseudo-NMI IPI" },
	{ CPU_STOP_RUNG_SDEI, CPU_STOP_SDEI, "SDEI event" },
};
#define NR_RUNGS	(sizeof(rungs) / sizeof(*rungs))

struct answer {
	uint32_t cpu;
	uint64_t ns;			/* delay, or 0 */
};

/* One line at the left, with what belongs to it. */
struct event {
	uint64_t ns;
	bool has_time;
	int rung;			/* index, or -1 */
	const struct stop_cpu *cpu;	/* of an event that is one CPU's */
};

void cpu_list(const uint32_t *cpus, size_t nr, char *buf, size_t len)
{
	size_t used = 0;

	buf[0] = '\0';
	for (size_t i = 0, last; i < nr; i = last + 1) {
		char part[32];
		int n;

		for (last = i; last + 1 < nr && cpus[last + 1] ==
		     cpus[last] + 1; last++)
			;
		n = snprintf(part, sizeof(part), last > i ? "%s%u-%u" : "%s%u",
			     i ? "," : "", cpus[i], cpus[last]);
		if (used + n + 4 >= len) {
			snprintf(buf + used, len - used, "...");
			return;
		}
		memcpy(buf + used, part, n + 1);
		used += n;
	}
}

static bool has_tag(const struct stop_cpu *cpu)
{
	return cpu->tag_state == STOP_TAG_VALID;
}

/* The last rung that was signalled at a CPU; -1: none. */
static int last_rung(const struct stop_tag *tag)
{
	for (int r = NR_RUNGS - 1; r >= 0; r--) {
		if (tag->rungs & rungs[r].bit)
			return r;
	}
	return -1;
}

static int compare_answers(const void *a, const void *b)
{
	const struct answer *x = a, *y = b;

	if (x->ns != y->ns)
		return x->ns < y->ns ? -1 : 1;
	return x->cpu < y->cpu ? -1 : x->cpu > y->cpu;
}

static int compare_numbers(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static void put_cpus(FILE *fp, uint32_t *cpus, size_t nr)
{
	char list[LIST_LEN];

	qsort(cpus, nr, sizeof(*cpus), compare_numbers);
	cpu_list(cpus, nr, list, sizeof(list));
	fprintf(fp, "CPU%s %s", nr == 1 ? "" : "s", list);
}

static void put_ms(FILE *fp, uint64_t ns)
{
	fprintf(fp, "%" PRIu64 ".%03" PRIu64, ns / NS_PER_MS,
		ns % NS_PER_MS / NS_PER_US);
}

/* Answers in order of their delay, those alike on one line. */
static void put_answers(FILE *fp, struct answer *answers, size_t nr,
			uint32_t *cpus)
{
	qsort(answers, nr, sizeof(*answers), compare_answers);
	for (size_t i = 0, last; i < nr; i = last + 1) {
		for (last = i; last + 1 < nr &&
		     (answers[last + 1].ns < ALIKE_NS ||
		      answers[last + 1].ns / ALIKE_FACTOR <= answers[i].ns);
		     last++)
			;
		for (size_t j = i; j <= last; j++)
			cpus[j - i] = answers[j].cpu;
		fprintf(fp, "                 ");
		put_cpus(fp, cpus, last - i + 1);
		fprintf(fp, " stopped after ");
		put_ms(fp, answers[i].ns);
		if (last > i) {
			fprintf(fp, " to ");
			put_ms(fp, answers[last].ns);
		}
		fprintf(fp, " ms\n");
	}
}

static void put_rung(FILE *fp, const struct stop_facts *facts,
		     const struct event *event, struct answer *answers,
		     uint32_t *cpus)
{
	size_t nr = 0, nr_answers = 0, nr_late = 0, nr_left = 0;
	int r = event->rung;

	for (size_t i = 0; i < facts->nr_cpus; i++) {
		const struct stop_cpu *c = &facts->cpus[i];

		if (has_tag(c) && c->tag.rungs & rungs[r].bit)
			cpus[nr++] = c->cpu;
	}
	fprintf(fp, "%s signalled at ", rungs[r].name);
	put_cpus(fp, cpus, nr);
	fputc('\n', fp);

	for (size_t i = 0; i < facts->nr_cpus; i++) {
		const struct stop_cpu *c = &facts->cpus[i];

		if (!has_tag(c) || !(c->tag.rungs & rungs[r].bit) ||
		    c->tag.mechanism != rungs[r].mechanism)
			continue;
		uint64_t request = last_rung(&c->tag) == r ?
				   c->tag.request_ns : event->ns;

		if (last_rung(&c->tag) != r && !event->has_time) {
			cpus[nr_late++] = c->cpu;
			continue;
		}
		answers[nr_answers].cpu = c->cpu;
		answers[nr_answers++].ns = c->tag.stop_ns > request ?
			c->tag.stop_ns - request : 0;
	}
	if (nr_late) {
		fprintf(fp, "                 ");
		put_cpus(fp, cpus, nr_late);
		fprintf(fp, " stopped by it, but after a later one was signalled\n");
	}
	put_answers(fp, answers, nr_answers, cpus);

	for (size_t i = 0; i < facts->nr_cpus; i++) {
		const struct stop_cpu *c = &facts->cpus[i];

		if (has_tag(c) && c->tag.rungs & rungs[r].bit &&
		    c->tag.mechanism != rungs[r].mechanism)
			cpus[nr_left++] = c->cpu;
	}
	if (nr_left) {
		fprintf(fp, "                 ");
		put_cpus(fp, cpus, nr_left);
		fprintf(fp, " did not stop by it\n");
	}
}

static void put_cpu_event(FILE *fp, const struct stop_cpu *cpu)
{
	const struct stop_tag *tag = &cpu->tag;
	char buf[40];

	switch (tag->mechanism) {
	case CPU_STOP_PANIC:
		fprintf(fp, "CPU %u went on to the capture kernel: %u CPU%s running, %u left\n",
			cpu->cpu, tag->nr_online,
			tag->nr_online == 1 ? " was" : "s were", tag->nr_left);
		break;
	case CPU_STOP_SELF:
		fprintf(fp, "CPU %u stopped itself\n", cpu->cpu);
		break;
	case CPU_STOP_NOT_STOPPED:
		fprintf(fp, "CPU %u was given up on", cpu->cpu);
		if (tag->rungs & CPU_STOP_RUNG_SDEI && tag->sdei_status)
			fprintf(fp, ": SDEI_EVENT_SIGNAL: %s",
				stop_sdei_status_name(tag->sdei_status, buf));
		fputc('\n', fp);
		break;
	default:
		fprintf(fp, "CPU %u stopped\n", cpu->cpu);
	}
}

static int compare_events(const void *a, const void *b)
{
	const struct event *x = a, *y = b;

	if (x->ns != y->ns)
		return x->ns < y->ns ? -1 : 1;
	/* A rung without a time comes before the next one. */
	if (x->rung != y->rung && x->rung >= 0 && y->rung >= 0)
		return x->rung - y->rung;
	return (x->rung < 0) - (y->rung < 0);
}

static size_t find_events(const struct stop_facts *facts, struct event *events)
{
	size_t nr = 0;

	for (int r = 0; r < (int)NR_RUNGS; r++) {
		struct event e = { .rung = r };
		bool any = false;

		for (size_t i = 0; i < facts->nr_cpus; i++) {
			const struct stop_tag *tag = &facts->cpus[i].tag;

			if (!has_tag(&facts->cpus[i]) ||
			    !(tag->rungs & rungs[r].bit))
				continue;
			any = true;
			if (last_rung(tag) != r || !tag->request_ns ||
			    (e.has_time && e.ns <= tag->request_ns))
				continue;
			e.ns = tag->request_ns;
			e.has_time = true;
		}
		if (any)
			events[nr++] = e;
	}
	/* One without a time was before the next one. */
	for (size_t i = nr; i-- > 0;) {
		if (!events[i].has_time && i + 1 < nr)
			events[i].ns = events[i + 1].ns;
	}
	for (size_t i = 0; i < facts->nr_cpus; i++) {
		const struct stop_cpu *c = &facts->cpus[i];
		uint8_t m = c->tag.mechanism;

		if (!has_tag(c) || m == CPU_STOP_IPI ||
		    m == CPU_STOP_NMI_IPI || m == CPU_STOP_SDEI)
			continue;
		events[nr++] = (struct event){ .ns = c->tag.stop_ns,
					       .has_time = true, .rung = -1,
					       .cpu = c };
	}
	return nr;
}

/* Of these nothing is in what is above. */
static void put_untagged(FILE *fp, const struct stop_facts *facts,
			 uint32_t *cpus)
{
	size_t nr = 0;

	for (size_t i = 0; i < facts->nr_cpus; i++) {
		if (!has_tag(&facts->cpus[i]) &&
		    facts->cpus[i].cpu != STOP_CPU_UNKNOWN)
			cpus[nr++] = facts->cpus[i].cpu;
	}
	if (!nr)
		return;
	fprintf(fp, "(not known)    ");
	put_cpus(fp, cpus, nr);
	fprintf(fp, " %s no tag that can be read\n", nr == 1 ? "has" : "have");
}

bool print_timeline(FILE *fp, const struct stop_facts *facts)
{
	struct event *events = calloc(facts->nr_cpus + NR_RUNGS,
				      sizeof(*events));
	struct answer *answers = calloc(facts->nr_cpus + 1, sizeof(*answers));
	uint32_t *cpus = calloc(facts->nr_cpus + 1, sizeof(*cpus));
	size_t nr = 0;

	if (events && answers && cpus)
		nr = find_events(facts, events);
	if (nr) {
		qsort(events, nr, sizeof(*events), compare_events);
		fprintf(fp, "+0 is %" PRIu64 ".%06" PRIu64 " s after boot\n",
			events[0].ns / NS_PER_S,
			events[0].ns % NS_PER_S / NS_PER_US);
	}
	for (size_t i = 0; i < nr; i++) {
		uint64_t after = events[i].ns - events[0].ns;

		if (events[i].has_time)
			fprintf(fp, "+%5" PRIu64 ".%03" PRIu64 " ms   ",
				after / NS_PER_MS, after % NS_PER_MS /
				NS_PER_US);
		else
			fprintf(fp, "(not known)    ");
		if (events[i].rung >= 0)
			put_rung(fp, facts, &events[i], answers, cpus);
		else
			put_cpu_event(fp, events[i].cpu);
	}
	if (nr)
		put_untagged(fp, facts, cpus);
	free(cpus);
	free(answers);
	free(events);
	return nr;
}
