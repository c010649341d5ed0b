import { execFileSync, spawnSync } from 'node:child_process';
import { copyFile, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeviceLostError } from '@onegt/kernels';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openShards, readShards } from '../shards/loader.ts';
import { createEllipseMaker, ELLIPSE_HEAD, type EllipseOptions } from '../testing/ellipse-maker.ts';
import { createSpec, type DatasetSpec, readManifest } from './dataset.ts';
import type { LostError } from './errors.ts';
import { folderShards } from './folder-shards.ts';
import { renderDataset, type RenderDatasetOptions } from './render-dataset.ts';
import { verifyDataset } from './verify.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onegt-data-'));
});
afterEach(() => rm(folder, { recursive: true }));

const signal = new AbortController().signal;
const SPEC = createSpec({ kind: 'pairs', seed: 100, size: 16, samplesPerShard: 3, viewsPerSample: 2, head: ELLIPSE_HEAD.name, hasPictures: true });

function render(options: Partial<Omit<RenderDatasetOptions, 'spec'>> & { spec?: Partial<DatasetSpec>; maker?: EllipseOptions } = {}) {
  const { spec, maker, ...rest } = options;
  return renderDataset({ folder, spec: { ...SPEC, ...spec }, count: 8, headLicence: ELLIPSE_HEAD.licence, createMaker: () => Promise.resolve(createEllipseMaker(maker)), signal, ...rest });
}

/** Every file but the records, whose times differ. */
async function contents(of = folder): Promise<Record<string, string>> {
  const names = (await readdir(of)).filter((name) => name.endsWith('.tar')).sort();
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, (await readFile(join(of, name))).toString('base64')] as const)));
}

describe('render', () => {
  test('shards, records, a manifest and a datasheet; nothing else', async () => {
    const { made, alreadyThere, manifest } = await render();
    expect([made, alreadyThere, manifest.isComplete, manifest.samples]).toEqual([3, 0, true, 8]);
    expect((await readdir(folder)).sort()).toEqual(['DATASHEET.md', 'manifest.json', ...[0, 1, 2].flatMap((i) => [`pairs-00000${i}.json`, `pairs-00000${i}.tar`])]);
    expect(manifest.shards.map(({ first, samples }) => [first, samples])).toEqual([[0, 3], [3, 3], [6, 2]]);
    const sheet = await readFile(join(folder, 'DATASHEET.md'), 'utf8');
    expect(sheet).toContain('8 pairs, seeds 100 to 107');
    expect(sheet).toContain('Nobody owns an ellipse.');
    expect(sheet).toMatch(/colour: (red|green) \d+\.\d %, (red|green) \d+\.\d %/);
  });

  test('a second run makes nothing, more samples of the same only add shards', async () => {
    await render({ count: 6 });
    const before = await contents();
    expect((await render({ count: 6 })).made).toBe(0);
    expect(await render({ count: 8 })).toMatchObject({ made: 1, alreadyThere: 2 });
    expect(await contents()).toMatchObject(before);
  });

  test('an interruption keeps whole shards, leaves no other file, and the next run goes on from there to the same bytes', async () => {
    await render();
    const whole = await contents();
    await rm(folder, { recursive: true });
    const abort = new AbortController();
    const interrupted = render({ signal: abort.signal, maker: { beforeSample: (index) => { if (index === 4) abort.abort(); } } });
    await expect(interrupted).rejects.toMatchObject({ name: 'AbortError' });
    expect((await readdir(folder)).sort()).toEqual(['manifest.json', 'pairs-000000.json', 'pairs-000000.tar']);
    expect(await readManifest(folder)).toMatchObject({ isComplete: false, samples: 3 });
    expect(await render()).toMatchObject({ made: 2, alreadyThere: 1 });
    expect(await contents()).toEqual(whole);
  });

  test('shard i of n: together all shards, apart from each other none twice; parts and whole have the same bytes', async () => {
    const other = await mkdtemp(join(tmpdir(), 'onegt-data-'));
    try {
      const made = await Promise.all([0, 1].map((index) => render({ folder: other, part: { index, count: 2 } })));
      expect(made.map(({ made: count }) => count)).toEqual([2, 1]);
      await render();
      expect(await contents(other)).toEqual(await contents());
      expect(await readManifest(other)).toMatchObject({ isComplete: true, samples: 8 });
    } finally {
      await rm(other, { recursive: true });
    }
  });

  test('another data set in the same folder is refused, with what differs', async () => {
    await render();
    const refused = await render({ spec: { size: 32, seed: 7 } }).catch((error: Error) => `${error.name}: ${error.message.replace(folder, 'OUT')}`);
    expect(refused).toMatchInlineSnapshot(`
      "UsageError: "OUT" already belongs to another data set: seed is 100 there and 7 here; size is 16 there and 32 here.
        Choose another --out, or the same options to go on with it."
    `);
    await expect(render({ count: 2 })).rejects.toThrow('it has 8 samples and 2 are asked for');
  });

  test('a lost device is replaced once; the second loss of one shard ends the run and leaves no part of it', async () => {
    const lost: string[] = [];
    const progress = { start: () => undefined, pictures: () => undefined, shard: () => undefined, lost: (error: LostError) => void lost.push(error.code) };
    const makers: ReturnType<typeof createEllipseMaker>[] = [];
    let failures = 1;
    const createMaker = () => {
      const maker = createEllipseMaker({ beforeSample: (index) => { if (index === 4 && failures-- > 0) throw new DeviceLostError('unknown', 'the driver was reset'); } });
      makers.push(maker);
      return Promise.resolve(maker);
    };
    expect((await render({ createMaker, progress })).made).toBe(3);
    expect(lost).toEqual(['device-lost']);
    expect(makers.map(({ isDisposed }) => isDisposed)).toEqual([true, true]);

    await rm(folder, { recursive: true });
    failures = 2;
    await expect(render({ createMaker, progress })).rejects.toThrow(DeviceLostError);
    expect((await readdir(folder)).sort()).toEqual(['manifest.json', 'pairs-000000.json', 'pairs-000000.tar']);
  });
});

