# SPDX-License-Identifier: GPL-2.0-or-later
"""-w, -t, -x, -e, -s, -u and the filters, against the scenario, the console's
log, crash's own commands and the lab's module. Symbols are found by name."""
import json
import os
import re

from session import our_frames, parts_of

COMMANDS = {
    'triage_e': 'sdei_stop -e', 'triage_t': 'sdei_stop -t',
    'triage_x': 'sdei_stop -x', 'triage_cpu': 'sdei_stop -o cpu',
    'triage_wedged': 'sdei_stop -m sdei,nmi,not-stopped',
    'triage_problems': 'sdei_stop --problems', 'triage_lines': 'sdei_stop -l',
    'triage_set': 'set', 'triage_undone': 'sdei_stop -u'}

LADDER = [('ipi', 'IPI signalled'), ('nmi-ipi', 'pseudo-NMI IPI signalled'),
          ('sdei', 'SDEI event signalled')]


def console(dump):
    path = re.sub(r'vmcore$', 'console', dump.vmcore)
    if not os.path.exists(path):
        return ''
    with open(path, errors='replace') as f:
        return f.read()


def cpus_of(text):
    """"0,2-3" as a set."""
    cpus = set()
    for part in text.split(','):
        first, _, last = part.partition('-')
        cpus |= set(range(int(first), int(last or first) + 1))
    return cpus


def inferred_of(text):
    """`sdei_stop -e`: cpu -> what was inferred."""
    return {int(c): how for c, how in
            re.findall(r'(?m)^CPU (\d+): ([^:]+): ', text)}


WORDS = {'ipi': 'IPI', 'nmi-ipi': 'pseudo-NMI', 'sdei': 'SDEI',
         'self-stop': 'self-stop', 'panic': 'panic',
         'not-stopped': 'not stopped'}


def inference(tap, name, report, full):
    """With the tags ignored, memory says what the tags say, for every CPU."""
    ours = inferred_of(full['triage_e'])
    wrong = []
    for c in report['cpus']:
        tag = c['tag']
        if tag and ours.get(c['cpu']) != WORDS[tag['mechanism']]:
            wrong.append('CPU %d: %s, its tag says %s' % (
                c['cpu'], ours.get(c['cpu']), tag['mechanism']))
    for cpu in report['memory']['not_running']:
        if ours.get(cpu) != 'not running':
            wrong.append('CPU %d: %s, not "not running"' % (cpu,
                                                            ours.get(cpu)))
    print('# %s: %s' % (name, ', '.join('CPU %d %s' % i
                                        for i in sorted(ours.items()))))
    tap.check('%s: evidence says what the tags say' % name,
              ours and not wrong, '\n'.join(wrong) + full['triage_e'])


def untagged(tap, name, report, full, dump):
    """Without tags: what is inferred is what the console's log says, and the
    rest is called unknown."""
    log = console(dump)
    ours = inferred_of(full['triage_e'])
    wrong = []
    failed = re.search(r'SMP: failed to stop secondary CPUs ([0-9,-]+)', log)
    sdei = re.search(r'SMP: retry stop with SDEI NMI for CPUs ([0-9,-]+)', log)
    left = cpus_of(failed.group(1)) if failed else set()
    by_sdei = (cpus_of(sdei.group(1)) if sdei else set()) - left
    panic = report['memory']['panic_cpu']
    for cpu, how in ours.items():
        want = 'panic' if cpu == panic else \
            'not stopped' if cpu in left else \
            'SDEI' if cpu in by_sdei else 'IPI'
        if how not in (want, 'unknown'):
            wrong.append('CPU %d: %s, the log says %s' % (cpu, how, want))
    print('# %s: %s' % (name, ', '.join('CPU %d %s' % i
                                        for i in sorted(ours.items()))))
    tap.check('%s: evidence says what the console says' % name,
              log and ours and not wrong, '\n'.join(wrong))
    shown = set(our_frames(full['wedged']))
    tap.check('%s: -w shows whom the IPI did not stop' % name, shown == {
        c for c, how in ours.items()
        if how in ('SDEI', 'pseudo-NMI', 'not stopped')}, full['wedged'])
    tap.check('%s: what is inferred is marked so' % name,
              'inferred, not recorded' in full['table'] and
              'no tags' in full['triage_t'], full['table'])


