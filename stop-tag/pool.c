// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pool.c: worker processes. A worker writes frames into a pipe, each a byte
 * that says what it is part of, a length, and that many bytes; its exit status
 * is the dump's. Nobody waits for the slowest: results that come too early are
 * kept, but only for a few dumps ahead of the one that is due.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "pool.h"

/* Dumps per worker that may be done before the one that is due. */
#define AHEAD 4

/* Questions of a worker about a dump: its vmlinux, and modules. */
#define ASKS_MAX 2

/* More than the JSON of 65536 CPUs; a worker that writes more went mad. */
#define REPORT_MAX (256U << 20)

/*
 * With the 64 KiB that a pipe has, both sides would be woken up for every few
 * CPUs; a size that an unprivileged user may set.
 */
#define PIPE_SIZE (1024 * 1024)
#define FRAME_SIZE (256 * 1024)

enum part {
	PART_REPORT = 'r',
	PART_JSON = 'j',
	PART_ERROR = 'e',
	PART_PACKED = 'p',	/* nothing: the dump is a compressed file */
};

/* How long a worker that was killed may take to be gone, in ms. */
#define GONE_MS 2000
/* A parent that was away for longer has kept its workers waiting. */
#define AWAY_MS 200

struct frame {
	uint32_t part;
	uint32_t len;
};

struct buffer {
	char *data;
	size_t len, room;
};

struct slot {
	size_t index;		/* of the target */
	pid_t pid;		/* 0: it is done, or never was started */
	int fd;
	int64_t deadline;	/* ms; INT64_MAX: none */
	const char *killed;	/* why */
	bool packed;		/* has more time */
	int status;
	unsigned int asked;	/* how often it has been checked before */
	struct buffer report, json, error;
	struct buffer *to;	/* what is being received goes there ... */
	size_t left;		/* ... of this frame, then comes the next ... */
	struct frame next;
	size_t next_len;	/* ... of which so many bytes are there */
};

struct run {
	const struct pool *pool;
	const struct find_targets *targets;
	struct slot *slots;	/* a ring: target i is in slot i % nr_slots */
	size_t nr_slots;
	size_t next;		/* to be started */
	size_t due;		/* to be reported */
	size_t finished;
	unsigned int running;
	int64_t seen;		/* when workers were last looked after, ms */
	bool no_more;		/* workers: limits are reached */
	int failed;		/* errno of fork() */
};

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

/* The worker's side */

struct writer {
	int fd;
	uint32_t part;
	char buffer[FRAME_SIZE];
};

/* In one call as a rule: each wakes the parent up. */
static ssize_t write_frame(void *cookie, const char *data, size_t len)
{
	struct writer *writer = cookie;
	struct frame frame = { writer->part, len };
	struct iovec iov[] = {
		{ &frame, sizeof(frame) }, { (char *)data, len },
	};

	while (iov[0].iov_len || iov[1].iov_len) {
		ssize_t n = writev(writer->fd, iov, 2);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return 0;
		for (int i = 0; i < 2; i++) {
			size_t of = (size_t)n < iov[i].iov_len ? (size_t)n :
				    iov[i].iov_len;

			iov[i].iov_base = (char *)iov[i].iov_base + of;
			iov[i].iov_len -= of;
			n -= of;
		}
	}
	return len;
}

static FILE *open_part(struct writer *writer, int fd, enum part part)
{
	static const cookie_io_functions_t io = { .write = write_frame };
	FILE *fp;

	writer->fd = fd;
	writer->part = part;
	fp = fopencookie(writer, "w", io);
	/* Without one of ours, glibc's has 4096 bytes whatever is asked for. */
	if (fp)
		setvbuf(fp, writer->buffer, _IOFBF, sizeof(writer->buffer));
	return fp;
}

static void say_packed(const struct check_out *out)
{
	struct writer writer = { .fd = out->fd, .part = PART_PACKED };

	write_frame(&writer, "", 0);
}

