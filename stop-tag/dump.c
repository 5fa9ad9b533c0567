// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dump.c: reads the facts of a dump file through vmcore.h and decode.h.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "decode.h"
#include "dump.h"
#include "vmcore.h"

static int no_memory(char err[160])
{
	snprintf(err, 160, "out of memory");
	return -1;
}

static int read_facts(struct vmcore *vmcore, struct stop_facts *facts,
		      char err[160])
{
	const struct vmcore_segment *segs;
	const char *text;
	uint64_t cut_off;
	size_t nr, len;

	facts->big_endian = vmcore_big_endian(vmcore);
	if (vmcore_segments(vmcore, &segs, &nr, err))
		return -1;
	facts->live = vmcore_live(vmcore);
	snprintf(facts->container, sizeof(facts->container), "%s",
		 vmcore_container(vmcore));

	for (size_t i = 0; i < nr; i++) {
		const struct vmcore_segment *seg = &segs[i];

		if (stop_notes_decode(facts, seg->data, seg->len, seg->offset))
			return no_memory(err);
		if (seg->claimed > seg->len &&
		    stop_facts_add_defect(facts, seg->offset + seg->len,
			"the file is truncated in its notes: %" PRIu64
			" more bytes are claimed", seg->claimed - seg->len))
			return no_memory(err);
	}
	if (vmcore_cut_off(vmcore, &cut_off) &&
	    stop_facts_add_defect(facts, cut_off,
		"the flattened file is truncated: it has no end marker, and headers may have been written again behind this"))
		return no_memory(err);
	if (vmcore_vmcoreinfo(vmcore, &text, &len, err))
		return -1;
	if (len)
		stop_vmcoreinfo_decode(facts, text, len);
	/* Nobody writes such a dump: its notes were lost, not left out. */
	if (!facts->nr_cpus && !facts->has_vmcoreinfo && !facts->nr_defects &&
	    !facts->live) {
		snprintf(err, 160,
			 "holds no CPU notes: there are none, or they are zero");
		return -1;
	}
	return 0;
}

static int read_and_close(struct vmcore *vmcore, struct stop_facts *facts,
			  char err[160])
{
	int ret;

	if (!vmcore)
		return -1;
	ret = read_facts(vmcore, facts, err);
	vmcore_close(vmcore);
	return ret;
}

int stop_dump_read(const char *path, struct stop_facts *facts, char err[160])
{
	struct vmcore *vmcore = strcmp(path, "-") ?
		vmcore_open(path, err) : vmcore_stream(STDIN_FILENO, err);

	return read_and_close(vmcore, facts, err);
}

int stop_dump_read_fd(int fd, struct stop_facts *facts, char err[160])
{
	return read_and_close(vmcore_fdopen(fd, err), facts, err);
}
