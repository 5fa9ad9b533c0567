# SPDX-License-Identifier: GPL-2.0-or-later
"""The extension built for an arm64 host, in Debian's own arm64 crashes that
qemu-aarch64-static runs, against the one of this host: the same bytes.

With --minimal: emulated so, crash's gdb does not come to its first command.
tests/live runs the same program on an emulated machine, where it does."""
import os
import shutil
import subprocess
import sys

import build
from session import Crash, Dump

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path[:0] = [os.path.join(TESTS, 'lab'), os.path.join(TESTS, 'lib')]
import dumpfile
import elfcore

LIMIT = 900                         # seconds; 30 of CPU time on a quick host

SUITES = {'trixie': '8.0.6', 'bookworm': '8.0.2'}

COMMANDS = {'table': 'sdei_stop', 'wedged': 'sdei_stop -w',
            'contexts': 'sdei_stop -w -c 0-63', 'json': 'sdei_stop -j',
            'time': 'sdei_stop -t', 'checks': 'sdei_stop -x',
            'evidence': 'sdei_stop -e', 'switch': 'sdei_stop -s 0',
            'help': 'help sdei_stop'}


class Emulated(Crash):
    limit = LIMIT

    def __init__(self, version, root):
        super().__init__(version, os.path.join(root, 'usr', 'bin'))
        self.argv = ['qemu-aarch64-static', '-L', root, self.binary]


def as_elf(dump, path):
    """The same dump as makedumpfile -E writes it: an ELF core with a segment
    for each run of pages, at the addresses of the linear map."""
    old = dumpfile.Dump(dump.vmcore)
    here = [pfn for pfn in range(8 * old.bitmap_size)
            if old.data[old.bitmap_at + pfn // 8] >> pfn % 8 & 1]
    linear = (-1 << old.number('VA_BITS')) - int(
        old.info['NUMBER(PHYS_OFFSET)'], 0)
    sizes = [(pfn * old.block, nr * old.block)
             for pfn, nr in elfcore.runs(here)]
    with open(path, 'wb') as f:
        f.write(elfcore.head(len(old.notes_data), [
            (linear + paddr, paddr, size, size) for paddr, size in sizes]))
        f.write(old.notes_data)
        for pfn in here:
            f.write(old.phys(pfn * old.block, old.block))
    return Dump(dump.name + ' as ELF', path, dump.vmlinux)


def of_each_kernel(dumps):
    """The first dump of each vmlinux."""
    first = {}
    for dump in dumps:
        first.setdefault(os.path.realpath(dump.vmlinux), dump)
    return list(first.values())


def same(tap, name, crash, emulated, dump, so, theirs, scratch):
    here = crash.run(dump, {'!load': 'extend ' + so, **COMMANDS}, scratch,
                     minimal=True)
    try:
        there = emulated.run(dump, {'!load': 'extend ' + theirs, **COMMANDS},
                             scratch, minimal=True)
    except subprocess.TimeoutExpired:
        tap.check('%s: %s' % (name, dump.name), False,
                  'no end after %d s' % LIMIT)
        return
    differ = [k for k in COMMANDS if not here.get(k) or
              here[k] != there.get(k)]
    tap.check('%s: %s' % (name, dump.name), not differ, '%s\n%s\n%s' % (
        differ, there[''], '\n'.join(there.get(k, '') for k in differ)))


def in_suite(tap, root, suite, crash, dumps, so, theirs, scratch):
    version = SUITES[suite]
    name = "Debian's arm64 crash %s, emulated, answers as crash %s does here" % (
        version, crash.version)
    done = subprocess.run([os.path.join(root, 'scripts', 'crash-arm64'),
                           suite], stdout=subprocess.PIPE, text=True)
    if done.returncode == 3:
        tap.skip(name, 'the package cannot be had')
        return
    if done.returncode:
        tap.check(name, False, 'crash-arm64: status %d' % done.returncode)
        return
    for dump in dumps:
        same(tap, name, crash, Emulated(version, done.stdout.strip()), dump,
             so, theirs, scratch)


def run(tap, root, crash, dumps, so, scratch):
    theirs = build.arm64_host(tap, root, scratch)
    if not theirs:
        return
    if not shutil.which('qemu-aarch64-static'):
        tap.skip("Debian's arm64 crashes, emulated, answer as those here",
                 'there is no qemu-aarch64-static')
        return
    dumps = of_each_kernel(dumps)
    # Half a minute each: of the first kernel's dump, each crash has one form.
    in_suite(tap, root, 'bookworm', crash, dumps, so, theirs, scratch)
    dumps[0] = as_elf(dumps[0], os.path.join(scratch, 'elf'))
    in_suite(tap, root, 'trixie', crash, dumps, so, theirs, scratch)