describe('verify', () => {
  const verify = (options = {}) => verifyDataset(folder, { signal, ...options });

  test('a whole data set has no faults', async () => {
    await render();
    expect(await verify()).toMatchObject({ shards: 3, samples: 8, pictures: 16, faults: [], strays: [] });
  });

  test.each<[string, (file: string) => Promise<unknown>, RegExp]>([
    ['a flipped bit', async (file) => { const bytes = await readFile(file); bytes[5000]! ^= 4; await writeFile(file, bytes); }, /checksum/],
    ['a truncated file', (file) => truncate(file, 9000), /truncated: 9000 of \d+ bytes/],
    ['a missing file', (file) => rm(file), /missing/],
    ['a file that grew', async (file) => { await writeFile(file, Buffer.concat([await readFile(file), Buffer.alloc(512)])); }, /bytes instead of/],
    ['another shard in its place', (file) => copyFile(file.replace('000001', '000000'), file), /bytes|checksum/],
    ['a missing record', (file) => rm(file.replace('.tar', '.json')), /record/],
  ])('%s is found, struck from the manifest, and made again with the same bytes', async (_, damage, reason) => {
    await render();
    const whole = await contents();
    await damage(join(folder, 'pairs-000001.tar'));
    const { faults, shards } = await verify();
    expect(faults).toEqual([{ shard: 1, file: 'pairs-000001.tar', reason: expect.stringMatching(reason) as string }]);
    expect(shards).toBe(2);
    expect((await readManifest(folder)).shards.map(({ shard }) => shard)).toEqual([0, 2]);
    expect((await render()).made).toBe(1);
    expect(await contents()).toEqual(whole);
    expect((await verify()).faults).toEqual([]);
  });

  test('a shard of wrong samples is found even when its checksum is right', async () => {
    await render({ spec: { seed: 200 } });
    const record = JSON.parse(await readFile(join(folder, 'pairs-000001.json'), 'utf8')) as { spec: DatasetSpec };
    const tar = await readFile(join(folder, 'pairs-000001.tar'));
    await rm(folder, { recursive: true });
    await render();
    await writeFile(join(folder, 'pairs-000001.tar'), tar);
    await writeFile(join(folder, 'pairs-000001.json'), JSON.stringify({ ...record, spec: SPEC }));
    expect((await verify({ strike: false })).faults).toEqual([{ shard: 1, file: 'pairs-000001.tar', reason: 'p00000003.json is not of this data set' }]);
  });

  test('geometry without pictures is a data set too', async () => {
    await render({ spec: { hasPictures: false } });
    expect(await verify()).toMatchObject({ shards: 3, samples: 8, pictures: 0, faults: [] });
    const names = execFileSync('tar', ['tf', join(folder, 'pairs-000002.tar')], { encoding: 'utf8' }).trim().split('\n');
    expect(names.slice(0, 5)).toEqual(['json', 'points.npy', 'poses.npy', 'rest.npy', 'validity.npy'].map((ending) => `p00000006.${ending}`));
  });

  test('copies of shards are named as strays', async () => {
    await render();
    await copyFile(join(folder, 'pairs-000001.tar'), join(folder, 'pairs-000001 (copy).tar'));
    expect(await verify()).toMatchObject({ faults: [], strays: ['pairs-000001 (copy).tar'] });
  });
});

