"""Contact sheets: python3 -m onegt.render.sheet sheet.png --seed 0 --rows 6 --views 5 [--attributes]"""
import argparse
import struct
import zlib

import numpy as np

from .cameras import HEAD_CENTER
from .renderer import HeadRenderer


def write_png(path, picture):
    """picture [H, W, 3] u8"""
    height, width, _ = picture.shape
    rows = np.concatenate([np.zeros((height, 1), np.uint8), picture.reshape(height, -1)], 1)  # filter byte 0: none

    def chunk(kind, data):
        return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))

    with open(path, 'wb') as file:
        file.write(b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', width, height, 8, 2, 0, 0, 0))
                   + chunk(b'IDAT', zlib.compress(rows.tobytes(), 6)) + chunk(b'IEND', b''))


def attribute_picture(view):
    """Canonical position and normal side by side as colours: [a, 2a, 3] u8."""
    visible = (view.materials > 0)[..., None]
    position = np.clip((view.attributes[..., :3] - HEAD_CENTER) / 12 * 127 + 128, 0, 255) * visible
    normal = np.clip(view.attributes[..., 3:] * 127 + 128, 0, 255) * visible
    return np.concatenate([position, normal], 1).astype(np.uint8)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('out')
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--rows', type=int, default=6)
    parser.add_argument('--views', type=int, default=5)
    parser.add_argument('--attributes', action='store_true', help='canonical position and normal beside each picture')
    parser.add_argument('--pack', help='head pack, else $ONEGT_HEAD_PACK')
    options = parser.parse_args()
    renderer = HeadRenderer(options.pack)
    rows = []
    for seed in range(options.seed, options.seed + options.rows):
        row = []
        for view in renderer.group(seed, options.views, 256 if options.attributes else 0):
            row += [view.picture, attribute_picture(view)] if options.attributes else [view.picture]
        rows.append(np.concatenate(row, 1))
    write_png(options.out, np.concatenate(rows, 0))


if __name__ == '__main__':
    main()
