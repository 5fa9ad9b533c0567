// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_judge.c: every verdict, given and not given; that the judge is pure;
 * exit statuses. Facts come from elf-pass, which has none, with one thing
 * changed.
 */
#include <linux/cpu_stop_tag.h>

#include "unit.h"

#define CPU(j, n) (&(j)->facts.cpus[n])

static void again(struct judged *j)
{
	stop_verdicts_destroy(&j->verdicts);
	judge_facts(j);
}

static void pass(struct judged *j)
{
	judge_path(j, data_path("elf-pass"));
	assert_int_equal(j->status, STOP_STATUS_PASS);
	assert_int_equal(j->verdicts.nr, 0);
}

/* Exactly nr of id, all of that severity, nothing else. */
static void only(const struct judged *j, enum stop_verdict_id id, size_t nr,
		 enum stop_severity severity, enum stop_status status)
{
	assert_int_equal(count(j, id, NULL), nr);
	assert_int_equal(j->verdicts.nr, nr);
	for (size_t i = 0; i < nr; i++)
		assert_int_equal(j->verdicts.v[i].severity, severity);
	assert_int_equal(j->status, status);
}

static void not_stopped(void **state)
{
	const char *text = "";
	struct judged j;

	(void)state;
	judge_path(&j, data_path("elf-not-stopped"));
	only(&j, STOP_V_NOT_STOPPED, 1, STOP_FAIL, STOP_STATUS_FAIL);
	count(&j, STOP_V_NOT_STOPPED, &text);
	assert_non_null(strstr(text, "CPU 3"));
	assert_non_null(strstr(text, "IPI pseudo-NMI SDEI"));
	assert_non_null(strstr(text, "-3"));
	assert_int_equal(j.verdicts.v[0].cpu, 3);
	assert_int_equal(j.verdicts.v[0].note_index, 3);

	/* Version 1 does not know the flag, so it is no reason there. */
	assert_null(strstr(text, "inside"));
	CPU(&j, 3)->tag.flags = CPU_STOP_F_IN_SDEI;
	again(&j);
	count(&j, STOP_V_NOT_STOPPED, &text);
	assert_null(strstr(text, "inside"));
	CPU(&j, 3)->tag.version = 2;
	again(&j);
	only(&j, STOP_V_NOT_STOPPED, 1, STOP_FAIL, STOP_STATUS_FAIL);
	count(&j, STOP_V_NOT_STOPPED, &text);
	assert_string_equal(text,
		"CPU 3: did not stop; tried: IPI pseudo-NMI SDEI (SDEI_EVENT_SIGNAL: -3, denied, or masked there); it was inside an SDEI event, which masks event 0");
	CPU(&j, 3)->tag.flags = 0;
	again(&j);
	count(&j, STOP_V_NOT_STOPPED, &text);
	assert_null(strstr(text, "inside"));

	/* The longest that it gets is not cut. */
	CPU(&j, 3)->tag.flags = CPU_STOP_F_IN_SDEI;
	CPU(&j, 3)->cpu = CPU(&j, 3)->tag.cpu = 65535;
	CPU(&j, 3)->tag.sdei_status = INT32_MIN;
	again(&j);
	count(&j, STOP_V_NOT_STOPPED, &text);
	assert_non_null(strstr(text, "which masks event 0"));

	/* The SDEI status means nothing when that rung was not reached. */
	CPU(&j, 3)->tag.sdei_status = -3;
	CPU(&j, 3)->tag.rungs = CPU_STOP_RUNG_IPI;
	again(&j);
	count(&j, STOP_V_NOT_STOPPED, &text);
	assert_non_null(strstr(text, "tried: IPI"));
	assert_null(strstr(text, "-3"));
	judged_free(&j);
}

static void missing_regs_count(void **state)
{
	const char *text = "";
	struct judged j;

	(void)state;
	pass(&j);
	CPU(&j, 1)->tag.nr_online = 4;
	again(&j);
	only(&j, STOP_V_MISSING_REGS, 1, STOP_FAIL, STOP_STATUS_FAIL);
	count(&j, STOP_V_MISSING_REGS, &text);
	assert_string_equal(text,
		"4 CPUs were running, but only 3 of them are in the dump");
	/* More than were running: a CPU came up meanwhile; nothing is lost. */
	CPU(&j, 1)->tag.nr_online = 2;
	again(&j);
	assert_int_equal(j.verdicts.nr, 0);
	/* It counts itself at least. */
	CPU(&j, 1)->tag.nr_online = 0;
	again(&j);
	only(&j, STOP_V_MALFORMED_TAG, 1, STOP_FAIL, STOP_STATUS_FAIL);
	judged_free(&j);
}

