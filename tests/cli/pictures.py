# SPDX-License-Identifier: GPL-3.0-or-later
"""PNG files without any library: writing them, and reading back what few-shot-edit wrote."""
import struct
import zlib

CHANNELS = {0: 1, 2: 3, 4: 2, 6: 4}


def _chunk(kind, data):
    return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))


def write(path, width, height, pixel, bits=8, colour=2, profile=None):
    """pixel (x, y) gives the channels' numbers; colour is PNG's: 0 gray, 2 RGB, 4 gray + alpha, 6 RGBA."""
    icc = _chunk(b'iCCP', b'wide\0\0' + zlib.compress(profile)) if profile else b''
    form = '>%d%s' % (CHANNELS[colour], 'B' if bits == 8 else 'H')
    rows = b''.join(b'\0' + b''.join(struct.pack(form, *pixel(x, y)) for x in range(width)) for y in range(height))
    with open(path, 'wb') as file:
        file.write(b'\x89PNG\r\n\x1a\n' + _chunk(b'IHDR', struct.pack('>IIBBBBB', width, height, bits, colour, 0, 0, 0))
                   + icc + _chunk(b'IDAT', zlib.compress(rows)) + _chunk(b'IEND', b''))


def wide_profile():
    """An ICC profile with the primaries of Adobe RGB (1998) and gamma 2.2."""
    def fixed(*values):
        return b''.join(struct.pack('>i', round(value * 65536)) for value in values)

    curve = b'curv\0\0\0\0' + struct.pack('>IHH', 1, 563, 0)
    tags = [(b'desc', b'desc\0\0\0\0' + struct.pack('>I', 5) + b'wide\0' + bytes(78)), (b'cprt', b'text\0\0\0\0none\0\0\0\0'),
            (b'wtpt', b'XYZ \0\0\0\0' + fixed(0.9642, 1, 0.8249)), (b'rXYZ', b'XYZ \0\0\0\0' + fixed(0.60974, 0.31111, 0.01947)),
            (b'gXYZ', b'XYZ \0\0\0\0' + fixed(0.20528, 0.62567, 0.06087)), (b'bXYZ', b'XYZ \0\0\0\0' + fixed(0.14919, 0.06322, 0.74457)),
            (b'rTRC', curve), (b'gTRC', curve), (b'bTRC', curve)]
    table, data, at = b'', b'', 128 + 4 + 12 * len(tags)
    for name, content in tags:
        content += bytes(-len(content) % 4)
        table += struct.pack('>4sII', name, at + len(data), len(content))
        data += content
    head = struct.pack('>I4sI4s4s4s', at + len(data), b'none', 0x02400000, b'mntr', b'RGB ', b'XYZ ') \
        + struct.pack('>6H', 2026, 1, 1, 0, 0, 0) + b'acsp' + bytes(28) + fixed(0.9642, 1, 0.8249) + bytes(48)
    return head + struct.pack('>I', len(tags)) + table + data


def profile_of(path):
    """The ICC profile in a PNG file, or None."""
    with open(path, 'rb') as file:
        data = file.read()
    at = data.find(b'iCCP')
    if at < 0:
        return None
    length, = struct.unpack('>I', data[at - 4:at])
    return zlib.decompress(data[at + 4:at + 4 + length].split(b'\0', 1)[1][1:])


def palette(path, width, height):
    """An indexed picture of four colours."""
    rows = b''.join(b'\0' + bytes((x // 8 + y // 8) % 4 for x in range(width)) for y in range(height))
    with open(path, 'wb') as file:
        file.write(b'\x89PNG\r\n\x1a\n' + _chunk(b'IHDR', struct.pack('>IIBBBBB', width, height, 8, 3, 0, 0, 0))
                   + _chunk(b'PLTE', bytes((200, 30, 30, 30, 200, 30, 30, 30, 200, 220, 220, 220)))
                   + _chunk(b'IDAT', zlib.compress(rows)) + _chunk(b'IEND', b''))


def read(path):
    """(width, height, bits, colour, rows of bytes)"""
    with open(path, 'rb') as file:
        data = file.read()
    assert data[:8] == b'\x89PNG\r\n\x1a\n', path
    at, packed = 8, b''
    while at < len(data):
        length, kind = struct.unpack('>I4s', data[at:at + 8])
        body = data[at + 8:at + 8 + length]
        if kind == b'IHDR':
            width, height, bits, colour = struct.unpack('>IIBB', body[:10])
        elif kind == b'IDAT':
            packed += body
        at += 12 + length
    step = CHANNELS[colour] * bits // 8
    raw, size, rows = zlib.decompress(packed), width * step, []
    above = bytearray(size)
    for y in range(height):
        how, line = raw[y * (size + 1)], bytearray(raw[y * (size + 1) + 1:(y + 1) * (size + 1)])
        for i in range(size):
            left = line[i - step] if i >= step else 0
            corner = above[i - step] if i >= step else 0
            up = above[i]
            if how == 1:
                line[i] = (line[i] + left) & 255
            elif how == 2:
                line[i] = (line[i] + up) & 255
            elif how == 3:
                line[i] = (line[i] + (left + up) // 2) & 255
            elif how == 4:
                guess = left + up - corner
                near = min((abs(guess - left), 0, left), (abs(guess - up), 1, up), (abs(guess - corner), 2, corner))
                line[i] = (line[i] + near[2]) & 255
        rows.append(bytes(line))
        above = line
    return width, height, bits, colour, rows


def scene(seed):
    """A picture with shapes in it, another for each seed."""
    def pixel(x, y):
        inside = (x - 20 - 3 * seed) ** 2 + (y - 30 + 2 * seed) ** 2 < 200
        return ((x * 3 + seed * 20) % 256, 220 if inside else (y * 2) % 256, (x + y + seed * 40) % 256)
    return pixel


def warmer(pixel):
    """The edit that the tests learn."""
    def edited(x, y):
        r, g, b = pixel(x, y)
        return (min(255, r + 40), g, b // 2)
    return edited
