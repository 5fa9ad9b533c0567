// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_flat.c: flattened dumps, from files and through pipes: chunks in any
 * order where the last write wins, and every way in which chunks can be broken.
 */
#include <fcntl.h>
#include <unistd.h>

#include "unit.h"

/* Where chunks begin in the texts. */
#define CHUNKS	4096

static void must_pass(struct judged *j, const char *name,
		      const char *container)
{
	if (j->ret)
		fail_msg("%s: %s", name, j->err);
	assert_string_equal(j->facts.container, container);
	assert_string_equal(j->facts.osrelease, "6.12.1-test");
	assert_int_equal(j->facts.nr_cpus, 3);
	for (unsigned int cpu = 0; cpu < 3; cpu++) {
		assert_int_equal(j->facts.cpus[cpu].cpu, cpu);
		assert_true(j->facts.cpus[cpu].has_regs);
	}
	assert_true(j->facts.cpus[1].regs.pc == 0xffff800080030104);
	assert_true(j->facts.cpus[2].regs.pc == 0xffff800080040010);
	assert_int_equal(j->verdicts.nr, 0);
	assert_int_equal(j->status, STOP_STATUS_PASS);
}

/*
 * The same as from judge_path(), with the bytes on standard input, a pipe, whose
 * other end is closed then or is not.
 */
static void judge_open_pipe(struct judged *j, const void *p, size_t len,
			    bool open)
{
	int saved = dup(STDIN_FILENO), fds[2];

	assert_int_equal(pipe(fds), 0);
	assert_true(fcntl(fds[1], F_SETPIPE_SZ, 1024 * 1024) >= (int)len);
	assert_int_equal(write(fds[1], p, len), len);
	if (!open)
		close(fds[1]);
	dup2(fds[0], STDIN_FILENO);
	close(fds[0]);
	alarm(60);
	judge_path(j, "-");
	alarm(0);
	dup2(saved, STDIN_FILENO);
	close(saved);
	if (open)
		close(fds[1]);
}

static void judge_pipe(struct judged *j, const void *p, size_t len)
{
	judge_open_pipe(j, p, len, false);
}

static const struct {
	const char *name, *container;
} dumps[] = {
	{ "flat-elf", "flattened ELF64" },
	{ "flat-kdump", "flattened kdump-compressed v6" },
};

static void the_last_write_wins(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct bytes b = load(dumps[i].name);
		struct judged j;

		judge_bytes(&j, &b);
		must_pass(&j, dumps[i].name, dumps[i].container);
		judged_free(&j);
		judge_pipe(&j, b.p, b.len);
		must_pass(&j, dumps[i].name, dumps[i].container);
		judged_free(&j);
		free(b.p);
	}
}

/* As makedumpfile has its input; the offset stays where it was. */
static void from_an_open_file(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		int fd = open(data_path(dumps[i].name), O_RDONLY);
		struct judged j = { 0 };

		assert_int_equal(lseek(fd, 17, SEEK_SET), 17);
		stop_facts_init(&j.facts);
		assert_int_equal(stop_dump_read_fd(fd, &j.facts, j.err), 0);
		judge_facts(&j);
		must_pass(&j, dumps[i].name, dumps[i].container);
		judged_free(&j);
		assert_int_equal(lseek(fd, 0, SEEK_CUR), 17);
		assert_int_equal(close(fd), 0);
	}
}

/* Dumps that are not flattened. */
static const struct {
	const char *name, *container;
} plain[] = {
	{ "elf-pass", "ELF64" }, { "kdump-v6", "kdump-compressed v6" },
};

/* Other dumps can come through a pipe, too; a file may be standard input. */
static void standard_input(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct bytes b = load(plain[i].name);
		int fd, saved = dup(STDIN_FILENO);
		struct judged j;

		judge_pipe(&j, b.p, b.len);
		must_pass(&j, plain[i].name, plain[i].container);
		judged_free(&j);
		fd = open(data_path(plain[i].name), O_RDONLY);
		dup2(fd, STDIN_FILENO);
		close(fd);
		judge_path(&j, "-");
		must_pass(&j, plain[i].name, plain[i].container);
		judged_free(&j);
		dup2(saved, STDIN_FILENO);
		close(saved);
		free(b.p);
	}
}

/* Cut at any byte: an error or a failure, never a pass. */
static void truncated_everywhere(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct bytes b = load(dumps[i].name);

		for (size_t len = 0; len < b.len; len++) {
			struct judged j, piped;

			judge_path(&j, write_file(b.p, len));
			judge_pipe(&piped, b.p, len);
			if (j.status != STOP_STATUS_ERROR &&
			    j.status != STOP_STATUS_FAIL)
				fail_msg("%s at %zu: status %d", dumps[i].name,
					 len, j.status);
			if (!j.ret)
				assert_true(count(&j, STOP_V_MALFORMED_NOTE,
						  NULL));
			assert_int_equal(piped.status, j.status);
			assert_int_equal(piped.verdicts.nr, j.verdicts.nr);
			assert_string_equal(piped.err, j.err);
			judged_free(&j);
			judged_free(&piped);
			/* Most of the header is nothing. */
			if (len == 64)
				len = CHUNKS - 64;
		}
		free(b.p);
	}
}

