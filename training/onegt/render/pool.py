"""Render a pool of pictures: python3 -m onegt.render.pool POOL --first 0 --groups 6000 [--pack PACK]

For every 250 groups of 4 views (seeds SEED, SEED+1, ...) POOL/rgb_SEED.npy [V, 256, 256, 3] u8, view by view. Held-out
seeds (1,000,000 and above) also get mask_SEED (foreground, see View) and pid_SEED (material + 1 of the bald head), both
[V, 256, 256] u8. Files that are there already are skipped, so a broken run is resumed by starting it again, and several
processes can share the work by different --first.
"""
import argparse
import os
import time

import numpy as np

from .renderer import HeadRenderer

VIEWS, SIZE, CHUNK = 4, 256, 250
HELD_OUT = 1_000_000


def render_chunk(renderer, first, num_groups):
    """Arrays by name: rgb, and for held-out seeds mask and pid."""
    held_out = first >= HELD_OUT
    views = [view for seed in range(first, first + num_groups)
             for view in renderer.group(seed, VIEWS, SIZE if held_out else 0, SIZE)]
    arrays = {'rgb': np.stack([view.picture for view in views])}
    if held_out:
        arrays['mask'] = np.stack([view.foreground for view in views])
        arrays['pid'] = np.stack([view.materials for view in views])
    return arrays


def write_chunk(folder, first, arrays):
    """rgb comes last and under its final name only when whole: its presence means that the chunk is done."""
    for name in sorted(arrays, key=lambda name: name == 'rgb'):
        path = os.path.join(folder, f'{name}_{first:07d}.npy')
        np.save(path + '.tmp.npy', arrays[name])
        os.replace(path + '.tmp.npy', path)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('pool')
    parser.add_argument('--first', type=int, default=0, help='first seed')
    parser.add_argument('--groups', type=int, default=CHUNK)
    parser.add_argument('--pack', help='head pack, else $ONEGT_HEAD_PACK')
    options = parser.parse_args()
    os.makedirs(options.pool, exist_ok=True)
    renderer = HeadRenderer(options.pack)
    start, count = time.time(), 0
    for first in range(options.first, options.first + options.groups, CHUNK):
        if os.path.exists(os.path.join(options.pool, f'rgb_{first:07d}.npy')):
            continue
        num_groups = min(CHUNK, options.first + options.groups - first)
        write_chunk(options.pool, first, render_chunk(renderer, first, num_groups))
        count += num_groups * VIEWS
        print(f'seed {first}: {count / (time.time() - start):.1f} pictures/s', flush=True)


if __name__ == '__main__':
    main()