static int work(const struct check_opts *opts, const struct find_target *target,
		int fd, bool last)
{
	static struct writer report, json, error;
	struct check_out out = {
		.fd = fd, .last = last, .packed = say_packed,
		.report = open_part(&report, fd, PART_REPORT),
		.json = open_part(&json, fd, PART_JSON),
		.error = open_part(&error, fd, PART_ERROR),
	};
	int status;

	if (!out.report || !out.json || !out.error)
		return STOP_STATUS_ERROR;
	status = check_dump(opts, target->path, target->found, &out);
	if (fclose(out.report) || fclose(out.json) || fclose(out.error))
		return STOP_STATUS_ERROR;
	return status;
}

/* The parent's side */

/* For len more bytes, and a NUL. */
static int make_room(struct buffer *buffer, size_t len)
{
	if (len > REPORT_MAX - buffer->len)
		return -1;
	if (buffer->len + len + 1 > buffer->room) {
		size_t room = (buffer->len + len + 1) * 2;
		char *grown = realloc(buffer->data, room);

		if (!grown)
			return -1;
		buffer->data = grown;
		buffer->room = room;
	}
	return 0;
}

static void append(struct buffer *buffer, const char *text)
{
	size_t len = strlen(text);

	if (make_room(buffer, len))
		return;
	memcpy(buffer->data + buffer->len, text, len + 1);
	buffer->len += len;
}

static void clear(struct buffer *buffer)
{
	free(buffer->data);
	memset(buffer, 0, sizeof(*buffer));
}

/*
 * Takes n bytes that came off the pipe. Returns -1 for what no worker of ours
 * writes.
 */
static int take(struct slot *slot, size_t n)
{
	size_t of = n < slot->left ? n : slot->left;

	if (of) {
		slot->to->len += of;
		slot->to->data[slot->to->len] = 0;
		slot->left -= of;
	}
	slot->next_len += n - of;
	if (slot->next_len < sizeof(slot->next))
		return 0;
	slot->next_len = 0;
	slot->left = slot->next.len;
	if (slot->next.part == PART_REPORT)
		slot->to = &slot->report;
	else if (slot->next.part == PART_JSON)
		slot->to = &slot->json;
	else if (slot->next.part == PART_ERROR)
		slot->to = &slot->error;
	else if (slot->next.part == PART_PACKED && !slot->left)
		return 0;
	else
		return -1;
	return make_room(slot->to, slot->left);
}

/* It is tried again when another worker has ended; without one, never. */
static void not_started(struct run *run)
{
	run->next--;
	if (run->running)
		run->no_more = true;
	else
		run->failed = errno;
}

/* Returns 0, or -1 with errno. */
static int start_worker(struct run *run, struct slot *slot)
{
	const struct find_target *target = &run->targets->t[slot->index];
	pid_t parent = getpid();
	int fds[2];

	if (pipe2(fds, O_CLOEXEC))
		return -1;
	slot->pid = fork();
	if (slot->pid < 0) {
		int error = errno;

		slot->pid = 0;
		close(fds[0]);
		close(fds[1]);
		errno = error;
		return -1;
	}
	if (!slot->pid) {
		/* Nobody reads what an orphan finds out. */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(STOP_STATUS_ERROR);
		for (size_t i = 0; i < run->nr_slots; i++)
			if (run->slots[i].pid)
				close(run->slots[i].fd);
		close(fds[0]);
		_exit(work(run->pool->opts, target, fds[1],
			   slot->asked == ASKS_MAX));
	}
	close(fds[1]);
	/* Where that is refused, it is as it was. */
	fcntl(fds[0], F_SETPIPE_SZ, PIPE_SIZE);
	slot->fd = fds[0];
	/* One that is checked again has what is left of its time. */
	if (!slot->asked)
		slot->deadline = run->pool->timeout &&
				 strcmp(target->path, "-") ?
				 now_ms() + run->pool->timeout * 1000LL :
				 INT64_MAX;
	run->running++;
	return 0;
}

static void start(struct run *run)
{
	const struct find_target *target = &run->targets->t[run->next];
	struct slot *slot = &run->slots[run->next % run->nr_slots];

	memset(slot, 0, sizeof(*slot));
	slot->index = run->next++;
	slot->status = STOP_STATUS_ERROR;
	slot->fd = -1;
	if (target->error) {
		append(&slot->error, target->error);
		run->finished++;
	} else if (start_worker(run, slot)) {
		not_started(run);
	}
}