/* Whatever is in pr_reg: a tag that says that it is nothing is believed. */
static void missing_regs_by_tag(void **state)
{
	struct judged j;

	(void)state;
	pass(&j);
	assert_true(CPU(&j, 0)->has_regs);
	CPU(&j, 0)->tag.regs = CPU_STOP_REGS_NONE;
	again(&j);
	only(&j, STOP_V_MISSING_REGS, 1, STOP_FAIL, STOP_STATUS_FAIL);
	judged_free(&j);
}

static void missing_regs_no_panic_tag(void **state)
{
	const char *text = "";
	struct judged j;

	(void)state;
	pass(&j);
	CPU(&j, 1)->tag.mechanism = CPU_STOP_IPI;
	CPU(&j, 1)->tag.regs = CPU_STOP_REGS_INTERRUPTED;
	again(&j);
	only(&j, STOP_V_MISSING_REGS, 1, STOP_FAIL, STOP_STATUS_FAIL);
	count(&j, STOP_V_MISSING_REGS, &text);
	assert_non_null(strstr(text, "panicking CPU's tag is missing"));
	judged_free(&j);
}

static void missing_regs_untagged_note(void **state)
{
	const char *text = "";
	struct judged j;

	(void)state;
	pass(&j);
	CPU(&j, 0)->tag_state = STOP_TAG_ABSENT;
	CPU(&j, 0)->cpu = STOP_CPU_UNKNOWN;
	again(&j);
	only(&j, STOP_V_MISSING_REGS, 1, STOP_FAIL, STOP_STATUS_FAIL);
	count(&j, STOP_V_MISSING_REGS, &text);
	assert_non_null(strstr(text, "its tag is missing"));
	assert_true(j.verdicts.v[0].cpu == STOP_CPU_UNKNOWN);
	assert_int_equal(j.verdicts.v[0].note_index, 0);

	/* No tag at all where tags are due. */
	for (int i = 0; i < 3; i++)
		CPU(&j, i)->tag_state = STOP_TAG_ABSENT;
	again(&j);
	assert_int_equal(count(&j, STOP_V_MISSING_REGS, NULL), 4);
	assert_int_equal(j.status, STOP_STATUS_FAIL);
	judged_free(&j);
}

/* What only memory tells: a CPU that ran and has no note. */
static void missing_regs_from_memory(void **state)
{
	struct stop_cpu *cpu;
	const char *text = "";
	struct judged j;

	(void)state;
	pass(&j);
	j.facts.from_memory = true;
	cpu = stop_facts_add_cpu(&j.facts);
	cpu->cpu = 7;
	again(&j);
	assert_int_equal(j.verdicts.nr, 0);	/* may have been offline */
	CPU(&j, 3)->running = STOP_NO;
	again(&j);
	assert_int_equal(j.verdicts.nr, 0);
	CPU(&j, 3)->running = STOP_YES;
	/* Then the count says the same: once is enough. */
	CPU(&j, 1)->tag.nr_online = 4;
	again(&j);
	only(&j, STOP_V_MISSING_REGS, 1, STOP_FAIL, STOP_STATUS_FAIL);
	count(&j, STOP_V_MISSING_REGS, &text);
	assert_non_null(strstr(text, "CPU 7: was running"));
	assert_int_equal(j.verdicts.v[0].note_index, -1);
	/* But it does not hide another. */
	CPU(&j, 1)->tag.nr_online = 5;
	again(&j);
	only(&j, STOP_V_MISSING_REGS, 2, STOP_FAIL, STOP_STATUS_FAIL);
	judged_free(&j);
}

static void missing_regs_untagged_kernel(void **state)
{
	struct stop_cpu *cpu;
	struct judged j;

	(void)state;
	judge_path(&j, data_path("elf-untagged"));
	cpu = stop_facts_add_cpu(&j.facts);
	cpu->cpu = 2;
	cpu->running = STOP_YES;
	again(&j);
	assert_int_equal(count(&j, STOP_V_MISSING_REGS, NULL), 1);
	assert_int_equal(j.status, STOP_STATUS_FAIL);

	/* Nobody has any: not even the CPU that crashed. */
	CPU(&j, 2)->running = STOP_UNKNOWN;
	CPU(&j, 0)->has_regs = CPU(&j, 1)->has_regs = false;
	again(&j);
	assert_int_equal(count(&j, STOP_V_MISSING_REGS, NULL), 1);
	judged_free(&j);
}

