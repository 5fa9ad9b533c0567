#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""notes: the container of a dump, and its notes as they lie there.

Usage: notes.py kind DUMP         ELF64, kdump, kdump-zlib, ..., flattened
       notes.py level DUMP        the dump level that a kdump dump names
       notes.py segment DUMP OUT  the bytes of the note segment
       notes.py damage DUMP OUT   a copy with one bit of the last tag changed

The lab's reader and nothing of stop-tag/: what is compared with stopcheck must
not come from it. Containers that are not known are an error.
"""
import os
import struct
import sys
import tempfile

sys.dont_write_bytecode = True  # nothing is written into the tree
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..', 'lab'))
from dumpfile import Dump, DumpError  # noqa: E402

COMPRESSION = {0: 'kdump', 1: 'kdump-zlib', 2: 'kdump-lzo', 4: 'kdump-snappy',
               0x20: 'kdump-zstd'}
# What makedumpfile sets in the header's status beside the compression when it
# could not write everything.
INCOMPLETE = 0x8
PT_NOTE = 4


def head(path):
    with open(path, 'rb') as f:
        return f.read(4096)


def kind(path):
    start = head(path)
    if start[:6] == b'\x7fELF\x02\x01':
        return 'ELF64'
    if start[:12] == b'makedumpfile':
        return 'flattened'
    if start[:8] == b'KDUMP   ':
        status, = struct.unpack_from('<I', start, 424)
        known = COMPRESSION.get(status & ~INCOMPLETE)
        if known:
            return known + ('-incomplete' if status & INCOMPLETE else '')
        raise DumpError(f'{path}: status {status:#x} is not known')
    raise DumpError(f'{path}: not a container that is known')


def level(path):
    """dump_level of the kdump sub header, which follows the header's block."""
    if not kind(path).startswith('kdump'):
        raise DumpError(f'{path}: not a kdump dump')
    block, = struct.unpack_from('<I', head(path), 428)
    with open(path, 'rb') as f:
        f.seek(block + 8)
        return struct.unpack('<i', f.read(4))[0]


def restored(path, out):
    """What a flattened dump is of: its chunks, each written where it says."""
    with open(path, 'rb') as f:
        f.seek(4096)
        while True:
            offset, size = struct.unpack('>qq', f.read(16))
            if offset == size == -1:
                return
            data = f.read(size)
            if offset < 0 or size <= 0 or len(data) != size:
                raise DumpError(f'{path}: a chunk of {size} at {offset}')
            out.seek(offset)
            out.write(data)


def segment(path):
    if kind(path) == 'flattened':
        with tempfile.NamedTemporaryFile() as out:
            restored(path, out)
            out.flush()
            if kind(out.name) == 'flattened':
                raise DumpError(f'{path}: flattened twice')
            return segment(out.name)
    if kind(path) != 'ELF64':
        return Dump(path).notes_data
    start = head(path)
    table, = struct.unpack_from('<Q', start, 32)
    size, count = struct.unpack_from('<HH', start, 54)
    out = []
    with open(path, 'rb') as f:
        for i in range(count):
            f.seek(table + i * size)
            fields = struct.unpack('<IIQQQQ', f.read(size)[:40])
            if fields[0] == PT_NOTE:
                f.seek(fields[2])
                out.append(f.read(fields[5]))
    if len(out) != 1:
        raise DumpError(f'{path}: {len(out)} note segments')
    return out[0]


def damage(path, out):
    """Bit 0 of the last tag's mechanism: not-stopped becomes an unknown 7."""
    notes = segment(path)
    with open(path, 'rb') as f:
        data = bytearray(f.read())
    last = max(notes.rfind(b'CPUSTOP\0' + bytes([version]) + b'\0\x40\0')
               for version in (1, 2))
    tag = data.index(notes) + last
    data[tag + 12] ^= 1
    with open(out, 'wb') as f:
        f.write(data)


def main():
    try:
        if len(sys.argv) == 3 and sys.argv[1] == 'kind':
            print(kind(sys.argv[2]))
        elif len(sys.argv) == 3 and sys.argv[1] == 'level':
            print(level(sys.argv[2]))
        elif len(sys.argv) == 4 and sys.argv[1] == 'segment':
            with open(sys.argv[3], 'wb') as f:
                f.write(segment(sys.argv[2]))
        elif len(sys.argv) == 4 and sys.argv[1] == 'damage':
            damage(sys.argv[2], sys.argv[3])
        else:
            sys.exit(__doc__)
    except (DumpError, OSError, struct.error, ValueError) as e:
        sys.exit(f'notes: {type(e).__name__}: {e}')


if __name__ == '__main__':
    main()
