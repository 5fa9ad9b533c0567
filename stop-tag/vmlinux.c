// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vmlinux.c: where a vmlinux may be, and what was found so far.
 */
#include <ctype.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "names.h"
#include "vmlinux.h"

struct vmlinuxes {
	const char *const *dirs;
	size_t nr_dirs;
	struct vmlinux *found;
	size_t nr;
};

/* A question, taken apart. */
struct wanted {
	char build_id[sizeof(((struct vmlinux *)0)->build_id)];
	char release[sizeof(((struct stop_facts *)0)->osrelease)];
};

/* One that is there, but of another build, or cannot be read. */
struct other {
	char path[128];
	char why[160];		/* "": of another build */
};

struct vmlinuxes *vmlinuxes_new(const char *const *dirs, size_t nr_dirs)
{
	struct vmlinuxes *vmlinuxes = calloc(1, sizeof(*vmlinuxes));

	if (vmlinuxes) {
		vmlinuxes->dirs = dirs;
		vmlinuxes->nr_dirs = nr_dirs;
	}
	return vmlinuxes;
}

void vmlinuxes_free(struct vmlinuxes *vmlinuxes)
{
	if (!vmlinuxes)
		return;
	for (size_t i = 0; i < vmlinuxes->nr; i++)
		names_close(vmlinuxes->found[i].names);
	free(vmlinuxes->found);
	free(vmlinuxes);
}

const struct vmlinux *vmlinuxes_get(const struct vmlinuxes *vmlinuxes,
				    const char *build_id)
{
	for (size_t i = 0; i < vmlinuxes->nr; i++)
		if (!strcasecmp(vmlinuxes->found[i].build_id, build_id))
			return &vmlinuxes->found[i];
	return NULL;
}

bool vmlinux_is_build_id(const char *text)
{
	size_t len = strspn(text, "0123456789abcdefABCDEF");

	return !text[len] && len >= 16 && len % 2 == 0 &&
	       len < sizeof(((struct vmlinux *)0)->build_id);
}

bool vmlinux_is_release(const char *text)
{
	if (!isalnum((unsigned char)text[0]))
		return false;
	for (; *text; text++)
		if (!isalnum((unsigned char)*text) && !strchr("._+~-", *text))
			return false;
	return true;
}

int vmlinux_question(const struct stop_facts *facts,
		     char text[VMLINUX_QUESTION])
{
	text[0] = '\0';
	if (!vmlinux_is_build_id(facts->build_id))
		return -1;
	snprintf(text, VMLINUX_QUESTION, "%s %s", facts->build_id,
		 vmlinux_is_release(facts->osrelease) ? facts->osrelease : "");
	return 0;
}

/* The path as one file; NULL if it is not there or not the one. */
static struct names *try(const char *path, const struct wanted *wanted,
			 struct other *other)
{
	char err[160];
	bool differs;
	struct names *names;

	if (access(path, F_OK))
		return NULL;
	names = names_open(path, wanted->build_id, &differs, err);
	if (!names && (!other->path[0] || (differs && other->why[0]))) {
		snprintf(other->path, sizeof(other->path), "%s", path);
		snprintf(other->why, sizeof(other->why), "%s",
			 differs ? "" : err);
	}
	return names;
}

/*
 * A directory laid out as /usr/lib/debug is by Debian (boot/), Fedora
 * (lib/modules/) and whoever has .build-id/; own ones may also be where a
 * kernel was built.
 */
static struct names *look_below(const char *dir, bool own,
				const struct wanted *wanted,
				struct other *other)
{
	const char *id = wanted->build_id, *release = wanted->release;
	char path[PATH_MAX];
	struct names *names;

	snprintf(path, sizeof(path), "%s/.build-id/%.2s/%s.debug", dir, id,
		 id + 2);
	names = try(path, wanted, other);
	if (!names && release[0]) {
		snprintf(path, sizeof(path), "%s/boot/vmlinux-%s", dir,
			 release);
		names = try(path, wanted, other);
	}
	if (!names && release[0]) {
		snprintf(path, sizeof(path), "%s/lib/modules/%s/vmlinux", dir,
			 release);
		names = try(path, wanted, other);
	}
	if (!names && own && release[0]) {
		snprintf(path, sizeof(path), "%s/vmlinux-%s", dir, release);
		names = try(path, wanted, other);
	}
	if (!names && own) {
		snprintf(path, sizeof(path), "%s/vmlinux", dir);
		names = try(path, wanted, other);
	}
	return names;
}

static struct names *look(const struct vmlinuxes *vmlinuxes,
			  const struct wanted *wanted, struct other *other)
{
	struct names *names = NULL;
	char path[PATH_MAX];

	for (size_t i = 0; i < vmlinuxes->nr_dirs && !names; i++)
		names = look_below(vmlinuxes->dirs[i], true, wanted, other);
	if (!names)
		names = look_below("/usr/lib/debug", false, wanted, other);
	if (!names && wanted->release[0]) {
		snprintf(path, sizeof(path), "/lib/modules/%s/build/vmlinux",
			 wanted->release);
		names = try(path, wanted, other);
	}
	return names;
}

int vmlinuxes_look(struct vmlinuxes *vmlinuxes, const char *text)
{
	struct wanted wanted = { 0 };
	struct vmlinux *found;
	struct other other = { 0 };
	const char *release = strchr(text, ' ');

	if (!release)
		return -1;
	snprintf(wanted.build_id, sizeof(wanted.build_id), "%.*s",
		 (int)(release - text), text);
	if (!vmlinux_is_build_id(wanted.build_id))
		return -1;
	/* File names have it in lower case. */
	for (char *c = wanted.build_id; *c; c++)
		*c = tolower((unsigned char)*c);
	if (vmlinux_is_release(release + 1))
		snprintf(wanted.release, sizeof(wanted.release), "%s",
			 release + 1);
	if (vmlinuxes_get(vmlinuxes, wanted.build_id))
		return 0;

	found = reallocarray(vmlinuxes->found, vmlinuxes->nr + 1,
			     sizeof(*found));
	if (!found)
		return -1;
	vmlinuxes->found = found;
	found += vmlinuxes->nr++;
	memset(found, 0, sizeof(*found));
	memcpy(found->build_id, wanted.build_id, sizeof(found->build_id));
	found->names = look(vmlinuxes, &wanted, &other);
	if (found->names)
		return 0;
	if (other.why[0])
		snprintf(found->remark, sizeof(found->remark),
			 "no names: %s %.90s", other.path, other.why);
	else if (other.path[0])
		snprintf(found->remark, sizeof(found->remark),
			 "no names: %s is of another build than the dump's kernel (build id %.12s...)",
			 other.path, found->build_id);
	else
		snprintf(found->remark, sizeof(found->remark),
			 "no names: no vmlinux with the dump's build id (%.12s...) was found",
			 found->build_id);
	return 0;
}
