# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests' own ELF cores of arm64 are made of: headers and notes."""
import struct

PHDR = '<IIQQQQQQ'


def note(name, kind, desc):
    """One note; name without its terminating zero."""
    name += b'\0'
    return (struct.pack('<III', len(name), len(desc), kind) +
            name.ljust(-(-len(name) // 4) * 4, b'\0') +
            desc.ljust(-(-len(desc) // 4) * 4, b'\0'))


def runs(pfns):
    """[first, how many] of each run of page frame numbers, which ascend."""
    found = []
    for pfn in pfns:
        if found and sum(found[-1]) == pfn:
            found[-1][1] += 1
        else:
            found.append([pfn, 1])
    return found


def head(notes, loads=(), at=None, align=0):
    """The ELF header and program headers of a core: a note segment of so many
    bytes, at the given offset or right behind this, and behind that a segment
    for each of loads, (virtual address, physical address, size in the file, in
    memory), with its offset as a fifth if it does not follow the one before."""
    nr = 1 + len(loads)
    at = at or 64 + 56 * nr
    out = [struct.pack('<4s5B7xHHIQQQIHHHHHH', b'\x7fELF', 2, 1, 1, 0, 0, 4,
                       183, 1, 0, 64, 0, 0, 64, 56, nr, 0, 0, 0),
           struct.pack(PHDR, 4, 0, at, 0, 0, notes, notes, 4)]
    at += notes
    for vaddr, paddr, filesz, memsz, *offset in loads:
        at = offset[0] if offset else at
        out.append(struct.pack(PHDR, 1, 7, at if filesz else 0,
                               vaddr & (1 << 64) - 1, paddr, filesz, memsz,
                               align))
        at += filesz
    return b''.join(out)
