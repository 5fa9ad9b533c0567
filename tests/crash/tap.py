# SPDX-License-Identifier: GPL-2.0-or-later
"""TAP on standard output."""


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

    def end(self):
        print('1..%d' % self.nr, flush=True)
        return 1 if self.failed else 0
