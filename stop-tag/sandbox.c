// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sandbox.c: a seccomp filter, written as BPF so that no library is needed. It
 * lists what is allowed; all else fails with EPERM, which a reader in order
 * never sees, and libraries take as they take a file that is not there.
 */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "sandbox.h"

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#endif

#ifdef ARCH

/* Offsets of the low halves: both architectures here are little-endian. */
#define NR	offsetof(struct seccomp_data, nr)
#define ARG(n)	offsetof(struct seccomp_data, args[n])

#define LOAD(at)	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, at)
#define ALLOW		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
#define REFUSE		BPF_STMT(BPF_RET | BPF_K, \
				 SECCOMP_RET_ERRNO | (EPERM & SECCOMP_RET_DATA))
/* A system call that is allowed whatever its arguments are. */
#define CALL(name) \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_##name, 0, 1), ALLOW

int sandbox_enter(int out)
{
	struct sock_filter code[] = {
		LOAD(offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		LOAD(NR),
		CALL(read), CALL(pread64), CALL(readv), CALL(preadv),
		CALL(lseek), CALL(close), CALL(fstat),
#ifdef __NR_poll
		CALL(poll),
#endif
		CALL(ppoll), CALL(restart_syscall),
		CALL(brk), CALL(munmap), CALL(mremap), CALL(madvise),
		CALL(futex), CALL(sched_yield), CALL(getrandom),
		CALL(clock_gettime), CALL(gettimeofday), CALL(getpid),
		CALL(gettid), CALL(rt_sigreturn), CALL(rt_sigprocmask),
		CALL(sigaltstack), CALL(exit), CALL(exit_group),
		/* Memory of its own, and never code */
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_mmap, 0, 2),
		LOAD(ARG(3)),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, MAP_SHARED, 3, 1),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_mprotect, 0, 4),
		LOAD(ARG(2)),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 0, 1),
		REFUSE,
		ALLOW,
		/* fstat() of a C library; a path would need other flags */
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_newfstatat, 0, 4),
		LOAD(ARG(3)),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, AT_EMPTY_PATH, 0, 1),
		ALLOW,
		REFUSE,
		/* What is found out, and what a sanitizer complains of */
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_write, 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_writev, 0, 4),
		LOAD(ARG(0)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned int)out, 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, STDERR_FILENO, 0, 1),
		ALLOW,
		REFUSE,
	};
	struct sock_fprog program = {
		.len = sizeof(code) / sizeof(*code), .filter = code,
	};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -1;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

#else

int sandbox_enter(int out)
{
	(void)out;
	errno = ENOSYS;
	return -1;
}

#endif /* ARCH */

const char *sandbox_name(char text[80])
{
	int status = 0;
	pid_t pid = fork();

	if (!pid)
		_exit(sandbox_enter(STDOUT_FILENO) ? errno : 0);
	if (pid < 0 || waitpid(pid, &status, 0) < 0 || !WIFEXITED(status))
		return "not known";
	if (!WEXITSTATUS(status))
		return "seccomp";
	snprintf(text, 80, "none (seccomp: %s)", strerror(WEXITSTATUS(status)));
	return text;
}
