# SPDX-License-Identifier: GPL-3.0-or-later
#
# Pictures in, pictures out.
import os
import random
import shutil
import signal
import subprocess

import pictures
from command import PROGRAM, content, environment, fresh, model, ok, path, picture, put, refused, test


# Applying.

@test
def applies():
    out = path('result.png')
    ok('apply', model(), picture(), '-o', out)
    first = content(out)
    assert pictures.read(out)[:4] == (80, 70, 8, 2)
    ok('apply', model(), picture(), '-o', out)
    assert content(out) == first, 'the same seed gave another picture'


@test
def keeps_the_kind():
    for bits, colour in (16, 2), (8, 6), (16, 6), (8, 0), (8, 4), (16, 0):
        out, source = path('kind.png'), picture('source.png', 3, bits, colour)
        ok('apply', model(), source, '-o', out, '--strength', 0)
        assert pictures.read(out) == pictures.read(source), (bits, colour)
        ok('apply', model(), source, '-o', out)
        assert pictures.read(out)[2] == bits and pictures.read(out)[3] & 4 == colour & 4
    palette = path('palette.png')
    pictures.palette(palette, 40, 50)
    ok('apply', model(), palette, '-o', out)
    assert pictures.read(out)[:2] == (40, 50)


@test
def many_pictures():
    a, b, missing = picture('a.png'), picture('b.png', 2), path('missing.png')
    folder = path('results')
    shutil.rmtree(folder, ignore_errors=True)
    ok('apply', model(), a, b, '-o', folder)
    assert sorted(os.listdir(folder)) == ['a.png', 'b.png']
    shutil.rmtree(folder)
    result = refused(1, ['missing.png', '1 of 3'], 'apply', model(), a, missing, b, '-o', folder)
    assert sorted(os.listdir(folder)) == ['a.png', 'b.png'], result.stderr
    for data, words in (b'', 'empty'), (b'text', 'not a picture'), (content(a)[:100], 'damaged'):
        refused(1, [words, 'broken.png'], 'apply', model(), put(path('broken.png'), data), '-o', path('o.png'))


@test
def folders_of_pictures():
    folder, out = fresh('album'), path('album-done')
    shutil.rmtree(out, ignore_errors=True)
    os.makedirs(os.path.join(folder, 'more/deep'))
    names = ['1.png', '2.png', '10.png', 'more/a.png', 'more/deep/b.png']
    for name in names:
        picture('album/' + name)
    put(path('album/text.txt'), b'no picture')
    put(path('album/.hidden.png'), b'no business of ours')

    def found():
        return sorted(os.path.relpath(os.path.join(where, name), out) for where, _, files in os.walk(out) for name in files)
    told = ok('apply', model(), folder, '-o', out).stdout
    assert found() == sorted(names[:3]), found()
    order = [told.index(f'album/{name}') for name in names[:3]]
    assert order == sorted(order), told
    told = ok('apply', model(), folder, '-r', '-o', out).stdout
    assert found() == sorted(names) and told.startswith('3 finished') and told.count('->') == 2, told
    # What was not finished is done again, and what is older than its picture or the model.
    os.remove(os.path.join(out, '2.png'))
    os.utime(os.path.join(out, '10.png'), (1, 1))
    told = ok('apply', model(), folder, '-r', '-o', out).stdout
    assert found() == sorted(names) and told.startswith('3 finished') and told.count('->') == 2, told
    assert ok('apply', model(), folder, '-o', out, '--overwrite').stdout.count('->') == 3
    # A result's folder is never looked into.
    inner = os.path.join(folder, 'done')
    ok('apply', model(), folder, '-r', '-o', inner)
    assert ok('apply', model(), folder, '-r', '-o', inner).stdout.startswith('5 finished')
    shutil.rmtree(inner)

    put(path('album/more/broken.png'), b'text')
    result = refused(1, ['1 of 6', 'album/more/broken.png\n'], 'apply', model(), folder, '-r', '--overwrite', '-o', out)
    assert result.stdout.count('->') == 5 and found() == sorted(names), result.stdout
    refused(2, 'overwrite', 'apply', model(), folder, '-o', folder)
    refused(2, 'no pictures', 'apply', model(), fresh('nothing'), '-o', out)
    refused(2, ['no pictures', '--recursive'], 'apply', model(), os.path.dirname(fresh('nothing/nested')), '-o', out)


