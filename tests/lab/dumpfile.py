# SPDX-License-Identifier: GPL-2.0-or-later
"""dumpfile: reads an arm64 dump in kdump-compressed format, for judge.py.

Written from the format's description and the kernel's, on purpose without a
line of the project's own reader: it is the second opinion. Owns the container,
notes, VMCOREINFO, memory through the kernel's page tables, and symbols.
"""
import bisect
import re
import struct
import subprocess
import zlib


class DumpError(Exception):
    """The dump, or what is needed beside it, cannot be used."""


class Dump:
    """A dump made by makedumpfile -d N or -c -d N, not flattened, not split."""

    PAGE_ZLIB = 0x1

    def __init__(self, path):
        with open(path, 'rb') as f:
            self.data = f.read()
        if self.data[:8] != b'KDUMP   ':
            raise DumpError(f'{path}: not in kdump-compressed format')
        self.block = self.u32(428)
        sub_blocks, bitmap_blocks = self.u32(432), self.u32(436)
        sub = self.block
        info_at, info_size, notes_at, notes_size = struct.unpack_from(
            '<4Q', self.data, sub + 32)
        self.notes_data = self.data[notes_at:notes_at + notes_size]
        self.bitmap_at = ((1 + sub_blocks + bitmap_blocks // 2) * self.block)
        self.bitmap_size = bitmap_blocks // 2 * self.block
        self.desc_at = (1 + sub_blocks + bitmap_blocks) * self.block
        self.info = dict(re.findall(
            r'^([^=\n]+)=(.*)$',
            self.data[info_at:info_at + info_size].decode('ascii', 'replace'),
            re.M))
        self._rank = None

    def u32(self, at):
        return struct.unpack_from('<I', self.data, at)[0]

    def number(self, key):
        """A VMCOREINFO number: NUMBER(x), SYMBOL(x) or a bare key."""
        for k, base in ((f'NUMBER({key})', 0), (f'SYMBOL({key})', 16),
                        (key, 16)):
            if k in self.info:
                return int(self.info[k], base)
        return None

    def notes(self):
        """(name, type, descriptor, whole note) in file order."""
        at, out = 0, []
        while at + 12 <= len(self.notes_data):
            namesz, descsz, kind = struct.unpack_from(
                '<3I', self.notes_data, at)
            if not namesz and not descsz and not kind:
                at += 4
                continue
            desc_at = at + 12 + (namesz + 3) // 4 * 4
            end = desc_at + (descsz + 3) // 4 * 4
            if end > len(self.notes_data):
                raise DumpError(f'note at {at} leaves the notes')
            name = self.notes_data[at + 12:at + 12 + namesz].rstrip(b'\0')
            out.append((name.decode('ascii', 'replace'), kind,
                        self.notes_data[desc_at:desc_at + descsz],
                        self.notes_data[at:end]))
            at = end
        return out

    def _page(self, pfn):
        byte, bit = divmod(pfn, 8)
        if byte >= self.bitmap_size:
            raise DumpError(f'page {pfn:#x} is beyond the dump')
        if self._rank is None:
            # Pages that are in the dump before each byte of the bitmap.
            count, self._rank = 0, []
            bitmap = self.data[self.bitmap_at:
                               self.bitmap_at + self.bitmap_size]
            for b in bitmap:
                self._rank.append(count)
                count += bin(b).count('1')
        bits = self.data[self.bitmap_at + byte]
        if not bits >> bit & 1:
            raise DumpError(f'page {pfn:#x} is not in the dump')
        index = self._rank[byte] + bin(bits & ((1 << bit) - 1)).count('1')
        at, size, flags = struct.unpack_from('<QII', self.data,
                                             self.desc_at + 24 * index)
        raw = self.data[at:at + size]
        if flags & self.PAGE_ZLIB:
            return zlib.decompress(raw)
        if flags:
            raise DumpError(f'page {pfn:#x}: compression {flags:#x} not known')
        return raw

    def phys(self, addr, size):
        out = b''
        while size:
            page = self._page(addr // self.block)
            part = page[addr % self.block:][:size]
            out += part
            addr += len(part)
            size -= len(part)
        return out

    # Where the table levels of 48-bit addresses begin, by page size.
    LEVELS = {4096: (39, 30, 21, 12), 65536: (42, 29, 16)}

    def translate(self, va):
        """Through swapper_pg_dir, 48-bit addresses."""
        shifts = self.LEVELS.get(self.block)
        if self.number('VA_BITS') != 48 or not shifts:
            raise DumpError('only 4 or 64 KiB pages with 48-bit addresses')
        table = (self.number('swapper_pg_dir') -
                 self.number('kimage_voffset')) & (1 << 64) - 1
        mask, top = self.block // 8 - 1, 48
        for shift in shifts:
            # The first level need not fill its page.
            index = va >> shift & mask & (1 << top - shift) - 1
            entry = struct.unpack('<Q', self.phys(table + index * 8, 8))[0]
            out = entry & (1 << 48) - 1 & ~(self.block - 1)
            if not entry & 1:
                raise DumpError(f'{va:#x} is not mapped')
            if shift == shifts[-1] or not entry & 2:
                size = (1 << shift) - 1
                return out & ~size | va & size
            table, top = out, shift
        raise AssertionError

    def read(self, va, size):
        out = b''
        while size:
            part = min(size, self.block - va % self.block)
            out += self.phys(self.translate(va), part)
            va += part
            size -= part
        return out

    def u64(self, va):
        return struct.unpack('<Q', self.read(va, 8))[0]


class Symbols:
    """Addresses to names, from nm; a relocated kernel and one module."""

    NM = 'aarch64-linux-gnu-nm'

    def __init__(self):
        self.addresses, self.names, self.by_name = [], [], {}

    def _nm(self, path, *options):
        run = subprocess.run([self.NM, *options, path], check=False,
                             capture_output=True, text=True)
        if run.returncode:
            raise DumpError(run.stderr.strip() or f'nm {path} failed')
        return run.stdout.splitlines()

    def add_kernel(self, path, offset):
        for line in self._nm(path):
            word = line.split()
            if len(word) == 3 and not word[2].startswith(('$', '__pi_')):
                self._add(int(word[0], 16) + offset, word[2],
                          word[1] in 'tTwW')

    def add_module(self, path, text_at):
        for line in self._nm(path, '-f', 'sysv'):
            word = [w.strip() for w in line.split('|')]
            if len(word) == 7 and word[6] == '.text' and word[0][0] != '$':
                self._add(int(word[1], 16) + text_at, word[0], True)

    def _add(self, address, name, code):
        address &= (1 << 64) - 1
        self.by_name.setdefault(name, address)
        if code:
            at = bisect.bisect_left(self.addresses, address)
            self.addresses.insert(at, address)
            self.names.insert(at, name)

    def has(self, name, address):
        """Is one of that name there? A header's static function is not alone."""
        at = bisect.bisect_left(self.addresses, address)
        end = bisect.bisect_right(self.addresses, address)
        return name in self.names[at:end]

    def name(self, address):
        """(function, offset), ('', 0) where there is none."""
        at = bisect.bisect_right(self.addresses, address) - 1
        if at < 0 or address - self.addresses[at] > 0x100000:
            return '', 0
        # Aliases: any of them, but always the same.
        first = bisect.bisect_left(self.addresses, self.addresses[at])
        return min(self.names[first:at + 1]), address - self.addresses[at]


def backtrace(dump, symbols, regs, limit=64):
    """Function names from the pc along the frame records of x29.

    A return address may be the one after a function's last instruction where
    the callee does not return, so callers are named by the call itself.
    """
    names = [symbols.name(regs['pc'])[0]]
    fp = regs['x29']
    while fp and not fp % 16 and len(names) < limit:
        try:
            following, lr = struct.unpack('<2Q', dump.read(fp, 16))
        except DumpError:
            break
        if not lr:
            break
        names.append(symbols.name(lr - 4)[0])
        if following <= fp:
            break
        fp = following
    return names
