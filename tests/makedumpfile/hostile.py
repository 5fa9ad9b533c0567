# SPDX-License-Identifier: GPL-2.0-or-later
"""hostile.py ELF KDUMP DIR: writes into DIR a dump per way that is known to
have hurt a reader of notes, makedumpfile's among them, made from two sound
dumps. Prints nothing; the file names say what is wrong."""
import os
import struct
import sys

elf = open(sys.argv[1], "rb").read()
kdump = open(sys.argv[2], "rb").read()
out = sys.argv[3]

PHOFF = struct.unpack_from("<Q", elf, 32)[0]
NOTES, NOTES_SIZE = struct.unpack_from("<Q16xQ", elf, PHOFF + 8)


def write(name, data, *changes, sparse=0):
    data = bytearray(data)
    for at, fmt, value in changes:
        struct.pack_into("<" + fmt, data, at, value)
    with open(os.path.join(out, name), "wb") as f:
        f.write(data)
        if sparse:
            f.truncate(sparse)


# The section header that counts the program headers: its claimed size is
# what a reader must not read into a structure of its own.
for size in (64, 65, 4096, 0xffff):
    write(f"phnum-shentsize-{size}", elf + b"\xff" * 0x10000,
          (56, "H", 0xffff), (40, "Q", len(elf)), (58, "H", size))
write("phnum-without-sections", elf, (56, "H", 0xffff), (40, "Q", 0))
write("phnum-sections-behind-the-end", elf, (56, "H", 0xffff),
      (40, "Q", 1 << 62), (58, "H", 64))
# Note segments of another size than the file has.
for name, size in (("4g", 1 << 32), ("2-63", 1 << 63), ("max", 2**64 - 1)):
    write(f"note-segment-of-{name}", elf, (PHOFF + 32, "Q", size))
write("note-segment-behind-the-end", elf, (PHOFF + 8, "Q", 2**64 - 8))
write("note-segment-of-zeros", elf[:NOTES], (PHOFF + 32, "Q", 1 << 34),
      sparse=NOTES + (1 << 34))
# Notes that end exactly with the file, and in each of their last words.
end = NOTES + NOTES_SIZE
for short in (0, 1, 4, 8, 12, 19, 20, 211, 412):
    write(f"file-ends-{short}-early", elf[:end - short])
    write(f"segment-ends-{short}-early", elf[:end - short],
          (PHOFF + 32, "Q", NOTES_SIZE - short))
# Sizes of a note that wrap when they are rounded up.
for size in (0xfffffff0, 0xfffffffd, 0xffffffff, 0x80000000, 0x7fffffff):
    write(f"namesz-{size:x}", elf, (NOTES, "I", size))
    write(f"descsz-{size:x}", elf, (NOTES + 4, "I", size))
    write(f"both-{size:x}", elf, (NOTES, "I", size), (NOTES + 4, "I", size))
# Files cut off, as by a full disk: mapped, they end in SIGBUS.
for size in (1, 15, 16, 63, 64, 65, 119, 120, NOTES - 1, NOTES, NOTES + 1):
    write(f"elf-of-{size}", elf[:size])
for size in (7, 8, 431, 432, 4095, 4096, 4097, 4160, 5000):
    write(f"kdump-of-{size}", kdump[:size])
block = struct.unpack_from("<I", kdump, 428)[0]
for value in (2**64 - 1, 1 << 63, 1 << 40):
    write(f"kdump-notes-at-{value:x}", kdump, (block + 48, "Q", value))
    write(f"kdump-notes-of-{value:x}", kdump, (block + 56, "Q", value))
    write(f"kdump-vmcoreinfo-of-{value:x}", kdump, (block + 40, "Q", value))
for value in (0, 1, 513, 0xffffffff, 0x80000000):
    write(f"kdump-block-size-{value:x}", kdump, (428, "I", value))