static void missing_regs_stopped_without(void **state)
{
	struct judged j;

	(void)state;
	pass(&j);
	CPU(&j, 2)->has_regs = false;	/* a CPUSTOP note that says SDEI */
	again(&j);
	only(&j, STOP_V_MISSING_REGS, 1, STOP_FAIL, STOP_STATUS_FAIL);
	assert_int_equal(j.verdicts.v[0].cpu, 2);
	judged_free(&j);
}

static void null_regs(void **state)
{
	struct judged j;

	(void)state;
	pass(&j);	/* the panicking CPU has captured registers */
	assert_int_equal(CPU(&j, 1)->tag.regs, CPU_STOP_REGS_CAPTURED);
	CPU(&j, 2)->tag.regs = CPU_STOP_REGS_CAPTURED;
	again(&j);
	only(&j, STOP_V_NULL_REGS, 1, STOP_WARN, STOP_STATUS_WARN);
	assert_int_equal(j.verdicts.v[0].cpu, 2);
	CPU(&j, 2)->tag.mechanism = CPU_STOP_SELF;
	again(&j);
	only(&j, STOP_V_NULL_REGS, 1, STOP_WARN, STOP_STATUS_WARN);
	CPU(&j, 2)->tag.regs = CPU_STOP_REGS_EXCEPTION;
	again(&j);
	assert_int_equal(j.verdicts.nr, 0);
	judged_free(&j);
}

static void zero_regs(void **state)
{
	struct judged j;

	(void)state;
	pass(&j);
	CPU(&j, 0)->regs.pc = 0;
	again(&j);
	assert_int_equal(j.verdicts.nr, 0);	/* a jump to NULL */
	CPU(&j, 0)->regs.sp = 0;
	again(&j);
	only(&j, STOP_V_ZERO_REGS, 1, STOP_FAIL, STOP_STATUS_FAIL);
	memset(&CPU(&j, 0)->regs, 0, sizeof(struct stop_regs));
	again(&j);
	only(&j, STOP_V_ZERO_REGS, 1, STOP_FAIL, STOP_STATUS_FAIL);
	judged_free(&j);

	/* Neither a live system nor a hypervisor's dump is blamed for it. */
	judge_path(&j, data_path("elf-kcore"));
	assert_true(j.facts.live);
	assert_int_equal(j.facts.nr_cpus, 1);
	assert_int_equal(j.verdicts.nr, 0);
	assert_int_equal(j.status, STOP_STATUS_UNTAGGED);
	judged_free(&j);
	judge_path(&j, data_path("elf-hypervisor"));
	assert_int_equal(count(&j, STOP_V_ZERO_REGS, NULL), 0);
	judged_free(&j);
}

static void stop_code_regs(void **state)
{
	struct judged j;

	(void)state;
	judge_path(&j, data_path("elf-untagged"));
	CPU(&j, 0)->pc_in_stop_code = STOP_NO;
	CPU(&j, 1)->pc_in_stop_code = STOP_YES;
	again(&j);
	assert_int_equal(count(&j, STOP_V_STOP_CODE_REGS, NULL), 1);
	assert_int_equal(j.verdicts.v[0].id, STOP_V_STOP_CODE_REGS);
	assert_int_equal(j.verdicts.v[0].severity, STOP_WARN);
	assert_int_equal(j.verdicts.v[0].note_index, 1);
	assert_int_equal(j.status, STOP_STATUS_WARN);
	judged_free(&j);
	/* A tag says more than a symbol. */
	pass(&j);
	CPU(&j, 2)->pc_in_stop_code = STOP_YES;
	again(&j);
	assert_int_equal(j.verdicts.nr, 0);
	judged_free(&j);
}

static void duplicate_cpu(void **state)
{
	struct judged j;

	(void)state;
	pass(&j);
	CPU(&j, 2)->cpu = CPU(&j, 2)->tag.cpu = 0;
	CPU(&j, 1)->tag.nr_online = 2;
	again(&j);
	only(&j, STOP_V_DUPLICATE_CPU, 1, STOP_FAIL, STOP_STATUS_FAIL);
	assert_int_equal(j.verdicts.v[0].cpu, 0);
	/* Three CPUs were running, two are there: one is lost as well. */
	CPU(&j, 1)->tag.nr_online = 3;
	again(&j);
	assert_int_equal(count(&j, STOP_V_DUPLICATE_CPU, NULL), 1);
	assert_int_equal(count(&j, STOP_V_MISSING_REGS, NULL), 1);
	judged_free(&j);
}

