# SPDX-License-Identifier: GPL-2.0-or-later
"""sdei_stop on dumps that are cut off or damaged: every command is answered,
the session goes on, and nothing is claimed that is not so."""
import json
import os
import random
import shutil

import edit
import notes
import triage
from session import Dump, our_frames

COMMANDS = {'table': 'sdei_stop', 'json': 'sdei_stop -j',
            'wedged': 'sdei_stop -w -c 0-63', 'time': 'sdei_stop -t',
            'checks': 'sdei_stop -x', 'triage_e': 'sdei_stop -e',
            'lines': 'sdei_stop -l', 'switch': 'sdei_stop -s 2',
            'undo': 'sdei_stop -u', 'last': 'help -v'}


def put(path, pieces):
    """Writes each of (offset, bytes)."""
    with open(path, 'r+b') as f:
        for at, data in pieces:
            f.seek(at)
            f.write(data)


def geometry(path):
    """(where page descriptors begin, how many, where page data begins)."""
    with open(path, 'rb') as f:
        _, bitmap, first = edit.second_bitmap(f)
    pages = sum(bin(b).count('1') for b in bitmap)
    return first, pages, first + pages * 24


def truncated(path, keep):
    os.truncate(path, int(os.path.getsize(path) * keep))


def overwritten(path, times, rng):
    """Eight random bytes at that many places of the page data."""
    _, _, data = geometry(path)
    size = os.path.getsize(path)
    put(path, ((rng.randrange(data, size - 8), rng.randbytes(8))
               for _ in range(times)))


def descriptors(path, times, rng):
    """That many page descriptors of random bytes."""
    first, pages, _ = geometry(path)
    put(path, ((first + rng.randrange(pages) * 24, rng.randbytes(24))
               for _ in range(times)))


def zeroed(path, times, rng):
    """Runs of 64 KiB of zeros, as a file system leaves that lost them."""
    _, _, data = geometry(path)
    size = os.path.getsize(path)
    put(path, ((rng.randrange(data, size - 65536), bytes(65536))
               for _ in range(times)))


def missing(path, times, rng):
    """Bits of the second bitmap that are gone: all pages behind each are
    looked for in the place of the one before."""
    with open(path, 'r+b') as f:
        start, bitmap, _ = edit.second_bitmap(f)
        used = [i for i, b in enumerate(bitmap) if b]
        for at in rng.sample(used[len(used) // 2:], times):
            bitmap[at] &= bitmap[at] - 1
        f.seek(start)
        f.write(bitmap)


def dropped(path, share, rng):
    """That share of the pages is left out."""
    edit.leave_out(path, lambda _: rng.random() < share)


def exchanged(path, times, rng):
    """Page descriptors that changed places."""
    first, pages, _ = geometry(path)
    with open(path, 'r+b') as f:
        for _ in range(times):
            at = [first + rng.randrange(pages) * 24 for _ in range(2)]
            both = []
            for a in at:
                f.seek(a)
                both.append(f.read(24))
            for a, b in zip(at, reversed(both)):
                f.seek(a)
                f.write(b)


def note_bytes(path, times, rng):
    """Random bytes in the file's note segment, VMCOREINFO left alone: crash
    itself ends on a broken one."""
    offset, segment = notes.file_notes(path)
    end = segment.index(b'VMCOREINFO\0') - 12
    put(path, ((offset + rng.randrange(end), rng.randbytes(1))
               for _ in range(times)))


def vmcoreinfo(path, times, rng):
    """Letters of VMCOREINFO in the file that became others."""
    offset, segment = notes.file_notes(path)
    begin = segment.index(b'VMCOREINFO\0') + 12
    put(path, ((offset + rng.randrange(begin, len(segment)),
                bytes([rng.randrange(32, 127)])) for _ in range(times)))


# (how, how much, also where little is tried); in this order, since all take
# their random numbers from one sequence.
CASES = [(overwritten, 40, False), (overwritten, 640, True),
         (overwritten, 5000, False), (descriptors, 50, True),
         (descriptors, 200, False), (zeroed, 2, False), (zeroed, 12, True),
         (missing, 1, True), (exchanged, 20, True), (exchanged, 400, False),
         (note_bytes, 12, True), (vmcoreinfo, 5, False),
         (dropped, 0.1, True), (dropped, 0.15, False), (dropped, 0.2, False),
         (dropped, 0.3, False),
         (truncated, 0.999, False), (truncated, 0.99, True),
         (truncated, 0.93, False), (truncated, 0.85, False),
         (truncated, 0.6, False), (truncated, 0.3, False)]


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


def new_findings(out, full):
    """What pages that are left out are said to show. They are no evidence: there
    can be less than of the whole dump, and nothing else."""
    def verdicts(text):
        return {(v['id'], v.get('cpu'))
                for v in json.loads(text or '{"verdicts": []}')['verdicts']}
    more = verdicts(out.get('json')) - verdicts(full['json'])
    wrong = ['not so in the whole dump: %s' % sorted(more, key=str)] * bool(more)
    whole = our_frames(full['wedged'])
    for cpu, frames in our_frames(out.get('wedged', '')).items():
        if frames != whole[cpu][:len(frames)]:
            wrong.append('CPU %d: other frames than in the whole dump: %s' %
                         (cpu, frames))
    return wrong


def one(crash, dump, so, truth, tags, scratch, minimal):
    """What is wrong, None: crash itself does not open it; and all output."""
    commands = {'!load': 'extend ' + so}
    commands.update(COMMANDS)
    out = crash.run(dump, commands, scratch, minimal=minimal)
    if 'shared object loaded' not in out['']:
        return None, out
    wrong = wrong_claims(out, truth, tags)
    if 'last' not in out or 'segmentation violation' in out['']:
        wrong.append('the session ended: ' + out[''][-300:])
    missing = [k for k in COMMANDS if not out.get(k)]
    if missing:
        wrong.append('no answer: %s' % missing)
    return wrong, out


def run(tap, crash, dump, so, report, full, few, scratch):
    truth = triage.inferred_of(full['triage_e'])
    tags = {c['cpu']: c['tag']['mechanism'] for c in report['cpus']
            if c['tag']}
    rng = random.Random(5)
    opened, bad, tried = 0, [], 0
    path = os.path.join(scratch, 'broken')
    for how, much, always in CASES:
        if few and not always:
            continue
        shutil.copyfile(dump.vmcore, path)
        how(path, much, *(() if how == truncated else (rng,)))
        # What crash does not open, it may with --minimal.
        for minimal in (how == truncated and much < 0.99, True):
            wrong, out = one(crash, Dump('broken', path, dump.vmlinux), so,
                             truth, tags, scratch, minimal)
            if wrong is not None or minimal:
                break
        if wrong is not None and how == dropped:
            wrong += new_findings(out, full)
        tried += 1
        name = '%s %s%s' % (how.__name__, much,
                            ', --minimal' if minimal else '')
        print('#   %s: %s' % (name, 'crash does not open it' if wrong is None
                              else wrong or 'fine'), flush=True)
        opened += wrong is not None
        bad += ['%s: %s' % (name, w) for w in wrong or ()]
    os.unlink(path)
    tap.check('crash %s: damaged dumps, %d of %d opened: an answer, and a '
              'true one' % (crash.version, opened, tried),
              opened > tried // 2 and not bad, '\n'.join(bad))