static void cut_off_says_so(void **state)
{
	struct bytes b = load("flat-elf");
	struct judged j;
	const char *text;

	(void)state;
	judge_path(&j, write_file(b.p, b.len - 16));
	/* All is there, but nobody knows that. */
	assert_int_equal(j.facts.nr_cpus, 3);
	assert_int_equal(j.status, STOP_STATUS_FAIL);
	assert_int_equal(count(&j, STOP_V_MALFORMED_NOTE, &text), 1);
	assert_non_null(strstr(text, "no end marker"));
	judged_free(&j);
	free(b.p);
}

static void put64_be(struct bytes *b, size_t at, uint64_t value)
{
	assert_true(at + 8 <= b->len);
	for (int i = 0; i < 8; i++)
		b->p[at + i] = value >> (56 - 8 * i);
}

/* The first chunk's header, and the file's, changed. */
static void broken_chunks(void **state)
{
	static const struct {
		size_t at;
		uint64_t value;
		const char *expected;
	} cases[] = {
		{ 0, 0x6d616b6564756d71, "not a dump of a known kind" },
		{ 16, 2, "type 2" },
		{ 16, 0x100000000000000, "type 72057594037927936" },
		{ 24, 0, "version 0" },
		{ CHUNKS, -1, "claims" },
		{ CHUNKS, -2, "0xfffffffffffffffe" },
		{ CHUNKS, 1ULL << 63, "broken flattened" },
		{ CHUNKS, INT64_MAX, "broken flattened" },
		{ CHUNKS + 8, 0, "claims 0 bytes" },
		{ CHUNKS + 8, -1, "broken flattened" },
		{ CHUNKS + 8, INT64_MIN, "broken flattened" },
		/* It covers all that follows: cut off */
		{ CHUNKS + 8, 1ULL << 62, NULL },
		/* Somewhere else than at the beginning */
		{ CHUNKS, 1ULL << 62, "not a dump of a known kind" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct bytes b = load("flat-elf");
		struct judged j, piped;

		put64_be(&b, cases[i].at, cases[i].value);
		judge_bytes(&j, &b);
		judge_pipe(&piped, b.p, b.len);
		if (!cases[i].expected) {
			assert_int_equal(j.status, STOP_STATUS_FAIL);
			assert_int_equal(piped.status, STOP_STATUS_FAIL);
		} else {
			assert_int_not_equal(j.ret, 0);
			if (!strstr(j.err, cases[i].expected))
				fail_msg("case %zu: \"%s\" lacks \"%s\"", i,
					 j.err, cases[i].expected);
			assert_string_equal(piped.err, j.err);
		}
		judged_free(&j);
		judged_free(&piped);
		free(b.p);
	}
}

/*
 * Memory behind the notes is not waited for: the pipe stays open. All of the
 * first 4096 bytes are there in any dump, as memory is aligned to pages.
 */
static void no_further_than_needed(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct bytes b = load(plain[i].name);
		size_t len = b.len < 4096 ? 4096 : b.len;
		uint8_t *whole = calloc(1, len);
		struct judged j;

		memcpy(whole, b.p, b.len);
		judge_open_pipe(&j, whole, len, true);
		must_pass(&j, plain[i].name, plain[i].container);
		judged_free(&j);
		free(whole);
		free(b.p);
	}
}

/* A flattened dump in a flattened dump, and one of nothing. */
static void nothing_inside(void **state)
{
	struct bytes b = load("flat-elf"), inner = load("flat-elf");
	struct judged j;

	(void)state;
	memcpy(b.p + CHUNKS + 16, inner.p, 120);
	judge_bytes(&j, &b);
	assert_non_null(strstr(j.err, "inside a flattened dump"));
	judged_free(&j);
	judge_pipe(&j, b.p, b.len);
	assert_non_null(strstr(j.err, "inside a flattened dump"));
	judged_free(&j);

	memset(b.p + CHUNKS, 0xff, 16);
	judge_bytes(&j, &b);
	assert_non_null(strstr(j.err, "flattened dump of nothing"));
	judged_free(&j);
	judge_path(&j, write_file(b.p, CHUNKS));
	assert_non_null(strstr(j.err, "which nothing is there"));
	judged_free(&j);
	free(b.p);
	free(inner.p);
}

/* No crash, no hang and one line, whatever stands in a header. */
static void any_header_byte(void **state)
{
	static const uint8_t values[] = { 0, 1, 0x7f, 0x80, 0xff };
	struct bytes b = load("flat-elf");
	/* The headers of the first two chunks; what the first one holds. */
	size_t end = CHUNKS + 16 + 120 + 16;

	(void)state;
	for (size_t at = CHUNKS; at < end; at++) {
		uint8_t was = b.p[at];

		for (size_t i = 0; i < sizeof(values); i++) {
			struct judged j;

			b.p[at] = values[i];
			judge_bytes(&j, &b);
			judged_free(&j);
			judge_pipe(&j, b.p, b.len);
			judged_free(&j);
		}
		b.p[at] = was;
	}
	free(b.p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_last_write_wins),
		cmocka_unit_test(from_an_open_file),
		cmocka_unit_test(standard_input),
		cmocka_unit_test(no_further_than_needed),
		cmocka_unit_test(truncated_everywhere),
		cmocka_unit_test(cut_off_says_so),
		cmocka_unit_test(broken_chunks),
		cmocka_unit_test(nothing_inside),
		cmocka_unit_test(any_header_byte),
	};

	return cmocka_run_group_tests_name("flat", tests, NULL, NULL);
}
