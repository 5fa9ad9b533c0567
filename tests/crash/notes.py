# SPDX-License-Identifier: GPL-2.0-or-later
"""The tests' own reading of notes: from words that crash's rd printed and from
the headers of a dump file, straight from the layout in stop-tag/FORMAT.md.
Nothing of the code under test is used."""
import os
import re
import struct
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))), 'lib'))
import elfcore

NOTE_WORDS = 53                     # note_buf_t of arm64: 424 bytes

MECHANISMS = ['unset', 'panic', 'ipi', 'nmi-ipi', 'sdei', 'self-stop',
              'not-stopped']


def words_of_rd(text):
    """The words of crash's `rd`, in order of their addresses."""
    words = []
    for line in text.splitlines():
        m = re.match(r'\s*[0-9a-f]{8,16}:\s+([0-9a-f]{16})'
                     r'(?:\s+([0-9a-f]{16}))?', line)
        if m:
            words += [int(w, 16) for w in m.groups() if w]
    return words


def decode_tag(b):
    if b[:8] != b'CPUSTOP\0':
        return None
    keys = ['version', 'size', 'mechanism', 'regs', 'rungs', 'cpu', 'flags',
            'mpidr', 'stop_ns', 'request_ns', 'nr_online', 'nr_left',
            'sdei_status', 'reserved']
    return dict(zip(keys, struct.unpack('<HHBBHIIQQQIIiI', b[8:64])))


def decode_note(b):
    """One CPU's note at the start of b: None, or a dictionary."""
    namesz, descsz, kind = struct.unpack('<III', b[:12])
    if not namesz:
        return None
    name = b[12:12 + namesz].rstrip(b'\0')
    start = 12 + (namesz + 3 & ~3)
    desc = b[start:start + descsz]
    if name == b'CPUSTOP' and kind == 0x53544f50:
        return {'regs': None, 'pid': None, 'tag': decode_tag(desc)}
    if name != b'CORE' or kind != 1:
        return None
    regs = struct.unpack('<34Q', desc[112:384])
    named = {'x%d' % i: regs[i] for i in range(31)}
    named.update(sp=regs[31], pc=regs[32], pstate=regs[33])
    return {'regs': named, 'pid': struct.unpack('<I', desc[32:36])[0],
            'tag': decode_tag(desc[48:112])}


def memory_note(text):
    words = words_of_rd(text)
    if len(words) != NOTE_WORDS:
        raise ValueError('rd gave %d words' % len(words))
    return decode_note(struct.pack('<%dQ' % NOTE_WORDS, *words))


def sub_header(path):
    """Where the second header of a kdump-compressed dump lies."""
    with open(path, 'rb') as f:
        head = f.read(432)
    if head[:8] != b'KDUMP   ':
        raise ValueError('not a kdump-compressed dump')
    return struct.unpack('<i', head[428:])[0]


def file_notes(path):
    """(offset, bytes) of the note segment of a kdump-compressed dump."""
    with open(path, 'rb') as f:
        f.seek(sub_header(path) + 48)
        offset, size = struct.unpack('<QQ', f.read(16))
        f.seek(offset)
        return offset, f.read(size)


def readelf_notes(segment, scratch):
    """What eu-readelf says of a note segment: a list of {sp, pc, pid}."""
    with open(scratch, 'wb') as f:
        f.write(elfcore.head(len(segment)) + segment)
    text = subprocess.run(['eu-readelf', '-n', scratch], check=True,
                          capture_output=True, text=True).stdout
    notes = []
    for part in re.split(r'\n\s+CORE\s+\d+\s+PRSTATUS', text)[1:]:
        note = {}
        for key, name in (('sp', 'sp'), ('pc', 'pc'), ('pid', 'pid')):
            m = re.search(r'\b%s:\s+(0x[0-9a-f]+|\d+)' % name, part)
            note[key] = int(m.group(1), 0) if m else None
        notes.append(note)
    return notes
