// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kofiles.c: finds the files of modules, and lines in them through libdwfl.
 */
#include <ctype.h>
#include <fcntl.h>
#include <fts.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>

#include <gelf.h>

#include "facts.h"
#include "kofiles.h"
#include "lines.h"
#include "modules.h"
#include "names.h"
#include "vmlinux.h"

#define OPEN_MAX	64	/* of all dumps: each keeps its file mapped */
#define WANTED_MAX	16	/* of one dump */
#define NAME_LEN	56
#define ID_LEN		41	/* hex */
#define CACHED		64	/* lines of a file */

struct cached {
	GElf_Addr address;	/* 0: free */
	char *line;
};

/* What is known of a module; without a file, that there is none. */
struct kofile {
	char name[NAME_LEN], build_id[ID_LEN];
	Dwfl *dwfl;
	Dwfl_Module *module;
	struct cached cache[CACHED];
};

struct wanted {
	char name[NAME_LEN], build_id[ID_LEN];
};

struct kofiles {
	struct kofiles_where where;
	struct kofile *files;	/* the oldest first */
	size_t nr, nr_open;
	struct wanted wanted[WANTED_MAX];
	size_t nr_wanted;
};

static const Dwfl_Callbacks callbacks = {
	.find_elf = dwfl_build_id_find_elf,
	.find_debuginfo = lines_no_debuginfo,
	.section_address = dwfl_offline_section_address,
};

struct kofiles *kofiles_new(const struct kofiles_where *where)
{
	struct kofiles *kofiles = calloc(1, sizeof(*kofiles));

	if (kofiles)
		kofiles->where = *where;
	return kofiles;
}

static void close_file(struct kofile *file)
{
	for (size_t i = 0; i < CACHED; i++)
		free(file->cache[i].line);
	if (file->dwfl)
		dwfl_end(file->dwfl);
}

void kofiles_free(struct kofiles *kofiles)
{
	for (size_t i = 0; kofiles && i < kofiles->nr; i++)
		close_file(&kofiles->files[i]);
	if (kofiles)
		free(kofiles->files);
	free(kofiles);
}

static struct kofile *find(struct kofiles *kofiles, const char *name,
			   const char *build_id)
{
	for (size_t i = 0; i < kofiles->nr; i++)
		if (!strcmp(kofiles->files[i].name, name) &&
		    !strcmp(kofiles->files[i].build_id, build_id))
			return &kofiles->files[i];
	return NULL;
}

/* The worker's side */

static void want(struct kofiles *kofiles, const struct modules_place *place)
{
	struct wanted *wanted = kofiles->wanted;

	for (size_t i = 0; i < kofiles->nr_wanted; i++, wanted++)
		if (!strcmp(wanted->name, place->module) &&
		    !strcmp(wanted->build_id, place->build_id))
			return;
	if (kofiles->nr_wanted == WANTED_MAX)
		return;
	kofiles->nr_wanted++;
	snprintf(wanted->name, NAME_LEN, "%s", place->module);
	snprintf(wanted->build_id, ID_LEN, "%s", place->build_id);
}

/*
 * Where the function begins in the file. The file may have several of its name,
 * of different units: 0 if they are not told apart by their size.
 */
static GElf_Addr find_function(Dwfl_Module *module,
			       const struct modules_place *place)
{
	int nr = dwfl_module_getsymtab(module);
	GElf_Addr found = 0;

	for (int i = 0; i < nr; i++) {
		GElf_Addr address;
		GElf_Sym sym;
		const char *name = dwfl_module_getsym_info(module, i, &sym,
							   &address, NULL,
							   NULL, NULL);

		if (!name || GELF_ST_TYPE(sym.st_info) != STT_FUNC ||
		    sym.st_shndx == SHN_UNDEF || sym.st_size != place->size ||
		    strcmp(name, place->function))
			continue;
		if (found && found != address)
			return 0;
		found = address;
	}
	return found;
}

char *kofiles_line(struct kofiles *kofiles, const struct names *names,
		   const struct modules_place *place, uint64_t address,
		   unsigned int back)
{
	uint64_t in = address - back - place->start;
	struct cached *cached;
	struct kofile *file;
	GElf_Addr at;

	if (!kofiles || !place->build_id[0] || !place->function[0] ||
	    in >= place->size)
		return NULL;
	file = find(kofiles, place->module, place->build_id);
	if (!file)
		want(kofiles, place);
	if (!file || !file->module)
		return NULL;
	cached = &file->cache[(address - back) / 4 % CACHED];
	if (cached->address != address - back) {
		at = find_function(file->module, place);
		free(cached->line);
		cached->address = address - back;
		cached->line = at ? lines_at(file->module, at + in, true,
					     names_source_root(names)) : NULL;
	}
	return cached->line ? strdup(cached->line) : NULL;
}

bool kofiles_question(const struct kofiles *kofiles,
		      const struct stop_facts *facts,
		      char text[KOFILES_QUESTION])
{
	int len;

	if (!kofiles || !kofiles->nr_wanted)
		return false;
	len = sprintf(text, KOFILES_ASKS "%s",
		      vmlinux_is_release(facts->osrelease) ?
		      facts->osrelease : "-");
	for (size_t i = 0; i < kofiles->nr_wanted; i++)
		len += sprintf(text + len, " %s %s", kofiles->wanted[i].name,
			       kofiles->wanted[i].build_id);
	return true;
}

/* The parent's side */

