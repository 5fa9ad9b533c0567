# SPDX-License-Identifier: GPL-2.0-or-later
"""The extension as a build: any of Debian's defs.h, exported names, and the
unit tests of its pure parts."""
import os
import subprocess


# What the extension uses of crash's structures. One .so serves all versions
# only as long as these stay where they are.
FIELDS = ['program_context.flags', 'program_context.curcmd',
          'program_context.dumpfile', 'program_context.flags2',
          'program_context.namelist', 'program_context.namelist_debug',
          'program_context.machine_type',
          'program_context.program_version',
          'program_context.foreach_loop_env', 'kernel_table.cpus',
          'task_table.current', 'task_table.active_set', 'task_context.task',
          'task_context.pid', 'task_context.comm',
          'task_context.processor', 'offset_table.task_struct_state',
          'offset_table.task_struct_pid', 'offset_table.task_struct_comm',
          'offset_table.runqueue_curr', 'offset_table.task_struct_stack',
          'size_table.note_buf', 'size_table.thread_union',
          'machdep_table.flags', 'machine_specific.panic_task_regs',
          'syment.type', 'machdep_table.stacksize',
          'machdep_table.machspec', 'machdep_table.pagesize',
          'machdep_table.pageshift', 'machdep_table.pageoffset',
          'machine_specific.VA_BITS', 'machine_specific.CONFIG_ARM64_VA_BITS',
          'syment.value', 'syment.name', 'command_table_entry.flags']


UNIT_SOURCES = ['calls.c', 'compare.c', 'infer.c', 'klog.c', 'ladder.c', 'lock.c',
                'options.c', 'pagetable.c', 'timeline.c', 'walk.c',
                '../stop-tag/facts.c']


def make(root, build, defs, *more):
    return subprocess.run(['make', '-s', '-C', os.path.join(root, 'crash-ext'),
                           'BUILD=' + build, 'CRASH_DEFS=' + defs, *more],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=300)


def unit(tap, root, here, scratch):
    """cmocka prints TAP of its own: its lines are added here."""
    for name in ('unit-test.c', 'unit-lock.c', 'unit-timeline.c',
                 'unit-infer.c', 'unit-pagetable.c'):
        unit_file(tap, root, here, scratch, name)


