// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * physmem.c: where a page of memory is in an ELF core (PT_LOAD, p_paddr) and
 * in a kdump-compressed dump (makedumpfile's diskdump_mod.h: a bitmap of the
 * pages that are there, then a struct page_desc for each of them).
 *
 * Every word of the file may be wrong: nothing is read but through
 * vmcore_pread(), and the work for one page is bounded.
 */
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include <elf.h>
#include <zlib.h>
#include <zstd.h>

#include "bytes.h"
#include "physmem.h"
#include "vmcore_priv.h"

#define PHDR_LIMIT	4096	/* of a kernel's core: ranges of memory */
#define BLOCK_MAX	65536	/* arm64's largest page */
#define CACHED		32	/* pages */

/*
 * Of the bitmap at a time, and of all of it: pages of 4 KiB up to 256 TiB, the
 * physical addresses of 48 bits. The second socket of an Ampere Altra has its
 * memory at 64 TiB.
 */
#define CHUNK		32768
#define CHUNKS_MAX	(1 << 18)

/* struct disk_dump_header and kdump_sub_header, see vmcore_kdump.c */
#define HEADER_LEN		444
#define HEADER_BLOCK_SIZE	428
#define HEADER_SUB_BLOCKS	432
#define HEADER_BITMAP_BLOCKS	436
#define SUB_LEN			96
#define SUB_SPLIT		12
#define SUB_START_PFN		16
#define SUB_END_PFN		24
#define SUB_START_PFN_64	80	/* since version 6 */
#define SUB_END_PFN_64		88

/* struct page_desc: offset, size, flags, page_flags */
#define DESC_LEN	24
#define DESC_ZLIB	0x1
#define DESC_LZO	0x2
#define DESC_SNAPPY	0x4
#define DESC_ZSTD	0x20

struct load {
	uint64_t paddr, size, offset;
	uint64_t in_file;	/* of size; what follows are zeros */
};

struct page {
	uint64_t pfn;
	uint8_t *data;		/* NULL: free */
};

struct physmem {
	struct vmcore *vmcore;
	struct load *loads;	/* ELF */
	size_t nr_loads;
	/* kdump-compressed */
	uint32_t block;		/* bytes of a page; 0: ELF */
	uint64_t bitmap, descs;	/* where they begin */
	uint64_t bitmap_len;
	uint64_t start_pfn;	/* of this part of a split dump ... */
	uint64_t end_pfn;	/* ... and behind it; else UINT64_MAX */
	uint64_t *before;	/* bits before each chunk, as far as counted */
	size_t nr_before;
	uint8_t *chunk;
	uint64_t chunk_nr;
	struct page cache[CACHED];
	uint8_t *packed;	/* a page as it is in the file */
};

/* Their libraries' functions (lzo1x.h, snappy-c.h), or NULL. */
static int (*lzo1x_decompress_safe)(const uint8_t *src, unsigned long src_len,
				    uint8_t *dst, unsigned long *dst_len,
				    void *work);
static int (*snappy_uncompress)(const char *src, size_t src_len, char *dst,
				size_t *dst_len);

void physmem_prepare(void)
{
	void *lzo = dlopen("liblzo2.so.2", RTLD_NOW);
	void *snappy = dlopen("libsnappy.so.1", RTLD_NOW);

	if (lzo)
		*(void **)&lzo1x_decompress_safe =
			dlsym(lzo, "lzo1x_decompress_safe");
	if (snappy)
		*(void **)&snappy_uncompress =
			dlsym(snappy, "snappy_uncompress");
}

static bool read_all(struct physmem *pm, void *to, size_t len, uint64_t offset)
{
	return vmcore_pread(pm->vmcore, to, len, offset) == (ssize_t)len;
}

static bool open_elf(struct physmem *pm, const uint8_t *head)
{
	bool be = pm->vmcore->big_endian;
	uint64_t at = stop_get64(head + offsetof(Elf64_Ehdr, e_phoff), be);
	uint32_t nr = stop_get16(head + offsetof(Elf64_Ehdr, e_phnum), be);

	/* Where there are more, what was read of them is what there is. */
	if (nr > PHDR_LIMIT)
		nr = PHDR_LIMIT;
	pm->loads = calloc(nr + 1, sizeof(*pm->loads));
	if (!pm->loads)
		return false;
	for (uint32_t i = 0; i < nr; i++) {
		struct load *load = &pm->loads[pm->nr_loads];
		uint8_t p[sizeof(Elf64_Phdr)];

		if (!read_all(pm, p, sizeof(p), at + i * sizeof(p)))
			break;
		if (stop_get32(p, be) != PT_LOAD)
			continue;
		load->offset = stop_get64(p + offsetof(Elf64_Phdr, p_offset), be);
		load->paddr = stop_get64(p + offsetof(Elf64_Phdr, p_paddr), be);
		load->in_file = stop_get64(p + offsetof(Elf64_Phdr, p_filesz),
					   be);
		load->size = stop_get64(p + offsetof(Elf64_Phdr, p_memsz), be);
		if (load->size < load->in_file)
			load->size = load->in_file;
		pm->nr_loads++;
	}
	return true;
}

