// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_report.c: what people and programs get to see. The whole text is
 * compared, so that a change of it is a decision. That the JSON is JSON is
 * for jq and python to say (tests/command).
 */
#include <linux/cpu_stop_tag.h>

#include "json.h"
#include "unit.h"

static char *table(const struct judged *j, struct stop_report_opts opts)
{
	char *text = NULL;
	size_t len;
	FILE *fp = open_memstream(&text, &len);

	stop_report_table(fp, &j->facts, &j->verdicts, &opts);
	fclose(fp);
	return text;
}

/* For the log of another program. */
static void brief(void **state)
{
	struct judged j;
	char *text = NULL;
	size_t len;
	FILE *fp = open_memstream(&text, &len);

	(void)state;
	judge_path(&j, data_path("elf-not-stopped"));
	stop_report_brief(fp, &j.facts, &j.verdicts, "Stops: ");
	fclose(fp);
	assert_string_equal(text,
"Stops: 4 CPUs were running: 1 panicked, 1 stopped by IPI, 1 by SDEI, 1 not stopped\n"
"Stops: fail not-stopped: CPU 3: did not stop; tried: IPI pseudo-NMI SDEI (SDEI_EVENT_SIGNAL: -3, denied, or masked there)\n");
	free(text);
	judged_free(&j);
}

/* A dump with very many problems must not hold up that program. */
static void brief_of_many(void **state)
{
	struct stop_facts facts;
	struct stop_verdicts verdicts = { 0 };
	char *text = NULL, *line;
	size_t len, lines = 0;
	FILE *fp = open_memstream(&text, &len);

	(void)state;
	stop_facts_init(&facts);
	for (int i = 0; i < 100; i++)
		assert_int_equal(stop_facts_add_defect(&facts, i, "broken"), 0);
	assert_int_equal(stop_judge(&facts, &verdicts), 0);
	/* and "untagged", and that no CPU has registers */
	assert_int_equal(verdicts.nr, 102);
	stop_report_brief(fp, &facts, &verdicts, "> ");
	fclose(fp);
	for (line = text; (line = strchr(line, '\n')); line++)
		lines++;
	assert_int_equal(lines, 1 + 32 + 1);
	assert_non_null(strstr(text, "\n> and 70 more\n"));
	free(text);
	stop_verdicts_destroy(&verdicts);
	stop_facts_destroy(&facts);
}

static char *json(const struct judged *j, struct stop_report_opts opts)
{
	char *text = NULL;
	size_t len;
	FILE *fp = open_memstream(&text, &len);

	stop_report_json(fp, &j->facts, &j->verdicts, &opts);
	fclose(fp);
	return text;
}

static void check_table(const char *name, const char *expected)
{
	struct judged j;
	char *text;

	judge_path(&j, data_path(name));
	text = table(&j, (struct stop_report_opts){ .name = "vmcore" });
	assert_string_equal(text, expected);
	free(text);
	judged_free(&j);
}

static void tagged_table(void **state)
{
	(void)state;
	check_table("elf-not-stopped",
"vmcore: ELF64, kernel 6.12.1-test, crashed 2023-11-14 22:13:20 UTC\n"
"4 CPUs were running: 1 panicked, 1 stopped by IPI, 1 by SDEI, 1 not stopped\n"
"\n"
" CPU  STOPPED BY   REGISTERS    IRQS      AFTER  PID  PC\n"
"   2  SDEI         interrupted  masked  34.5 us   72  0xffff800080040010\n"
"   3  not stopped  none         -       >100 ms    -  -\n"
"   1  panic        captured     masked        -   71  0xffff800080030104\n"
"   0  IPI          interrupted  on      21.0 us    0  0xffff800080020028\n"
"\n"
"fail  not-stopped      CPU 3: did not stop; tried: IPI pseudo-NMI SDEI (SDEI_EVENT_SIGNAL: -3, denied, or masked there)\n"
"\n"
"result: failures (exit 4)\n");
}

/* elf-not-stopped, its CPU 3 of version 2 and inside an SDEI event. */
static void judge_in_sdei(struct judged *j)
{
	struct bytes b = load("elf-not-stopped");
	size_t tag = NOTES + 3 * NOTE + DESC;	/* a CPUSTOP note: only the tag */

	b.p[tag + 8] = 2;
	b.p[tag + 20] = 8;
	judge_bytes(j, &b);
	free(b.p);
}

static void in_sdei_table(void **state)
{
	static const char *const expected[] = {
		"   3  not stopped  none         -       >100 ms    -  (inside an SDEI event)\n",
		"or masked there); it was inside an SDEI event, which masks event 0\n",
		"UTC\n",	/* and nothing of a version that is not known */
	};
	struct judged j;
	char *text;

	(void)state;
	judge_in_sdei(&j);
	text = table(&j, (struct stop_report_opts){ .name = "vmcore" });
	for (size_t i = 0; i < sizeof(expected) / sizeof(*expected); i++)
		if (!strstr(text, expected[i]))
			fail_msg("no %s in %s", expected[i], text);
	free(text);
	judged_free(&j);
}

