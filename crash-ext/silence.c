// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * silence.c: how long a CPU had been wedged. Everything that its timer
 * interrupt does stops with its interrupts; what that left behind, against the
 * time at which the CPU was stopped, gives bounds.
 */
#include "crash-defs.h"

#include <linux/cpu_stop_tag.h>

#include "crash-read.h"
#include "layout.h"
#include "silence.h"

#define NS_PER_S	1000000000ull

static bool read_field(uint64_t base, enum layout_id outer,
		       enum layout_id inner, void *to, size_t len)
{
	return layout(outer) >= 0 && layout(inner) >= 0 &&
	       read_mem(base + layout(outer) + layout(inner), to, len);
}

/* The timekeeper of CLOCK_MONOTONIC; one of several since Linux 6.17. */
static bool timekeeper(uint64_t *addr)
{
	long size;

	if (read_symbol_exists("timekeeper_data")) {
		*addr = symbol_value("timekeeper_data") +
			layout(L_TK_DATA_TIMEKEEPER);
		return layout(L_TK_DATA_TIMEKEEPER) >= 0;
	}
	/* In a structure without a name, behind a sequence counter. */
	size = layout_size("seqcount_raw_spinlock");
	if (!read_symbol_exists("tk_core") || size <= 0)
		return false;
	*addr = symbol_value("tk_core") + (size + 7) / 8 * 8;
	return true;
}

/*
 * Timers expire by CLOCK_MONOTONIC, tags and run queues count sched_clock. Both
 * advance with the same counter, so what they showed at one value of it is how
 * far they are apart.
 */
static bool clocks_apart(int64_t *mono_minus_sched)
{
	uint64_t tk, data, cycle, nsec, base, epoch_ns, epoch_cyc, mask;
	uint32_t shift, mult, sched_shift, seq;
	long size;

	if (!timekeeper(&tk) || !read_symbol("cd", &seq, 4))
		return false;
	data = symbol_value("cd");
	size = layout_size("clock_read_data");
	if (size > 0 && seq & 1)
		data += size;
	if (!read_field(tk, L_TK_MONO, L_TKR_CYCLE_LAST, &cycle, 8) ||
	    !read_field(tk, L_TK_MONO, L_TKR_NSEC, &nsec, 8) ||
	    !read_field(tk, L_TK_MONO, L_TKR_SHIFT, &shift, 4) ||
	    !read_field(tk, L_TK_MONO, L_TKR_BASE, &base, 8) ||
	    !read_field(data, L_CD_READ_DATA, L_CRD_EPOCH_NS, &epoch_ns, 8) ||
	    !read_field(data, L_CD_READ_DATA, L_CRD_EPOCH_CYC, &epoch_cyc, 8) ||
	    !read_field(data, L_CD_READ_DATA, L_CRD_MASK, &mask, 8) ||
	    !read_field(data, L_CD_READ_DATA, L_CRD_MULT, &mult, 4) ||
	    !read_field(data, L_CD_READ_DATA, L_CRD_SHIFT, &sched_shift, 4))
		return false;
	if (shift > 63 || sched_shift > 63)
		return false;

	uint64_t mono = base + (nsec >> shift);
	/* The timekeeper may be behind the epoch: a step back of the counter. */
	int64_t cycles = (cycle - epoch_cyc) & mask;

	if ((uint64_t)cycles > mask / 2)
		cycles -= mask + 1;

	int64_t sched = (int64_t)epoch_ns +
			(int64_t)(((__int128)cycles * mult) >> sched_shift);

	*mono_minus_sched = (int64_t)mono - sched;
	/*
	 * More apart than that: one of the two was not understood. NTP slews
	 * one of them by up to 500 ppm.
	 */
	return *mono_minus_sched < (int64_t)(100 * NS_PER_S) + sched / 1000 &&
	       *mono_minus_sched > -(int64_t)(100 * NS_PER_S) - sched / 1000;
}

/*
 * When the CPU was stopped. Without a tag: when the last CPU to look at its
 * clock did so, which was before that.
 */
static bool stop_time(const struct session *session,
		      const struct stop_cpu *cpu, uint64_t *ns)
{
	*ns = 0;
	if (cpu->tag_state == STOP_TAG_VALID) {
		*ns = cpu->tag.stop_ns;
		return *ns;
	}
	for (size_t i = 0; i < session->memory.nr_cpus; i++) {
		uint64_t clock;

		if (layout(L_RQ_CLOCK) >= 0 &&
		    read_percpu("runqueues", session->memory.cpus[i].base,
				layout(L_RQ_CLOCK), &clock, 8) && clock > *ns)
			*ns = clock;
	}
	return *ns;
}

/*
 * Whether the tick had been stopped and its timer has expired: its handler does
 * not set it again, and leaves the time that is over in it until the interrupt,
 * and softirqs, are through. While any handler runs, a timer is not queued.
 */
static bool is_spent(const struct cpu_memory *memory, uint64_t timer)
{
	uint64_t flags;
	uint8_t queued;

	if (!layout_read(timer, L_HRTIMER_STATE, &queued, 1) &&
	    !layout_read(timer, L_HRTIMER_QUEUED, &queued, 1))
		return false;
	/* TS_FLAG_STOPPED of kernel/time/tick-sched.h, Linux 6.9 */
	return !(queued & 1) && layout(L_TICK_FLAGS) >= 0 &&
	       read_percpu("tick_cpu_sched", memory->base,
			   layout(L_TICK_FLAGS), &flags, 8) && flags & 2;
}

