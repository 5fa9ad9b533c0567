#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""repack.py: a kdump-compressed dump with its memory packed in another way.

repack.py DUMP OUT KIND
    KIND: elf, raw, zlib, lzo, snappy, zstd, split (of zlib, without the first
    pages), loop FP PC (of raw: the frame record whose return address is PC has
    FP as the next one), random SEED (of zlib: words of the headers, the bitmap,
    the page descriptors or page tables are made up)

Reads and writes pages with the libraries themselves, by ctypes.
"""
import ctypes
import os
import random
import struct
import sys
import zlib

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))), 'lib'))
import elfcore

ZLIB, LZO, SNAPPY, ZSTD = 1, 2, 4, 0x20
PAGE = 4096
SPLIT_PFN = 0x40500	# before swapper_pg_dir, behind the start of memory


def lzo():
    return ctypes.CDLL("liblzo2.so.2")


def snappy():
    return ctypes.CDLL("libsnappy.so.1")


def zstd():
    lib = ctypes.CDLL("libzstd.so.1")
    lib.ZSTD_compress.restype = ctypes.c_size_t
    lib.ZSTD_decompress.restype = ctypes.c_size_t
    return lib


def unpack(data, flags):
    out = ctypes.create_string_buffer(PAGE)
    size = ctypes.c_size_t(PAGE)
    if flags & ZLIB:
        return zlib.decompress(data)
    if flags & LZO:
        assert not lzo().lzo1x_decompress_safe(
            data, ctypes.c_size_t(len(data)), out, ctypes.byref(size), None)
        return out.raw
    if flags & SNAPPY:
        assert not snappy().snappy_uncompress(
            data, ctypes.c_size_t(len(data)), out, ctypes.byref(size))
        return out.raw
    if flags & ZSTD:
        assert zstd().ZSTD_decompress(out, size, data,
                                      ctypes.c_size_t(len(data))) == PAGE
        return out.raw
    return data


def pack(data, kind):
    """(bytes, flags); as makedumpfile does, raw if it would not be smaller."""
    out = ctypes.create_string_buffer(2 * PAGE)
    size = ctypes.c_size_t(2 * PAGE)
    if kind == "zlib":
        packed, flags = zlib.compress(data, 1), ZLIB
    elif kind == "lzo":
        work = ctypes.create_string_buffer(16384 * 8)
        assert not lzo().lzo1x_1_compress(data, ctypes.c_size_t(PAGE), out,
                                          ctypes.byref(size), work)
        packed, flags = out.raw[:size.value], LZO
    elif kind == "snappy":
        assert not snappy().snappy_compress(data, ctypes.c_size_t(PAGE), out,
                                            ctypes.byref(size))
        packed, flags = out.raw[:size.value], SNAPPY
    elif kind == "zstd":
        n = zstd().ZSTD_compress(out, size, data, ctypes.c_size_t(PAGE), 1)
        packed, flags = out.raw[:n], ZSTD
    else:
        return data, 0
    return (packed, flags) if len(packed) < PAGE else (data, 0)


class Dump:
    def __init__(self, path):
        with open(path, "rb") as f:
            self.data = f.read()
        block, sub, blocks = struct.unpack_from("<iiI", self.data, 428)
        assert self.data[:8] == b"KDUMP   " and block == PAGE
        self.bitmap = (1 + sub) * PAGE + blocks * PAGE // 2
        self.descs = (1 + sub + blocks) * PAGE
        self.pages = {}
        bits = self.data[self.bitmap:self.descs]
        number = int.from_bytes(bits, "little")
        at = self.descs
        for pfn in (i for i, c in enumerate(reversed(f"{number:b}"))
                    if c == "1"):
            offset, size, flags, _ = struct.unpack_from("<qIIQ", self.data, at)
            self.pages[pfn] = unpack(self.data[offset:offset + size], flags)
            at += 24

    def kdump(self, out, kind, pages=None):
        pages = self.pages if pages is None else pages
        with open(out, "wb") as f:
            f.write(self.data[:self.descs])
            at, packed = self.descs + 24 * len(pages), []
            for data in pages.values():
                data, flags = pack(data, kind)
                f.write(struct.pack("<qIIQ", at, len(data), flags, 0))
                packed.append(data)
                at += len(data)
            f.write(b"".join(packed))

    def elf(self, out):
        offset, size = struct.unpack_from("<QQ", self.data, PAGE + 48)
        notes = self.data[offset:offset + size]
        head = elfcore.head(size, [(0, pfn * PAGE, nr * PAGE, nr * PAGE)
                                   for pfn, nr in elfcore.runs(self.pages)],
                            align=PAGE)
        with open(out, "wb") as f:
            f.write(head + notes + b"".join(self.pages.values()))

    def split(self, out):
        self.kdump(out, "zlib", {pfn: page for pfn, page in self.pages.items()
                                 if pfn >= SPLIT_PFN})
        with open(out, "r+b") as f:
            f.seek(PAGE + 12)
            f.write(struct.pack("<i", 1))
            f.seek(PAGE + 80)
            f.write(struct.pack("<QQ", SPLIT_PFN, max(self.pages) + 1))

    def loop(self, out, fp, pc):
        block, found = fp & ~0x3fff, 0
        for pfn, page in self.pages.items():
            words = list(struct.unpack("<512Q", page))
            for i in range(0, 510):
                if words[i + 1] == pc and words[i] & ~0x3fff == block:
                    words[i], found = fp, found + 1
            self.pages[pfn] = struct.pack("<512Q", *words)
        assert found
        self.kdump(out, "raw")

    def random(self, out, seed):
        chance = random.Random(seed)
        data = bytearray(self.data)
        first, end = chance.choice(((428, 444), (PAGE, PAGE + 112),
                                    (self.bitmap, self.descs),
                                    (self.descs, self.descs + 24 * len(self.pages)),
                                    (self.descs, len(data))))
        for _ in range(chance.choice((1, 10, 1000))):
            at = chance.randrange(first, end - 4) & ~3
            data[at:at + 4] = struct.pack("<I", chance.choice(
                (0, 1, 0xffffffff, 0x7fffffff, 1 << chance.randrange(32),
                 chance.getrandbits(32))))
        with open(out, "wb") as f:
            f.write(data)


def main():
    dump, out, kind = sys.argv[1:4]
    dump = Dump(dump)
    if kind == "elf":
        dump.elf(out)
    elif kind == "split":
        dump.split(out)
    elif kind == "loop":
        dump.loop(out, int(sys.argv[4], 0), int(sys.argv[5], 0))
    elif kind == "random":
        first, last = int(sys.argv[4]), int(sys.argv[5])
        for seed in range(first, last):
            dump.random(f"{out}-{seed}", seed)
    else:
        dump.kdump(out, kind)


main()
