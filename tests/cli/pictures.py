# SPDX-License-Identifier: GPL-3.0-or-later
"""PNG files without any library: writing them, and reading back what few-shot-edit wrote."""
import struct
import zlib

CHANNELS = {0: 1, 2: 3, 4: 2, 6: 4}


def _chunk(kind, data):
    return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))


def write(path, width, height, pixel, bits=8, colour=2):
    """pixel (x, y) gives the channels' numbers; colour is PNG's: 0 gray, 2 RGB, 4 gray + alpha, 6 RGBA."""
    form = '>%d%s' % (CHANNELS[colour], 'B' if bits == 8 else 'H')
    rows = b''.join(b'\0' + b''.join(struct.pack(form, *pixel(x, y)) for x in range(width)) for y in range(height))
    with open(path, 'wb') as file:
        file.write(b'\x89PNG\r\n\x1a\n' + _chunk(b'IHDR', struct.pack('>IIBBBBB', width, height, bits, colour, 0, 0, 0))
                   + _chunk(b'IDAT', zlib.compress(rows)) + _chunk(b'IEND', b''))


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