static bool open_kdump(struct physmem *pm, const uint8_t *head)
{
	bool be = pm->vmcore->big_endian;
	uint32_t version = stop_get32(head + 8, be);
	uint64_t sub_blocks = stop_get32(head + HEADER_SUB_BLOCKS, be);
	uint64_t blocks = stop_get32(head + HEADER_BITMAP_BLOCKS, be);
	uint8_t sub[SUB_LEN];

	/* A power of two: vmcore_kdump_open() has looked. */
	pm->block = stop_get32(head + HEADER_BLOCK_SIZE, be);
	if (pm->block > BLOCK_MAX || !read_all(pm, sub, sizeof(sub), pm->block))
		return false;
	/* The first half is of pages that existed, the second of these here. */
	pm->bitmap_len = blocks * pm->block / 2;
	pm->bitmap = (1 + sub_blocks) * pm->block + pm->bitmap_len;
	pm->descs = (1 + sub_blocks + blocks) * pm->block;
	pm->end_pfn = UINT64_MAX;
	if (stop_get32(sub + SUB_SPLIT, be)) {
		pm->start_pfn = stop_get64(sub + (version < 6 ? SUB_START_PFN :
						  SUB_START_PFN_64), be);
		pm->end_pfn = stop_get64(sub + (version < 6 ? SUB_END_PFN :
						SUB_END_PFN_64), be);
	}
	pm->before = calloc(CHUNKS_MAX, sizeof(*pm->before));
	pm->chunk = malloc(CHUNK);
	pm->packed = malloc(BLOCK_MAX);
	pm->chunk_nr = UINT64_MAX;
	return pm->before && pm->chunk && pm->packed;
}

struct physmem *physmem_new(struct vmcore *vmcore)
{
	struct physmem *pm = calloc(1, sizeof(*pm));
	uint8_t head[HEADER_LEN] = { 0 };
	bool done = false;

	if (!pm)
		return NULL;
	pm->vmcore = vmcore;
	if (read_all(pm, head, sizeof(head), 0))
		done = !memcmp(head, ELFMAG, SELFMAG) ? open_elf(pm, head) :
							open_kdump(pm, head);
	if (done)
		return pm;
	physmem_free(pm);
	return NULL;
}

void physmem_free(struct physmem *pm)
{
	if (!pm)
		return;
	for (size_t i = 0; i < CACHED; i++)
		free(pm->cache[i].data);
	free(pm->loads);
	free(pm->before);
	free(pm->chunk);
	free(pm->packed);
	free(pm);
}

static bool load_chunk(struct physmem *pm, uint64_t nr)
{
	if (pm->chunk_nr == nr)
		return true;
	pm->chunk_nr = UINT64_MAX;
	if (nr >= CHUNKS_MAX || nr * CHUNK >= pm->bitmap_len)
		return false;
	memset(pm->chunk, 0, CHUNK);
	if (vmcore_pread(pm->vmcore, pm->chunk, CHUNK,
			 pm->bitmap + nr * CHUNK) <= 0)
		return false;
	pm->chunk_nr = nr;
	return true;
}

static bool is_hole(const struct physmem *pm, uint64_t nr)
{
	uint64_t at = pm->bitmap + nr * CHUNK;

	return vmcore_next_data(pm->vmcore, at) >= at + CHUNK;
}

static uint64_t count(const uint8_t *bits, uint64_t nr)
{
	uint64_t n = 0, word;

	for (; nr >= 64; nr -= 64, bits += 8) {
		memcpy(&word, bits, sizeof(word));
		n += __builtin_popcountll(word);
	}
	for (; nr >= 8; nr -= 8)
		n += __builtin_popcount(*bits++);
	return nr ? n + __builtin_popcount(*bits & ((1 << nr) - 1)) : n;
}

