# SPDX-License-Identifier: GPL-2.0-or-later
"""Dumps that no kdump of a panic left as it is meant to be: crash_notes that are
empty or not in the dump, and a machine that a hypervisor dumped while it ran.
Of the same machine, whose real dump says what is true."""
import json
import os
import re
import shutil
import struct

import edit
import notes
import triage
from session import Dump, our_frames

PAGE = edit.PAGE
COMMANDS = {'table': 'sdei_stop', 'evidence': 'sdei_stop -e',
            'wedged': 'sdei_stop -w', 'all': 'sdei_stop -w -c 0-63',
            'time': 'sdei_stop -t', 'checks': 'sdei_stop -x',
            'json': 'sdei_stop -j'}


def drop_page(path, paddr):
    """The page is not in the dump: its bit goes, and its descriptor."""
    if not edit.leave_out(path, lambda pfn: pfn == paddr // PAGE):
        raise ValueError('page %x is not in the dump' % paddr)


class Machine:
    """A real dump, and where it has what is changed here."""

    def __init__(self, crash, dump, so, addresses, scratch):
        self.crash, self.dump, self.so = crash, dump, so
        self.scratch = scratch
        self.cpus = sorted(addresses)
        self.editor = edit.Editor(crash, dump, addresses, scratch)
        self.real = crash.run(dump, {
            '!load': 'extend ' + so, 'panic': 'sym panic_cpu',
            'online': 'sym __cpu_online_mask',
            'info': 'rd vmcoreinfo_note', 'evidence': 'sdei_stop -e',
            'all': 'sdei_stop -w -c 0-63'}, scratch)
        where = {'panic': self.real['panic'].split()[0],
                 'online': self.real['online'].split()[0],
                 'info': self.real['info'].split()[1]}
        self.at = edit.physical(crash, dump, where, scratch)
        self.words = {p: bytearray(b) for p, b in edit.read_pages(
            crash, dump, self.at.values(), scratch).items()}

    def copy(self, name):
        path = os.path.join(self.scratch, name)
        shutil.copyfile(self.dump.vmcore, path)
        return path

    def without_notes(self, name):
        """crash_notes is zero in memory; the file's notes are as they were."""
        path = self.copy(name)
        with open(path, 'r+b') as f:
            for paddr, page in self.editor.pages.items():
                page = bytearray(page)
                for start in self.editor.paddr.values():
                    for at in range(start, start + 424):
                        if at & -PAGE == paddr:
                            page[at & PAGE - 1] = 0
                self.editor.replace(f, paddr, bytes(page))
        return path

    def dropped_notes(self, name):
        path = self.copy(name)
        for paddr in self.editor.pages:
            drop_page(path, paddr)
        return path

    def notes_in_file(self, path, make):
        """The note segment becomes what make(cpu, note) gives, without
        VMCOREINFO, which memory has as well."""
        segment = b''.join(make(cpu, self.editor.note(cpu)[:412])
                           for cpu in self.cpus)
        with open(path, 'r+b') as f:
            f.seek(0, 2)
            at = f.tell()
            f.write(segment)
            f.seek(notes.sub_header(path) + 48)
            f.write(struct.pack('<QQ', at, len(segment)))

    def running(self, path):
        """Nobody panicked, all CPUs are online, and VMCOREINFO, in memory and
        for crash in the file's header, has no time of a crash."""
        for key, size, value in (('panic', '<i', -1), ('info', '<Q', 0),
                                 ('online', '<Q', (1 << len(self.cpus)) - 1)):
            at = self.at[key]
            struct.pack_into(size, self.words[at & -PAGE], at & PAGE - 1,
                             value)
        with open(path, 'r+b') as f:
            for paddr, page in self.words.items():
                self.editor.replace(f, paddr, bytes(page))
            f.seek(notes.sub_header(path) + 32)
            offset, size = struct.unpack('<QQ', f.read(16))
            f.seek(offset)
            info = f.read(size)
            f.seek(offset)
            f.write(info.replace(b'CRASHTIME=', b'NOT-CRASH='))

    def open(self, path):
        out = self.crash.run(Dump('unusual', path, self.dump.vmlinux),
                             dict({'!load': 'extend ' + self.so}, **COMMANDS),
                             self.scratch)
        os.unlink(path)
        return out


def untagged(cpu, note):
    """As a kernel or a hypervisor that knows no tags writes it. QEMU counts the
    processes, which are its CPUs, from 1."""
    note = bytearray(note)
    note[20 + 48:20 + 112] = bytes(64)
    struct.pack_into('<I', note, 20 + 32, cpu + 1)
    return bytes(note)


def one_untagged(cpu):
    return lambda c, note: untagged(c, note) if c == cpu else note


def wrong_claims(truth, out):
    return ['CPU %d: %s, not %s' % (cpu, how, truth.get(cpu))
            for cpu, how in triage.inferred_of(out.get('evidence', '')).items()
            if how not in (truth.get(cpu), 'unknown')]


def lost_notes(check, machine):
    """Without any note in memory or in the file, and without the pages."""
    truth = triage.inferred_of(machine.real['evidence'])
    frames = our_frames(machine.real['all'])
    for name, path in (('are empty', machine.without_notes('empty')),
                       ('are not in the dump', machine.dropped_notes('gone'))):
        machine.notes_in_file(path, lambda cpu, note: b'')
        out = machine.open(path)
        told = triage.inferred_of(out.get('evidence', ''))
        check('crash_notes %s: all is told, and nothing wrong' % name,
              told and not wrong_claims(truth, out) and
              'unknown' not in told.values(), out.get('evidence', out['']))
        sdei = [c for c, how in truth.items() if how == 'SDEI']
        # The event's registers may lie on the pages that are gone, too.
        if name == 'are empty':
            check('crash_notes %s: SDEI\'s registers are shown for them' % name,
                  sdei and all(our_frames(out['wedged']).get(c) == frames[c]
                               for c in sdei) and
                  'registers that SDEI event 0 interrupted' in out['wedged'],
                  out.get('wedged'))
            chains = {w['cpu']: (w['registers_from'], [
                f['symbol'].split('+')[0] for f in w['chain'] if f['symbol']])
                      for w in json.loads(out['json'])['memory']['wedged']}
            check('crash_notes %s: and in -j' % name, all(
                chains.get(c) == ('SDEI event 0', [
                    f for f, _ in frames[c] if f != '(unknown)'])
                for c in sdei), chains)
        check('crash_notes %s: -w claims of no CPU that it never stopped' %
              name, 'never ran the stop code' not in out['wedged'],
              out.get('wedged'))


def lost_note(check, machine):
    """The crash_notes of one CPU only are not in the dump: the file's note is
    found by its tag or, without tags, by its stack."""
    truth = triage.inferred_of(machine.real['evidence'])
    frames = our_frames(machine.real['all'])
    cpu = [c for c, how in truth.items() if how == 'SDEI'][0]
    for what, make in (('its tag', None), ('its stack', one_untagged(cpu))):
        path = machine.copy('one')
        drop_page(path, machine.editor.paddr[cpu] & -PAGE)
        if make:
            machine.notes_in_file(path, make)
        out = machine.open(path)
        check('crash_notes of CPU %d are not in the dump: by %s, its registers '
              'are found' % (cpu, what),
              our_frames(out['all']) == frames and
              'has no registers' not in out['table'] + out['checks'] and
              'the crash_notes of 1 CPU cannot be read; those of the dump '
              'file are shown' in out['table'], out['table'] + out['all'])
        check('crash_notes of CPU %d are not in the dump: by %s, nothing else '
              'differs' % (cpu, what), 'notes: 3 in memory, the same in the '
              'dump file, which has more' in out['table'], out['table'])
        check('crash_notes of CPU %d are not in the dump: by %s, the others '
              'are as they were' % (cpu, what),
              triage.inferred_of(out['evidence']) == truth and
              re.findall('crash_notes: (.*)', out['evidence']) == [
                  'not readable' if c == cpu else 'a note' for c in
                  machine.cpus], out['evidence'])
        check('crash_notes of CPU %d are not in the dump: by %s, -t is whole, '
              'or says that it is not' % (cpu, what),
              ('CPU %d has no tag that can be read' % cpu in out['time']) == (make is not None)
              and ('SDEI event signalled at CPU %d' % cpu in out['time']) ==
              (make is None), out['time'])
    path = machine.copy('none')
    drop_page(path, machine.editor.paddr[cpu] & -PAGE)
    machine.notes_in_file(path, lambda c, note: b'' if c == cpu else note)
    out = machine.open(path)
    check('crash_notes of CPU %d are not in the dump, nor is it in the file: '
          'it says so' % cpu,
          'its crash_notes cannot be read, and the dump file has no note' in
          parts(out['wedged'])[cpu] and 'never written' not in out['wedged'],
          out['wedged'])


def file_notes(check, machine):
    """The notes of the file, without tags, find their CPUs by their stacks."""
    truth = triage.inferred_of(machine.real['evidence'])
    frames = our_frames(machine.real['all'])
    path = machine.without_notes('file')
    machine.notes_in_file(path, untagged)
    out = machine.open(path)
    check('notes of the file only: nothing wrong is inferred',
          not wrong_claims(truth, out), out.get('evidence', out['']))
    check('notes of the file only: their CPUs are found',
          our_frames(out['all']) == frames, out.get('all'))
    check('notes of the file only: -w shows whom the IPI did not stop',
          set(our_frames(out['wedged'])) == {
              c for c, how in truth.items() if how == 'SDEI'}, out['wedged'])


def hypervisor(check, machine):
    """The same machine as if a hypervisor had dumped it, without any panic."""
    frames = our_frames(machine.real['all'])
    path = machine.without_notes('hypervisor')
    machine.running(path)
    machine.notes_in_file(path, untagged)
    out = machine.open(path)
    check('a hypervisor\'s dump: nobody was stopped, and it says so',
          'not a crash, no CPU was stopped' in out['table'] and
          'fail' not in out['table'] and 'wrong-pid' not in out['table'] and
          set(triage.inferred_of(out['evidence']).values()) == {'nothing'},
          out['table'] + out['evidence'])
    check('a hypervisor\'s dump: what each CPU did is shown',
          our_frames(out['all']) == frames, out['all'])
    real = set(our_frames(out['wedged']))
    masked = {c for c, part in parts(machine.real['all']).items()
              if 'interrupts masked' in part.split('\n')[0]}
    check('a hypervisor\'s dump: -w shows who takes no interrupts',
          real and real == masked and 'Nobody panicked.' in out['wedged'],
          out['wedged'])
    check('a hypervisor\'s dump: -t and -x say that there is nothing',
          'no tags' in out['time'] and 'never' not in out['checks'],
          out['time'] + out['checks'])


def without_registers(check, machine):
    """The same, and the file has no notes either."""
    path = machine.without_notes('nothing')
    machine.running(path)
    machine.notes_in_file(path, lambda cpu, note: b'')
    out = machine.open(path)
    check('no registers at all: -w says so, and claims nothing',
          out['wedged'].startswith('There are no registers of any CPU'),
          out['wedged'])


def task_name(check, machine, crash, so, scratch):
    """A task can call itself anything; nobody's terminal is to obey it."""
    cpu, task = re.search(r'CPU (\d+): [\s\S]*?TASK: ([0-9a-f]+)',
                          machine.real['all']).groups()
    out = crash.run(machine.dump, {
        'at': 'struct task_struct.comm -o %s' % task}, scratch)
    at = re.search(r'\[([0-9a-f]+)\] char comm', out['at']).group(1)
    paddr = edit.physical(crash, machine.dump, {'at': at}, scratch)['at']
    page = bytearray(edit.read_pages(crash, machine.dump, [paddr],
                                     scratch)[paddr & -PAGE])
    page[paddr % PAGE:paddr % PAGE + 16] = \
        '\x1b[2J\x9b1m\x7f'.encode().ljust(16, b'\0')
    path = machine.copy('named')
    with open(path, 'r+b') as f:
        machine.editor.replace(f, paddr & -PAGE, bytes(page))
    out = crash.run(Dump('named', path, machine.dump.vmlinux), {
        '!load': 'extend ' + so, **COMMANDS,
        'switch': 'sdei_stop -s ' + cpu}, scratch)
    os.unlink(path)
    said = ''.join(out.get(k, '') for k in (*COMMANDS, 'switch'))
    check('the name of a task is text in all modes',
          not re.search('[\x1b\x7f\x80-\x9f]', said) and
          all('?[2J' in out.get(k, '') for k in ('table', 'all', 'switch')),
          repr(out.get('table', out[''])) + repr(out.get('switch')))


def lost_task(check, machine, crash, scratch):
    """A task_struct is not in the dump, as makedumpfile up to 1.7.9 leaves out
    pages of slabs from Linux 7.1 on. Its stack is where sp says, and nothing is
    said against the registers; another CPU's stack is still told."""
    on_task = {cpu: re.search(r'TASK: ([0-9a-f]+)', part).group(1)
               for cpu, part in parts(machine.real['all']).items()
               if re.search(r'SP: \w+  \[task stack\]', part)}
    frames = our_frames(machine.real['all'])
    truth = triage.inferred_of(machine.real['evidence'])
    cpu, other = sorted(on_task, key=lambda c: truth[c] != 'SDEI')[:2]
    at = crash.run(machine.dump, {'at': 'struct task_struct.pid -o ' +
                                  on_task[cpu]}, scratch)['at']
    at = re.search(r'\[([0-9a-f]+)\] pid_t pid', at).group(1)
    paddr = edit.physical(crash, machine.dump, {'at': at}, scratch)['at']
    for foreign in (False, True):
        path = os.path.join(scratch, 'no-task')
        note = bytearray(machine.editor.note(cpu))
        if foreign:
            note[380:388] = machine.editor.note(other)[380:388]
        machine.editor.write({cpu: bytes(note)}, path)
        drop_page(path, paddr)
        out = machine.open(path)
        told = 'CPU %d: sp 0x' % cpu in out['checks']
        if foreign:
            check('a task that is not in the dump: sp on another CPU\'s stack '
                  'is told', told and 'foreign-sp' in out['checks'],
                  out['checks'])
            continue
        part = parts(out['all'])[cpu]
        check('a task that is not in the dump: -w says so',
              'task      unknown: its task_struct at %s' % on_task[cpu] in part,
              part)
        check('a task that is not in the dump: the call chain is as it was',
              frames[cpu] and our_frames(out['all'])[cpu] == frames[cpu], part)
        lost = {w['cpu']: w.get('lost_task') for w in
                json.loads(out['json'])['memory']['wedged']}
        check('a task that is not in the dump: -j says so',
              lost and int(lost.get(cpu) or '0', 16) == int(on_task[cpu], 16)
              and not any(t for c, t in lost.items() if c != cpu), lost)
        check('a task that is not in the dump: nothing is said against sp',
              not told and 'foreign-sp' not in out['json'], out['checks'])
        check('a task that is not in the dump: how each CPU was stopped',
              triage.inferred_of(out['evidence']) ==
              triage.inferred_of(machine.real['evidence']), out['evidence'])


def parts(text):
    return {int(re.match(r'CPU (\d+)', p).group(1)): p
            for p in re.split(r'(?m)^(?=CPU \d+: )', text)
            if p.startswith('CPU ')}


def run(tap, crash, dump, so, addresses, scratch):
    def check(name, good, why):
        tap.check('unusual dumps, crash %s: %s' % (crash.version, name), good,
                  why)
    machine = Machine(crash, dump, so, addresses, scratch)
    lost_notes(check, machine)
    lost_note(check, machine)
    file_notes(check, machine)
    hypervisor(check, machine)
    without_registers(check, machine)
    task_name(check, machine, crash, so, scratch)
    lost_task(check, machine, crash, scratch)