static void malformed_tag(void **state)
{
	struct bytes b = load("elf-pass");
	const char *text = "";
	struct judged j;

	(void)state;
	b.p[NOTES + TAG + 60] = 1;	/* CPU 0's reserved word */
	judge_bytes(&j, &b);
	only(&j, STOP_V_MALFORMED_TAG, 1, STOP_FAIL, STOP_STATUS_FAIL);
	count(&j, STOP_V_MALFORMED_TAG, &text);
	assert_non_null(strstr(text, "reserved word"));
	/* Its registers are still used, its number is not. */
	assert_true(CPU(&j, 0)->has_regs);
	assert_true(CPU(&j, 0)->regs.pc == 0xffff800080020028);
	assert_true(CPU(&j, 0)->cpu == STOP_CPU_UNKNOWN);
	judged_free(&j);
	free(b.p);

	/* In crash: a tag in the buffer of a CPU that it does not name. */
	pass(&j);
	CPU(&j, 2)->cpu = 5;
	again(&j);
	only(&j, STOP_V_MALFORMED_TAG, 1, STOP_FAIL, STOP_STATUS_FAIL);
	judged_free(&j);
}

static void malformed_note(void **state)
{
	struct bytes b = load("elf-pass");
	struct judged j;

	(void)state;
	put32(&b, NOTES + 2 * NOTE + 4, 0xfffffff0);	/* CPU 2's n_descsz */
	judge_bytes(&j, &b);
	assert_int_equal(j.ret, 0);
	assert_int_equal(j.facts.nr_cpus, 2);
	assert_int_equal(count(&j, STOP_V_MALFORMED_NOTE, NULL), 1);
	/* and with it VMCOREINFO and a CPU are lost */
	assert_int_equal(count(&j, STOP_V_MISSING_REGS, NULL), 1);
	assert_int_equal(j.status, STOP_STATUS_FAIL);
	judged_free(&j);
	free(b.p);
}

static void memory_facts(void **state)
{
	const char *text = "";
	struct judged j;

	(void)state;
	pass(&j);
	for (int i = 0; i < 3; i++) {
		CPU(&j, i)->sp_in_stack = STOP_YES;
		CPU(&j, i)->pid_matches = STOP_YES;
	}
	again(&j);
	assert_int_equal(j.verdicts.nr, 0);
	CPU(&j, 2)->sp_in_stack = STOP_NO;
	again(&j);
	only(&j, STOP_V_FOREIGN_SP, 1, STOP_WARN, STOP_STATUS_WARN);
	count(&j, STOP_V_FOREIGN_SP, &text);
	assert_non_null(strstr(text, "0xffff800084003c00"));
	CPU(&j, 2)->sp_in_stack = STOP_UNKNOWN;
	CPU(&j, 2)->pid_matches = STOP_NO;
	CPU(&j, 2)->task_pid = 99;
	again(&j);
	only(&j, STOP_V_WRONG_PID, 1, STOP_WARN, STOP_STATUS_WARN);
	count(&j, STOP_V_WRONG_PID, &text);
	assert_non_null(strstr(text, "72"));
	assert_non_null(strstr(text, "99"));
	judged_free(&j);
}

static void untagged(void **state)
{
	struct judged j;

	(void)state;
	judge_path(&j, data_path("elf-untagged"));
	only(&j, STOP_V_UNTAGGED, 1, STOP_INFO, STOP_STATUS_UNTAGGED);
	judged_free(&j);
}

static void hypervisor_dump(void **state)
{
	struct judged j;

	(void)state;
	/* Tags are not missing: nobody was asked to write them. */
	judge_path(&j, data_path("elf-hypervisor"));
	only(&j, STOP_V_HYPERVISOR_DUMP, 1, STOP_INFO, STOP_STATUS_UNTAGGED);
	/* The same notes after a crash are a broken dump. */
	j.facts.has_crashtime = true;
	again(&j);
	assert_int_equal(count(&j, STOP_V_HYPERVISOR_DUMP, NULL), 0);
	assert_int_equal(j.status, STOP_STATUS_FAIL);
	judged_free(&j);
}

