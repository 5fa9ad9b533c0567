# SPDX-License-Identifier: GPL-2.0-or-later
"""Copies of a kdump-compressed dump with other bytes in its memory and in its
notes: what no kernel writes, and what no machine here can be made to do."""
import shutil
import struct

import notes
from session import Dump

PAGE = 4096


def tag(cpu, mechanism, regs, rungs=0, flags=0, request=0, stop=0, online=0,
        left=0, sdei=0, version=1, size=64, reserved=0):
    return b'CPUSTOP\0' + struct.pack(
        '<HHBBHIIQQQIIiI', version, size, mechanism, regs, rungs, cpu, flags,
        0x80000000 | cpu, stop, request, online, left, sdei, reserved)


def cpustop_note(tag_bytes):
    return struct.pack('<III', 8, len(tag_bytes), 0x53544f50) + \
        b'CPUSTOP\0' + tag_bytes


def with_tag(note, tag_bytes):
    """An NT_PRSTATUS note with this tag; its registers stay."""
    return note[:20 + 48] + tag_bytes + note[20 + 112:]


def second_bitmap(f):
    """Of the pages that are in the dump: where it begins, its bytes, and where
    their descriptors begin, which are in its order."""
    f.seek(428)
    block, sub, bitmaps = struct.unpack('<iii', f.read(12))
    half = bitmaps // 2 * block
    start = (1 + sub) * block + half
    f.seek(start)
    return start, bytearray(f.read(half)), (1 + sub + bitmaps) * block


def leave_out(path, gone):
    """The pages for whose frame numbers gone() is true, asked in their order,
    are left out, as makedumpfile does it: bits and descriptors. Returns how
    many."""
    with open(path, 'r+b') as f:
        start, bitmap, first = second_bitmap(f)
        pages = [at * 8 + bit for at, b in enumerate(bitmap) if b
                 for bit in range(8) if b >> bit & 1]
        kept = []
        f.seek(first)
        for pfn in pages:
            descriptor = f.read(24)
            if gone(pfn):
                bitmap[pfn // 8] &= ~(1 << pfn % 8)
            else:
                kept.append(descriptor)
        f.seek(start)
        f.write(bitmap)
        f.seek(first)
        f.write(b''.join(kept))
    return len(pages) - len(kept)


def physical(crash, dump, addresses, scratch):
    """addresses: key -> kernel address in hex. Returns key -> physical one."""
    out = crash.run(dump, {str(k): 'vtop ' + a for k, a in addresses.items()},
                    scratch)
    return {k: int(out[str(k)].splitlines()[1].split()[1], 16)
            for k in addresses}


def read_pages(crash, dump, paddrs, scratch):
    """paddrs: any physical addresses. Returns that of each page -> its bytes."""
    pages = sorted({p & -PAGE for p in paddrs})
    out = crash.run(dump, {'p%x' % p: 'rd -p -64 %x 512' % p for p in pages},
                    scratch)
    return {p: struct.pack('<512Q', *notes.words_of_rd(out['p%x' % p]))
            for p in pages}


class Editor:
    """The pages that hold the crash_notes buffers of one dump."""

    def __init__(self, crash, dump, addresses, scratch):
        self.dump = dump
        self.paddr = physical(crash, dump, {c: '%x' % a for c, a in
                                            addresses.items()}, scratch)
        self.pages = read_pages(crash, dump, [
            p + d for p in self.paddr.values() for d in (0, 423)], scratch)

    def note(self, cpu):
        at = self.paddr[cpu]
        both = self.pages[at & -PAGE] + self.pages.get((at & -PAGE) + PAGE,
                                                       b'')
        return both[at & PAGE - 1:][:424]

    def write(self, changed, path, others=()):
        """changed: cpu -> its whole buffer. The file's note segment becomes
        these buffers in order of their CPUs, as the kernel merges them. others:
        pages, physical address -> bytes, that change as well."""
        pages = {p: bytearray(b) for p, b in
                 {**dict(others), **self.pages}.items()}
        merged = b''
        for cpu in sorted(self.paddr):
            buffer = changed.get(cpu, self.note(cpu)).ljust(424, b'\0')[:424]
            for i, byte in enumerate(buffer):
                at = self.paddr[cpu] + i
                pages[at & -PAGE][at & PAGE - 1] = byte
            namesz, descsz = struct.unpack('<II', buffer[:8])
            size = 12 + (namesz + 3 & ~3) + (descsz + 3 & ~3)
            if namesz:
                merged += buffer[:min(size, 412)]
        shutil.copyfile(self.dump.vmcore, path)
        with open(path, 'r+b') as f:
            for paddr, page in pages.items():
                self.replace(f, paddr, bytes(page))
            offset, segment = notes.file_notes(path)
            rest = segment[segment.index(b'VMCOREINFO\0') - 12:]
            f.seek(0, 2)
            at = f.tell()
            f.write(merged + rest)
            f.seek(notes.sub_header(path) + 48)
            f.write(struct.pack('<QQ', at, len(merged + rest)))
        return Dump('edited', path, self.dump.vmlinux)

    @staticmethod
    def replace(f, paddr, page):
        """The page's descriptor comes to point at a copy at the end that is
        not compressed. Descriptors are in the order of the second bitmap."""
        _, bitmap, first = second_bitmap(f)
        pfn = paddr // PAGE
        if not bitmap[pfn // 8] >> pfn % 8 & 1:
            raise ValueError('page %x is not in the dump' % paddr)
        rank = sum(bin(b).count('1') for b in bitmap[:pfn // 8]) + \
            bin(bitmap[pfn // 8] & (1 << pfn % 8) - 1).count('1')
        f.seek(0, 2)
        at = f.tell()
        f.write(page)
        f.seek(first + rank * 24)
        f.write(struct.pack('<qIIQ', at, PAGE, 0, 0))
