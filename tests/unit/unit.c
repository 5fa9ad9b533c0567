// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * unit.c: see unit.h. UNIT_DATA names the directory of the converted texts.
 */
#include <unistd.h>

#include <sys/mman.h>

#include "unit.h"

const char *data_path(const char *name)
{
	static char path[4096];
	const char *dir = getenv("UNIT_DATA");

	if (!dir)
		fail_msg("UNIT_DATA is not set");
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

struct bytes load(const char *name)
{
	FILE *fp = fopen(data_path(name), "rb");
	struct bytes bytes = { 0 };

	assert_non_null(fp);
	fseek(fp, 0, SEEK_END);
	bytes.len = ftell(fp);
	rewind(fp);
	bytes.p = malloc(bytes.len);
	assert_int_equal(fread(bytes.p, 1, bytes.len, fp), bytes.len);
	fclose(fp);
	return bytes;
}

void put32(struct bytes *bytes, size_t at, uint32_t value)
{
	assert_true(at + 4 <= bytes->len);
	for (int i = 0; i < 4; i++)
		bytes->p[at + i] = value >> 8 * i;
}

const char *write_file(const void *p, size_t len)
{
	static char path[64];
	static int fd = -1;

	/* In memory: thousands of these would each wait for a disk. */
	if (fd < 0)
		fd = memfd_create("dump", MFD_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, 0), 0);
	assert_int_equal(pwrite(fd, p, len, 0), len);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return path;
}

void judge_facts(struct judged *judged)
{
	assert_int_equal(stop_judge(&judged->facts, &judged->verdicts), 0);
	judged->status = stop_judge_status(&judged->facts, &judged->verdicts);
}

void judge_path(struct judged *judged, const char *path)
{
	memset(judged, 0, sizeof(*judged));
	stop_facts_init(&judged->facts);
	judged->ret = stop_dump_read(path, &judged->facts, judged->err);
	judged->status = STOP_STATUS_ERROR;
	if (!judged->ret)
		judge_facts(judged);
	else
		/* One line for people, always. */
		assert_true(judged->err[0] && !strchr(judged->err, '\n'));
}

void judge_bytes(struct judged *judged, const struct bytes *bytes)
{
	judge_path(judged, write_file(bytes->p, bytes->len));
}

void judged_free(struct judged *judged)
{
	stop_verdicts_destroy(&judged->verdicts);
	stop_facts_destroy(&judged->facts);
}

size_t count(const struct judged *judged, enum stop_verdict_id id,
	     const char **text)
{
	size_t nr = 0;

	for (size_t i = 0; i < judged->verdicts.nr; i++) {
		if (judged->verdicts.v[i].id != id)
			continue;
		if (!nr++ && text)
			*text = judged->verdicts.v[i].text;
	}
	return nr;
}
