# SPDX-License-Identifier: GPL-2.0-or-later
"""The extension built for an arm64 host, in Debian's own arm64 crash that
qemu-aarch64-static runs, against the one of this host: the same bytes.

With --minimal: emulated, crash's gdb takes minutes to read a vmlinux in."""
import os
import shutil
import subprocess

import build
from session import Crash

LIMIT = 400                         # seconds; 30 of CPU time on a quick host

COMMANDS = {'table': 'sdei_stop', 'wedged': 'sdei_stop -w',
            'contexts': 'sdei_stop -w -c 0-63', 'json': 'sdei_stop -j',
            'time': 'sdei_stop -t', 'checks': 'sdei_stop -x',
            'evidence': 'sdei_stop -e', 'help': 'help sdei_stop'}


class Emulated(Crash):
    limit = LIMIT

    def __init__(self, root):
        super().__init__('8.0.6', os.path.join(root, 'usr', 'bin'))
        self.argv = ['qemu-aarch64-static', '-L', root, self.binary]


def run(tap, root, crash, dump, so, scratch):
    name = "Debian's arm64 crash, emulated, answers as crash %s does here" % \
        crash.version
    if not shutil.which('qemu-aarch64-static'):
        tap.skip(name, 'there is no qemu-aarch64-static')
        return
    done = subprocess.run([os.path.join(root, 'scripts', 'crash-arm64')],
                          stdout=subprocess.PIPE, text=True)
    if done.returncode == 3:
        tap.skip(name, 'the package cannot be had')
        return
    directory = done.stdout.strip()
    ours = os.path.join(scratch, 'build-emulated')
    tool = 'aarch64-linux-gnu-'
    made = build.make(root, ours, build.debian_defs(root, 'trixie') or '',
                      'CC=%sgcc' % tool, 'AR=%sar' % tool)
    if done.returncode or made.returncode:
        tap.check(name, False, made.stdout)
        return
    here = crash.run(dump, {'!load': 'extend ' + so, **COMMANDS}, scratch,
                     minimal=True)
    try:
        there = Emulated(directory).run(
            dump, {'!load': 'extend ' + os.path.join(ours, 'sdei_stop.so'),
                   **COMMANDS}, scratch, minimal=True)
    except subprocess.TimeoutExpired:
        tap.check(name, False, 'no end after %d s' % LIMIT)
        return
    differ = [k for k in COMMANDS if not here.get(k) or
              here[k] != there.get(k)]
    tap.check(name, not differ, '%s\n%s\n%s' % (
        differ, there[''], '\n'.join(there.get(k, '') for k in differ)))
