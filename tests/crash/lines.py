# SPDX-License-Identifier: GPL-2.0-or-later
"""Source lines are those that crash's own sym prints, which has gdb look."""
import json
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
