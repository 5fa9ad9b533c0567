# SPDX-License-Identifier: GPL-2.0-or-later
"""Scripted sessions of crash, and the dumps that they are run over."""
import glob
import os
import re
import subprocess
import tempfile

LIMIT = int(os.environ.get('CRASH_TEST_LIMIT', 180))  # seconds for a session


class Crash:
    """One version of crash."""
    limit = LIMIT

    def __init__(self, version, directory):
        self.version = version
        self.binary = os.path.join(directory, 'crash')
        self.argv = [self.binary]
        self.defs = directory

    def run(self, dump, commands, scratch, minimal=False, env=None):
        """Runs commands, a dictionary of name -> command, each with its output
        in a file of its own. Returns name -> output, and under '' what the
        session itself printed. crash's exit status tells nothing."""
        with tempfile.TemporaryDirectory(dir=scratch) as tmp:
            script = os.path.join(tmp, 'commands')
            with open(script, 'w') as f:
                for name, command in commands.items():
                    if name.startswith('!'):
                        f.write(command + '\n')
                    else:
                        f.write('%s > %s/%s.out\n' % (command, tmp, name))
                f.write('quit\n')
            argv = self.argv + ['-s', '-i', script]
            if minimal:
                argv.append('--minimal')
            done = subprocess.run(argv + [dump.vmlinux, dump.vmcore],
                                  stdin=subprocess.DEVNULL, timeout=self.limit,
                                  stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, cwd=tmp,
                                  env=dict(os.environ, **(env or {})))
            out = {'': done.stdout.decode(errors='replace')}
            for name in commands:
                path = os.path.join(tmp, name + '.out')
                if os.path.exists(path):
                    with open(path, errors='replace') as f:
                        out[name] = f.read()
            return out


    def type(self, dump, lines, scratch, files=None, env=None):
        """Types lines, as one that is interrupted has to: what is left of a
        file of commands is forgotten then. files: name -> text of those that
        they read. Returns the same of all that are there in the end, and
        under '' what the session itself printed."""
        with tempfile.TemporaryDirectory(dir=scratch) as tmp:
            for name, text in (files or {}).items():
                with open(os.path.join(tmp, name), 'w') as f:
                    f.write(text)
            done = subprocess.run(self.argv + ['-s', dump.vmlinux,
                                               dump.vmcore],
                                  timeout=self.limit, cwd=tmp,
                                  input='\n'.join(lines + ['quit', '']
                                                  ).encode(),
                                  stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT,
                                  env=dict(os.environ, **(env or {})))
            files = {'': done.stdout.decode(errors='replace')}
            for name in os.listdir(tmp):
                with open(os.path.join(tmp, name), errors='replace') as f:
                    files[name] = f.read()
            return files


class Dump:
    """must: what the lab's scenario says that the dump must show."""

    def __init__(self, name, vmcore, vmlinux, must=()):
        self.name = name
        self.vmcore = vmcore
        self.vmlinux = vmlinux
        self.must = list(must)


def demands(root, name, own=None):
    """The lines of a scenario for the host: of a run's own copy, if it has one,
    else of the scenario of that name."""
    path = own or ''
    if not os.path.exists(path):
        path = os.path.join(root, 'tests', 'lab', 'scenarios', name)
    if not os.path.exists(path):
        return []
    with open(path) as f:
        return [line[2:].split() for line in f if line.startswith('#: ')]


def build_id(root, name):
    """That of a recorded dump's kernel."""
    with open(os.path.join(root, 'vmcores', 'manifest')) as f:
        m = re.search(r'(?ms)^\[%s\]$.*?^build-id (\w+)$' % re.escape(name),
                      f.read())
    return m.group(1) if m else None


def cache():
    return os.environ.get('SDEI_STOP_CACHE') or os.path.join(
        os.environ.get('XDG_CACHE_HOME') or os.path.expanduser('~/.cache'),
        'sdei-stop')


def stock_vmlinux(want):
    """The unpatched kernel is not recorded, but one that was built here from
    the same source is the same. None: there is none with that build id."""
    for path in glob.glob(os.path.join(cache(), 'kernel', '*-stock-*',
                                       'vmlinux')):
        done = subprocess.run(['eu-readelf', '-n', path], text=True,
                              stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL)
        if want and 'Build ID: ' + want in done.stdout:
            return path
    return None


def find_dumps(root, build, tap):
    """CRASH_TEST_DUMPS, a directory of NAME/vmcore and NAME/vmlinux, or else
    the recorded dumps. Only the series' vmlinux is recorded with them."""
    directory = os.environ.get('CRASH_TEST_DUMPS')
    directory = directory and os.path.abspath(directory)
    dumps = []
    if directory:
        for name in sorted(os.listdir(directory)):
            d = Dump(name, os.path.join(directory, name, 'vmcore'),
                     os.path.join(directory, name, 'vmlinux'),
                     demands(root, name, os.path.join(directory, name,
                                                      'scenario')))
            if os.path.exists(d.vmcore) and os.path.exists(d.vmlinux):
                dumps.append(d)
        return dumps

    unpack = os.path.join(root, 'scripts', 'vmcores-unpack')
    names = subprocess.run([unpack, '--list'], stdout=subprocess.PIPE,
                           text=True).stdout.split()
    for name in names:
        must = demands(root, name)
        vmlinux = os.path.join(build, 'vmcores', 'vmlinux')
        if ['kernel', 'stock'] in must:
            vmlinux = stock_vmlinux(build_id(root, name))
        if not vmlinux:
            tap.skip(name, 'no vmlinux of the unpatched kernel is recorded, '
                     'and none built here is the same')
            continue
        if subprocess.run([unpack, name], stdout=subprocess.DEVNULL).returncode:
            tap.check('%s can be unpacked' % name, False, 'see above')
            continue
        at = os.path.join(build, 'vmcores')
        dumps.append(Dump(name, os.path.join(at, name + '.vmcore'), vmlinux,
                          must))
    return dumps


def bt_tasks(text):
    """crash's `bt -a`: cpu -> (pid, comm, [function])."""
    tasks = {}
    for part in re.split(r'(?m)^(?=PID: )', text):
        m = re.match(r'PID: (\d+)\s+TASK: \S+\s+CPU: (\d+)\s+COMMAND: "(.*)"',
                     part)
        if m:
            frames = re.findall(r'(?m)^ *#\d+ \[[0-9a-f]+\] (\S+) at ', part)
            tasks[int(m.group(2))] = (int(m.group(1)), m.group(3), frames)
    return tasks


def parts_of(text):
    """`sdei_stop -w`, `-e`, `-c` of a live system: cpu -> what it says of it."""
    return {int(m.group(1)): part
            for part in re.split(r'(?m)^(?=CPU \d+: )', text)
            for m in [re.match(r'CPU (\d+): ', part)] if m}


def our_frames(text):
    """`sdei_stop -w`: cpu -> [(function, from the link register)]."""
    return {cpu: [(f.split('+')[0], bool(lr)) for f, lr in
                  re.findall(r'(?m)^ *#\d+ \[[0-9a-f]+\] (\S+) at '
                             r'[0-9a-f]+(  \(from the link register\))?', part)]
            for cpu, part in parts_of(text).items()}
