// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * interrupt.c: preloaded into crash, interrupts it in the middle of a command
 * as a person's Ctrl-C does. The n-th SIGUSR1 makes the next command that
 * blocks SIGINT, as sdei_stop does first of all, get a SIGINT at its n-th call
 * of a function that prints or allocates; after the ROUND-th it begins anew.
 *
 * Whatever leaves an allocation in the middle, by longjmp, leaves a heap that
 * may be broken. That need not show, so it is noted: a file "torn" comes to be.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t nr, size_t size);
extern void *__libc_realloc(void *p, size_t size);

static volatile int armed, counting;
/* gdb 16 reads symbols in threads of its own. */
static __thread volatile int allocating
	__attribute__((tls_model("initial-exec")));
static unsigned int asked, left;

static void count(void)
{
	if (counting && !--left) {
		counting = 0;
		raise(SIGINT);
	}
}

static void enter(void)
{
	static int torn;

	if (allocating && !torn) {
		torn = 1;
		close(open("torn", O_WRONLY | O_CREAT, 0600));
	}
	allocating = 1;
	count();
}

void *malloc(size_t size)
{
	void *p;

	enter();
	p = __libc_malloc(size);
	allocating = 0;
	return p;
}

void *calloc(size_t nr, size_t size)
{
	void *p;

	enter();
	p = __libc_calloc(nr, size);
	allocating = 0;
	return p;
}

void *realloc(void *old, size_t size)
{
	void *p;

	enter();
	p = __libc_realloc(old, size);
	allocating = 0;
	return p;
}

/* The answer is written at the end of a command: what follows is crash's. */
size_t fwrite(const void *data, size_t size, size_t nr, FILE *fp)
{
	if (fileno(fp) >= 0)
		counting = 0;
	return fwrite_unlocked(data, size, nr, fp);
}

int fprintf(FILE *fp, const char *format, ...)
{
	va_list args;
	int n;

	count();
	va_start(args, format);
	n = vfprintf(fp, format, args);
	va_end(args);
	return n;
}

int sigprocmask(int how, const sigset_t *set, sigset_t *old)
{
	if (armed && set && how == SIG_BLOCK && sigismember(set, SIGINT)) {
		armed = 0;
		counting = 1;
	}
	return pthread_sigmask(how, set, old);
}

static void arm(int sig)
{
	(void)sig;
	left = asked++ % ROUND + 1;
	counting = 0;
	armed = 1;
}

static void __attribute__((constructor)) interrupt_init(void)
{
	signal(SIGUSR1, arm);
}
