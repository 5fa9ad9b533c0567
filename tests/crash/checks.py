# SPDX-License-Identifier: GPL-2.0-or-later
"""What sdei_stop printed, against independent sources."""
import json
import os
import re
import shutil
import struct
import subprocess

import notes
from session import bt_tasks, our_frames

WRONG_OPTIONS = ['-z', 'word', '-c', '-c 1-', '-c 3-1', '-c a', '-c 1,,2',
                 '-c 99999', '-w -j', '-w -t', '-m', '-m sdie', '-m sdei,',
                 '-o', '-o time', '-s', '-s a', '-s 1,2', '--problem-s']

# Where an interrupted chain ends that crash's own unwinder leaves out.
ROOTS = {'__primary_switched', '__secondary_switched', 'ret_from_fork'}


def note_addresses(minimal):
    """cpu -> address of its crash_notes buffer, from crash's rd alone."""
    base = notes.words_of_rd(minimal['notes'])[0]
    present = notes.words_of_rd(minimal['present'])[0]
    offsets = notes.words_of_rd(minimal['offsets'])
    return {cpu: base + offsets[cpu] & (1 << 64) - 1
            for cpu in range(64) if present >> cpu & 1}


def same_note(ours, note):
    """What differs between a CPU of the JSON report and an own decoding."""
    wrong = []
    if bool(ours['has_registers']) != bool(note['regs']):
        return ['has_registers']
    if note['regs']:
        for key, value in note['regs'].items():
            if int(ours['registers'][key], 16) != value:
                wrong.append(key)
        if ours['pid'] != note['pid']:
            wrong.append('pid')
    if bool(ours['tag']) != bool(note['tag']):
        return wrong + ['tag']
    for key, value in (note['tag'] or {}).items():
        if key in ('version', 'size', 'reserved', 'regs', 'rungs', 'flags'):
            continue                # shown by name: see the table's checks
        shown = ours['tag'].get(key)
        if key == 'mechanism':
            value = notes.MECHANISMS[value]
        elif key == 'mpidr':
            value, shown = value, int(shown, 0) if isinstance(shown, str) \
                else shown
        elif key in ('nr_online', 'nr_left') and \
                notes.MECHANISMS[note['tag']['mechanism']] != 'panic':
            continue
        elif key == 'sdei_status' and not note['tag']['rungs'] & 4:
            continue
        if shown != value:
            wrong.append('%s (%s, not %s)' % (key, shown, value))
    return wrong


def memory(tap, name, report, full, addresses):
    """Registers and tags of every CPU are those that rd shows."""
    wrong = []
    ours = {c['cpu']: c for c in report['cpus']}
    for cpu in addresses:
        note = notes.memory_note(full['note%d' % cpu])
        if not note:
            if cpu in ours and ours[cpu]['note'] is not None:
                wrong.append('CPU %d: has no note' % cpu)
        elif cpu not in ours:
            wrong.append('CPU %d: not reported' % cpu)
        else:
            wrong += ['CPU %d: %s' % (cpu, w)
                      for w in same_note(ours[cpu], note)]
    extra = sorted(set(ours) - set(addresses))
    tap.check('%s: registers and tags are those of crash_notes' % name,
              not wrong and not extra and ours,
              '\n'.join(wrong + ['no such CPU: %s' % e for e in extra]))


def dump_file(tap, name, report, dump, scratch):
    """eu-readelf reads the same registers out of the file's notes."""
    _, segment = notes.file_notes(dump.vmcore)
    theirs = sorted((n['pc'], n['sp'], n['pid']) for n in
                    notes.readelf_notes(segment, os.path.join(scratch, 'elf')))
    ours = sorted((int(c['registers']['pc'], 16),
                   int(c['registers']['sp'], 16), c['pid'])
                  for c in report['cpus'] if c['has_registers'])
    tap.check('%s: eu-readelf reads the same pc, sp and pid' % name,
              ours == theirs and ours, '%s\n%s' % (ours, theirs))
    tap.check('%s: the file is compared with memory, and is the same' % name,
              report['memory']['compared'] and
              not report['memory']['differences'], report['memory'])


def tasks(tap, name, report, full):
    """crash's bt -a names the same tasks; p panic_cpu the same CPU."""
    theirs = bt_tasks(full['bt'])
    wrong = []
    for c in report['cpus']:
        their = theirs.get(c['cpu'])
        if their and (c['task_pid'], c['task_comm']) != their[:2]:
            wrong.append('CPU %s: %s %s, crash says %s' % (
                c['cpu'], c['task_pid'], c['task_comm'], their[:2]))
    tap.check('%s: tasks are those of bt -a' % name, theirs and not wrong,
              '\n'.join(wrong))
    m = re.search(r'counter = (-?\d+)', full['panic_cpu'])
    tap.check('%s: panicking CPU is that of p panic_cpu' % name,
              m and report['memory']['panic_cpu'] == int(m.group(1)),
              full['panic_cpu'])


