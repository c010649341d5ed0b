import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createSpec, writeManifest } from '../node/dataset.ts';
import { QueueError } from '../node/errors.ts';
import { verifyDataset } from '../node/verify.ts';
import { createEllipseMaker, ELLIPSE_HEAD } from '../testing/ellipse-maker.ts';
import { ended, hasRedisServer, startRedis, type TestRedis } from '../testing/redis-server.ts';
import { renderDataset } from '../node/render-dataset.ts';
import { enqueueShards, openQueue, type ShardQueue } from './jobs.ts';
import { queueStatus } from './status.ts';
import { work } from './work.ts';

if (!hasRedisServer) console.warn('SKIPPED: no redis-server on the path (Debian: apt-get install redis-server), so the queue is not tested.');

const SPEC = createSpec({ kind: 'pairs', seed: 0, size: 16, samplesPerShard: 2, viewsPerSample: 2, head: ELLIPSE_HEAD.name, hasPictures: true });
const signal = new AbortController().signal;

test('no Redis at the address: what, where and what to do, within seconds', async () => {
  const refused = await openQueue({ redis: 'redis://user:secret@127.0.0.1:1' }).catch((error: Error) => error);
  expect(refused).toBeInstanceOf(QueueError);
  expect((refused as Error).message).toMatchInlineSnapshot(`
    "There is no Redis at redis://127.0.0.1:1: ECONNREFUSED.
      Start one (\`redis-server\`), or name another with --redis redis://HOST:PORT."
  `);
  await expect(openQueue({ redis: 'localhost' })).rejects.toThrow('must begin with redis://');
});

