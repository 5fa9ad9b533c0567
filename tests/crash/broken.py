# SPDX-License-Identifier: GPL-2.0-or-later
"""sdei_stop on dumps that are cut off or damaged: every command is answered,
the session goes on, and nothing is claimed that is not so."""
import json
import os
import random
import shutil
import struct

import triage
from session import Dump

COMMANDS = {'table': 'sdei_stop', 'json': 'sdei_stop -j',
            'wedged': 'sdei_stop -w -c 0-63', 'time': 'sdei_stop -t',
            'checks': 'sdei_stop -x', 'triage_e': 'sdei_stop -e',
            'lines': 'sdei_stop -l', 'switch': 'sdei_stop -s 2',
            'undo': 'sdei_stop -u', 'last': 'help -v'}

KEEP = (0.999, 0.99, 0.93, 0.85)
OVERWRITE = (40, 640)
DESCRIPTORS = (50, 200)


def geometry(path):
    """(where page descriptors begin, how many, where page data begins)."""
    with open(path, 'rb') as f:
        f.seek(428)
        block, sub, bitmaps = struct.unpack('<iii', f.read(12))
        f.seek((1 + sub + bitmaps // 2) * block)
        pages = sum(bin(b).count('1') for b in f.read(bitmaps // 2 * block))
    first = (1 + sub + bitmaps) * block
    return first, pages, first + pages * 24


def truncated(path, keep):
    os.truncate(path, int(os.path.getsize(path) * keep))


def overwritten(path, times, rng):
    """Eight random bytes at that many places of the page data."""
    _, _, data = geometry(path)
    size = os.path.getsize(path)
    with open(path, 'r+b') as f:
        for _ in range(times):
            f.seek(rng.randrange(data, size - 8))
            f.write(rng.randbytes(8))


def descriptors(path, times, rng):
    """That many page descriptors of random bytes."""
    first, pages, _ = geometry(path)
    with open(path, 'r+b') as f:
        for _ in range(times):
            f.seek(first + rng.randrange(pages) * 24)
            f.write(rng.randbytes(24))


def wrong_claims(out, truth, tags):
    """What is said of a CPU and is not so; silence and "unknown" are fine."""
    wrong = []
    for cpu, how in triage.inferred_of(out.get('triage_e', '')).items():
        if how not in (truth.get(cpu), 'unknown'):
            wrong.append('CPU %d: %s, not %s' % (cpu, how, truth.get(cpu)))
    try:
        report = json.loads(out['json'])
    except (KeyError, ValueError):
        return wrong + ['no JSON']
    for c in report['cpus']:
        if c['tag'] and c['tag']['mechanism'] != tags.get(c['cpu']):
            wrong.append('CPU %s: tag %s' % (c['cpu'],
                                             c['tag']['mechanism']))
    return wrong


def one(crash, dump, so, truth, tags, scratch, minimal):
    """None: crash itself does not open it. Else what is wrong."""
    commands = {'!load': 'extend ' + so}
    commands.update(COMMANDS)
    out = crash.run(dump, commands, scratch, minimal=minimal)
    if 'shared object loaded' not in out['']:
        return None
    wrong = wrong_claims(out, truth, tags)
    if 'last' not in out or 'segmentation violation' in out['']:
        wrong.append('the session ended: ' + out[''][-300:])
    missing = [k for k in COMMANDS if not out.get(k)]
    if missing:
        wrong.append('no answer: %s' % missing)
    return wrong


def run(tap, crash, dump, so, report, full, scratch):
    truth = triage.inferred_of(full['triage_e'])
    tags = {c['cpu']: c['tag']['mechanism'] for c in report['cpus']
            if c['tag']}
    rng = random.Random(5)
    opened, bad, tried = 0, [], 0
    cases = [('%d places' % n, overwritten, (n, rng)) for n in OVERWRITE] + \
        [('%d descriptors' % n, descriptors, (n, rng)) for n in DESCRIPTORS] + \
        [('cut to %s' % k, truncated, (k,)) for k in KEEP]
    path = os.path.join(scratch, 'broken')
    for name, how, args in cases:
        shutil.copyfile(dump.vmcore, path)
        how(path, *args)
        broken = Dump('broken', path, dump.vmlinux)
        # Cut off, crash opens it with --minimal only; damaged, without, too.
        for minimal in (how == truncated and args[0] < 0.99,):
            tried += 1
            wrong = one(crash, broken, so, truth, tags, scratch, minimal)
            print('#   %s%s: %s' % (name, ', --minimal' if minimal else '',
                                    'crash does not open it' if wrong is None
                                    else wrong or 'fine'), flush=True)
            opened += wrong is not None
            bad += ['%s: %s' % (name, w) for w in wrong or ()]
    os.unlink(path)
    tap.check('crash %s: damaged dumps, %d of %d opened: an answer, and a '
              'true one' % (crash.version, opened, tried),
              opened > tried // 3 and not bad, '\n'.join(bad))