def backtraces(tap, name, report, full):
    """From the interrupted function on, our chain is the one of crash's bt,
    which may begin earlier (in the stop code) and has no caller that only the
    link register knows."""
    theirs = bt_tasks(full['bt'])
    ours = our_frames(full['contexts'])
    wrong, compared = [], 0
    for c in report['cpus']:
        cpu = c['cpu']
        if not c['has_registers'] or 'pc_symbol' not in c:
            continue
        chain = ours.get(cpu, [])
        if not chain or chain[0][0] != c['pc_symbol'].split('+')[0]:
            wrong.append('CPU %d: begins with %s, not %s' % (
                cpu, chain[:1], c['pc_symbol']))
            continue
        mine = [f for f, lr in chain if not lr]
        if mine[-1] in ROOTS and len(mine) > 1:
            mine.pop()
        crash = [f for f in theirs.get(cpu, (0, '', []))[2]
                 if f not in ROOTS]
        if mine[0] not in crash:
            continue                # crash lost this CPU: nothing to compare
        compared += 1
        if crash[crash.index(mine[0]):] != mine:
            wrong.append('CPU %d: %s\nbt: %s' % (cpu, mine, crash))
    tap.check('%s: chains are those of bt -a' % name, compared and not wrong,
              'compared %d\n%s' % (compared, '\n'.join(wrong)))


def interrupts(cpu):
    """As a scenario says it: masked by DAIF, by the priority mask, or open."""
    if not (cpu.get('tag') or {}).get('irqs_masked'):
        return 'open'
    pstate = int(cpu.get('registers', {}).get('pstate', '0x80'), 16)
    return 'masked' if pstate & 0x80 else 'pmr'


def scenario(tap, name, report, full, dump):
    """Each CPU is as the scenario says: mechanism, registers, function,
    interrupts; and the functions that its chain must hold, in their order."""
    if not dump.must:
        tap.skip('%s: is as its scenario says' % name, 'no such scenario')
        return
    ours = {c['cpu']: c for c in report['cpus']}
    chains = our_frames(full['contexts'])
    wrong = []
    for key, *words in dump.must:
        if key == 'cpu':
            cpu, mechanism = int(words[0]), words[1]
            if mechanism in ('absent', 'untagged'):
                c = ours.get(cpu)
                has_note = bool(c) and c['note'] is not None
                if has_note != (mechanism == 'untagged') or c and c['tag']:
                    wrong.append('CPU %d: not %s' % (cpu, mechanism))
                # Without a note it was stopped by nobody, or not running.
                if not has_note and (c is None) != (
                        cpu in report['memory']['not_running']):
                    wrong.append('CPU %d: running or not?' % cpu)
                continue
            tag = (ours.get(cpu) or {}).get('tag') or {}
            is_now = [tag.get('mechanism'), tag.get('regs'),
                      (ours.get(cpu) or {}).get('pc_symbol',
                                                '-').split('+')[0],
                      interrupts(ours.get(cpu) or {})]
            for want, now in zip(words[1:], is_now):
                if want not in ('*', '-', now):
                    wrong.append('CPU %d: %s, not %s' % (cpu, now, want))
        elif key == 'stopcheck' and ['kernel', 'stock'] not in dump.must:
            # Without tags memory knows more than the file that stopcheck has.
            status, ids = int(words[0]), sorted(words[1:])
            now = sorted({v['id'] for v in report['verdicts']})
            if (report['status'], now) != (status, ids):
                wrong.append('status %d %s, not %d %s' % (
                    report['status'], now, status, ids))
        elif key == 'backtrace':
            cpu, chain = int(words[0]), [f for f, _ in
                                         chains.get(int(words[0]), [])]
            at = -1
            for function in words[1:]:
                if function not in chain[at + 1:]:
                    wrong.append('CPU %d: no %s in %s' % (cpu, function,
                                                          chain))
                    break
                at = chain.index(function, at + 1)
    tap.check('%s: is as its scenario says' % name, not wrong,
              '\n'.join(wrong))


