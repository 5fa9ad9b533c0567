# SPDX-License-Identifier: GPL-2.0-or-later
"""sdei_stop on dumps whose note buffers were written by hand: every mechanism,
malformed tags, registers that cannot be believed, hostile bytes."""
import json
import os
import random
import re
import struct

import checks
import edit
import notes
from session import our_frames

IPI, SDEI, SELF, NOT_STOPPED, PANIC = 2, 4, 5, 6, 1
INTERRUPTED, CAPTURED = 1, 2


def poke(note, offset, value, size='<Q'):
    """Bytes of the descriptor (20 bytes in) of an NT_PRSTATUS note."""
    b = bytearray(note)
    struct.pack_into(size, b, 20 + offset, value)
    return bytes(b)


class Case:
    """A base dump, edited, opened in one crash."""

    def __init__(self, tap, crash, dump, so, addresses, panic, scratch):
        self.tap, self.crash, self.so = tap, crash, so
        self.addresses, self.scratch = addresses, scratch
        self.editor = edit.Editor(crash, dump, addresses, scratch)
        self.note = {c: self.editor.note(c) for c in addresses}
        have = [c for c in sorted(addresses) if c != panic and
                (notes.decode_note(self.note[c]) or {}).get('regs')]
        self.panic, self.a, self.b = panic, have[0], have[-1]
        rest = [c for c in addresses if c not in (panic, self.a, self.b)]
        self.c = rest[0] if rest else None
        # what the others of a base dump say must not play a part
        self.base = {c: self.tagged(c, IPI, INTERRUPTED) for c in have}
        self.base[panic] = self.tagged(panic, PANIC, CAPTURED,
                                       online=len(addresses), stop=9 * 10**9)
        self.base[self.c] = edit.with_tag(
            self.note[self.a], edit.tag(self.c, IPI, INTERRUPTED))

    def tagged(self, cpu, mechanism, regs, **more):
        return edit.with_tag(self.note[cpu],
                             edit.tag(cpu, mechanism, regs, **more))

    def open(self, changed, minimal=False):
        path = os.path.join(self.scratch, 'edited')
        dump = self.editor.write({**self.base, **changed}, path)
        commands = {'!load': 'extend ' + self.so, 'table': 'sdei_stop',
                    'json': 'sdei_stop -j', 'wedged': 'sdei_stop -w',
                    'contexts': 'sdei_stop -w -c 0-63'}
        for cpu, address in self.addresses.items():
            commands['note%d' % cpu] = 'rd -64 %x 53' % address
        out = self.crash.run(dump, commands, self.scratch, minimal)
        os.unlink(path)
        try:
            return out, json.loads(out.get('json', ''))
        except ValueError:
            return out, None

    def check(self, name, good, why):
        self.tap.check('edited, crash %s: %s' % (self.crash.version, name),
                       good, why)


def verdicts(report):
    return {(v['id'], v['cpu']) for v in report['verdicts']}