def unit_file(tap, root, here, scratch, name):
    tag = os.path.join(root, 'stop-tag')
    ext = os.path.join(root, 'crash-ext')
    binary = os.path.join(scratch, 'unit-test')
    done = subprocess.run(
        ['cc', '-std=gnu11', '-Wall', '-Wextra', '-Werror', '-g',
         '-fsanitize=address,undefined', '-fno-sanitize-recover', '-I', ext,
         '-I', tag, '-I', os.path.join(tag, 'include'), '-o', binary,
         os.path.join(here, name),
         *[os.path.join(ext, f) for f in UNIT_SOURCES], '-lcmocka'],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    tap.check('%s builds' % name, done.returncode == 0, done.stdout)
    if done.returncode:
        return
    done = subprocess.run([binary], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=60,
                          env=dict(os.environ, CMOCKA_MESSAGE_OUTPUT='TAP'))
    lines = done.stdout.splitlines()
    for line in lines:
        word = line.split(' - ', 1)
        if line.startswith('ok '):
            tap.check('unit: ' + word[-1], True)
        elif line.startswith('not ok '):
            tap.check('unit: ' + word[-1], False, done.stdout)
    tap.check('%s ends well' % name, done.returncode == 0 and
              '1..' in done.stdout, done.stdout)


def exports(tap, so, nm='nm'):
    """Extensions share one namespace: no name of ours may be seen in it."""
    done = subprocess.run([nm, '-D', '--defined-only', so], check=True,
                          stdout=subprocess.PIPE, text=True)
    tap.check('sdei_stop.so exports nothing%s' % (
        '' if nm == 'nm' else ', nor does that for arm64'),
        not done.stdout.strip(), done.stdout)


def names_of(nm, option, path):
    """Dynamic symbols: those of crash or libc, with a version or without."""
    done = subprocess.run([nm, '-D', option, path], check=True,
                          stdout=subprocess.PIPE, text=True)
    return [line.split() for line in done.stdout.splitlines()]


def arm64_host(tap, root, scratch):
    """For a crash on arm64: cross-built against the defs.h of Debian's package,
    and all that it wants of crash is in that package's own arm64 program.
    Returns the extension, or None."""
    build = os.path.join(scratch, 'build-arm64')
    defs = debian_defs(root, 'trixie') or ''
    crash = os.path.join(defs, '..', '..', 'bin', 'crash')
    tool = 'aarch64-linux-gnu-'
    done = make(root, build, defs, 'CC=%sgcc' % tool, 'AR=%sar' % tool)
    so = os.path.join(build, 'sdei_stop.so')
    tap.check('builds for an arm64 host', done.returncode == 0 and
              os.path.exists(so), done.stdout)
    if done.returncode:
        return None
    have = {f[-1] for f in names_of(tool + 'nm', '--defined-only', crash)}
    want = [f[-1] for f in names_of(tool + 'nm', '--undefined-only', so)
            if f[-2] == 'U' and '@GLIBC' not in f[-1]]
    missing = sorted(set(want) - have)
    tap.check("Debian's arm64 crash has the %d symbols that it wants" %
              len(want), want and 'register_extension' in want and
              not missing, 'missing: %s' % missing)
    exports(tap, so, tool + 'nm')
    return so


def offsets(defs, scratch):
    """Where FIELDS lie by one defs.h."""
    source = os.path.join(scratch, 'offsets.c')
    binary = os.path.join(scratch, 'offsets')
    with open(source, 'w') as f:
        f.write('#include "defs.h"\n#include <stddef.h>\nint main(void)\n{\n')
        for field in FIELDS:
            f.write('printf("%%zu ", offsetof(struct %s, %s));\n' %
                    tuple(field.split('.')))
        f.write('return 0;\n}\n')
    subprocess.run(['cc', '-w', '-DARM64', '-I', defs, '-o', binary, source],
                   check=True)
    return subprocess.run([binary], check=True, stdout=subprocess.PIPE,
                          text=True).stdout


def debian_defs(root, suite):
    done = subprocess.run([os.path.join(root, 'scripts', 'crash-defs'), suite],
                          stdout=subprocess.PIPE, text=True)
    return done.stdout.strip() if done.returncode == 0 else None


def all_defs(tap, root, here, crashes, dumps, scratch):
    """Built against each defs.h, it gives the same answers in each crash."""
    defs = [('Debian 12 (8.0.2)', debian_defs(root, 'bookworm')),
            ('Debian 13 (8.0.6)', debian_defs(root, 'trixie'))]
    defs += [('the build of %s' % c.version, c.defs) for c in crashes]
    layouts, tables = {}, {}

    for name, directory in defs:
        if not directory:
            tap.check('defs.h of %s is there' % name, False, 'see above')
            continue
        # One directory: what does not know crash is compiled once.
        so = os.path.join(scratch, 'build', 'sdei_stop.so')
        if os.path.exists(so):
            os.unlink(so)
        done = make(root, os.path.dirname(so), directory)
        tap.check('builds against defs.h of %s' % name,
                  done.returncode == 0 and os.path.exists(so), done.stdout)
        layouts[name] = offsets(directory, scratch)
        if done.returncode or not dumps:
            continue
        for crash in crashes:
            out = crash.run(dumps[0], {
                '!load': 'extend ' + so, 'table': 'sdei_stop',
                'contexts': 'sdei_stop -w -c 0-63'}, scratch)
            tables[(name, crash.version)] = (out.get('table'),
                                             out.get('contexts'))
    tap.check('crash keeps what is used of its structures in place',
              len(set(layouts.values())) == 1, layouts)
    if dumps:
        tap.check('every build gives the same answers in every crash',
                  len(set(tables.values())) == 1 and
                  all(all(t) for t in tables.values()), tables)

    if not defs[1][1]:
        return
    done = subprocess.run(
        ['cc', '-fsyntax-only', '-isystem', defs[1][1],
         '-I', os.path.join(root, 'stop-tag'),
         os.path.join(root, 'crash-ext', 'sdei_stop.c')],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    tap.check('without -DARM64 it does not build', done.returncode and
              'build with -DARM64' in done.stdout, done.stdout)
