# SPDX-License-Identifier: GPL-2.0-or-later
"""A wedged CPU that RCU's kthread is on, in states that a machine cannot be had
in at will: the memory of a real dump, changed."""
import json
import os
import re
import shutil
import struct

import edit
from session import Dump

PAGE = edit.PAGE
CPU = 2				# the wedged one of hardlock-one
FIELDS = {'force_qs': ('<Q', '&rcu_state.jiffies_force_qs'),
          'qsmask': ('<Q', '&rcu_state.node[0].qsmask'),
          'kthread': ('<Q', '&rcu_state.gp_kthread'),
          'cpu': ('<I', '&rcu_state.gp_kthread->thread_info.cpu'),
          'state': ('<I', '&rcu_state.gp_kthread->__state')}
IDLE = 0x402			# TASK_IDLE: it sleeps


def value_of(text):
    """Of what gdb's print shows, "$1 = (type *) 0x10 <symbol>"."""
    return int(re.search(r'= (?:\(.*?\) )?(0x[0-9a-f]+|\d+)', text).group(1),
               0)


def cases(found):
    """name, what memory has, what is to be told: rcu_quiescent_state and
    rcu_kthread; and in words."""
    now, task = found['jiffies'], found['task']
    mask = found['qsmask'] & ~(1 << CPU)
    here = {'qsmask': mask, 'cpu': CPU}
    return [
        ('it is queued there', {**here, 'state': 0}, (False, 'queued'),
         "RCU's kthread waits to run on it"),
        ('its timer is overdue there',
         {**here, 'state': IDLE, 'force_qs': now - 25},
         (False, 'timer overdue'), "RCU's kthread sleeps on it, to be woken by "
         "a timer that is overdue by 0.100 s"),
        ('its timer is due, and a quiescent state is missing',
         {'cpu': CPU, 'state': IDLE, 'force_qs': now - 1}, (True, None), None),
        ('its timer is not due, and no quiescent state is missing',
         {**here, 'state': IDLE, 'force_qs': now + 2}, None, None),
        ('it sleeps elsewhere',
         {**here, 'cpu': 0, 'state': IDLE, 'force_qs': now - 25}, None, None),
        ('it is what the CPU runs', {'qsmask': mask, 'kthread': task},
         (False, 'current'), "RCU's kthread is the task that it runs"),
    ]


def run(tap, crash, dump, so, scratch):
    asked = {k: 'p ' + e for k, (_, e) in FIELDS.items()}
    out = crash.run(dump, {**asked, '!load': 'extend ' + so,
                           'jiffies': 'p (unsigned long)jiffies',
                           'mask': 'p rcu_state.node[0].qsmask',
                           'wedged': 'sdei_stop -w'}, scratch)
    at = edit.physical(crash, dump, {k: '%x' % value_of(out[k])
                                     for k in FIELDS}, scratch)
    pages = edit.read_pages(crash, dump, at.values(), scratch)
    found = {'jiffies': value_of(out['jiffies']), 'qsmask':
             value_of(out['mask']), 'task': int(re.search(
                 r'TASK: ([0-9a-f]+)', out['wedged']).group(1), 16)}
    path = os.path.join(scratch, 'rcu')
    for name, values, want, words in cases(found):
        changed = {p: bytearray(b) for p, b in pages.items()}
        for key, value in values.items():
            struct.pack_into(FIELDS[key][0], changed[at[key] & -PAGE],
                             at[key] & PAGE - 1, value)
        shutil.copyfile(dump.vmcore, path)
        with open(path, 'r+b') as f:
            for paddr, page in changed.items():
                edit.Editor.replace(f, paddr, bytes(page))
        out = crash.run(Dump('rcu', path, dump.vmlinux),
                        {'!load': 'extend ' + so, 'j': 'sdei_stop -j',
                         'w': 'sdei_stop -w'}, scratch)
        wedged = json.loads(out['j'])['memory']['wedged'][0]
        got = (wedged['rcu_quiescent_state'], wedged['rcu_kthread'])
        text = re.findall(r"RCU's kthread.*", out['w'])
        tap.check("RCU's kthread, crash %s: %s" % (crash.version, name),
                  wedged['cpu'] == CPU and wedged['rcu_waits'] == bool(want)
                  and got == (want or (False, None)) and
                  text == ([words] if words else []) and
                  ('RCU grace period' in out['w']) == bool(want),
                  '%s\n%s' % (got, out['w']))
    os.unlink(path)