def texts(tap, name, report, full, dump):
    """The table names every CPU of the JSON report; words that test suites
    look for appear for a verdict of that severity only; -w shows each wedged
    CPU and none that is not, -c what it asks for."""
    rows = re.findall(r'(?m)^ *(\d+)  ', full['table'])
    tap.check('%s: a row per CPU, wedged ones first' % name,
              sorted(map(int, rows)) == sorted(c['cpu'] for c in
                                               report['cpus']) and
              [c['wedged'] for c in sorted(report['cpus'], key=lambda c:
               rows.index(str(c['cpu'])))] ==
              sorted((c['wedged'] for c in report['cpus']), reverse=True),
              full['table'])
    failing = any(v['severity'] == 'fail' for v in report['verdicts'])
    words = re.search(r'(?i)\b(fail\w*|errors?|invalid)\b',
                      full['table'].replace(dump.vmcore, '') + full['wedged'])
    tap.check('%s: no word of failure without one' % name,
              failing or not words, words and words.group(0))
    shown = set(our_frames(full['wedged']))
    want = {c['cpu'] for c in report['cpus'] if c['wedged'] or
            (c['tag_state'] != 'valid' and not c['has_registers'])}
    tap.check('%s: -w shows the wedged CPUs' % name, shown == want and
              (want or 'No CPU was wedged' in full['wedged']),
              'shown %s, wedged %s' % (shown, want))
    unsaid = [c['cpu'] for c in report['cpus'] if not c['has_registers'] and
              'No registers' not in full['wedged']]
    tap.check('%s: a CPU without registers says so' % name, not unsaid,
              full['wedged'])
    tap.check('%s: -c shows only what it asks for' % name,
              re.findall(r'(?m)^ *(\d+)  ', full['some']) in ([], ['0']) and
              'CPU 4000: not present' in full['absent'], full['some'])


def usage(tap, name, full):
    bad = [o for i, o in enumerate(WRONG_OPTIONS)
           if 'Usage' not in full.get('wrong%d' % i, '')]
    tap.check('%s: wrong options get the usage' % name, not bad, bad)
    tap.check('%s: loading it twice is told' % name,
              'already loaded' in full[''], full[''])
    tap.check('%s: help shows synopsis and example' % name,
              'SYNOPSIS' in full['help'] and 'EXAMPLES' in full['help'] and
              '%s' not in full['help'],
              full['help'])


def minimal(tap, name, report, session, full):
    """--minimal shows the same tags, registers and chains; only functions of
    modules have no names there."""
    try:
        small = json.loads(session['json'])
    except (KeyError, ValueError):
        tap.check('%s: --minimal answers' % name, False, session[''])
        return
    keys = ['cpu', 'tag_state', 'tag', 'has_registers', 'registers', 'pid',
            'running', 'task_pid', 'sp_in_stack']
    pick = [[{k: c.get(k) for k in keys} for c in r['cpus']]
            for r in (report, small)]
    tap.check('%s: --minimal shows the same tags and registers' % name,
              pick[0] == pick[1] and pick[0] and
              report['verdicts'] == small['verdicts'],
              '%s\n%s' % (pick[0], pick[1]))
    # Lines with a remark are callers that only the link register knows.
    chains = [re.findall(r'(?m)^ *#\d+ \[[0-9a-f]+\] \S+ at ([0-9a-f]+)$',
                         out['contexts']) for out in (full, session)]
    tap.check('%s: --minimal shows the same chains' % name,
              chains[0] == chains[1] and chains[0],
              '%s\n%s' % (chains[0], chains[1]))


def difference(tap, crash, dump, so, scratch):
    """A register changed in a copy of the file: shown, with its CPU."""
    copy = os.path.join(scratch, 'changed')
    shutil.copyfile(dump.vmcore, copy)
    offset, segment = notes.file_notes(copy)
    at = segment.index(b'CORE\0') + 8 + 368        # pc of the first PRSTATUS
    with open(copy, 'r+b') as f:
        f.seek(offset + at)
        f.write(struct.pack('<Q', 0xffff800012345678))
    changed = type(dump)('changed', copy, dump.vmlinux)
    out = crash.run(changed, {'!load': 'extend ' + so, 'table': 'sdei_stop',
                              'json': 'sdei_stop -j'}, scratch)
    os.unlink(copy)
    try:
        told = json.loads(out['json'])['memory']['differences']
    except (KeyError, ValueError):
        told = []
    tap.check('crash %s: notes that differ from memory are shown' %
              crash.version, 'they differ' in out.get('table', '') and
              '0xffff800012345678' in out['table'] and len(told) == 1 and
              re.match(r'CPU \d+: registers', told[0]),
              out.get('table', out['']))