/*
 * The worker had a question: once answered, another one checks its dump.
 * Returns 0, or -1 for a question that has no answer.
 */
static int start_again(struct run *run, struct slot *slot)
{
	if (slot->asked == ASKS_MAX || !slot->error.len || !run->pool->ask ||
	    run->pool->ask(slot->error.data, run->pool->arg))
		return -1;
	clear(&slot->report);
	clear(&slot->json);
	clear(&slot->error);
	slot->left = slot->next_len = 0;
	slot->asked++;
	if (start_worker(run, slot)) {
		append(&slot->error, strerror(errno));
		slot->status = STOP_STATUS_ERROR;
		run->finished++;
	}
	return 0;
}

/* Others come from a sanitizer, or from what a broken dump has done. */
static bool is_status(int status)
{
	return check_is_status(status) || status == CHECK_NO_DUMP;
}

/* A status alone is none: anybody may call exit(0). */
static bool has_said_why(const struct slot *slot)
{
	if (slot->status == CHECK_NO_DUMP)
		return true;
	return slot->status == STOP_STATUS_ERROR ? slot->error.len :
		slot->report.len || slot->json.len;
}

/* No worker is at work for this dump any more; text: what is wrong, or "". */
static void is_over(struct run *run, struct slot *slot, const char *text)
{
	run->finished++;
	if (!text[0])
		return;
	clear(&slot->error);
	append(&slot->error, text);
	slot->status = STOP_STATUS_ERROR;
}

/* A worker is gone: what is to be said of its dump. */
static void reap(struct run *run, struct slot *slot)
{
	char text[160] = "";
	int status = 0;
	pid_t pid;

	close(slot->fd);
	/* It is on its way out; one that only closed the pipe is sent there. */
	kill(slot->pid, SIGKILL);
	while ((pid = waitpid(slot->pid, &status, 0)) < 0 && errno == EINTR)
		;
	/* Somebody else has taken its status, and 0 would be a good one. */
	if (pid < 0 && !slot->killed)
		slot->killed = "the exit status of its reader is lost";
	slot->pid = 0;
	run->running--;
	slot->status = WIFEXITED(status) ? WEXITSTATUS(status) :
		       STOP_STATUS_ERROR;
	if (!slot->killed && slot->status == CHECK_ASKS &&
	    !start_again(run, slot))
		return;
	if (slot->killed)
		snprintf(text, sizeof(text), "%s", slot->killed);
	else if (WIFSIGNALED(status))
		snprintf(text, sizeof(text),
			 "the reader of this dump crashed (%s); please report this",
			 strsignal(WTERMSIG(status)));
	else if (!is_status(slot->status) || !has_said_why(slot))
		snprintf(text, sizeof(text),
			 "the reader of this dump ended without a word");
	is_over(run, slot, text);
}

static void stop_worker(struct slot *slot, const char *why)
{
	slot->killed = why;
	slot->deadline = now_ms() + GONE_MS;
	kill(slot->pid, SIGKILL);
}

/*
 * Its time is over. A worker that waits for a server or a disk that does not
 * answer cannot be killed, so it is not waited for.
 */
static void is_late(struct run *run, struct slot *slot)
{
	if (!slot->killed) {
		stop_worker(slot, "could not be read within the time limit");
		return;
	}
	close(slot->fd);
	waitpid(slot->pid, NULL, WNOHANG);
	slot->pid = 0;
	run->running--;
	is_over(run, slot, slot->killed);
}

static void report_due(struct run *run)
{
	while (run->due < run->next) {
		struct slot *slot = &run->slots[run->due % run->nr_slots];
		struct pool_result result = {
			.target = &run->targets->t[slot->index],
			.status = slot->status,
			.report = slot->report.data ? slot->report.data : "",
			.report_len = slot->report.len,
			.json = slot->json.data ? slot->json.data : "",
			.json_len = slot->json.len,
			.error = slot->error.data,
		};

		if (slot->pid)
			return;
		if (!result.error && result.status == STOP_STATUS_ERROR)
			result.error = "out of memory";
		run->pool->done(&result, run->pool->arg);
		clear(&slot->report);
		clear(&slot->json);
		clear(&slot->error);
		run->due++;
	}
}

