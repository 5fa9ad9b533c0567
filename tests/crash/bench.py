#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""How long sdei_stop takes beside crash's own bt, in one session: the first
call and repeated ones, in CPU time of crash. A session has one first call, so
there are several."""
import argparse
import os
import statistics
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))

from session import Crash, Dump

AGAIN = 50                          # repeated calls, of which the median counts


def stamp_so(defs, scratch):
    so = os.path.join(scratch, 'stamp.so')
    subprocess.run(['cc', '-shared', '-fPIC', '-w', '-DARM64', '-isystem',
                    defs, '-o', so, os.path.join(HERE, 'stamp.c')],
                   check=True)
    return so


def measure(crash, dump, so, cpu, scratch):
    """name -> (first, median of the rest) in milliseconds. Each pair of
    commands begins in a session of its own, crash's own one first, since what
    one of them has read the other finds at hand."""
    times = {}
    for names in [('bt -a', 'sdei_stop'),
                  ('bt -c %d' % cpu, 'sdei_stop -w -c %d' % cpu),
                  ('bt -a ', 'sdei_stop -t'), ('bt -a  ', 'sdei_stop -x'),
                  ('bt -a   ', 'sdei_stop -e')]:
        log = os.path.join(scratch, 'stamps')
        if os.path.exists(log):
            os.unlink(log)
        commands = {'!0': 'extend ' + stamp_so(crash.defs, scratch),
                    '!1': 'stamp load', '!2': 'extend ' + so,
                    '!3': 'stamp loaded'}
        for n, name in enumerate(names):
            for i in range(AGAIN + 1):
                commands['!%d.%d' % (n, i)] = 'stamp %d' % n
                commands['!%d.%d-' % (n, i)] = name + ' > /dev/null'
            commands['!%d.end' % n] = 'stamp %d' % n
        crash.run(dump, commands, scratch, env={'STAMP_LOG': log})
        stamps = {}
        with open(log) as f:
            for line in f:
                stamps.setdefault(line.split()[0], []).append(
                    int(line.split()[1]) / 1e6)
        for n, name in enumerate(names):
            took = [b - a for a, b in zip(stamps[str(n)], stamps[str(n)][1:])]
            times[name] = (took[0], statistics.median(took[1:]))
        times['load'] = (stamps['loaded'][0] - stamps['load'][0],) * 2
    return times


def report(times, cpu, out=sys.stdout):
    """Prints the figures and returns the ratios (first, repeated)."""
    context = 'sdei_stop -w -c %d' % cpu
    print('%-24s %10s %10s' % ('CPU time, ms', 'first', 'repeated'), file=out)
    for name, (first, again) in times.items():
        if name == 'load':
            print('%-24s %10.3f' % (name, first), file=out)
        elif not name.endswith(' '):
            print('%-24s %10.3f %10.3f' % (name, first, again), file=out)
    ratios = {}
    for name, base, want in (('sdei_stop', 'bt -a', 0.2),
                             (context, 'bt -c %d' % cpu, 2)):
        ratios[name] = [times[name][i] / times[base][i] for i in (0, 1)]
        print('%-24s %10.2f %10.2f   wanted: at most %s' % (
            '%s / %s' % ('sdei_stop' if name == 'sdei_stop' else '-w',
                         base), *ratios[name], want), file=out)
    return ratios


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--crash', required=True, metavar='DIR',
                        help='with crash and defs.h, as build-crash prints it')
    parser.add_argument('--so', default=os.path.join(ROOT, 'build',
                                                     'sdei_stop.so'))
    parser.add_argument('--sessions', type=int, default=5,
                        help='of each kind, whose median counts')
    parser.add_argument('--cpu', type=int, default=0,
                        help='the CPU that -w and bt -c are asked for')
    parser.add_argument('vmlinux')
    parser.add_argument('vmcore')
    opts = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        times = [measure(Crash('', opts.crash),
                         Dump('', os.path.abspath(opts.vmcore),
                              os.path.abspath(opts.vmlinux)),
                         os.path.abspath(opts.so), opts.cpu, scratch)
                 for _ in range(opts.sessions)]
        report({name: [statistics.median(t[name][i] for t in times)
                       for i in (0, 1)] for name in times[0]}, opts.cpu)


if __name__ == '__main__':
    main()
