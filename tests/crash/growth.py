# SPDX-License-Identifier: GPL-2.0-or-later
"""A thousand calls of each mode leave no more of the heap in use than the
calls before them did."""
import os
import subprocess

TIMES = 1000
# A stdio buffer of 4 KiB may be held at either moment: below nine bytes a call.
LIMIT = 8192

WAYS = [['sdei_stop'], ['sdei_stop -l'], ['sdei_stop -j'], ['sdei_stop -w'],
        ['sdei_stop -w -c 0-63'], ['sdei_stop -w -l -c 0-63'],
        ['sdei_stop -t'], ['sdei_stop -x'], ['sdei_stop -e'],
        ['sdei_stop -s 1', 'sdei_stop -u'], ['sdei_stop -m sdei,ipi'],
        ['sdei_stop -o after'], ['sdei_stop --problems'],
        ['sdei_stop -c 0,2-3'], ['sdei_stop -c 4000'], ['sdei_stop -c 1,2,a'],
        ['sdei_stop -w -j']]
MINIMAL = [w for w in WAYS if w[0] in (
    'sdei_stop', 'sdei_stop -j', 'sdei_stop -w -c 0-63', 'sdei_stop -e')]


def measure(crash, dump, so, ways, shim, scratch, minimal):
    """Bytes that each way added, or None; and what the session printed."""
    log = os.path.join(scratch, 'heap-log')
    if os.path.exists(log):
        os.unlink(log)
    commands = {'!load': 'extend ' + so}

    def call(name, way, times):
        for i in range(times):
            for j, command in enumerate(way):
                commands['!%s.%d.%d' % (name, i, j)] = command + ' > /dev/null'

    for n, way in enumerate(ways):
        call('warm%d' % n, way, 20)
    for n, way in enumerate(ways):
        commands['!mark%d' % n] = '!true'
        call('way%d' % n, way, TIMES)
    commands['!end'] = '!true'
    commands['last'] = 'sdei_stop'
    out = crash.run(dump, commands, scratch, minimal=minimal,
                    env={'LD_PRELOAD': shim, 'HEAP_LOG': log})
    with open(log) as f:
        used = [int(line) for line in f]
    if not out.get('last') or len(used) != len(ways) + 1:
        return None, out['']
    return [b - a for a, b in zip(used, used[1:])], out['']


def run(tap, crash, dumps, so, here, scratch):
    dump = min(dumps, key=lambda d: os.path.getsize(d.vmcore))
    shim = os.path.join(scratch, 'heap.so')
    subprocess.run(['cc', '-shared', '-fPIC', '-o', shim,
                    os.path.join(here, 'heap.c')], check=True)
    for minimal, ways in ((False, WAYS), (True, MINIMAL)):
        name = 'crash %s%s: %d calls of each of %d modes do not grow it' % (
            crash.version, ', --minimal' if minimal else '', TIMES, len(ways))
        grew, said = measure(crash, dump, so, ways, shim, scratch, minimal)
        if not grew:
            tap.check(name, False, said)
            continue
        print('# bytes: ' + ', '.join('%s %+d' % (' '.join(w), g)
                                      for w, g in zip(ways, grew)))
        tap.check(name, max(grew) < LIMIT, [w for w, g in zip(ways, grew)
                                            if g >= LIMIT])