def mechanisms(case):
    a, b, c = case.a, case.b, case.c
    sdei = case.tagged(a, SDEI, INTERRUPTED, rungs=5, flags=1,
                       request=5 * 10**9, stop=5 * 10**9 + 412345)
    own = case.tagged(b, SELF, CAPTURED, stop=4 * 10**9)
    gone = edit.cpustop_note(edit.tag(c, NOT_STOPPED, 0, rungs=5, sdei=-3,
                                      request=5 * 10**9, stop=51 * 10**8))
    out, report = case.open({a: sdei, b: own, c: gone})
    if not report:
        case.check('a dump with every mechanism', False, out[''])
        return
    case.check('verdicts of every mechanism',
               verdicts(report) - {('untagged', None)} ==
               {('not-stopped', c), ('null-regs', b)}, report['verdicts'])
    case.check('wedged CPUs come first', [int(r) for r in re.findall(
        r'(?m)^ *(\d+)  ', out['table'])][:2] == sorted((a, c)), out['table'])
    checks.memory(case.tap, 'edited, crash %s' % case.crash.version, report,
                  out, case.addresses)
    case.check('memory and file are the same',
               report['memory']['compared'] and
               not report['memory']['differences'], report['memory'])
    case.check('-w shows both wedged CPUs and no other',
               set(our_frames(out['wedged'])) == {a, c}, out['wedged'])
    case.check('-w tells the time between request and ack',
               '412.345 us after the SDEI event' in out['wedged'] and
               '100.000 ms after the SDEI event' in out['wedged'] and
               'SDEI_EVENT_SIGNAL: -3, denied, or masked there' in out['wedged'], out['wedged'])
    case.check('-w has no registers for the CPU that did not stop, and says so',
               re.search(r'CPU %d: did not stop\n(?:(?!PC:|\nCPU )[\s\S])*'
                         r'No registers' % c, out['wedged']), out['wedged'])
    case.check('-w says that captured registers are the stop code\'s',
               re.search(r'CPU %d: stopped itself, captured(?:(?!\nCPU )'
                         r'[\s\S])*registers of the stop code' % b,
                         out['contexts']), out['contexts'])


def unbelievable(case):
    a, b, c = case.a, case.b, case.c
    foreign = poke(poke(case.tagged(a, IPI, INTERRUPTED), 360,
                        0xffff000000000010), 32, 7777, '<I')
    zero = poke(poke(case.tagged(b, IPI, INTERRUPTED), 360, 0), 368, 0)
    other = edit.with_tag(case.note[a], edit.tag(a, IPI, INTERRUPTED))
    out, report = case.open({a: foreign, b: zero, c: other})
    if not report:
        case.check('registers that cannot be believed', False, out[''])
        return
    want = {('foreign-sp', a), ('wrong-pid', a), ('zero-regs', b),
            ('malformed-tag', c), ('duplicate-cpu', None)}
    have = {(i, None if i == 'duplicate-cpu' else cpu)
            for i, cpu in verdicts(report)}
    case.check('registers that cannot be believed say so', want <= have,
               report['verdicts'])
    case.check('a stack pointer of another place is told in -w',
               'in no stack of this CPU' in out['contexts'], out['contexts'])

    out, report = case.open({
        a: case.tagged(a, IPI, INTERRUPTED, size=60),
        b: case.tagged(b, IPI, INTERRUPTED, reserved=1),
        c: b'\0' * 424})
    case.check('malformed tags, and a running CPU without any note',
               report and {('malformed-tag', a), ('malformed-tag', b)} <=
               verdicts(report) and
               any(i == 'missing-regs' for i, _ in verdicts(report)),
               report and report['verdicts'])


def hostile(case):
    """Any bytes in the buffers: an answer, and the session goes on. Under
    --minimal: crash's own reading of these notes ends in a bad copy for the
    largest of sizes, before any extension is loaded."""
    rng = random.Random(7)
    plain = case.tagged(case.a, IPI, INTERRUPTED)
    buffers = [b'\xff' * 424,
               struct.pack('<III', 5, 0xfffffff0, 1) + plain[12:],
               struct.pack('<III', 0xffffffff, 392, 1) + plain[12:],
               poke(poke(plain, 112 + 8 * 29, 0xffffffffffffffff), 360, 8),
               poke(plain, 376, 0), poke(plain, 376, 0x10),
               bytes(rng.randrange(256) for _ in range(424)),
               plain[:20] + bytes(rng.randrange(256) for _ in range(392))]
    bad = []
    for i, b in enumerate(buffers):
        changed = {case.a: b, case.b: b}
        out, report = case.open(changed, minimal=True)
        if not report or 'result:' not in out.get('table', '') or \
                'contexts' not in out:
            bad.append('buffer %d: %s' % (i, out['']))
    case.check('hostile buffers get an answer', not bad, '\n'.join(bad))


def run(tap, crash, dump, so, addresses, panic, scratch):
    case = Case(tap, crash, dump, so, addresses, panic, scratch)
    mechanisms(case)
    unbelievable(case)
    hostile(case)