/* How many pages of the dump come before pfn. *there: whether it is one. */
static bool rank(struct physmem *pm, uint64_t pfn, uint64_t *before,
		 bool *there)
{
	uint64_t nr = pfn / (CHUNK * 8), bit = pfn % (CHUNK * 8);

	if (nr >= CHUNKS_MAX || pfn / 8 >= pm->bitmap_len)
		return false;
	/* before[0] is 0, and each chunk that is counted gives the next. */
	while (pm->nr_before < nr) {
		uint64_t last = pm->nr_before, bits = 0;

		/* Between the memory of two sockets there may be terabytes. */
		if (!is_hole(pm, last)) {
			if (!load_chunk(pm, last))
				return false;
			bits = count(pm->chunk, CHUNK * 8);
		}
		pm->before[last + 1] = pm->before[last] + bits;
		pm->nr_before++;
	}
	if (!load_chunk(pm, nr))
		return false;
	*before = pm->before[nr] + count(pm->chunk, bit);
	*there = pm->chunk[bit / 8] >> (bit % 8) & 1;
	return true;
}

static bool unpack(struct physmem *pm, uint32_t flags, size_t len, uint8_t *to)
{
	unsigned long out = pm->block;
	size_t snappy = pm->block;

	if (flags & DESC_ZLIB)
		return uncompress(to, &out, pm->packed, len) == Z_OK &&
		       out == pm->block;
	if (flags & DESC_LZO)
		return lzo1x_decompress_safe &&
		       !lzo1x_decompress_safe(pm->packed, len, to, &out,
					      NULL) &&
		       out == pm->block;
	if (flags & DESC_SNAPPY)
		return snappy_uncompress &&
		       !snappy_uncompress((char *)pm->packed, len, (char *)to,
					  &snappy) &&
		       snappy == pm->block;
	if (flags & DESC_ZSTD)
		return ZSTD_decompress(to, pm->block, pm->packed, len) ==
		       pm->block;
	if (len != pm->block)
		return false;
	memcpy(to, pm->packed, len);
	return true;
}

static bool read_page(struct physmem *pm, uint64_t pfn, uint8_t *to)
{
	bool be = pm->vmcore->big_endian, there;
	uint64_t index, first = 0;
	uint8_t desc[DESC_LEN];
	uint32_t len;

	/* The bitmap is that of all parts. */
	if (pfn < pm->start_pfn || pfn >= pm->end_pfn ||
	    !rank(pm, pfn, &index, &there) || !there ||
	    (pm->start_pfn && !rank(pm, pm->start_pfn, &first, &there)))
		return false;
	if (!read_all(pm, desc, sizeof(desc),
		      pm->descs + (index - first) * DESC_LEN))
		return false;
	len = stop_get32(desc + 8, be);
	return len && len <= pm->block &&
	       read_all(pm, pm->packed, len, stop_get64(desc, be)) &&
	       unpack(pm, stop_get32(desc + 12, be), len, to);
}

/* The page in memory, or NULL. Valid until the next call. */
static const uint8_t *page_of(struct physmem *pm, uint64_t pfn)
{
	struct page *page = &pm->cache[pfn % CACHED];

	if (page->data && page->pfn == pfn)
		return page->data;
	if (!page->data)
		page->data = malloc(pm->block);
	if (!page->data)
		return NULL;
	page->pfn = pfn;
	if (read_page(pm, pfn, page->data))
		return page->data;
	free(page->data);
	page->data = NULL;
	return NULL;
}

/*
 * makedumpfile -E leaves 256 and more excluded pages in a row out of p_filesz. A
 * page of a stack or of a table is among them if it holds nothing but zeros; one
 * of a process or a free one may have held something, but is none of the
 * kernel's that are read here.
 */
static bool read_elf(struct physmem *pm, uint64_t paddr, void *to, size_t len)
{
	for (size_t i = 0; i < pm->nr_loads; i++) {
		const struct load *load = &pm->loads[i];
		uint64_t in = paddr - load->paddr;
		size_t n = 0;

		if (paddr < load->paddr || in >= load->size ||
		    len > load->size - in)
			continue;
		if (in < load->in_file)
			n = load->in_file - in < len ? load->in_file - in : len;
		memset((char *)to + n, 0, len - n);
		return !n || read_all(pm, to, n, load->offset + in);
	}
	return false;
}

bool physmem_read(struct physmem *pm, uint64_t paddr, void *to, size_t len)
{
	uint8_t *out = to;

	if (!pm->block)
		return read_elf(pm, paddr, to, len);
	while (len) {
		uint64_t in = paddr % pm->block;
		size_t n = pm->block - in < len ? pm->block - in : len;
		const uint8_t *page = page_of(pm, paddr / pm->block);

		if (!page)
			return false;
		memcpy(out, page + in, n);
		out += n;
		paddr += n;
		len -= n;
	}
	return true;
}
