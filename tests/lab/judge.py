#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""judge: does the dump of a scenario show what the scenario demands?

Usage: judge.py SCENARIO DIR [STOPCHECK]

DIR has vmcore, vmlinux, wedge.ko and console.log of one run (tests/lab/lab).
The demands are the lines of SCENARIO that begin with "#: "; README.md lists
them. Notes and tags are decoded here from the offsets of the tag's
specification, CPUs are told by the per-CPU crash_notes buffers in memory, and
stopcheck, where it is built, must then say the same. Exit status 0 if all
demands are met, 1 if not.
"""
import json
import os
import re
import struct
import subprocess
import sys
import zlib

sys.dont_write_bytecode = True  # nothing is written into the tree
from dumpfile import Dump, DumpError, Symbols, backtrace  # noqa: E402

NT_PRSTATUS, CPUSTOP = 1, 0x53544f50
PRSTATUS_SIZE, NOTE_SIZE = 392, 424
MECHANISMS = ('unset', 'panic', 'ipi', 'nmi-ipi', 'sdei', 'self-stop',
              'not-stopped')
REGS = ('none', 'interrupted', 'captured', 'exception')
STOP_CODE = ('arm64_nmi_cpu_stop', 'crash_save_cpu', 'ipi_handler',
             'do_handle_IPI', 'sdei_event_handler', '__sdei_handler',
             '_sdei_handler', 'cpu_park_loop')
PSR_I = 0x80
RUNG_IPI, RUNG_NMI, RUNG_SDEI = 1, 2, 4
FLAG_MASKED = 1
FLAGS = {'irqs-masked': 1, 'powered-off': 2, 'not-kernel': 4, 'in-sdei': 8}
# Lines for the lab and for those who list scenarios, not for the judge.
NOT_DEMANDS = ('title', 'record', 'kernel', 'firmware', 'sdei-node', 'gic',
               'idle-states', 'driver', 'memory', 'crashkernel', 'bootargs',
               'cpus', 'el', 'config', 'capture', 'capture-bootargs',
               'capture-kernel', 'kexec', 'thread', 'allows', 'stamps', 'dump',
               'limit', 'silence')
# What a kernel, not the firmware, prints that found a bug in itself.
SPLAT = re.compile(
    r'^\[ *\d+\.\d+\].*?(?:BUG: |WARNING: |KASAN|rcu: INFO: |INFO: (?:possible|suspicious|task |'
    r'trying|lockdep)|inconsistent lock state|possible (?:circular|recursive)|'
    r'sleeping function|scheduling while atomic|Unable to handle kernel|'
    r'Internal error|Fixing recursive|unbalanced|held lock freed)')


class Cpu:
    """What one note says: registers, tag, or both. Either may be missing."""

    def __init__(self, name, kind, desc, whole):
        self.whole, self.regs, self.tag = whole, None, None
        tag = b''
        if (name, kind) == ('CORE', NT_PRSTATUS):
            if len(desc) != PRSTATUS_SIZE:
                raise DumpError(f'PRSTATUS of {len(desc)} bytes')
            words = struct.unpack_from('<34Q', desc, 112)
            self.regs = {f'x{i}': words[i] for i in range(31)}
            self.regs.update(sp=words[31], pc=words[32], pstate=words[33])
            tag = desc[48:112]
        elif (name, kind) == ('CPUSTOP', CPUSTOP):
            tag = desc
        if tag[:8] == b'CPUSTOP\0':
            keys = ('version', 'size', 'mechanism', 'regs', 'rungs', 'cpu',
                    'flags', 'mpidr', 'stop_ns', 'request_ns', 'nr_online',
                    'nr_left', 'sdei_status', 'reserved')
            self.tag = dict(zip(keys, struct.unpack('<HHBBHIIQQQIIiI',
                                                    tag[8:])))

    def mechanism(self):
        return MECHANISMS[self.tag['mechanism']] if self.tag else 'untagged'

    def provenance(self):
        return REGS[self.tag['regs']] if self.tag else '-'

    def interrupts(self):
        if not self.regs:
            return '-'
        return 'masked' if self.regs['pstate'] & PSR_I else 'open'


class Judge:
    def __init__(self, scenario, directory, stopcheck):
        self.dir, self.stopcheck = directory, stopcheck
        with open(scenario, encoding='ascii') as f:
            self.demands = re.findall(r'^#: (\S+) ?(.*)$', f.read(), re.M)
        with open(f'{directory}/console.log', 'rb') as f:
            self.console = f.read().decode('utf-8', 'replace').replace('\r', '')
        self.failed = self.passed = 0
        self.wrong = set()      # CPUs that do not show what they must
        self.nr = int(next((a for k, a in self.demands if k == 'cpus'), 4))
        if ('dump', 'no') in self.demands:
            self.dump = None
            return
        self.dump = Dump(f'{directory}/vmcore')
        self.symbols = Symbols()
        self.symbols.add_kernel(f'{directory}/vmlinux',
                                self.dump.number('KERNELOFFSET'))
        base = re.search(r'^LAB: wedge.ko \.text (0x[0-9a-f]+)', self.console,
                         re.M)
        if not base:
            raise DumpError('the console does not say where wedge.ko is')
        self.symbols.add_module(f'{directory}/wedge.ko', int(base[1], 16))
        self.notes = [c for c in (Cpu(*n) for n in self.dump.notes())
                      if c.regs or c.tag]
        self.cpus = [self.from_memory(n) for n in range(self.nr)]

    def check(self, good, text):
        print(f'  {"ok    " if good else "NOT OK"} {text}')
        self.passed += good
        self.failed += not good
        named = re.match(r'CPU (\d+):', text)
        if named and not good:
            self.wrong.add(int(named[1]))

    def from_memory(self, cpu):
        """The note in the CPU's own crash_notes buffer; None if empty."""
        at = (self.dump.u64(self.symbols.by_name['crash_notes']) +
              self.dump.u64(self.symbols.by_name['__per_cpu_offset'] +
                            8 * cpu)) & (1 << 64) - 1
        buf = self.dump.read(at, NOTE_SIZE)
        namesz, descsz, kind = struct.unpack_from('<3I', buf)
        if not namesz and not descsz and not kind:
            return None
        desc = 12 + (namesz + 3) // 4 * 4
        end = desc + (descsz + 3) // 4 * 4
        return Cpu(buf[12:12 + namesz].rstrip(b'\0').decode(), kind,
                   buf[desc:desc + descsz], buf[:end])

    def place(self, cpu):
        if not self.cpus[cpu] or not self.cpus[cpu].regs:
            return '-'
        pc = self.cpus[cpu].regs['pc']
        if pc < 1 << 48:
            return 'user+0x0'
        name, offset = self.symbols.name(pc)
        return f'{name or "?"}+{offset:#x}'

    def table(self):
        print(f'  {"CPU":4}{"stopped by":13}{"registers":13}'
              f'{"interrupts":12}pc')
        for n, c in enumerate(self.cpus):
            if c:
                print(f'  {n:<4}{c.mechanism():13}{c.provenance():13}'
                      f'{c.interrupts():12}{self.place(n)}')
            else:
                print(f'  {n:<4}{"no note":13}')

    def demand_cpu(self, arg):
        number, mechanism, *rest = arg.split()
        n = int(number)
        c = self.cpus[n]
        who = f'CPU {n}'
        if mechanism == 'absent':
            self.check(c is None, f'{who}: crash_notes buffer is empty')
            self.check(not any(x.tag and x.tag['cpu'] == n
                               for x in self.notes),
                       f'{who}: no tag in the file names it')
            return
        regs, function, interrupts = rest
        if not c:
            self.check(False, f'{who}: has a note')
            return
        self.check(c.mechanism() in mechanism.split('|'),
                   f'{who}: {mechanism} (is {c.mechanism()})')
        self.check(c.provenance() in regs.split('|'),
                   f'{who}: registers {regs} (are {c.provenance()})')
        self.check(sum(x.whole == c.whole for x in self.notes) == 1,
                   f'{who}: its note is in the file, once')
        if c.mechanism() == 'not-stopped':
            self.check(c.regs is None, f'{who}: no PRSTATUS')
        else:
            self.check(bool(c.regs), f'{who}: has a PRSTATUS')
        if c.regs and function != '*':
            self.check(self.place(n).split('+')[0] in function.split('|'),
                       f'{who}: pc in {function} (is {self.place(n)})')
        if c.regs and c.provenance() == 'interrupted':
            # What the CPU did, not what stopped it.
            name = self.place(n).split('+')[0]
            self.check(name not in ('?', *STOP_CODE),
                       f'{who}: interrupted in {name}, not in stop code')
        if c.regs and interrupts != '*':
            # Masked in the interrupt controller is not in pstate.
            self.check(c.interrupts() == interrupts.replace('pmr', 'open'),
                       f'{who}: interrupts {interrupts} '
                       f'(pstate {c.regs["pstate"]:#x})')
        if c.tag:
            self.check_tag(n, c, interrupts)

    def check_tag(self, n, c, interrupts):
        """What must hold for every tag, whatever the scenario."""
        tag, who, mech = c.tag, f'CPU {n}', c.mechanism()
        version = self.dump.number('STOP_TAG_VERSION')
        self.check((tag['version'], tag['size'], tag['reserved']) ==
                   (version, 64, 0),
                   f'{who}: tag is version {version}, 64 bytes, reserved 0')
        # The machine has 16 CPUs in a cluster.
        self.check(tag['cpu'] == n and
                   tag['mpidr'] & 0xff00ffffff == n // 16 << 8 | n % 16,
                   f'{who}: tag names cpu {tag["cpu"]}, '
                   f'mpidr {tag["mpidr"]:#x}')
        if c.regs:
            masked = bool(tag['flags'] & FLAG_MASKED)
            # Of "*" it is known only that PSTATE.I is enough.
            self.check(masked == (interrupts in ('masked', 'pmr'))
                       if interrupts != '*' else
                       masked or not c.regs['pstate'] & PSR_I,
                       f'{who}: flag interrupts-masked is {masked}')
        rungs = {'ipi': RUNG_IPI, 'nmi-ipi': RUNG_NMI, 'sdei': RUNG_SDEI}
        if mech in rungs:
            self.check(tag['rungs'] & rungs[mech] and
                       tag['rungs'] < 2 * rungs[mech],
                       f'{who}: last rung signalled is {mech} '
                       f'(rungs {tag["rungs"]:#x})')
        if mech in rungs or mech == 'not-stopped':
            self.check(0 < tag['request_ns'] <= tag['stop_ns'],
                       f'{who}: asked at {tag["request_ns"]}, '
                       f'stopped at {tag["stop_ns"]} ns')
        elif mech in ('panic', 'self-stop'):
            self.check(tag['request_ns'] == 0 < tag['stop_ns'],
                       f'{who}: nobody asked it to stop')

    def demand_notes(self, arg):
        count = sum(1 for c in self.notes if c.regs)
        self.check(count == int(arg), f'{arg} PRSTATUS notes (are {count})')

    def demand_advertises(self, arg):
        version = self.dump.number('STOP_TAG_VERSION')
        # Recorded dumps are of both versions.
        self.check((version in (1, 2)) == (arg == 'yes'),
                   f'VMCOREINFO advertises tags: {arg} (is {version})')

    def demand_totals(self, arg):
        totals = [(c.tag['nr_online'], c.tag['nr_left'])
                  for c in self.cpus if c and c.mechanism() == 'panic']
        self.check(totals == [tuple(map(int, arg.split()))],
                   f'online and left: {arg} (are {totals})')

    def demand_flag(self, arg):
        number, name, want = arg.split()
        c = self.cpus[int(number)]
        have = bool(c.tag['flags'] & FLAGS[name]) if c and c.tag else None
        self.check(have == (want == 'yes'),
                   f'CPU {number}: flag {name} is {want} (is {have})')

    def demand_reg(self, arg):
        number, name, value = arg.split()
        c = self.cpus[int(number)]
        have = c.regs[name] if c and c.regs else None
        self.check(have == int(value, 16),
                   f'CPU {number}: {name} is {value} '
                   f'(is {"absent" if have is None else hex(have)})')

    def demand_backtrace(self, arg):
        number, *names = arg.split()
        c = self.cpus[int(number)]
        have = backtrace(self.dump, self.symbols, c.regs) \
            if c and c.regs else []
        frames = iter(have)
        self.check(all(any(f in n.split('|') for f in frames) for n in names),
                   f'CPU {number}: {" < ".join(names)} '
                   f'(is {" < ".join(have) or "absent"})')

    def demand_idle(self, arg):
        """An idle machine still runs a thread of the kernel now and then."""
        idle = [n for n in range(self.nr)
                if self.place(n).startswith('default_idle_call+')]
        self.check(len(idle) >= int(arg), f'at least {arg} CPUs were '
                   f'interrupted in the idle loop (are {idle})')

    def demand_window(self, arg):
        """All CPUs that SDEI stopped were asked, and stopped, within ARG ms."""
        tags = [c.tag for c in self.cpus if c and c.mechanism() == 'sdei']
        ns = (max(t['stop_ns'] for t in tags) -
              min(t['request_ns'] for t in tags)) if tags else -1
        self.check(0 <= ns <= int(arg) * 1000000,
                   f'all SDEI stops within {arg} ms '
                   f'({len(tags)} in {ns / 1000000:.1f} ms)')

    def asked(self):
        """When the first CPU was asked to stop, by the tags."""
        return min((c.tag['request_ns'] for c in self.cpus
                    if c and c.tag and c.tag['request_ns']), default=0)

    def demand_stopped_itself_before(self, arg):
        c, asked = self.cpus[int(arg)], self.asked()
        at = c.tag['stop_ns'] if c and c.tag else 0
        self.check(0 < at < asked, f'CPU {arg}: stopped itself at {at} ns, '
                   f'before others were asked to stop ({asked})')

    def demand_stopped_itself_after(self, arg):
        c, asked = self.cpus[int(arg)], self.asked()
        at = c.tag['stop_ns'] if c and c.tag else 0
        self.check(0 < asked < at, f'CPU {arg}: stopped itself at {at} ns, '
                   f'after others were asked to stop ({asked})')

    def demand_rungs(self, arg):
        number, *names = arg.split()
        c = self.cpus[int(number)]
        rungs = {'ipi': RUNG_IPI, 'nmi-ipi': RUNG_NMI, 'sdei': RUNG_SDEI}
        want = sum(rungs[n] for n in names)
        have = c.tag['rungs'] if c and c.tag else None
        self.check(have == want, f'CPU {number}: rungs {" ".join(names)} '
                   f'(are {have})')

    def demand_console(self, arg):
        self.check(re.search(arg, self.console, re.M) is not None,
                   f'console says: {arg}')

    def demand_no_console(self, arg):
        self.check(re.search(arg, self.console, re.M) is None,
                   f'console does not say: {arg}')

    def demand_stopcheck(self, arg):
        status, *ids = arg.split()
        if not os.access(self.stopcheck, os.X_OK):
            self.check(False, f'stopcheck: no {self.stopcheck}, make build')
            return
        run = subprocess.run(
            [self.stopcheck, '--json', '--vmlinux', f'{self.dir}/vmlinux',
             f'{self.dir}/vmcore'], check=False, capture_output=True, text=True)
        self.check(str(run.returncode) in status.split('|'),
                   f'stopcheck: exit status {status} (is {run.returncode})')
        try:
            report = json.loads(run.stdout)
        except ValueError:
            self.check(False, f'stopcheck: JSON (is {run.stdout[:80]!r})')
            return
        self.compare(report, sorted(ids))

    def compare(self, report, ids):
        """stopcheck must have found exactly what was decoded here."""
        have = sorted(v['id'] for v in report['verdicts'])
        self.check(ids in (have, ['*']), f'stopcheck: verdicts {ids} (are {have})')
        rows = {row['note']: row for row in report['cpus']}
        self.check(sorted(rows) == list(range(len(self.notes))),
                   f'stopcheck: {len(self.notes)} notes (are {sorted(rows)})')
        for i, mine in enumerate(self.notes):
            wrong = self.differences(rows.get(i, {}), mine)
            self.check(not wrong, f'stopcheck: agrees on note {i}' +
                       (f': {", ".join(wrong)}' if wrong else ''))

    def differences(self, row, mine):
        """What stopcheck's row of one note has otherwise, in words."""
        tag, want = row.get('tag') or {}, {}
        have = {'cpu': row.get('cpu'), 'registers': row.get('has_registers')}
        want = {'cpu': mine.tag['cpu'] if mine.tag else None,
                'registers': bool(mine.regs)}
        if mine.tag:
            names = {'mechanism': mine.mechanism(), 'regs': mine.provenance()}
            for key in ('version', 'size', 'mechanism', 'regs', 'flags',
                        'mpidr', 'stop_ns', 'request_ns'):
                want[key] = names.get(key, mine.tag[key])
                have[key] = tag.get(key)
            want['rungs'], have['rungs'] = mine.tag['rungs'], tag.get(
                'rungs_raw')
            have['mpidr'] = int(tag.get('mpidr', '-1'), 0)
        if mine.regs:
            registers = row.get('registers', {})
            for key, value in mine.regs.items():
                want[key] = value
                have[key] = int(registers.get(key, '-1'), 0)
            # It is given vmlinux only: a pc in the module has no name there.
            if self.in_kernel(mine.regs['pc']):
                name, _, offset = (row.get('pc_symbol') or '?').partition('+')
                want['pc_symbol'] = True
                have['pc_symbol'] = self.symbols.has(
                    name, mine.regs['pc'] - int(offset or '0', 0))
        return [f'{k} is {have[k]}, not {want[k]}'
                for k in want if have[k] != want[k]]

    def in_kernel(self, address):
        return (self.symbols.by_name['_stext'] <= address <
                self.symbols.by_name['_etext'])

    def check_splats(self):
        """No kernel, first or capture, complained about itself."""
        allowed = [re.compile(a) for k, a in self.demands if k == 'allows']
        splats = [line for line in self.console.splitlines()
                  if SPLAT.search(line) and
                  not any(a.search(line) for a in allowed)]
        self.check(not splats, 'no kernel complains about itself' +
                   (f': {splats[0]}' if splats else ''))

    def spread(self):
        """A line for CPUs "others" becomes one for each CPU that has none."""
        named = {int(a.split()[0]) for k, a in self.demands
                 if k == 'cpu' and not a.startswith('others ')}
        left = [n for n in range(self.nr) if n not in named]
        for key, arg in self.demands:
            if key == 'cpu' and arg.startswith('others '):
                yield from ((key, f'{n} {arg[7:]}') for n in left)
            else:
                yield key, arg

    def run_without_dump(self):
        """The machine never got there: the console has to say how far it got."""
        for key, arg in self.demands:
            if key in ('console', 'no-console'):
                getattr(self, 'demand_' + key.replace('-', '_'))(arg)
            elif key not in NOT_DEMANDS:
                raise DumpError(f'without a dump there is no {key}')
        print(f'  {self.passed} of {self.passed + self.failed} demands are met')
        return not self.failed and self.passed > 0

    def run(self):
        if not self.dump:
            return self.run_without_dump()
        self.table()
        self.demands = list(self.spread())
        rows = sorted(int(a.split()[0]) for k, a in self.demands if k == 'cpu')
        if rows != list(range(self.nr)):
            raise DumpError('not every CPU has exactly one demand: ' +
                            ' '.join(map(str, rows)))
        for key, arg in self.demands:
            demand = getattr(self, 'demand_' + key.replace('-', '_'), None)
            if demand:
                demand(arg)
            elif key not in NOT_DEMANDS:
                raise DumpError(f'the scenario has an unknown demand: {key}')
        self.check_splats()
        want = {int(a.split()[0]) for k, a in self.demands
                if k == 'cpu' and a.split()[1] != 'absent'}
        tagged = {n for n in want if self.cpus[n] and self.cpus[n].tag}
        print(f'  CPUs: {len(want)} expected, {len(tagged)} tagged, '
              f'{len(want - self.wrong)} as they must be')
        print(f'  {self.passed} of {self.passed + self.failed} demands are met')
        return not self.failed and self.passed > 0


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    root = os.path.join(os.path.dirname(os.path.abspath(__file__)), '../..')
    stopcheck = sys.argv[3] if len(sys.argv) == 4 else \
        os.path.normpath(os.path.join(root, 'build/stopcheck'))
    try:
        good = Judge(sys.argv[1], sys.argv[2], stopcheck).run()
    except (DumpError, OSError, struct.error, KeyError, IndexError,
            zlib.error) as e:
        print(f'judge: {type(e).__name__}: {e}')
        good = False
    sys.exit(0 if good else 1)


if __name__ == '__main__':
    main()
