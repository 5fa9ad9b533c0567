# SPDX-License-Identifier: GPL-2.0-or-later
"""TAP on standard output, of tests one after the other or side by side."""
import concurrent.futures
import contextlib
import io
import re
import tempfile
import time
import traceback


class Tap:
    def __init__(self):
        self.nr = 0
        self.failed = 0

    def check(self, name, good, why=''):
        self.nr += 1
        print('%sok %d - %s' % ('' if good else 'not ', self.nr, name),
              flush=True)
        if not good:
            self.failed += 1
            for line in str(why).splitlines()[:40]:
                print('# ' + line, flush=True)

    def skip(self, name, why):
        self.nr += 1
        print('ok %d - %s # SKIP %s' % (self.nr, name, why), flush=True)

    def adopt(self, text):
        """Results that another Tap printed, numbered on from here."""
        for line in text.splitlines():
            m = re.match(r'(not )?ok \d+ - (.*)', line)
            if m:
                self.nr += 1
                self.failed += bool(m.group(1))
                line = '%sok %d - %s' % (m.group(1) or '', self.nr, m.group(2))
            print(line, flush=True)

    def end(self):
        print('1..%d' % self.nr, flush=True)
        return 1 if self.failed else 0


def apart(job):
    """Runs job, a test and its arguments, in this process, with a scratch
    directory of its own. Returns what it printed, with how long that took, and
    what it returned."""
    test, *args = job
    text, start = io.StringIO(), time.monotonic()
    with tempfile.TemporaryDirectory(prefix='sdei-stop-crash.') as scratch, \
            contextlib.redirect_stdout(text):
        tap, done = Tap(), None
        try:
            done = test(tap, *args, scratch)
        except Exception:
            # The others go on, and what it has said so far is kept.
            tap.check('%s.%s runs to its end' % (test.__module__,
                                                 test.__name__), False,
                      traceback.format_exc())
    text.write('# %s.%s: %.0f s\n' % (test.__module__, test.__name__,
                                     time.monotonic() - start))
    return text.getvalue(), done


def side_by_side(tap, jobs):
    """Each job in a process of its own, as many at a time as there are
    processors; printed in their order. Returns what they returned."""
    done = []
    with concurrent.futures.ProcessPoolExecutor() as pool:
        for text, value in pool.map(apart, jobs):
            tap.adopt(text)
            done.append(value)
    return done
