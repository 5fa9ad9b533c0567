// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * session.c: collects the facts of a dump, judges them, and keeps both.
 */
#include "crash-defs.h"

#include <errno.h>

#include "attribute.h"
#include "crash-read.h"
#include "dump.h"
#include "output.h"
#include "session.h"

struct lines {
	bool known[2];			/* of pc, of lr */
	char *line[2];			/* owned */
};

static struct {
	struct session session;
	enum { NOTHING, HALF, ALL } state;
	bool asked_file;		/* session.file is what there is */
	struct lines *lines;		/* by index in facts.cpus; owned */
} kept;

static unsigned int generation;

static unsigned int held;

static void set_interrupt(int how)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigprocmask(how, &set, NULL);
}

void interrupt_hold(void)
{
	if (!held++)
		set_interrupt(SIG_BLOCK);
}

void interrupt_release(void)
{
	if (held && !--held)
		set_interrupt(SIG_UNBLOCK);
}

void interrupt_point(void)
{
	if (held != 1)
		return;
	set_interrupt(SIG_UNBLOCK);
	set_interrupt(SIG_BLOCK);
}

void interrupt_hold_again(void)
{
	held = 0;
	interrupt_hold();
}

void interrupt_reset(void)
{
	held = 0;
	set_interrupt(SIG_UNBLOCK);
}

/* What is known of the dump as a whole, where memory did not tell. */
static void take_dump_facts(struct stop_facts *to,
			    const struct stop_facts *from)
{
	memcpy(to->osrelease, from->osrelease, sizeof(to->osrelease));
	memcpy(to->build_id, from->build_id, sizeof(to->build_id));
	to->has_vmcoreinfo = from->has_vmcoreinfo;
	to->has_crashtime = from->has_crashtime;
	to->crashtime = from->crashtime;
	to->advertises_tags = from->advertises_tags;
	to->tag_version = from->tag_version;
	to->has_kerneloffset = from->has_kerneloffset;
	to->kerneloffset = from->kerneloffset;
	to->kernelpacmask = from->kernelpacmask;
}

/* A broken file is as much a finding here as it is for stopcheck. */
static int take_defects(struct stop_facts *to, const struct stop_facts *from)
{
	int ret = 0;

	for (size_t i = 0; i < from->nr_defects && !ret; i++)
		ret = stop_facts_add_defect(to, from->defects[i].offset,
					    "in the file: %.100s",
					    from->defects[i].what);
	return ret;
}

/*
 * A dump taken from outside has empty crash_notes: the registers are those
 * that the hypervisor put into the file. Likewise where memory cannot be read.
 */
static void use_file_notes(struct session *s)
{
	struct stop_facts memory_facts = s->facts;

	s->facts = s->file;
	s->file = memory_facts;
	s->facts.from_memory = false;
	s->have_file = false;
	if (!s->memory.notes_why[0])
		snprintf(s->memory.notes_why, sizeof(s->memory.notes_why),
			 "crash_notes is empty");
}

static void read_file(struct session *s)
{
	if (kept.asked_file || ACTIVE() || !pc->dumpfile)
		return;
	kept.asked_file = true;
	s->why_no_file[0] = '\0';
	s->have_file = !stop_dump_read(pc->dumpfile, &s->file, s->why_no_file);
}

static int collect(struct session *s, bool with_file)
{
	int ret;

	s->facts.live = ACTIVE();
	if (with_file || !(pc->flags2 & FLAT))
		read_file(s);
	else
		snprintf(s->why_no_file, sizeof(s->why_no_file),
			 "it is flattened, which takes long to read; -x does");
	if (!collect_vmcoreinfo(&s->facts)) {
		read_file(s);
		if (s->have_file)
			take_dump_facts(&s->facts, &s->file);
	}
	ret = collect_cpus(&s->memory, &s->facts);
	if (ret)
		return ret;
	if (!s->memory.nr_notes || s->memory.nr_unread)
		read_file(s);
	if (!s->memory.nr_notes && s->have_file && s->file.nr_cpus) {
		use_file_notes(s);
		attribute_notes(&s->memory, &s->facts);
	} else if (s->have_file) {
		memcpy(s->facts.container, s->file.container,
		       sizeof(s->facts.container));
		ret = take_defects(&s->facts, &s->file);
		if (!ret)
			ret = attribute_lost(&s->memory, &s->facts, &s->file);
		if (ret)
			return ret;
	} else {
		snprintf(s->facts.container, sizeof(s->facts.container),
			 "memory");
	}
	ret = collect_names(&s->memory, &s->facts);
	return ret ? ret : stop_judge(&s->facts, &s->verdicts);
}

