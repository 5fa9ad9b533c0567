// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stopcheck.c: the command: hands dumps to the pool, or reports to the merge,
 * and ends with the status of the worst.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "kofiles.h"
#include "names.h"
#include "physmem.h"
#include "sandbox.h"
#include "session.h"
#include "vmlinux.h"

#ifndef STOP_VERSION
#error "STOP_VERSION comes from the Makefile"
#endif

static int ask(const char *question, void *arg)
{
	struct session *session = arg;

	if (!strncmp(question, KOFILES_ASKS, strlen(KOFILES_ASKS)))
		return session->kofiles ?
		       kofiles_look(session->kofiles, question) : -1;
	return session->vmlinuxes ?
	       vmlinuxes_look(session->vmlinuxes, question) : -1;
}

/* Modules are looked for where their vmlinux is. */
static struct kofiles *new_kofiles(const struct options *options)
{
	return kofiles_new(&(struct kofiles_where){
		.tree = options->modules,
		.dirs = options->debug_dirs,
		.nr_dirs = options->nr_debug_dirs,
		.vmlinux = options->vmlinux,
		.system = options->find_vmlinux,
	});
}

static void check_all(struct session *session)
{
	const struct options *options = session->options;
	struct check_opts opts = {
		.json = options->json, .brief = options->summary,
		.pages = outputs_any(&session->outputs),
		.colour = !options->json && isatty(STDOUT_FILENO) &&
			  !getenv("NO_COLOR"),
		.policy = &options->policy,
	};
	struct pool pool = {
		.opts = &opts, .jobs = options->jobs,
		.timeout = options->timeout,
		.timeout_grows = options->timeout_grows, .done = session_result,
		.ask = ask, .progress = session_progress, .arg = session,
	};
	char err[160];

	if (options->vmlinux) {
		opts.names = names_open(options->vmlinux, NULL, NULL, err);
		if (!opts.names) {
			session_error(session, options->vmlinux, err);
			return;
		}
	}
	if (options->find_vmlinux) {
		opts.vmlinuxes = vmlinuxes_new(options->debug_dirs,
					       options->nr_debug_dirs);
		session->vmlinuxes = opts.vmlinuxes;
		if (!opts.vmlinuxes) {
			session_error(session, NULL, "out of memory");
			return;
		}
	}
	if (opts.names || opts.vmlinuxes) {
		physmem_prepare();
		opts.kofiles = session->kofiles = new_kofiles(options);
		if (!opts.kofiles)
			session_error(session, NULL, "out of memory");
	}
	if (pool_run(&pool, session->targets))
		session_error(session, NULL, strerror(errno));
	names_close(opts.names);
	vmlinuxes_free(opts.vmlinuxes);
	kofiles_free(opts.kofiles);
	session_all(session);
}

static void find_and_check(struct session *session)
{
	const struct options *options = session->options;
	struct find_targets targets = { 0 };
	int ret = 0;

	for (int i = 0; !ret && i < options->nr_names; i++)
		ret = find_add(&targets, options->names[i],
			       options->recursive);
	session->targets = &targets;
	session->nr_links = targets.nr_links;
	session->nr_special = targets.nr_special;
	if (ret)
		session_error(session, NULL, "out of memory");
	else
		check_all(session);
	find_destroy(&targets);
}

static void merge_all(struct session *session)
{
	const struct options *options = session->options;
	char err[160];

	for (int i = 0; i < options->nr_names; i++)
		if (merge_file(options->names[i], session_line, session, err))
			session_error(session, options->names[i], err);
	session_all(session);
}

static void work(struct session *session, struct options *options)
{
	char err[160];

	if (options->policy_file &&
	    policy_load(&options->policy, options->policy_file, err))
		session_error(session, options->policy_file, err);
	else if (options->from_json)
		merge_all(session);
	else
		find_and_check(session);
}

/* wrong: what is with the command line, or NULL */
static enum stop_status run(struct options *options, const char *wrong)
{
	struct session session = {
		.options = options, .progress = isatty(STDERR_FILENO),
		.progress_at = time(NULL),
	};
	const char *bad;
	char err[160];
	int ret;

	/* Before all else: those of an earlier run must not be taken for this. */
	ret = outputs_open(&session.outputs, options, &bad, err);
	if (ret)
		session_error(&session, bad, err);
	if (wrong)
		session_error(&session, NULL, wrong);
	else if (!ret)
		work(&session, options);
	if (outputs_close(&session.outputs, &bad, err))
		session_output_error(&session, bad, err);
	if (!wrong)
		session_end(&session);
	policy_destroy(&options->policy);
	return session.status;
}

/* A report that could not be written is not a report. */
static int finish(int status)
{
	int error = session_flush();

	/* Some file systems tell only then. */
	if (fclose(stdout) && !error)
		error = errno;
	if (error) {
		fprintf(stderr, "stopcheck: cannot write the report: %s\n",
			strerror(error));
		return STOP_STATUS_ERROR;
	}
	return status;
}

/*
 * What a caller can leave behind. With SIGCHLD ignored, the kernel keeps no
 * exit status of a worker. With a standard stream closed, the next file that is
 * opened takes its place: these fail now as closed ones do, and stay theirs.
 */
static bool start_clean(void)
{
	signal(SIGCHLD, SIG_DFL);
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF &&
		    open("/dev/null", fd ? O_RDONLY : O_WRONLY) < 0)
			return false;
	}
	return true;
}

int main(int argc, char **argv)
{
	struct options options;
	int wrong, status;
	char err[160];

	if (!start_clean())
		return STOP_STATUS_ERROR;
	wrong = options_parse(&options, argc, argv, err);
	if (wrong) {
		status = run(&options, err);
		if (!options.json)
			fputs("Try \"stopcheck --help\".\n", stderr);
		return finish(status);
	}
	if (options.help) {
		fputs(options_help, stdout);
		return finish(STOP_STATUS_PASS);
	}
	if (options.version) {
		printf("stopcheck " STOP_VERSION "\nsandbox for the reader: %s\n",
		       sandbox_name(err));
		return finish(STOP_STATUS_PASS);
	}
	return finish(run(&options, NULL));
}