/* A module's own name: no path, and no "-", which the kernel makes "_". */
static bool is_name(const char *text)
{
	size_t len = 0;

	while (isalnum((unsigned char)text[len]) || text[len] == '_')
		len++;
	return len && !text[len] && len < NAME_LEN;
}

/* Takes the file if it is of this build and has debug information. */
static bool try(struct kofile *file, const char *path)
{
	char id[ID_LEN] = "";
	GElf_Addr bias;
	struct stat st;
	int fd;

	/* Not opened otherwise, see vmcore.c. */
	if (stat(path, &st) || !S_ISREG(st.st_mode))
		return false;
	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return false;
	file->dwfl = dwfl_begin(&callbacks);
	if (file->dwfl) {
		dwfl_report_begin(file->dwfl);
		file->module = dwfl_report_offline(file->dwfl, file->name,
						   path, fd);
		dwfl_report_end(file->dwfl, NULL, NULL);
	}
	/* fd belongs to the module, if there is one. */
	if (!file->module)
		close(fd);
	else
		lines_build_id(file->module, id, sizeof(id));
	/* That applies relocations, so it is done once, before workers fork. */
	if (id[0] && !strcmp(id, file->build_id) &&
	    dwfl_module_getdwarf(file->module, &bias))
		return true;
	if (file->dwfl)
		dwfl_end(file->dwfl);
	file->dwfl = NULL;
	file->module = NULL;
	return false;
}

/* Whether base is name.ko or name.ko.debug; a file's name may have "-". */
static bool is_file_of(const char *base, const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < len; i++)
		if (base[i] != name[i] && (base[i] != '-' || name[i] != '_'))
			return false;
	return !strcmp(base + len, ".ko") || !strcmp(base + len, ".ko.debug");
}

static bool look_through(struct kofile *file, const char *dir, bool below)
{
	char *paths[] = { (char *)dir, NULL };
	FTS *fts = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	bool found = false;
	FTSENT *entry;

	while (!found && fts && (entry = fts_read(fts))) {
		if (!below && entry->fts_info == FTS_D && entry->fts_level)
			fts_set(fts, entry, FTS_SKIP);
		else if (is_file_of(entry->fts_name, file->name))
			found = try(file, entry->fts_path);
	}
	if (fts)
		fts_close(fts);
	return found;
}

/*
 * A directory laid out as /usr/lib/debug is by Debian and Fedora; own ones may
 * also be where modules lie beside a vmlinux.
 */
static bool look_below(struct kofile *file, const char *dir, bool own,
		       const char *release)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/.build-id/%.2s/%s.debug", dir,
		 file->build_id, file->build_id + 2);
	if (try(file, path) || (own && look_through(file, dir, false)))
		return true;
	snprintf(path, sizeof(path), "%s/lib/modules/%s", dir, release);
	return release[0] && look_through(file, path, true);
}

static void look(const struct kofiles_where *where, struct kofile *file,
		 const char *release)
{
	char path[PATH_MAX];
	const char *slash;

	if (where->tree && look_through(file, where->tree, true))
		return;
	for (size_t i = 0; i < where->nr_dirs; i++)
		if (look_below(file, where->dirs[i], true, release))
			return;
	if (where->vmlinux) {
		slash = strrchr(where->vmlinux, '/');
		snprintf(path, sizeof(path), "%.*s",
			 slash ? (int)(slash - where->vmlinux) + 1 : 1,
			 slash ? where->vmlinux : ".");
		if (look_below(file, path, true, release))
			return;
	}
	if (!where->system || look_below(file, "/usr/lib/debug", false, release))
		return;
	snprintf(path, sizeof(path), "/lib/modules/%s", release);
	if (release[0])
		look_through(file, path, true);
}

/* So that there is room for another one; who needs it again asks again. */
static void close_oldest(struct kofiles *kofiles)
{
	struct kofile *file = kofiles->files;

	while (!file->module)
		file++;
	close_file(file);
	kofiles->nr--;
	kofiles->nr_open--;
	memmove(file, file + 1,
		(kofiles->files + kofiles->nr - file) * sizeof(*file));
}

/* Room for one more, all zeros; NULL: memory is short. */
static struct kofile *new_file(struct kofiles *kofiles)
{
	struct kofile *files = kofiles->files;
	size_t nr;

	if (kofiles->nr_open == OPEN_MAX)
		close_oldest(kofiles);
	nr = kofiles->nr;
	if (!(nr & (nr - 1))) {
		files = reallocarray(files, nr ? 2 * nr : 1, sizeof(*files));
		if (!files)
			return NULL;
		kofiles->files = files;
	}
	memset(&files[nr], 0, sizeof(*files));
	return &files[nr];
}

int kofiles_look(struct kofiles *kofiles, const char *text)
{
	char release[sizeof(((struct stop_facts *)0)->osrelease)];
	char name[NAME_LEN], id[ID_LEN];
	int len = 0;

	if (sscanf(text, KOFILES_ASKS "%64s%n", release, &len) != 1)
		return -1;
	if (!vmlinux_is_release(release))
		release[0] = '\0';
	for (text += len; sscanf(text, " %55s %40s%n", name, id, &len) == 2;
	     text += len) {
		struct kofile *file;

		if (!is_name(name) || !vmlinux_is_build_id(id) ||
		    find(kofiles, name, id))
			continue;
		file = new_file(kofiles);
		if (!file)
			return -1;
		memcpy(file->name, name, sizeof(name));
		memcpy(file->build_id, id, sizeof(id));
		look(&kofiles->where, file, release);
		kofiles->nr_open += file->module != NULL;
		kofiles->nr++;
	}
	return 0;
}