static void severest_first(void **state)
{
	struct judged j;

	(void)state;
	pass(&j);
	CPU(&j, 0)->tag.regs = CPU_STOP_REGS_CAPTURED;
	CPU(&j, 2)->regs.pc = CPU(&j, 2)->regs.sp = 0;
	again(&j);
	assert_int_equal(j.verdicts.nr, 2);
	assert_int_equal(j.verdicts.v[0].id, STOP_V_ZERO_REGS);
	assert_int_equal(j.verdicts.v[1].id, STOP_V_NULL_REGS);
	judged_free(&j);
}

/* Same facts, same verdicts; and the facts are as before. */
static void purity(void **state)
{
	static const char *const dumps[] = {
		"elf-pass", "elf-not-stopped", "elf-untagged",
		"elf-hypervisor", "elf-kcore",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(dumps) / sizeof(*dumps); i++) {
		struct stop_verdicts second;
		struct stop_facts copy;
		struct stop_cpu *cpus;
		struct judged j;

		judge_path(&j, data_path(dumps[i]));
		copy = j.facts;
		cpus = malloc(copy.nr_cpus * sizeof(*cpus));
		memcpy(cpus, copy.cpus, copy.nr_cpus * sizeof(*cpus));
		assert_int_equal(stop_judge(&j.facts, &second), 0);
		assert_memory_equal(&copy, &j.facts, sizeof(copy));
		assert_memory_equal(cpus, j.facts.cpus,
				    copy.nr_cpus * sizeof(*cpus));
		assert_int_equal(second.nr, j.verdicts.nr);
		if (second.nr)
			assert_memory_equal(second.v, j.verdicts.v,
					    second.nr * sizeof(*second.v));
		free(cpus);
		stop_verdicts_destroy(&second);
		judged_free(&j);
	}
}

static void names_are_stable(void **state)
{
	static const char *const names[STOP_V_NR] = {
		"not-stopped", "missing-regs", "null-regs", "zero-regs",
		"stop-code-regs", "duplicate-cpu", "malformed-tag",
		"malformed-note", "foreign-sp", "wrong-pid", "untagged",
		"hypervisor-dump", "policy",
	};

	(void)state;
	for (int i = 0; i < STOP_V_NR; i++)
		assert_string_equal(stop_verdict_name(i), names[i]);
	assert_string_equal(stop_severity_name(STOP_FAIL), "fail");
	assert_string_equal(stop_severity_name(STOP_WARN), "warn");
	assert_string_equal(stop_severity_name(STOP_INFO), "info");
}

static void worst_status(void **state)
{
	static const enum stop_status order[] = { 1, 4, 3, 5, 0 };

	(void)state;
	for (int a = 0; a < 5; a++)
		for (int b = 0; b < 5; b++)
			assert_int_equal(stop_status_worst(order[a], order[b]),
					 order[a < b ? a : b]);
}

static void stop_code_functions(void **state)
{
	(void)state;
	assert_true(stop_code_function("local_cpu_stop"));
	assert_true(stop_code_function("local_cpu_stop.isra.0"));
	assert_true(stop_code_function("panic_smp_self_stop"));
	assert_false(stop_code_function("local_cpu_stopper"));
	assert_false(stop_code_function("local_cpu"));
	assert_false(stop_code_function("default_idle_call"));
	assert_false(stop_code_function(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(not_stopped),
		cmocka_unit_test(missing_regs_count),
		cmocka_unit_test(missing_regs_by_tag),
		cmocka_unit_test(missing_regs_no_panic_tag),
		cmocka_unit_test(missing_regs_untagged_note),
		cmocka_unit_test(missing_regs_from_memory),
		cmocka_unit_test(missing_regs_untagged_kernel),
		cmocka_unit_test(missing_regs_stopped_without),
		cmocka_unit_test(null_regs),
		cmocka_unit_test(zero_regs),
		cmocka_unit_test(stop_code_regs),
		cmocka_unit_test(duplicate_cpu),
		cmocka_unit_test(malformed_tag),
		cmocka_unit_test(malformed_note),
		cmocka_unit_test(memory_facts),
		cmocka_unit_test(untagged),
		cmocka_unit_test(hypervisor_dump),
		cmocka_unit_test(severest_first),
		cmocka_unit_test(purity),
		cmocka_unit_test(names_are_stable),
		cmocka_unit_test(worst_status),
		cmocka_unit_test(stop_code_functions),
	};

	return cmocka_run_group_tests_name("judge", tests, NULL, NULL);
}