describe('reading', () => {
  const keys = async (options = {}) => {
    const found: string[] = [];
    for await (const { key } of readShards(await folderShards(folder), options)) found.push(key);
    return found;
  };
  const ALL = Array.from({ length: 8 }, (_, i) => `p0000000${i}`);

  test('in order, every sample once, as it was made', async () => {
    await render();
    expect(await keys()).toEqual(ALL);
    const made = await createEllipseMaker().make({ kind: 'pairs', seed: 100, index: 0, size: 16, views: 2 });
    for await (const sample of openShards(await folderShards(folder))) {
      expect(sample.record).toEqual(JSON.parse(JSON.stringify(made.record)));
      expect([sample.points, sample.poses, sample.rest, sample.validity]).toEqual([made.points, made.poses, made.rest, made.validity]);
      expect(sample.pictures).toHaveLength(2);
      break; // stops the reading, without an error
    }
  });

  test('shuffled: every sample once, the same order for one seed and another for the next', async () => {
    await render();
    const [first, again, next] = [await keys({ shuffle: 4, seed: 1 }), await keys({ shuffle: 4, seed: 1 }), await keys({ shuffle: 4, seed: 2 })];
    expect(first).toEqual(again);
    expect(first).not.toEqual(next);
    for (const order of [first, next]) {
      expect(order).not.toEqual(ALL);
      expect([...order].sort()).toEqual(ALL);
    }
  });

  test('parts of the shards are disjoint and complete', async () => {
    await render();
    const parts = await Promise.all([0, 1].map((index) => keys({ part: { index, count: 2 } })));
    expect(parts.flat().sort()).toEqual(ALL);
  });

  test('a truncated shard is an error, not an early end', async () => {
    await render();
    await truncate(join(folder, 'pairs-000002.tar'), 7000);
    await expect(keys()).rejects.toThrow(/pairs-000002\.tar is not a whole tar file|has no member/);
  });

  test('tar lists the members; those of a sample are neighbours that share its key', async () => {
    await render();
    const names = execFileSync('tar', ['tf', join(folder, 'pairs-000002.tar')], { encoding: 'utf8' }).trim().split('\n');
    const endings = ['json', 'reference.jpg', 'reference.region.png', 'target0.jpg', 'target0.region.png', 'points.npy', 'poses.npy', 'rest.npy', 'validity.npy'];
    expect(names).toEqual(['p00000006', 'p00000007'].flatMap((key) => endings.map((ending) => `${key}.${ending}`)));
  });

  const hasNumpy = spawnSync('python3', ['-c', 'import numpy, tarfile, json']).status === 0;
  test.skipIf(!hasNumpy)('Python reads the same numbers with tarfile and numpy', async () => {
    await render();
    const program = `
import io, json, sys, tarfile, numpy
with tarfile.open(sys.argv[1]) as shard:
    read = lambda name: shard.extractfile(name).read()
    print(json.dumps([numpy.load(io.BytesIO(read('p00000000.points.npy')))[1, 599].tolist(), json.loads(read('p00000000.json'))['people'][0]['seed'], len(shard.getnames())]))`;
    const [point, seed, members] = JSON.parse(execFileSync('python3', ['-c', program, join(folder, 'pairs-000000.tar')], { encoding: 'utf8' })) as [number[], number, number];
    const { points } = await createEllipseMaker().make({ kind: 'pairs', seed: 100, index: 0, size: 16, views: 2 });
    expect(point).toEqual([...points.subarray(-3)]);
    expect([seed, members]).toEqual([100, 27]);
  });
});