describe.skipIf(!hasRedisServer)('with a real Redis', () => {
  let redis: TestRedis;
  let folder: string;
  let queue: ShardQueue;
  let name: string;
  let number = 0;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis?.stop());
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'onegt-queue-'));
    name = `test-${number++}`;
    queue = await openQueue({ redis: redis.url, queue: name });
  });
  afterEach(async () => {
    await queue.close();
    await rm(folder, { recursive: true });
  });

  const enqueue = async (count: number) => {
    await writeManifest(folder, SPEC, count, ELLIPSE_HEAD.licence);
    return enqueueShards(queue, { folder, spec: SPEC, count });
  };
  const workHere = (options: Partial<Parameters<typeof work>[0]> = {}) =>
    work({ redis: redis.url, queue: name, signal, untilEmpty: true, createMaker: () => Promise.resolve(createEllipseMaker()), ...options });
  const tars = async (of: string) => {
    const names = (await readdir(of)).filter((file) => file.endsWith('.tar')).sort();
    return Promise.all(names.map(async (file) => [file, (await readFile(join(of, file))).toString('base64')] as const));
  };
  const rendered = async (count: number) => {
    const other = await mkdtemp(join(tmpdir(), 'onegt-queue-'));
    try {
      await renderDataset({ folder: other, spec: SPEC, count, headLicence: ELLIPSE_HEAD.licence, signal, createMaker: () => Promise.resolve(createEllipseMaker()) });
      return await tars(other);
    } finally {
      await rm(other, { recursive: true });
    }
  };

  test('a worker makes what was queued: the same bytes as without a queue; queueing again adds nothing', async () => {
    expect(await enqueue(5)).toEqual({ added: 3, alreadyQueued: 0, alreadyThere: 0 });
    expect(await enqueue(5)).toEqual({ added: 0, alreadyQueued: 3, alreadyThere: 0 });
    expect(await workHere()).toBe(3);
    expect(await tars(folder)).toEqual(await rendered(5));
    expect(await enqueue(5)).toEqual({ added: 0, alreadyQueued: 0, alreadyThere: 3 });
    expect((await verifyDataset(folder, { signal })).faults).toEqual([]);
    expect(await readdir(folder)).toContain('DATASHEET.md');
    expect(await queueStatus(queue)).toMatchObject({ waiting: 0, active: 0, done: 3, failed: 0, secondsLeft: 0 });
  });

  test('workers killed in the middle, again and again: nothing missing, nothing double', async () => {
    const COUNT = 80; // 40 shards
    await enqueue(COUNT);
    const program = fileURLToPath(new URL('../../dist/testing/ellipse-worker.js', import.meta.url));
    const start = () => spawn(process.execPath, [program, redis.url, name, '150', '700'], { stdio: ['ignore', 'pipe', 'inherit'] });
    // A worker that has made a shard is in the middle of the next one.
    const madeOne = (child: ChildProcess) => new Promise<boolean>((resolve) => child.once('exit', () => resolve(false)).stdout!.once('data', () => resolve(true)));
    const workers = [start(), start()];
    for (let kill = 0; kill < 4; kill++) {
      const victim = workers[kill % 2]!;
      expect(await madeOne(victim)).toBe(true);
      await ended(victim, 'SIGKILL');
      workers[kill % 2] = start();
    }
    await Promise.all(workers.map((child) => (child.exitCode === null ? new Promise((resolve) => child.once('exit', resolve)) : undefined)));
    expect(await tars(folder)).toEqual(await rendered(COUNT));
    const report = await verifyDataset(folder, { signal });
    expect(report).toMatchObject({ shards: 40, samples: COUNT, faults: [], strays: [] });
    expect(await queueStatus(queue)).toMatchObject({ waiting: 0, active: 0, delayed: 0, done: 40, failed: 0 });
    // A killed worker's temporary file may be left when nobody came after it; the next one to write there removes it.
    await enqueue(COUNT + 2);
    await workHere();
    expect((await readdir(folder)).filter((file) => file.endsWith('.tmp'))).toEqual([]);
  });

  test('an interrupted worker gives its shard back at once, without a failed try', async () => {
    await enqueue(2);
    const abort = new AbortController();
    const interrupted = workHere({ signal: abort.signal, createMaker: () => Promise.resolve(createEllipseMaker({ delayMs: 200, beforeSample: () => abort.abort() })) });
    await expect(interrupted).rejects.toMatchObject({ name: 'AbortError' });
    expect((await readdir(folder)).sort()).toEqual(['manifest.json']);
    expect(await queueStatus(queue)).toMatchObject({ active: 0, done: 0, failed: 0 });
    expect(await workHere()).toBe(1);
    expect((await queue.getCompleted())[0]!.attemptsMade).toBe(1);
  });

  test('a shard that fails is tried three times, reported, and gets new tries when queued again', async () => {
    await enqueue(4);
    const tries: string[] = [];
    const broken = () => Promise.resolve(createEllipseMaker({ beforeSample: (index) => { if (index === 2) throw new Error('no head fits this hat'); } }));
    const failing = workHere({ createMaker: broken, onFailure: ({ file, attempt, attempts }) => tries.push(`${file} ${attempt}/${attempts}`) });
    const promote = setInterval(() => void queue.promoteJobs().catch(() => undefined), 50); // do not wait for the back-off
    await failing.finally(() => clearInterval(promote));
    expect(tries).toEqual(['pairs shard 1 1/3', 'pairs shard 1 2/3', 'pairs shard 1 3/3']);
    expect(await queueStatus(queue)).toMatchObject({ done: 1, failed: 1, failures: [{ shard: `${folder}: pairs shard 1`, reason: 'no head fits this hat' }] });
    expect(await enqueue(4)).toEqual({ added: 1, alreadyQueued: 0, alreadyThere: 1 });
    expect(await workHere()).toBe(1);
  });

  test('what verify strikes is queued again and made again', async () => {
    await enqueue(4);
    await workHere();
    const whole = await tars(folder);
    const file = join(folder, 'pairs-000001.tar');
    const bytes = await readFile(file);
    bytes[3000]! ^= 1;
    await writeFile(file, bytes);
    expect((await verifyDataset(folder, { signal })).faults).toHaveLength(1);
    expect(await enqueue(4)).toEqual({ added: 1, alreadyQueued: 0, alreadyThere: 1 });
    await workHere();
    expect(await tars(folder)).toEqual(whole);
  });
});