/*
 * The tick's timer is set to the next tick by the tick itself: when it is due
 * for a while, no tick came since then, and the last one that did was less
 * than a period before. Where the tick was stopped, for an idle CPU or one that
 * has a single task (NO_HZ_FULL), next_tick is not 0: it says for how long, and
 * KTIME_MAX until something happens, which leaves an old time in the timer. False:
 * it cannot be read.
 */
static bool by_tick(const struct cpu_memory *memory, uint64_t stopped,
		    bool exact, struct wedge *wedge)
{
	static enum stop_known known;
	static int64_t apart;
	uint64_t timer, expires, next = 0;
	int64_t due;

	if (!read_symbol_exists("tick_cpu_sched") ||
	    layout(L_TICK_SCHED_TIMER) < 0)
		return false;
	if (known == STOP_UNKNOWN || ACTIVE())
		known = clocks_apart(&apart) ? STOP_YES : STOP_NO;
	if (known != STOP_YES)
		return false;
	timer = symbol_value("tick_cpu_sched") + memory->base +
		layout(L_TICK_SCHED_TIMER);
	if (!layout_read(timer, L_HRTIMER_EXPIRES, &expires, 8) || !expires ||
	    expires >> 62)
		return false;
	if (layout(L_TICK_NEXT_TICK) >= 0 &&
	    !read_percpu("tick_cpu_sched", memory->base,
			 layout(L_TICK_NEXT_TICK), &next, 8))
		return false;
	if (next == INT64_MAX || is_spent(memory, timer))
		return true;
	due = (int64_t)stopped - ((int64_t)expires - apart);
	/* Less than a tick late is no silence. */
	if (due <= (int64_t)read_tick_ns())
		return true;
	wedge->has_silence = true;
	wedge->at_least = due;
	/* One whose tick was stopped may have been woken by something else. */
	if (exact && memory->pid && !next && read_tick_ns())
		wedge->at_most = due + read_tick_ns();
	wedge->silence_by = "it took no timer interrupt any more";
	return true;
}

/* Every tick looks at the run queue's clock, and so do others: a lower bound. */
static void by_clock(const struct cpu_memory *memory, uint64_t stopped,
		     struct wedge *wedge)
{
	uint64_t clock;

	/* That of an idle CPU stands still. */
	if (!memory->pid || layout(L_RQ_CLOCK) < 0 ||
	    !read_percpu("runqueues", memory->base, layout(L_RQ_CLOCK), &clock,
			 8) || !clock || clock >= stopped ||
	    stopped - clock <= read_tick_ns())
		return;
	wedge->has_silence = true;
	wedge->at_least = stopped - clock;
	wedge->silence_by = "the clock of its run queue stood still";
}

static void watchdog(const struct cpu_memory *memory, uint64_t stopped,
		     struct wedge *wedge)
{
	uint64_t touched;

	/* In units of 2^30 ns: kernel/watchdog.c, get_timestamp(). */
	if (!read_percpu("watchdog_touch_ts", memory->base, 0, &touched, 8) ||
	    !touched || touched > stopped >> 30)
		return;
	wedge->has_watchdog = true;
	wedge->watchdog_s = ((stopped >> 30) - touched) * (1ull << 30) /
			    NS_PER_S;
}

/*
 * The priority mask at the time of the exception that stopped the CPU: in the
 * pt_regs that entry code put right below the interrupted stack pointer.
 */
static void pmr(const struct stop_cpu *cpu, struct wedge *wedge)
{
	static long size = -2;
	struct stop_regs saved;
	uint32_t enabled, mask;
	long at;

	if (!read_symbol("supports_pseudo_nmis", &enabled, 4) || !enabled ||
	    stop_cpu_not_kernel(cpu))
		return;
	at = layout(L_PT_REGS_PMR_SAVE) >= 0 ? layout(L_PT_REGS_PMR_SAVE) :
					       layout(L_PT_REGS_PMR);
	if (size == -2)
		size = layout_size("pt_regs");
	if (at < 0 || size <= 0 ||
	    !read_mem(cpu->regs.sp - size, &saved, sizeof(saved)) ||
	    saved.pc != cpu->regs.pc || saved.sp != cpu->regs.sp)
		return;
	/* 8 bytes of 6.12, 4 of 7.3 with something else behind: eight bits. */
	wedge->has_pmr = read_mem(cpu->regs.sp - size + at, &mask, 4);
	wedge->pmr = mask;
}

void silence_of(struct session *session, const struct stop_cpu *cpu,
		const struct cpu_memory *memory, struct wedge *wedge)
{
	uint64_t stopped;

	if (!memory)
		return;
	if (stop_time(session, cpu, &stopped)) {
		/* An earlier time than that of the stop gives no upper bound. */
		bool exact = cpu->tag_state == STOP_TAG_VALID;

		if (!by_tick(memory, stopped, exact, wedge))
			by_clock(memory, stopped, wedge);
		if (exact)
			watchdog(memory, stopped, wedge);
	}
	if (cpu->has_regs)
		pmr(cpu, wedge);
}