/* Read to its end, and so for as long as it is. */
static void give_time(const struct run *run, struct slot *slot)
{
	struct stat st;

	if (run->pool->timeout_grows && slot->deadline != INT64_MAX &&
	    !stat(run->targets->t[slot->index].path, &st))
		slot->deadline += (st.st_size >> 20) * 1000LL;
}

/* What is left of a frame and the header behind it, each to its place. */
static void receive(struct run *run, struct slot *slot)
{
	static char ignored[FRAME_SIZE];
	struct iovec iov[] = {
		{ slot->left ? slot->to->data + slot->to->len : NULL,
		  slot->left },
		{ (char *)&slot->next + slot->next_len,
		  sizeof(slot->next) - slot->next_len },
	};
	ssize_t n = slot->killed ?
		    read(slot->fd, ignored, sizeof(ignored)) :
		    readv(slot->fd, iov, 2);

	if (n < 0 && errno == EINTR)
		return;
	if (n <= 0)
		reap(run, slot);
	else if (!slot->killed && take(slot, n))
		stop_worker(slot, "the reader of this dump wrote too much");
	else if (!slot->killed && slot->next.part == PART_PACKED &&
		 !slot->packed) {
		slot->packed = true;
		give_time(run, slot);
	}
}

/*
 * The time in which this process was stopped, or waited for who reads its
 * output or for a search: a worker whose pipe was full had to wait, too.
 */
static void was_away(struct run *run, int64_t ms)
{
	if (ms < AWAY_MS)
		return;
	for (size_t i = 0; i < run->nr_slots; i++)
		if (run->slots[i].pid && run->slots[i].deadline != INT64_MAX)
			run->slots[i].deadline += ms;
}

/* Waits until something happens, but not past a deadline or for long. */
static void wait_for(struct run *run, struct pollfd *fds, struct slot **of)
{
	int64_t now = now_ms(), until = now + 200;
	unsigned int nr = 0;

	was_away(run, now - run->seen);
	for (size_t i = 0; i < run->nr_slots; i++) {
		struct slot *slot = &run->slots[i];

		if (!slot->pid)
			continue;
		if (slot->deadline < until)
			until = slot->deadline < now ? now : slot->deadline;
		fds[nr] = (struct pollfd){ .fd = slot->fd, .events = POLLIN };
		of[nr++] = slot;
	}
	if (poll(fds, nr, until - now) < 0)
		nr = 0;
	run->seen = now_ms();
	was_away(run, run->seen - until);
	for (unsigned int i = 0; i < nr; i++) {
		if (fds[i].revents)
			receive(run, of[i]);
		else if (of[i]->deadline <= run->seen)
			is_late(run, of[i]);
	}
}

int pool_run(const struct pool *pool, const struct find_targets *targets)
{
	struct run run = {
		.pool = pool, .targets = targets,
		.nr_slots = (size_t)pool->jobs * AHEAD, .seen = now_ms(),
	};
	struct pollfd *fds;
	struct slot **of;

	run.slots = calloc(run.nr_slots, sizeof(*run.slots));
	fds = calloc(run.nr_slots, sizeof(*fds));
	of = calloc(run.nr_slots, sizeof(*of));
	if (!run.slots || !fds || !of)
		run.failed = ENOMEM;
	while (!run.failed && run.due < targets->nr) {
		run.no_more = false;
		while (!run.failed && !run.no_more &&
		       run.running < pool->jobs &&
		       run.next < targets->nr &&
		       run.next < run.due + run.nr_slots)
			start(&run);
		if (run.running)
			wait_for(&run, fds, of);
		if (!run.failed)
			report_due(&run);
		if (pool->progress)
			pool->progress(run.finished, pool->arg);
	}
	for (size_t i = 0; run.slots && i < run.nr_slots; i++) {
		struct slot *slot = &run.slots[i];

		if (slot->pid) {
			stop_worker(slot, "given up");
			reap(&run, slot);
		}
		clear(&slot->report);
		clear(&slot->json);
		clear(&slot->error);
	}
	free(run.slots);
	free(fds);
	free(of);
	errno = run.failed;
	return run.failed ? -1 : 0;
}
