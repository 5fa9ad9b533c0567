// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * find.c: walks directories.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "find.h"

/* Directories within each other; deeper ones are somebody's bad joke. */
#define DEPTH_MAX 256

static int add(struct find_targets *targets, const char *path, bool found,
	       const char *error)
{
	struct find_target *t = targets->t;
	size_t nr = targets->nr;

	if (!(nr & (nr - 1))) {
		t = reallocarray(t, nr ? nr * 2 : 1, sizeof(*t));
		if (!t)
			return -1;
		targets->t = t;
	}
	t[nr] = (struct find_target){
		.path = strdup(path), .found = found,
		.error = error ? strdup(error) : NULL,
	};
	targets->nr++;
	return t[nr].path && (t[nr].error || !error) ? 0 : -1;
}

/* File systems of no files: reading them may block, or do something. */
static bool is_pseudo(const char *path)
{
	static const unsigned long types[] = {
		PROC_SUPER_MAGIC, SYSFS_MAGIC, DEBUGFS_MAGIC, TRACEFS_MAGIC,
		SECURITYFS_MAGIC, CGROUP_SUPER_MAGIC, CGROUP2_SUPER_MAGIC,
	};
	struct statfs fs;

	if (statfs(path, &fs))
		return false;
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if ((unsigned long)fs.f_type == types[i])
			return true;
	return false;
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int not_dots(const struct dirent *entry)
{
	return strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..");
}

static int walk(struct find_targets *targets, const char *dir,
		unsigned int depth);

static int add_below(struct find_targets *targets, const char *path,
		     unsigned int depth)
{
	struct stat st;

	if (lstat(path, &st))
		/* Gone since the directory was read: nothing is lost. */
		return errno == ENOENT ? 0 :
		       add(targets, path, true, strerror(errno));
	if (S_ISDIR(st.st_mode))
		return is_pseudo(path) ? 0 : walk(targets, path, depth + 1);
	if (S_ISREG(st.st_mode))
		return add(targets, path, true, NULL);
	if (S_ISLNK(st.st_mode))
		targets->nr_links++;
	else
		targets->nr_special++;
	return 0;
}

static int walk(struct find_targets *targets, const char *dir,
		unsigned int depth)
{
	struct dirent **entries;
	int nr, ret = 0;
	char *path;

	if (depth > DEPTH_MAX)
		return add(targets, dir, true, "is nested too deeply");
	nr = scandir(dir, &entries, not_dots, by_bytes);
	if (nr < 0)
		return errno == ENOMEM ? -1 :
		       add(targets, dir, true, strerror(errno));
	for (int i = 0; i < nr; i++) {
		if (!ret && asprintf(&path, "%s%s%s", dir,
				     dir[strlen(dir) - 1] == '/' ? "" : "/",
				     entries[i]->d_name) >= 0) {
			ret = add_below(targets, path, depth);
			free(path);
		} else {
			ret = -1;
		}
		free(entries[i]);
	}
	free(entries);
	return ret;
}

int find_add(struct find_targets *targets, const char *path, bool recursive)
{
	struct stat st;

	if (recursive && !stat(path, &st) && S_ISDIR(st.st_mode))
		return walk(targets, path, 0);
	return add(targets, path, false, NULL);
}

void find_destroy(struct find_targets *targets)
{
	for (size_t i = 0; i < targets->nr; i++) {
		free(targets->t[i].path);
		free(targets->t[i].error);
	}
	free(targets->t);
}
