// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * outputs.c: opens, fills and closes them.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>

#include "kind.h"
#include "outputs.h"
#include "pages.h"
#include "unpack.h"

static int fail(const char *path, const char **bad, char err[160])
{
	*bad = path;
	snprintf(err, 160, "%s", strerror(errno));
	return -1;
}

static bool same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

static bool is_named(const struct options *options, const struct stat *file)
{
	struct stat st;

	for (int i = 0; i < options->nr_names; i++)
		if (!stat(options->names[i], &st) && same(&st, file))
			return true;
	return false;
}

static bool holds_dump(const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	bool dump = fd >= 0 && (kind_is_dump(fd) || unpack_kind(fd));

	if (fd >= 0)
		close(fd);
	return dump;
}

/*
 * Why a file is not written to, or NULL. Where its name was forgotten, the next
 * argument is taken for it, which is a dump.
 */
static const char *refusal(const struct options *options, const char *path,
			   int fd, const struct output *other)
{
	struct stat file, st;

	if (fstat(fd, &file) || !S_ISREG(file.st_mode))
		return NULL;
	if (is_named(options, &file))
		return "is to be read, and is not overwritten";
	if (other->fp && !fstat(fileno(other->fp), &st) && same(&st, &file))
		return "is to be the page and the XML file";
	if (!fstat(STDOUT_FILENO, &st) && same(&st, &file))
		return "is where the report goes";
	if (file.st_size && holds_dump(path))
		return "is a dump or compressed, and is not overwritten";
	return NULL;
}

static int open_file(struct output *output, const char *path,
		     const struct options *options, const struct output *other,
		     const char **bad, char err[160])
{
	const char *why;
	int fd;

	output->path = path;
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY, 0666);
	if (fd < 0)
		return fail(path, bad, err);
	why = refusal(options, path, fd, other);
	if (why) {
		close(fd);
		*bad = path;
		snprintf(err, 160, "%s", why);
		return -1;
	}
	output->fp = fdopen(fd, "w");
	return output->fp ? 0 : fail(path, bad, err);
}

int outputs_open(struct outputs *outputs, const struct options *options,
		 const char **bad, char err[160])
{
	memset(outputs, 0, sizeof(*outputs));
	if (options->html) {
		outputs->html = html_new();
		if (!outputs->html ||
		    open_file(&outputs->html_file, options->html, options,
			      &outputs->junit_file, bad, err))
			return outputs->html ? -1 :
			       fail(options->html, bad, err);
	}
	if (options->junit) {
		outputs->junit = junit_new();
		if (!outputs->junit ||
		    open_file(&outputs->junit_file, options->junit, options,
			      &outputs->html_file, bad, err))
			return outputs->junit ? -1 :
			       fail(options->junit, bad, err);
	}
	return 0;
}

int outputs_add(struct outputs *outputs, const struct json_value *dump)
{
	if (outputs->html && html_add(outputs->html, dump))
		return -1;
	if (outputs->junit && junit_add(outputs->junit, dump))
		return -1;
	return 0;
}

/* What was there goes now; a pipe or terminal has nothing to go. */
static void empty(const struct output *output)
{
	if (output->fp && ftruncate(fileno(output->fp), 0))
		return;
}

static int close_file(const struct output *output, const char **bad,
		      char err[160])
{
	bool wrong;

	if (!output->fp)	/* it could not be opened, which was said */
		return 0;
	wrong = ferror(output->fp) || fflush(output->fp);

	if (fclose(output->fp) || wrong)
		return fail(output->path, bad, err);
	return 0;
}

int outputs_close(struct outputs *outputs, const char **bad, char err[160])
{
	int ret = 0;

	if (outputs->html) {
		empty(&outputs->html_file);
		html_end(outputs->html, outputs->html_file.fp);
		ret |= close_file(&outputs->html_file, bad, err);
	}
	if (outputs->junit) {
		empty(&outputs->junit_file);
		junit_end(outputs->junit, outputs->junit_file.fp);
		ret |= close_file(&outputs->junit_file, bad, err);
	}
	return ret;
}