def timeline(tap, name, report, full):
    """Each rung's targets and the CPUs that it stopped are the tags'."""
    wrong = []
    parts = re.split(r'(?m)^(?=\+|\(not known\))', full['triage_t'])[1:]
    tags = {c['cpu']: c['tag'] for c in report['cpus'] if c['tag']}
    for rung, words in LADDER:
        want = {c for c, t in tags.items() if rung in t['rungs']}
        text = [p for p in parts if re.search(r'(ms|known\)) +' + words, p)]
        if not want:
            if text:
                wrong.append('%s: %s' % (rung, text))
            continue
        if len(text) != 1:
            wrong.append('%s: no line' % rung)
            continue
        m = re.search(r'signalled at CPUs? ([0-9,-]+)', text[0])
        stopped = set()
        for s in re.findall(r'CPUs? ([0-9,-]+) stopped after', text[0]):
            stopped |= cpus_of(s)
        if cpus_of(m.group(1)) != want or stopped != {
                c for c, t in tags.items() if t['mechanism'] == rung}:
            wrong.append('%s: %s' % (rung, text[0]))
    tap.check('%s: -t shows the rungs of the tags' % name,
              not wrong and 'went on to the capture kernel' in
              full['triage_t'], '\n'.join(wrong) + full['triage_t'])


def filters(tap, name, report, full):
    def rows(key):
        return [int(r) for r in re.findall(r'(?m)^ *(\d+)  ', full[key])]
    wedged = [c['cpu'] for c in report['cpus'] if c['wedged']]
    if not any(c['tag'] for c in report['cpus']):
        listed = {c['cpu'] for c in report['cpus']}
        wedged = [c for c, how in inferred_of(full['triage_e']).items()
                  if how in ('SDEI', 'pseudo-NMI', 'not stopped') and
                  c in listed]
    named = {v['cpu'] for v in report['verdicts'] if v['cpu'] is not None}
    tap.check('%s: filters and order' % name,
              rows('triage_cpu') == sorted(c['cpu'] for c in report['cpus'])
              and sorted(rows('triage_wedged')) == sorted(wedged) and
              set(rows('triage_problems')) == named | {
                  c['cpu'] for c in report['cpus'] if c['wedged']},
              full['triage_wedged'] + full['triage_problems'])
    tap.check('%s: source lines with -l and only then' % name,
              'SOURCE' in full['triage_lines'] and
              'SOURCE' not in full['table'] and
              re.search(r'\.[ch]:\d+', full['triage_lines']),
              full['triage_lines'])


def checks(tap, name, report, full):
    """-x finds what the judge found, and nothing else on a real dump."""
    ids = set(re.findall(r'(?m)^([a-z-]+): CPU \d+: ', full['triage_x']))
    want = {v['id'] for v in report['verdicts'] if v['cpu'] is not None}
    tap.check('%s: -x finds what the verdicts name' % name,
              ids == want and ('nothing found' in full['triage_x']) ==
              (not want) and full['triage_x'].count('    in crash: ') ==
              len(re.findall(r'(?m)^[a-z-]+: CPU', full['triage_x'])),
              full['triage_x'])


def deadlock(tap, name, report, full):
    """wedge.c: each of the two CPUs holds one lock and wants the other."""
    wedged = {w['cpu']: w for w in report['memory']['wedged']}
    if len(wedged) != 2:
        tap.check('%s: two CPUs wait' % name, False, wedged)
        return
    a, b = sorted(wedged)
    objects = {wedged[c].get('lock', {}).get('object') for c in wedged}
    tap.check('%s: the locks, their owners and the cycle are named' % name,
              objects == {'wedge_lock_a', 'wedge_lock_b'} and
              wedged[a]['lock']['owner_cpu'] == b and
              wedged[b]['lock']['owner_cpu'] == a and
              sorted(wedged[a]['cycle']) == [a, b] and
              wedged[a]['cycle_known'] == 'likely' and
              'deadlock  likely' in full['wedged'], full['wedged'])


