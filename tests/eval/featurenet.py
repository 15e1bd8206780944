# SPDX-License-Identifier: GPL-3.0-or-later
"""Features of pictures, from the InceptionV3 that the npm package nsfwjs 4.3 brings (MIT licence, 25 MB, weights inside).

That net was trained on for five classes of pictures from ImageNet's weights, and its weights are kept in 8 bits. Distances in
its features order results well, but are not comparable with published FIDs, KIDs or LPIPS.
"""
import base64
import json
import os
import re

import numpy as np

# Where the perceptual distance looks: from edges to parts.
TAPS = ('activation_3', 'activation_5', 'mixed2', 'mixed7')
POOLED = 2048
# The side that pictures are enlarged to. The net's own is 299, at four times the cost; it is convolutional to its last pooling.
SIDE = 149
FILES = os.path.join('dist', 'models', 'inception_v3')

MISSING = """The feature net is not there, so perceptual distance, KID, Frechet distance and alignment are left out. To get it:
    npm pack nsfwjs@4.3.0 && mkdir FOLDER && tar xzf nsfwjs-4.3.0.tgz -C FOLDER --strip-components=1
and give that folder by --feature-net FOLDER. It needs python3-torch, too."""


def _read_model(text):
    """The object literal in a JavaScript module, as JSON's values."""
    text = text[text.index('{modelTopology'):]
    text = re.sub(r'([{,])([A-Za-z_]\w*):', r'\1"\2":', text)
    text = text.replace(':!1', ':false').replace(':!0', ':true')
    text = re.sub(r'([\[:,]-?)\.(\d)', r'\g<1>0.\2', text)
    return json.JSONDecoder().raw_decode(text)[0]


def _read_weights(folder, group):
    """The arrays by name: 8-bit numbers, each array with a scale and a least value of its own."""
    data = b''
    for path in group['paths']:
        with open(os.path.join(folder, path + '.min.js'), encoding='ascii') as file:
            data += base64.b64decode(max(re.findall(r'[A-Za-z0-9+/]{64,}={0,2}', file.read()), key=len))
    weights, at = {}, 0
    for entry in group['weights']:
        count, packing = int(np.prod(entry['shape'])), entry.get('quantization')
        kind = np.dtype(packing['dtype'] if packing else entry['dtype'])
        values = np.frombuffer(data, kind, count, at).astype(np.float32)
        at += count * kind.itemsize
        weights[entry['name']] = (values * packing['scale'] + packing['min'] if packing else values).reshape(entry['shape'])
    if at != len(data):
        raise ValueError(f'{folder}: {len(data)} bytes of weights, where the model speaks of {at}')
    return weights


def _pools_all(kind, config):
    """Whether a layer is the last pooling: 8x8, all there is at the net's own input size."""
    return kind == 'AveragePooling2D' and config['pool_size'][0] == 8


class FeatureNet:
    """The net up to its pooled features. Convolutions carry the norm that follows them."""

    def __init__(self, package):
        import torch
        self.torch = torch
        # Pictures are too small for threads to pay.
        torch.set_num_threads(1)
        folder = os.path.join(package, FILES)
        with open(os.path.join(folder, 'model.min.js'), encoding='utf-8') as file:
            model = _read_model(file.read())
        weights = _read_weights(folder, model['weightsManifest'][0])
        self.layers = []
        for layer in model['modelTopology']['model_config']['config']['layers']:
            kind, config, name = layer['class_name'], layer['config'], layer['config']['name']
            inputs = [node[0] for node in layer['inbound_nodes'][0]] if layer['inbound_nodes'] else []
            self.layers.append((kind, name, inputs, config, self._tensors(kind, name, weights, config)))
            if _pools_all(kind, config):
                break
        self.last_use = {name: number for number, layer in enumerate(self.layers) for name in layer[2]}

    def _tensors(self, kind, name, weights, config):
        if kind == 'Conv2D':
            return self.torch.from_numpy(np.ascontiguousarray(weights[name + '/kernel'].transpose(3, 2, 0, 1)))
        if kind == 'BatchNormalization':
            gain = 1 / np.sqrt(weights[name + '/moving_variance'] + config['epsilon'])
            if config['scale']:
                gain = gain * weights[name + '/gamma']
            shift = weights[name + '/beta'] - weights[name + '/moving_mean'] * gain
            return [self.torch.from_numpy(v.reshape(1, -1, 1, 1).astype(np.float32)) for v in (gain, shift)]
        return None

    def _run(self, kind, config, tensors, inputs):
        nn = self.torch.nn.functional
        x = inputs[0]
        if kind == 'InputLayer':
            return x
        if kind == 'Conv2D':
            return nn.conv2d(x, tensors, stride=config['strides'],
                             padding='same' if config['padding'] == 'same' else 0)
        if kind == 'BatchNormalization':
            return x * tensors[0] + tensors[1]
        if kind == 'Activation':
            return nn.relu(x)
        if kind == 'MaxPooling2D':
            return nn.max_pool2d(x, config['pool_size'], config['strides'])
        if _pools_all(kind, config):
            return x.mean((2, 3))
        if kind == 'AveragePooling2D':
            pad = config['pool_size'][0] // 2 if config['padding'] == 'same' else 0
            return nn.avg_pool2d(x, config['pool_size'], config['strides'], pad, count_include_pad=False)
        if kind == 'Concatenate':
            return self.torch.cat(inputs, 1)
        raise ValueError(f'a layer of kind {kind} is not known')

    def describe(self, pictures):
        """Of bytes [n, h, w, 3]: features [n, 2048], and the maps of each picture."""
        found = [self(picture / 255) for picture in pictures]
        return np.stack([f for f, _ in found]), [m for _, m in found]

    def __call__(self, picture):
        """Of a picture [h, w, 3] in 0..1: the pooled features [2048], and the maps of TAPS, of unit length at each place."""
        with self.torch.no_grad():
            x = self.torch.from_numpy(np.ascontiguousarray(picture.transpose(2, 0, 1)[None], dtype=np.float32))
            values = {None: self.torch.nn.functional.interpolate(x, (SIDE, SIDE), mode='bilinear', align_corners=False)}
            maps = []
            for number, (kind, name, inputs, config, tensors) in enumerate(self.layers):
                values[name] = self._run(kind, config, tensors, [values[i] for i in inputs] or [values[None]])
                if name in TAPS:
                    tap = values[name][0]
                    maps.append((tap / (tap.square().sum(0, keepdim=True) + 1e-10).sqrt()).numpy())
                for used in inputs:
                    if self.last_use[used] == number:
                        del values[used]
            return values[name][0].numpy().astype(np.float64), maps


def distance(a, b):
    """Perceptual distance of two pictures by their maps: squared differences, mean over places, summed over the taps."""
    return float(sum(np.square(x - y).sum(0).mean() for x, y in zip(a, b)))


def load(package):
    """The net, or None where the package or PyTorch is missing."""
    if not package or not os.path.exists(os.path.join(package, FILES, 'model.min.js')):
        return None
    try:
        return FeatureNet(package)
    except ImportError:
        return None