/* As printf() in C or Python rounds the binary fraction. */
static void after_column(void **state)
{
	static const struct {
		int64_t ns;
		const char *text;
	} after[] = {
		{ 999, " 999 ns " }, { 1250, " 1.2 us " }, { 1350, " 1.4 us " },
		{ 1450, " 1.4 us " }, { 1451, " 1.5 us " },
		{ 99949, " 99.9 us " }, { 99950, " 100.0 us " },
		{ 100500, " 100 us " }, { 101500, " 102 us " },
		{ 999499, " 999 us " }, { 999500, " 1000 us " },
		{ 1000000, " 1.0 ms " }, { 59999999, " 60.0 ms " },
		{ 3600000000000, " 3600 s " },
		{ INT64_MAX, " 9223372037 s " },
		/* A clock that is not the same on every CPU */
		{ -5, " -5 ns " }, { -1250, " -1.2 us " },
		{ -150400000, " -150.4 ms " },
	};
	struct judged j;
	char *text;

	(void)state;
	judge_path(&j, data_path("elf-pass"));
	for (size_t i = 0; i < sizeof(after) / sizeof(*after); i++) {
		for (size_t k = 0; k < j.facts.nr_cpus; k++) {
			struct stop_tag *tag = &j.facts.cpus[k].tag;

			tag->request_ns = INT64_MAX;
			tag->stop_ns = INT64_MAX + (uint64_t)after[i].ns;
		}
		text = table(&j, (struct stop_report_opts){ .name = "vmcore" });
		if (!strstr(text, after[i].text))
			fail_msg("no %s in %s", after[i].text, text);
		free(text);
	}
	judged_free(&j);
}

static void newer_version_table(void **state)
{
	struct judged j;
	char *text;

	(void)state;
	judge_path(&j, data_path("elf-not-stopped"));
	j.facts.tag_version = 2;
	text = table(&j, (struct stop_report_opts){ .name = "vmcore" });
	assert_null(strstr(text, "this tool knows"));
	free(text);
	j.facts.tag_version = 3;
	text = table(&j, (struct stop_report_opts){ .name = "vmcore" });
	assert_non_null(strstr(text, ", tag version 3 (this tool knows 2)\n"));
	free(text);
	judged_free(&j);
}

static void untagged_table(void **state)
{
	(void)state;
	check_table("elf-untagged",
"vmcore: ELF64, kernel 6.12.1-test, crashed 2023-11-14 22:13:20 UTC\n"
"2 CPUs have registers\n"
"\n"
" CPU  STOPPED BY  REGISTERS  IRQS  AFTER  PID  PC\n"
"   ?  (no tag)    ?          -         -   33  0xffff800080050020\n"
"   ?  (no tag)    ?          -         -   33  0xffff800080050020\n"
"\n"
"info  untagged         this kernel writes no stop tags\n"
"\n"
"result: no tags: whether all CPUs are here is not known (exit 5)\n");
}

static void live_table(void **state)
{
	(void)state;
	check_table("elf-kcore",
"vmcore: ELF64, kernel 6.12.1-test, live\n"
"1 CPU has registers\n"
"\n"
" CPU  STOPPED BY  REGISTERS  IRQS  AFTER  PID  PC\n"
"   ?  (no tag)    ?          -         -    0  0x0000000000000000\n"
"\n"
"result: no tags: a live system, no CPU was stopped (exit 5)\n");
}

static bool only_cpu_2(const struct stop_cpu *cpu, void *arg)
{
	(void)arg;
	return cpu->cpu == 2;
}

static void names_and_filter(void **state)
{
	struct judged j;
	char *text;

	(void)state;
	judge_path(&j, data_path("elf-pass"));
	j.facts.cpus[2].pc_symbol = strdup("spin+0x10");
	j.facts.cpus[2].pc_line = strdup("a/b.c:12");
	j.facts.cpus[2].lr_symbol = strdup("caller+0x4");
	j.facts.cpus[2].lr_line = strdup("a/c.c:7");
	strcpy(j.facts.cpus[2].task_comm, "loop");
	text = table(&j, (struct stop_report_opts){ .want_cpu = only_cpu_2 });
	assert_string_equal(text,
" CPU  STOPPED BY  REGISTERS    IRQS      AFTER  PID  TASK  PC               SOURCE\n"
"   2  SDEI        interrupted  masked  34.5 us   72  loop  spin+0x10        a/b.c:12\n"
"                                                             lr caller+0x4  a/c.c:7\n"
"\n"
"result: pass (exit 0)\n");
	free(text);
	judged_free(&j);
}

