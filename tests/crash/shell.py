# SPDX-License-Identifier: GPL-2.0-or-later
"""sdei_stop as one types it: pipes, redirection, input files, Ctrl-C."""
import collections
import os
import subprocess

# More than a pipe holds: every CPU that is not present gets a line.
LONG = 'sdei_stop -c 0-9999'

WAYS = ['sdei_stop', 'sdei_stop -w -c 0-63', 'sdei_stop -j', 'sdei_stop -e',
        'sdei_stop -x', 'sdei_stop -l', 'sdei_stop -t', 'sdei_stop -s 1',
        'sdei_stop -u']


def pipes(tap, crash, dump, so, scratch):
    """What comes out of a pipe or a file is the table, however much of it is
    read; what crash keeps of foreach is as before."""
    commands = {
        'each': 'foreach 1 ps',
        'table': 'sdei_stop', 'head': 'sdei_stop | head -1',
        'grep': 'sdei_stop | grep panicking', 'none': 'sdei_stop | true',
        'wc': LONG + ' | wc -l', 'long': LONG + ' | head -1',
        'time': 'sdei_stop -t', 'each_after': 'foreach 1 ps'}
    lines = ['extend ' + so]
    lines += ['%s > %s' % (c, k) for k, c in commands.items()]
    lines += ['sdei_stop -t > appended', 'sdei_stop >> appended',
              'sdei_stop >> appended', 'sdei_stop > written',
              'sdei_stop > written', '< input', 'alias stops sdei_stop',
              'stops > alias', 'sdei_stop > last']
    get = collections.defaultdict(str, crash.type(dump, lines, scratch, {
        'input': 'sdei_stop > by_file\nset 1\nsdei_stop -t >> by_file\n'}))
    table, time = get['table'], get['time']
    first = table.splitlines(True)[:1]
    want = {'head': ''.join(first), 'long': ''.join(first),
            'grep': ''.join(l for l in table.splitlines(True)
                            if 'panicking' in l),
            'appended': time + table + table, 'written': table,
            'by_file': table + time, 'each_after': get['each'],
            'alias': table, 'last': table}
    wrong = [k for k, text in want.items() if get[k] != text]
    if not table or not time or 'init' not in get['each']:
        wrong.append('nothing to compare with')
    if not get['wc'].strip().isdigit() or int(get['wc']) < 9990:
        wrong.append('wc')
    tap.check('crash %s: pipes, files and input files get the table' %
              crash.version, not wrong, '%s\n%s' % (
                  wrong, '\n'.join('%s: %s' % (k, get[k]) for k in wrong)))


def shim(here, scratch, calls):
    so = os.path.join(scratch, 'interrupt-%d.so' % calls)
    subprocess.run(['cc', '-O1', '-shared', '-fPIC', '-DROUND=%d' % calls,
                    '-o', so, os.path.join(here, 'interrupt.c')], check=True)
    return so


def typed(ways, name, times):
    """Lines that interrupt each way that often."""
    lines = []
    for i in range(times):
        way = ways[i % len(ways)]
        lines += ['!kill -USR1 $PPID', '%s > %s%d' % (way, name, i)]
    return lines


def interrupts(tap, crash, dump, so, here, scratch):
    """Interrupted anywhere, a command says nothing or all, and the next ones
    say what they do in a session that nobody interrupts."""
    plain = crash.run(dump, {'!load': 'extend ' + so, **{
        str(i): w for i, w in enumerate(WAYS)}}, scratch)
    want = [plain.get(str(i)) for i in range(len(WAYS))]
    wrong, cut, tries = [], 0, 0
    # From the first call on, when all is yet to be found out; then each way
    # in turn. Last: in the middle of a pipe that nobody reads.
    for calls, ways, times in ((70, WAYS[1:2], 70), (23, WAYS, 200)):
        lines = ['extend ' + so] + typed(ways, 'cut', times)
        lines += [LONG + ' | sleep 0.3; kill -INT $PPID',
                  LONG + ' | head -1 > piped']
        lines += ['%s > last%d' % (w, i) for i, w in enumerate(WAYS)]
        files = crash.type(dump, lines, scratch,
                           env={'LD_PRELOAD': shim(here, scratch, calls)})
        for i in range(times):
            way, text = ways[i % len(ways)], files.get('cut%d' % i, '')
            cut += not text
            tries += 1
            # Of a -s that was cut off there is nothing to undo.
            if text and text != want[WAYS.index(way)] and not (
                    way == 'sdei_stop -u' and 'nothing to undo' in text):
                wrong.append('interrupted: %s: %s' % (way, text))
        wrong += ['afterwards: %s: %s' % (w, files.get('last%d' % i))
                  for i, w in enumerate(WAYS)
                  if not want[i] or files.get('last%d' % i) != want[i]]
        if files.get('piped') != want[0].splitlines(True)[0]:
            wrong.append('a pipe, afterwards: %s' % files.get('piped'))
        if 'torn' in files:
            wrong.append('malloc() was left in the middle')
        if wrong:
            wrong.append(files[''][-500:])
    tap.check('crash %s: %d of %d calls were cut off by Ctrl-C, the next ones '
              'answer as ever' % (crash.version, cut, tries),
              not wrong and tries // 4 < cut < tries, '\n'.join(wrong))


def run(tap, crash, dump, so, here, scratch):
    pipes(tap, crash, dump, so, scratch)
    interrupts(tap, crash, dump, so, here, scratch)
