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

/* name may be NULL; "-" is standard input. */
static bool is_file(const char *name, const struct stat *file)
{
	struct stat st;

	if (!name)
		return false;
	return !(strcmp(name, "-") ? stat(name, &st) :
		 fstat(STDIN_FILENO, &st)) && same(&st, file);
}

static bool is_read(const struct options *options, const struct stat *file)
{
	for (int i = 0; i < options->nr_names; i++)
		if (is_file(options->names[i], file))
			return true;
	return is_file(options->policy_file, file) ||
	       is_file(options->vmlinux, file);
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
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	struct stat file, st;

	if (fstat(fd, &file) || !S_ISREG(file.st_mode))
		return NULL;
	if (is_read(options, &file))
		return "is to be read, and is not overwritten";
	if (other->fp && !fstat(fileno(other->fp), &st) && same(&st, &file))
		return "is to be the page and the XML file";
	if (!fstat(STDOUT_FILENO, &st) && same(&st, &file))
		return "is where the report goes";
	if (file.st_size && holds_dump(path))
		return "is a dump or compressed, and is not overwritten";
	/*
	 * Of this process, and of no reader that outlives it. Where a file
	 * system has no locks, two runs cannot be told.
	 */
	if (fcntl(fd, F_SETLK, &whole) && (errno == EACCES || errno == EAGAIN))
		return "is being written by another run";
	return NULL;
}

static int open_file(struct output *output, const char *path,
		     const struct options *options, const struct output *other,
		     const char **bad, char err[160])
{
	const char *why;
	struct stat st;
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
	if (!output->fp)
		return fail(path, bad, err);
	/* Whatever becomes of this run, what is there is not its result. */
	if (!fstat(fd, &st) && S_ISREG(st.st_mode) && ftruncate(fd, 0))
		return fail(path, bad, err);
	return 0;
}

int outputs_open(struct outputs *outputs, const struct options *options,
		 const char **bad, char err[160])
{
	int ret = 0;

	memset(outputs, 0, sizeof(*outputs));
	/* Each of them, as one is to say what is wrong with the other. */
	if (options->html) {
		outputs->html = html_new();
		ret = !outputs->html ? fail(options->html, bad, err) :
		      open_file(&outputs->html_file, options->html, options,
				&outputs->junit_file, bad, err);
	}
	if (options->junit) {
		outputs->junit = junit_new();
		ret |= !outputs->junit ? fail(options->junit, bad, err) :
		       open_file(&outputs->junit_file, options->junit, options,
				 &outputs->html_file, bad, err);
	}
	return ret;
}

int outputs_add(struct outputs *outputs, const struct json_value *dump)
{
	if (outputs->html && html_add(outputs->html, dump))
		return -1;
	if (outputs->junit && junit_add(outputs->junit, dump))
		return -1;
	return 0;
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
		html_end(outputs->html, outputs->html_file.fp);
		ret |= close_file(&outputs->html_file, bad, err);
	}
	if (outputs->junit) {
		junit_end(outputs->junit, outputs->junit_file.fp);
		ret |= close_file(&outputs->junit_file, bad, err);
	}
	return ret;
}
