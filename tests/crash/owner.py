# SPDX-License-Identifier: GPL-2.0-or-later
"""Who holds a spinlock, in situations that the lab does not make: the registers
and stacks of a real deadlock, changed. CPU 2 waits for wedge_lock_b."""
import os
import re
import struct

import edit
from session import parts_of

PAGE = edit.PAGE
PT_REGS = 336
STACKFRAME = 304                # offsetof(struct pt_regs, stackframe)
EL1H = 5                        # PSTATE: the kernel, interrupts open
SYMBOLS = ['wedge_lock_a', 'wedge_lock_b', 'queued_spin_lock_slowpath',
           'el1h_64_irq', 'smp_call_function_many_cond', 'wedge_deadlock']


class Case:
    def __init__(self, crash, dump, so, addresses, scratch):
        self.crash, self.dump, self.so = crash, dump, so
        self.scratch = scratch
        out = crash.run(dump, {s: 'sym ' + s for s in SYMBOLS}, scratch)
        self.at = {s: int(out[s].split()[0], 16) for s in SYMBOLS}
        self.editor = edit.Editor(crash, dump, addresses, scratch)

    def regs(self, cpu):
        """x0 to x30, sp, pc, pstate"""
        return list(struct.unpack_from('<34Q', self.editor.note(cpu), 132))

    def note(self, cpu, regs):
        note = bytearray(self.editor.note(cpu))
        struct.pack_into('<34Q', note, 132, *regs)
        return bytes(note)

    def open(self, changed, memory, cpus):
        """changed: cpu -> registers; memory: kernel address -> words."""
        words = {a + 8 * i: w for a, ws in memory.items()
                 for i, w in enumerate(ws)}
        where = edit.physical(self.crash, self.dump, {
            p: '%x' % p for p in {a & -PAGE for a in words}}, self.scratch)
        pages = {p: bytearray(b) for p, b in edit.read_pages(
            self.crash, self.dump, where.values(), self.scratch).items()} \
            if where else {}
        for a, w in words.items():
            struct.pack_into('<Q', pages[where[a & -PAGE]], a & PAGE - 1, w)
        path = os.path.join(self.scratch, 'owner')
        dump = self.editor.write({c: self.note(c, r)
                                  for c, r in changed.items()}, path, pages)
        out = self.crash.run(dump, {'!load': 'extend ' + self.so,
                                    'w': 'sdei_stop -w -c ' + cpus},
                             self.scratch)
        os.unlink(path)
        return parts_of(out.get('w', '')) or {0: out['']}

    def interrupted(self, outer, frame):
        """Words of a stack: an interrupt below that context, which went on with
        the frame record at frame."""
        at = outer[31] - PT_REGS
        return {frame: [at + STACKFRAME, self.at['el1h_64_irq'] + 0x40],
                at: outer, at + STACKFRAME: [outer[29], outer[32]]}


def held_by_interrupted(case):
    """An interrupt on CPU 3 waits for what the task there holds."""
    lock = case.at['wedge_lock_b']
    outer, inner = case.regs(3), case.regs(3)
    outer[19], outer[20], outer[0], outer[33] = lock, 0, 0, EL1H
    outer[30] = outer[32] = case.at['wedge_deadlock'] + 8
    frame = inner[31] - 0x400
    inner[0], inner[19], inner[20] = lock, 0, lock
    inner[29] = inner[31] = frame
    return case.open({3: inner}, case.interrupted(outer, frame), '2-3')


def waits_in_interrupted(case):
    """CPU 1 waited for the lock as well, and panicked in an interrupt."""
    outer, inner = case.regs(2), case.regs(1)
    holder = case.regs(3)
    holder[19] = 0
    outer[31] = outer[29] = inner[31] + 0x300
    outer[33] = EL1H
    return case.open({1: inner, 3: holder},
                     case.interrupted(outer, inner[29]), '2')


def run(tap, crash, dump, so, addresses, scratch):
    case = Case(crash, dump, so, addresses, scratch)

    def check(name, parts, cpu, has, has_not=r'(?!)'):
        text = parts.get(cpu, str(parts))
        tap.check("a lock's owner: " + name, re.search(has, text) and
                  not re.search(has_not, text), text)

    parts = held_by_interrupted(case)
    check('this CPU, in what was interrupted', parts, 3,
          r'owner +likely this CPU, in what was interrupted')
    check('and it waits for itself', parts, 3,
          r'deadlock +likely, CPU 3 waits for what it holds itself')
    check('of another that waits, too', parts, 2,
          r'owner +likely CPU 3, in what was interrupted')
    check('one that was interrupted as it waited holds it not',
          waits_in_interrupted(case), 2, r'owner +unknown: .*no other CPU',
          'likely')
    zero = case.regs(0)
    zero[31] = zero[32] = 0
    check('not likely beside a CPU whose registers are zero',
          case.open({0: zero}, {}, '2'), 2,
          r'owner +unknown: .*CPU 3 has its address at hand[^\n]*\n +but it may '
          r'be one of 1 CPU that left no registers', 'likely')
    # CPU 2 has the pending bit, and nobody has the lock any more.
    check('of a lock that is free: nobody',
          case.open({}, {case.at['wedge_lock_b']: [0x100]}, '2'), 2,
          r'free\n.*\n  owner +nobody: it is free, and this CPU was to get it '
          r'next', r'likely|\n  deadlock')
    other, lost = case.regs(1), case.regs(3)
    other[20] = case.at['wedge_lock_b']
    lost[19] = 0
    lost[31] = 0xffff800000000000
    check('not likely beside a CPU whose stack cannot be read',
          case.open({1: other, 3: lost}, {}, '2'), 2,
          r'owner +unknown: .*CPU 1 has its address at hand[^\n]*\n +but it may '
          r'be one of 1 CPU of whose stacks not all could be read', 'likely')
    local = case.regs(2)
    local[32] = case.at['wedge_deadlock'] + 0x20
    local[30] = case.at['smp_call_function_many_cond'] + 0x164
    check('a CPU that runs a call itself waits for none',
          case.open({2: local}, {}, '2'), 2,
          r'lr smp_call_function_many_cond', r'(?m)^  waits for')