/* lr: neither of an idle CPU nor of the panicking one. */
static void lr_where_it_helps(void **state)
{
	struct judged j;
	char *text;

	(void)state;
	judge_path(&j, data_path("elf-pass"));
	j.facts.cpus[0].lr_symbol = strdup("zero+0x4");
	j.facts.cpus[1].lr_symbol = strdup("one+0x4");
	text = table(&j, (struct stop_report_opts){ 0 });
	assert_null(strstr(text, "lr "));
	free(text);
	j.facts.cpus[0].tag.mechanism = CPU_STOP_NMI_IPI;
	text = table(&j, (struct stop_report_opts){ 0 });
	assert_non_null(strstr(text, "  lr zero+0x4\n"));
	assert_null(strstr(text, "lr one"));
	free(text);
	judged_free(&j);
}

static void numbers_for_unknown(void **state)
{
	struct judged j;
	char *text;

	(void)state;
	judge_path(&j, data_path("elf-pass"));
	j.facts.cpus[0].tag.mechanism = 9;
	j.facts.cpus[0].tag.regs = 8;
	text = table(&j, (struct stop_report_opts){ .name = "x" });
	assert_non_null(strstr(text, "   0  9           8    "));
	assert_non_null(strstr(text, "1 by a way newer than this tool"));
	free(text);
	text = json(&j, (struct stop_report_opts){ .name = "x" });
	assert_non_null(strstr(text, "\"mechanism\": 9, \"regs\": 8"));
	free(text);
	judged_free(&j);
}

/* No byte of a dump reaches a terminal as a control sequence. */
static void hostile_strings(void **state)
{
	struct judged j;
	char *text;

	(void)state;
	judge_path(&j, data_path("elf-pass"));
	strcpy(j.facts.osrelease, "6\033[2J\r\n\xc2\x9b\xff\"\\");
	strcpy(j.facts.build_id, "\xed\xa0\x80");
	text = table(&j, (struct stop_report_opts){ .name = "a\033]0;b\a" });
	for (const char *c = text; *c; c++)
		assert_true(*c != '\033' && *c != '\r' && *c != '\a');
	assert_null(strstr(text, "\xc2\x9b"));
	free(text);
	text = json(&j, (struct stop_report_opts){ .name = "\x80" });
	assert_non_null(strstr(text, "{\"dump\": \"\\ufffd\", "));
	assert_non_null(strstr(text,
		"\"kernel\": \"6\\u001b[2J\\u000d\\u000a\xc2\x9b\\ufffd\\\"\\\\\""));
	assert_non_null(strstr(text,
		"\"build_id\": \"\\ufffd\\ufffd\\ufffd\""));
	assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
	free(text);
	judged_free(&j);
}

static void json_facts(void **state)
{
	static const char *const expected[] = {
		"\"container\": \"ELF64\"", "\"crashtime\": 1700000000",
		"\"tag_version\": 1", "\"kerneloffset\": \"0x1000000\"",
		"\"nr_online\": 4, \"nr_left\": 1, \"unset\": 0, \"panic\": 1, \"ipi\": 1, \"nmi-ipi\": 0, \"sdei\": 1, \"self-stop\": 0, \"not-stopped\": 1",
		"\"cpu\": 2, \"note\": 2, \"wedged\": true, \"tag_state\": \"valid\"",
		"\"mechanism\": \"sdei\", \"regs\": \"interrupted\", \"rungs\": [\"ipi\", \"sdei\"]",
		"\"stop_ns\": 5100034500, \"request_ns\": 5100000000, \"after_ns\": 34500",
		"\"pc\": \"0xffff800080040010\"",
		"\"mechanism\": \"not-stopped\"", "\"sdei_status\": -3",
		"\"verdicts\": [{\"id\": \"not-stopped\", \"severity\": \"fail\", \"cpu\": 3, \"note\": 3,",
		"\"result\": \"failures\", \"status\": 4}\n",
	};
	struct judged j;
	char *text;

	(void)state;
	judge_path(&j, data_path("elf-not-stopped"));
	text = json(&j, (struct stop_report_opts){ .name = "x" });
	for (size_t i = 0; i < sizeof(expected) / sizeof(*expected); i++)
		if (!strstr(text, expected[i]))
			fail_msg("no %s in %s", expected[i], text);
	free(text);
	judged_free(&j);
}

