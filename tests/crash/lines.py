# SPDX-License-Identifier: GPL-2.0-or-later
"""Source lines are those that crash's own sym prints, which has gdb look."""
import json
import os
import re


def run(tap, crash, dump, so, scratch):
    out = crash.run(dump, {'!load': 'extend ' + so, 'json': 'sdei_stop -j'},
                    scratch)
    try:
        report = json.loads(out['json'])
    except (KeyError, ValueError):
        report = {'cpus': []}
    ours = {}
    for cpu in report['cpus']:
        if cpu['has_registers']:
            ours[int(cpu['pc'], 16)] = cpu['pc_source']
            ours[int(cpu['registers']['x30'], 16) - 4] = cpu['lr_source']
    out = crash.run(dump, {'%x' % a: 'sym %x' % a for a in ours}, scratch)
    wrong, compared = [], 0
    for address, line in ours.items():
        m = re.search(r'([^/\s]+): (\d+) *$', out.get('%x' % address, ''))
        compared += bool(line)
        if line and (not m or line != '%s:%s' % m.groups()):
            wrong.append('%x: %s, crash says %s' % (
                address, line, out.get('%x' % address)))
    tap.check('%s, crash %s: %d source lines are those of sym' % (
        dump.name, crash.version, compared), compared > 3 and not wrong,
        '\n'.join(wrong) or out[''])


def modules(tap, crash, dump, so, scratch):
    """mod -s after a first answer: as though it had come before."""
    module = os.path.join(os.path.dirname(dump.vmlinux), 'wedge.ko')
    load, show = 'mod -s wedge ' + module, 'sdei_stop -l'
    late = crash.run(dump, {'!load': 'extend ' + so, 'none': show,
                            '!mod': load, 'table': show}, scratch)
    soon = crash.run(dump, {'!load': 'extend ' + so, '!mod': load,
                            'table': show}, scratch)
    of_module = re.compile(r'(?m)^ .* wedge_\w+\+0x\w+ +\S+:\d+$')
    tap.check('%s, crash %s: source lines of a module, as soon as it is loaded' %
              (dump.name, crash.version),
              of_module.search(soon.get('table', '')) and
              not of_module.search(late.get('none', '')) and
              late.get('table') == soon['table'],
              late.get('table', '') + late[''])