def silence(tap, name, report, full, dump):
    """A CPU that has its interrupts masked is silent since before the IPI was
    signalled at it, and no longer than the machine runs."""
    wrong = []
    tags = {c['cpu']: c['tag'] for c in report['cpus'] if c['tag']}
    first = min([t['request_ns'] for t in tags.values() if t['request_ns']],
                default=0)
    for w in report['memory']['wedged']:
        tag = tags[w['cpu']]
        least = w.get('silent_at_least_ns', 0)
        if tag['irqs_masked'] and not tag['stop_ns'] - first <= \
                least + 10**7 <= tag['stop_ns'] + 10**7:
            wrong.append('CPU %d: %d of %d' % (w['cpu'], least,
                                               tag['stop_ns']))
    if report['memory']['wedged']:
        tap.check('%s: masked CPUs are silent since before the IPI' % name,
                  not wrong, '\n'.join(wrong))
    # One that idles has its tick stopped: that is no silence.
    idle = [c['cpu'] for c in report['cpus'] if c['tag'] and
            c['tag']['mechanism'] == 'ipi' and
            str(c['pc_symbol']).startswith('default_idle_call')]
    parts = parts_of(full['contexts'])
    long = [parts[c] for c in idle for m in
            [re.search(r'silent +for at least ([0-9.]+) s', parts[c])]
            if m and float(m.group(1)) > 0.1]
    if idle:
        tap.check('%s: a CPU that idles is not called silent' % name, not long,
                  '\n'.join(long))


def run(tap, name, report, full, dump):
    if any(c['tag'] for c in report['cpus']):
        inference(tap, name, report, full)
        timeline(tap, name, report, full)
        silence(tap, name, report, full, dump)
        checks(tap, name, report, full)
    else:
        untagged(tap, name, report, full, dump)
    filters(tap, name, report, full)
    if name.startswith('spinlock-deadlock'):
        deadlock(tap, name, report, full)
    tap.check('%s: -u without -s says so' % name,
              'nothing to undo' in full['triage_undone'],
              full['triage_undone'])


def switch(tap, crash, dump, so, report, scratch):
    """After -s, crash's plain bt begins in the interrupted function; after -u
    all is as before."""
    name = '%s, crash %s' % (dump.name, crash.version)
    commands = {'!load': 'extend ' + so, 'set': 'set', 'all': 'bt -a'}
    cpus = [c for c in report['cpus'] if c['has_registers'] and
            'pc_symbol' in c]
    for c in cpus:
        n = c['cpu']
        commands.update({'to%d' % n: 'sdei_stop -s %d' % n,
                         'set%d' % n: 'set', 'bt%d' % n: 'bt'})
    commands.update({'undo': 'sdei_stop -u', 'set_after': 'set',
                     'all_after': 'bt -a'})
    out = crash.run(dump, commands, scratch)
    wrong = []
    for c in cpus:
        n = c['cpu']
        m = re.search(r'(?m)^ *#0 \[[0-9a-f]+\] (\S+) at ', out['bt%d' % n])
        if not m or m.group(1) != c['pc_symbol'].split('+')[0]:
            wrong.append('CPU %d: %s' % (n, out['bt%d' % n][:200]))
        if not re.search(r'CPU: %d\b' % n, out['set%d' % n]):
            wrong.append('CPU %d: %s' % (n, out['set%d' % n]))
    tap.check('%s: after -s, bt begins where the CPU was' % name,
              cpus and not wrong, '\n'.join(wrong))
    tap.check('%s: -u undoes it' % name, out['set'] == out['set_after'] and
              out['all'] == out['all_after'], out['set_after'])