@test
def stopped_between_pictures():
    folder, out = fresh('many'), path('many-done')
    shutil.rmtree(out, ignore_errors=True)
    for i in range(40):
        picture(f'many/{i}.png', width=400, height=300) if i == 0 else shutil.copy(path('many/0.png'), path(f'many/{i}.png'))
    child = subprocess.Popen([PROGRAM, 'apply', model(), folder, '-o', out], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             text=True, env=environment(), stdin=subprocess.DEVNULL)
    child.stdout.readline()
    child.send_signal(signal.SIGINT)
    complaint = child.communicate(timeout=60)[1]
    done = os.listdir(out)
    assert child.returncode == 1 and 'Stopped with' in complaint and 'same command' in complaint, complaint
    assert 1 <= len(done) < 40 and not [name for name in done if name.startswith('.')], done
    for name in done:
        assert pictures.read(os.path.join(out, name))[:2] == (400, 300)
    told = ok('apply', model(), folder, '-o', out).stdout
    assert told.startswith(f'{len(done)} finished') and len(os.listdir(out)) == 40, told


EXIF = (b'Exif\0\0MM\0*\0\0\0\x08\0\x02' + b'\x01\x12\0\x03\0\0\0\x01\0\x06\0\0'
        + b'\x01\x3b\0\x02\0\0\0\x09\0\0\0\x26' + b'\0\0\0\0' + b'A. Painter'[:8] + b'\0')


@test
def profile_and_metadata_are_kept():
    wide = pictures.wide_profile()
    for bits in 8, 16:
        scene, top = pictures.scene(3), 257 if bits == 16 else 1
        pictures.write(path('wide.png'), 80, 70, lambda x, y: [top * v for v in scene(x, y)], bits, profile=wide)
        ok('apply', model(), path('wide.png'), '-o', path('wide-too.png'), '--strength', 0)
        before, after = pictures.read(path('wide.png')), pictures.read(path('wide-too.png'))
        assert pictures.profile_of(path('wide-too.png')) == wide and before[:4] == after[:4]
        assert before == after, bits
    ok('apply', model(), path('wide.png'), '-o', path('wide.tif'))
    ok('apply', model(), path('wide.png'), '-o', path('wide.jpg'))
    for name in 'wide.tif', 'wide.jpg':
        assert wide[128:] in content(path(name)), name

    plain = content(path('wide.jpg'))
    turned = plain[:2] + b'\xff\xe1' + (len(EXIF) + 2).to_bytes(2, 'big') + EXIF + plain[2:]
    for name in 'kept.jpg', 'kept.png', 'kept.tif', 'kept.webp':
        ok('apply', model(), put(path('turned.jpg'), turned), '-o', path(name))
        assert EXIF[-9:-1] in content(path(name)) or name.endswith('.png'), name
        ok('apply', model(), path(name), '-o', path('again.jpg'))
        again = content(path('again.jpg'))
        assert EXIF[-9:-1] in again, name
        # Turned upright once, and said to be so.
        at = again.index(b'Exif\0\0') + 6
        order = 'big' if again[at:at + 2] == b'MM' else 'little'
        entry = again.index((0x112).to_bytes(2, order) + (3).to_bytes(2, order), at)
        assert int.from_bytes(again[entry + 8:entry + 10], order) == 1
        size = again.index(b'\xff\xc0')
        assert again[size + 5:size + 9] == (80).to_bytes(2, 'big') + (70).to_bytes(2, 'big'), name


@test
def never_overwrites_an_input():
    a, b = picture('a.png'), picture('b.png', 2)
    before = content(a), content(b)
    refused(2, 'overwrite', 'apply', model(), a, '-o', a)
    refused(2, 'overwrite', 'apply', model(), a, b, '-o', path())
    os.symlink(a, path('link.png'))
    refused(2, 'overwrite', 'apply', model(), a, '-o', path('link.png'))
    os.remove(path('link.png'))
    os.makedirs(path('other'), exist_ok=True)
    shutil.copy(b, path('other/a.png'))
    refused(2, ['other/a.png', 'both'], 'apply', model(), a, path('other/a.png'), '-o', path('clash'))
    assert (content(a), content(b)) == before and not os.path.exists(path('clash'))


@test
def results_that_cannot_be_written():
    a = picture('a.png')
    refused(2, '.png', 'apply', model(), a, '-o', path('o.xyz'))
    refused(2, 'must be a folder', 'apply', model(), a, picture('b.png', 2), '-o', put(path('file'), b''))
    refused(1, 'folder does not exist', 'apply', model(), a, '-o', path('no/where/o.png'))
    noise = random.Random(1)
    pictures.write(path('noise.png'), 800, 500, lambda x, y: noise.randbytes(3))
    for name in 'old.png', 'old.tif':
        old = path(name)
        ok('apply', model(), path('noise.png'), '-o', old)  # and kernels are compiled now: that writes, too
        put(old, b'the old one')
        refused(1, 'full', 'apply', model(), path('noise.png'), '-o', old, full=1 << 20)
        assert content(old) == b'the old one'
    assert [name for name in os.listdir(path()) if name.startswith('.')] == []


@test
def output_that_is_full():
    with open('/dev/full', 'w') as full:
        result = subprocess.run([PROGRAM, 'info', model()], stdout=full, stderr=subprocess.PIPE, text=True)
    assert result.returncode == 1 and 'could not be written' in result.stderr, result
