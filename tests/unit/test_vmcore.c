// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_vmcore.c: dump files: every container, and every way in which a file
 * can be broken that is known to have hurt a reader (truncation, sizes that
 * wrap, headers that overlap, gigabytes of nothing).
 */
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "unit.h"

/* The dumps that hold the three CPUs of elf-pass in some container. */
static void good_dumps(void **state)
{
	static const struct {
		const char *name, *container;
	} dumps[] = {
		{ "elf-pass", "ELF64" },
		{ "elf-big-endian", "ELF64, big-endian" },
		{ "elf-gaps", "ELF64" },
		{ "elf-phnum", "ELF64" },
		{ "elf-device-dump", "ELF64" },
		{ "elf-gigabyte", "ELF64" },
		{ "kdump-v6", "kdump-compressed v6" },
		{ "kdump-big-endian", "kdump-compressed v6, big-endian" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(dumps) / sizeof(*dumps); i++) {
		struct judged j;

		judge_path(&j, data_path(dumps[i].name));
		if (j.ret)
			fail_msg("%s: %s", dumps[i].name, j.err);
		assert_string_equal(j.facts.container, dumps[i].container);
		assert_string_equal(j.facts.osrelease, "6.12.1-test");
		assert_int_equal(j.facts.nr_cpus, 3);
		for (unsigned int cpu = 0; cpu < 3; cpu++) {
			assert_int_equal(j.facts.cpus[cpu].cpu, cpu);
			assert_true(j.facts.cpus[cpu].has_regs);
		}
		assert_true(j.facts.cpus[2].regs.pc == 0xffff800080040010);
		assert_true(j.facts.cpus[2].tag.stop_ns == 5100034500);
		assert_int_equal(j.verdicts.nr, 0);
		assert_int_equal(j.status, STOP_STATUS_PASS);
		judged_free(&j);
	}
}

/* A caller's open file: what is in it, and left as it was, holes or not. */
static void from_an_open_file(void **state)
{
	static const char *const names[] = {
		"elf-pass", "elf-gigabyte", "kdump-v6",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		int fd = open(data_path(names[i]), O_RDONLY);
		struct judged j = { 0 };

		assert_int_equal(lseek(fd, 17, SEEK_SET), 17);
		stop_facts_init(&j.facts);
		assert_int_equal(stop_dump_read_fd(fd, &j.facts, j.err), 0);
		assert_int_equal(j.facts.nr_cpus, 3);
		stop_facts_destroy(&j.facts);
		assert_int_equal(lseek(fd, 0, SEEK_CUR), 17);
		assert_int_equal(close(fd), 0);
		/* One that is refused: closed here. */
		stop_facts_init(&j.facts);
		assert_int_equal(stop_dump_read_fd(fd, &j.facts, j.err), -1);
		stop_facts_destroy(&j.facts);
	}
}

/* One notes segment at a time, as the reader hands them out. */
static void device_dump_is_left_out(void **state)
{
	const struct vmcore_segment *segs;
	char err[160];
	struct vmcore *v = vmcore_open(data_path("elf-device-dump"), err);
	size_t nr, total = 0;

	(void)state;
	assert_non_null(v);
	assert_int_equal(vmcore_segments(v, &segs, &nr, err), 0);
	for (size_t i = 0; i < nr; i++) {
		assert_true(segs[i].claimed == segs[i].len);
		total += segs[i].len;
	}
	assert_int_equal(total, 3 * NOTE + 220);
	/* 0x100 + header and name 20 + 3 MiB + 1 + 3 of padding */
	assert_true(segs[0].offset == 0x100 + 20 + 3145732);
	vmcore_close(v);
}

static void zeros_take_no_time(void **state)
{
	struct timespec from, to;
	struct judged j;

	(void)state;
	clock_gettime(CLOCK_MONOTONIC, &from);
	judge_path(&j, data_path("elf-gigabyte"));
	clock_gettime(CLOCK_MONOTONIC, &to);
	assert_int_equal(j.facts.nr_cpus, 3);
	/* 5 s would be a slow disk that knows no holes. */
	assert_true(to.tv_sec - from.tv_sec < 5);
	judged_free(&j);
}

static void refused(const char *name, const char *expected)
{
	struct judged j;

	judge_path(&j, data_path(name));
	assert_int_not_equal(j.ret, 0);
	if (!strstr(j.err, expected))
		fail_msg("%s: \"%s\" lacks \"%s\"", name, j.err, expected);
	judged_free(&j);
}

static void refused_dumps(void **state)
{
	(void)state;
	refused("kdump-v3", "version 3");
	refused("elf-process", "process");
	refused("tag", "not a dump");
	refused("does-not-exist", "No such file");
}

/* Bytes changed in elf-pass: where, to what, and what must be said. */
static void broken_elf_headers(void **state)
{
	static const struct {
		size_t at;
		uint8_t value;
		const char *expected;
	} cases[] = {
		{ 0, 'X', "not a dump of a known kind" },
		{ 4, 1, "32-bit" },			/* EI_CLASS */
		{ 4, 9, "broken ELF" },
		{ 5, 0, "broken ELF" },			/* EI_DATA */
		{ 5, 2, "type 1024" },
		{ 16, 2, "vmlinux" },			/* e_type */
		{ 16, 3, "vmlinux" },
		{ 18, 62, "x86-64" },			/* e_machine */
		{ 18, 40, "(arm, not arm64)" },
		{ 18, 99, "machine 99" },
		{ 33, 0xff, "truncated" },		/* e_phoff */
		{ 39, 0xff, "truncated" },
		{ 54, 55, "program headers of 55" },	/* e_phentsize */
		{ 56, 0, "without notes" },		/* e_phnum */
		{ 57, 0xfe, "truncated" },
		{ 64, 1, "without notes" },		/* p_type */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct bytes b = load("elf-pass");
		struct judged j;

		b.p[cases[i].at] = cases[i].value;
		judge_bytes(&j, &b);
		assert_int_not_equal(j.ret, 0);
		if (!strstr(j.err, cases[i].expected))
			fail_msg("byte %zu: \"%s\" lacks \"%s\"", cases[i].at,
				 j.err, cases[i].expected);
		judged_free(&j);
		free(b.p);
	}
}

/* Section header 0 of elf-phnum is at 64, its sh_info at 64 + 44. */
static void phnum_traps(void **state)
{
	struct bytes b = load("elf-phnum");
	struct judged j;

	(void)state;
	/* e_shentsize 0xffff: nothing may be read by it. */
	b.p[58] = b.p[59] = 0xff;
	judge_bytes(&j, &b);
	assert_non_null(strstr(j.err, "section header"));
	judged_free(&j);
	b.p[58] = 64, b.p[59] = 0;

	put32(&b, 108, 0xffffffff);	/* sh_info */
	judge_bytes(&j, &b);
	assert_non_null(strstr(j.err, "4294967295 program headers"));
	judged_free(&j);
	put32(&b, 108, 1000000);
	judge_bytes(&j, &b);
	assert_non_null(strstr(j.err, "truncated"));
	judged_free(&j);

	put32(&b, 40, 0x7fffffff);	/* e_shoff, behind the end */
	judge_bytes(&j, &b);
	assert_non_null(strstr(j.err, "section header"));
	judged_free(&j);
	put32(&b, 40, 0);
	judge_bytes(&j, &b);
	assert_non_null(strstr(j.err, "section header"));
	judged_free(&j);
	free(b.p);
}

/* p_offset is at 64 + 8, p_filesz at 64 + 32. */
static void note_segment_traps(void **state)
{
	struct bytes b = load("elf-pass");
	struct judged j;

	(void)state;
	/* Claims everything there could ever be. */
	memset(b.p + 64 + 32, 0xff, 8);
	judge_bytes(&j, &b);
	assert_int_equal(j.ret, 0);
	assert_int_equal(j.facts.nr_cpus, 3);
	assert_int_equal(count(&j, STOP_V_MALFORMED_NOTE, NULL), 1);
	assert_int_equal(j.status, STOP_STATUS_FAIL);
	judged_free(&j);

	/* Begins behind the end of the file. */
	memset(b.p + 64 + 8, 0xff, 8);
	judge_bytes(&j, &b);
	assert_int_equal(j.ret, 0);
	assert_int_equal(j.facts.nr_cpus, 0);
	assert_int_equal(count(&j, STOP_V_MALFORMED_NOTE, NULL), 1);
	judged_free(&j);
	free(b.p);

	/* Two headers for the same notes. */
	b = load("elf-pass");
	b.p[56] = 2;
	memcpy(b.p + 64 + 56, b.p + 64, 56);
	judge_bytes(&j, &b);
	assert_int_not_equal(j.ret, 0);
	assert_non_null(strstr(j.err, "overlap"));
	judged_free(&j);
	free(b.p);
}

static void kdump_traps(void **state)
{
	static const struct {
		size_t at;
		uint32_t value;
		const char *expected;
	} cases[] = {
		{ 8, 0, "broken" },			/* header_version */
		{ 8, 0xffffffff, "broken" },
		{ 8, 1, "version 1" },
		{ 428, 0, "broken" },			/* block_size */
		{ 428, 4095, "broken" },
		{ 428, 0x80000000, "broken" },
		{ 428, 65536, "truncated" },
		{ 272, 0x5f363878, "another architecture (x86_h64" },
		{ 272, 0x1b5b1b01, "another architecture (?" },
		{ 4096 + 48, 0, "without CPU notes" },	/* offset_note */
		{ 4096 + 56, 0, "without CPU notes" },	/* size_note */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct bytes b = load("kdump-v6");
		struct judged j;

		put32(&b, cases[i].at, cases[i].value);
		judge_bytes(&j, &b);
		assert_int_not_equal(j.ret, 0);
		if (!strstr(j.err, cases[i].expected))
			fail_msg("case %zu: \"%s\" lacks \"%s\"", i, j.err,
				 cases[i].expected);
		judged_free(&j);
		free(b.p);
	}
}

static void kdump_vmcoreinfo_of_its_own(void **state)
{
	struct bytes b = load("kdump-v6");
	struct judged j;

	(void)state;
	/* The note is no VMCOREINFO any more; the sub header still points. */
	b.p[8192 + 3 * NOTE + 12] = 'X';
	judge_bytes(&j, &b);
	assert_string_equal(j.facts.osrelease, "6.12.1-test");
	assert_int_equal(j.status, STOP_STATUS_PASS);
	judged_free(&j);
	/* Nor does it: behind the end, and of any size. */
	memset(b.p + 4096 + 32, 0xff, 16);
	judge_bytes(&j, &b);
	assert_int_equal(j.ret, 0);
	assert_false(j.facts.has_vmcoreinfo);
	assert_int_equal(j.facts.nr_cpus, 3);
	judged_free(&j);
	free(b.p);
}

/* A dump cut at any byte: an error or a failure, never a pass. */
static void truncated_everywhere(const char *name, size_t last)
{
	struct bytes b = load(name);
	struct judged j;

	for (size_t len = 0; len < b.len; len++) {
		judge_path(&j, write_file(b.p, len));
		if (len < last) {
			if (j.status == STOP_STATUS_PASS ||
			    j.status == STOP_STATUS_WARN ||
			    j.status == STOP_STATUS_UNTAGGED)
				fail_msg("%s at %zu: status %d", name, len,
					 j.status);
			if (!j.ret)
				assert_true(count(&j, STOP_V_MALFORMED_NOTE,
						  NULL));
		}
		judged_free(&j);
	}
	free(b.p);
}

static void truncated_elf(void **state)
{
	(void)state;
	truncated_everywhere("elf-pass", NOTES + 3 * NOTE + 220);
}

static void truncated_elf_untagged(void **state)
{
	(void)state;
	truncated_everywhere("elf-untagged", NOTES + 2 * NOTE + 192);
}

static void truncated_kdump(void **state)
{
	(void)state;
	/* What follows the notes is not looked at. */
	truncated_everywhere("kdump-v6", 8192 + 3 * NOTE + 220);
}

static void every_header_byte(const char *name, size_t from, size_t to)
{
	static const uint8_t values[] = { 0, 1, 0x7f, 0x80, 0xff };
	struct bytes b = load(name);
	struct judged j;

	for (size_t at = from; at < to; at++) {
		uint8_t was = b.p[at];

		for (size_t i = 0; i < sizeof(values); i++) {
			b.p[at] = values[i];
			judge_bytes(&j, &b);
			judged_free(&j);
		}
		b.p[at] = was;
	}
	free(b.p);
}

static void any_header_byte(void **state)
{
	(void)state;
	every_header_byte("elf-phnum", 0, 240);
	every_header_byte("kdump-v6", 0, 16);
	every_header_byte("kdump-v6", 400, 432);
	every_header_byte("kdump-v6", 4096, 4096 + 64);
}

static void named_for_what_they_are(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		const char *expected;
	} cases[] = {
#define CASE(bytes, expected) { bytes, sizeof(bytes) - 1, expected }
		CASE("makedumpfile\0\0\0\0", "flattened"),
		CASE("\x1f\x8b\x08", "gzip"),
		CASE("\xfd" "7zXZ\0", "xz"),
		CASE("\x28\xb5\x2f\xfd", "zstd"),
		CASE("BZh9", "bzip2"),
		CASE("\x04\x22\x4d\x18", "lz4"),
		CASE("sadump\0\0", "sadump"),
		CASE("\xed\xeb\x0f\xf0", "Xen"),
		CASE("QEVM", "migration"),
		CASE("LibvirtQemudSave", "libvirt"),
		CASE("EMiL", "LiME"),
		CASE("DISKDUMP", "diskdump"),
		CASE("hello\n", "not a dump of a known kind"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		uint8_t file[8192] = { 0 };
		struct judged j;

		memcpy(file, cases[i].bytes, cases[i].len);
		judge_path(&j, write_file(file, sizeof(file)));
		assert_int_not_equal(j.ret, 0);
		if (!strstr(j.err, cases[i].expected))
			fail_msg("\"%s\" lacks \"%s\"", j.err,
				 cases[i].expected);
		judged_free(&j);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_dumps),
		cmocka_unit_test(from_an_open_file),
		cmocka_unit_test(device_dump_is_left_out),
		cmocka_unit_test(zeros_take_no_time),
		cmocka_unit_test(refused_dumps),
		cmocka_unit_test(broken_elf_headers),
		cmocka_unit_test(phnum_traps),
		cmocka_unit_test(note_segment_traps),
		cmocka_unit_test(kdump_traps),
		cmocka_unit_test(kdump_vmcoreinfo_of_its_own),
		cmocka_unit_test(truncated_elf),
		cmocka_unit_test(truncated_elf_untagged),
		cmocka_unit_test(truncated_kdump),
		cmocka_unit_test(any_header_byte),
		cmocka_unit_test(named_for_what_they_are),
	};

	return cmocka_run_group_tests_name("vmcore", tests, NULL, NULL);
}