void session_end(void)
{
	struct session *s = &kept.session;

	if (kept.state == NOTHING)
		return;
	session_lines(s, false);
	for (size_t i = 0; kept.lines && i < s->facts.nr_cpus; i++) {
		free(kept.lines[i].line[0]);
		free(kept.lines[i].line[1]);
	}
	free(kept.lines);
	stop_verdicts_destroy(&s->verdicts);
	stop_facts_destroy(&s->facts);
	stop_facts_destroy(&s->file);
	collect_destroy(&s->memory);
	memset(&kept, 0, sizeof(kept));
}

struct session *session_get(bool with_file)
{
	struct session *s = &kept.session;
	int ret;

	if (kept.state == ALL && !ACTIVE() && (kept.asked_file || !with_file))
		return s;
	interrupt_hold();
	session_end();
	kept.state = HALF;
	generation++;
	ret = collect(s, with_file);
	if (!ret)
		kept.state = ALL;
	else
		session_end();
	interrupt_release();
	if (ret)
		fprintf(out, "sdei_stop: out of memory\n");
	return ret ? NULL : s;
}

unsigned int session_generation(void)
{
	return generation;
}

const char *session_line(struct session *s, size_t i, bool lr)
{
	const struct stop_cpu *c = &s->facts.cpus[i];
	uint64_t mask = s->facts.kernelpacmask;
	uint64_t addr = lr ? walk_strip_pac(mask, c->regs.x[30]) - 4 :
			     c->regs.pc;
	char line[160];

	if (!c->has_regs || !(lr ? c->lr_symbol : c->pc_symbol))
		return NULL;
	if (!kept.lines)
		kept.lines = calloc(s->facts.nr_cpus, sizeof(*kept.lines));
	if (!kept.lines)
		return NULL;
	if (!kept.lines[i].known[lr]) {
		interrupt_hold();
		if (collect_line(addr, line, sizeof(line)))
			kept.lines[i].line[lr] = strdup(line);
		/* A module's come with its symbols, which mod -s may load later. */
		kept.lines[i].known[lr] = kept.lines[i].line[lr] ||
					  read_in_image(addr);
		interrupt_release();
	}
	return kept.lines[i].line[lr];
}

void session_lines(struct session *s, bool lines)
{
	for (size_t i = 0; i < s->facts.nr_cpus; i++) {
		struct stop_cpu *c = &s->facts.cpus[i];

		/* They stay ours: stop_facts_destroy() must not see them. */
		c->pc_line = lines ? (char *)session_line(s, i, false) : NULL;
		c->lr_line = lines ? (char *)session_line(s, i, true) : NULL;
	}
}

void *session_keep(struct session_kept *kept, struct session *session,
		   size_t i, void *one, size_t size,
		   void (*find)(struct session *session, size_t i, void *item))
{
	void *item;

	if (kept->generation != session_generation()) {
		interrupt_hold();
		free(kept->known);
		free(kept->items);
		kept->nr = session->facts.nr_cpus;
		kept->known = calloc(kept->nr, sizeof(*kept->known));
		kept->items = calloc(kept->nr, size);
		kept->generation = session_generation();
		interrupt_release();
	}
	if (!kept->known || !kept->items || i >= kept->nr) {
		find(session, i, one);
		return one;
	}
	item = kept->items + i * size;
	if (!kept->known[i])
		find(session, i, item);
	/* Not before: an interrupt may end the command in between. */
	kept->known[i] = true;
	return item;
}
