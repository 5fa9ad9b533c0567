# SPDX-License-Identifier: GPL-2.0-or-later
"""TAP on standard output."""
import re


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