static void json_in_sdei(void **state)
{
	struct judged j;
	char *text;

	(void)state;
	judge_in_sdei(&j);
	text = json(&j, (struct stop_report_opts){ .name = "x" });
	assert_non_null(strstr(text, "\"version\": 2, \"size\": 64, \"mechanism\": \"not-stopped\""));
	assert_non_null(strstr(text, "\"flags\": 8,"));
	assert_non_null(strstr(text, "\"in_sdei\": true"));
	/* The others are of version 1, which does not say. */
	assert_non_null(strstr(text, "\"in_sdei\": null"));
	assert_null(strstr(text, "\"in_sdei\": false"));
	free(text);
	judged_free(&j);
}

static void json_numbers(void **state)
{
	char *text = NULL;
	size_t len;
	struct json json = { .fp = open_memstream(&text, &len) };

	(void)state;
	json_open(&json, NULL, '[');
	json_uint(&json, NULL, 9007199254740992);	/* 2^53 */
	json_uint(&json, NULL, 9007199254740993);
	json_int(&json, NULL, -9007199254740992);
	json_int(&json, NULL, -9007199254740993);
	json_int(&json, NULL, INT64_MIN);
	json_uint(&json, NULL, UINT64_MAX);
	json_hex(&json, NULL, 0);
	json_close(&json, ']');
	fclose(json.fp);
	assert_string_equal(text,
		"[9007199254740992, \"0x20000000000001\", -9007199254740992, \"-0x20000000000001\", \"-0x8000000000000000\", \"0xffffffffffffffff\", \"0x0\"]");
	free(text);
}

static void json_utf8(void **state)
{
	/* Valid ones stay; overlong, surrogates, beyond U+10FFFF, cut do not. */
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80",
		  "\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\"" },
		{ "\xc0\xaf", "\"\\ufffd\\ufffd\"" },
		{ "\xe0\x80\xaf", "\"\\ufffd\\ufffd\\ufffd\"" },
		{ "\xed\xa0\x80", "\"\\ufffd\\ufffd\\ufffd\"" },
		{ "\xf4\x90\x80\x80", "\"\\ufffd\\ufffd\\ufffd\\ufffd\"" },
		{ "\xf5", "\"\\ufffd\"" },
		{ "\xe2\x82", "\"\\ufffd\\ufffd\"" },
		{ "\xe2\x82x", "\"\\ufffd\\ufffdx\"" },
		{ "\x7f\x01", "\"\\u007f\\u0001\"" },
		{ "", "\"\"" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char *text = NULL;
		size_t len;
		struct json json = { .fp = open_memstream(&text, &len) };

		json_string(&json, NULL, cases[i].in);
		fclose(json.fp);
		assert_string_equal(text, cases[i].out);
		free(text);
	}
}

/* Of any length: the writer gathers some before the stream gets it. */
static void json_long(void **state)
{
	static char in[3 * sizeof(((struct json *)0)->text)];
	const size_t room = sizeof(in) / 3;

	(void)state;
	for (size_t n = room - 20; n < 2 * room + 20; n++) {
		char *text = NULL;
		size_t len;
		struct json json = { .fp = open_memstream(&text, &len) };

		if (n == room + 20)
			n = 2 * room - 20;
		memset(in, 'a' + n % 26, n);
		in[n] = '\0';
		json_open(&json, NULL, '[');
		json_string(&json, NULL, in);
		json_bool(&json, NULL, true);
		json_close(&json, ']');
		fclose(json.fp);
		assert_int_equal(len, n + 10);
		assert_memory_equal(text, "[\"", 2);
		assert_memory_equal(text + 2, in, n);
		assert_string_equal(text + 2 + n, "\", true]");
		free(text);
	}
}

static void json_error(void **state)
{
	char *text = NULL;
	size_t len;
	FILE *fp = open_memstream(&text, &len);

	(void)state;
	stop_report_json_error(fp, "a \"dump\"", "is empty");
	stop_report_json_error(fp, NULL, "no dump was named");
	fclose(fp);
	assert_string_equal(text,
"{\"dump\": \"a \\\"dump\\\"\", \"error\": \"is empty\", \"result\": \"error\", \"status\": 1}\n"
"{\"dump\": null, \"error\": \"no dump was named\", \"result\": \"error\", \"status\": 1}\n");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tagged_table),
		cmocka_unit_test(brief),
		cmocka_unit_test(brief_of_many),
		cmocka_unit_test(in_sdei_table),
		cmocka_unit_test(after_column),
		cmocka_unit_test(newer_version_table),
		cmocka_unit_test(untagged_table),
		cmocka_unit_test(live_table),
		cmocka_unit_test(names_and_filter),
		cmocka_unit_test(lr_where_it_helps),
		cmocka_unit_test(numbers_for_unknown),
		cmocka_unit_test(hostile_strings),
		cmocka_unit_test(json_facts),
		cmocka_unit_test(json_in_sdei),
		cmocka_unit_test(json_numbers),
		cmocka_unit_test(json_utf8),
		cmocka_unit_test(json_long),
		cmocka_unit_test(json_error),
	};

	return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
