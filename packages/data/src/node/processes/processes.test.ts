import { OneGTError } from '@onegt/kernels';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { SampleMaker, SampleRequest } from '../../samples/maker.ts';
import type { Sample } from '../../samples/sample.ts';
import { createEllipseMaker, ELLIPSE_HEAD } from '../../testing/ellipse-maker.ts';
import type { EllipseProcessOptions } from '../../testing/ellipse-process.ts';
import { MAKER_ERRORS } from '../../testing/maker-errors.ts';
import { createSpec } from '../dataset.ts';
import { encodeSample } from '../encode.ts';
import { EXIT_CODES, exitCodeOf, type LostError } from '../errors.ts';
import { loadHead } from '../head.ts';
import { inOrder, type ShardMaker } from '../make-shard.ts';
import { renderDataset } from '../render-dataset.ts';
import { createMachineMaker, startProcesses } from '../sample-maker.ts';
import { processesFor } from './count.ts';
import { shareWork } from './share-work.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onegt-data-'));
});
afterEach(() => rm(folder, { recursive: true }));

const built = (name: string) => new URL(`../../../dist/testing/${name}.js`, import.meta.url);
const pidsFile = () => join(folder, 'pids');
const start = (count: number, options: EllipseProcessOptions = {}) => startProcesses(count, built('ellipse-process'), [JSON.stringify({ pids: pidsFile(), ...options })]);
const request = (index: number): SampleRequest => ({ kind: 'pairs', seed: 100, index, size: 16, views: 2 });

async function expectAllGone(count: number): Promise<void> {
  const pids = (await readFile(pidsFile(), 'utf8')).trim().split('\n').map(Number);
  expect(pids).toHaveLength(count);
  await expect.poll(() => pids.filter(isRunning), { timeout: 10_000 }).toEqual([]);
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('samples of processes', () => {
  test('are those of one maker, encoded, in order, with every process kept busy', async () => {
    const alone = createEllipseMaker();
    using maker = await start(3);
    expect(maker).toMatchObject({ adapter: alone.adapter, head: alone.head, concurrency: 9 });
    let index = 0;
    for await (const sample of inOrder(20, maker.concurrency, (i) => maker.make(request(i)))) {
      expect(sample).toEqual(await encodeSample(await alone.make(request(index++))));
    }
    expect(index).toBe(20);
  });

  test('a request goes to the maker with the fewest in work', async () => {
    const finish: (() => void)[][] = [[], [], []];
    const makers = finish.map((mine): SampleMaker => ({ ...createEllipseMaker(), concurrency: 2, make: () => new Promise((resolve) => mine.push(() => resolve({} as Sample))) }));
    const maker = shareWork(makers);
    const inWork = () => finish.map(({ length }) => length);
    for (let i = 0; i < 4; i++) void maker.make(request(i));
    expect(inWork()).toEqual([2, 1, 1]);
    finish[2]!.pop()!();
    await Promise.resolve().then(() => undefined).then(() => undefined);
    void maker.make(request(4));
    expect(inWork()).toEqual([2, 1, 1]);
  });

  test('rendered in two processes and in this one: the same bytes', async () => {
    const head = await loadHead();
    const members = async (processes: number) => {
      using maker = await createMachineMaker(head, { size: 64, processes });
      const samples = await Promise.all([0, 1].map((index) => maker.make({ kind: 'pairs', seed: 30, index, size: 64, views: 2 })));
      return Promise.all(samples.map(async (sample) => (await encodeSample(sample)).members));
    };
    expect(await members(2)).toEqual(await members(1));
  }, 300_000); // lavapipe compiles for a minute where its cache is empty
});

describe('errors', () => {
  test.each([
    ['gpu', EXIT_CODES.noGpu], ['lost', EXIT_CODES.noGpu], ['drawable', EXIT_CODES.input], ['usage', EXIT_CODES.usage], ['bug', EXIT_CODES.bug],
  ] as const)('%s: of the same class, message, data and exit code, at the start and at a sample', async (name, exitCode) => {
    const expected = MAKER_ERRORS[name]();
    using maker = await start(2, { failAt: 1, error: name });
    await maker.make(request(0));
    for (const error of [await start(2, { failAt: 'start', error: name }).catch((thrown: unknown) => thrown), await maker.make(request(1)).catch((thrown: unknown) => thrown)]) {
      expect(error).toBeInstanceOf(expected.constructor);
      expect(error).toEqual(expected); // message, name, cause
      expect({ ...(error as Error) }).toEqual({ ...expected }); // code, data
      expect(exitCodeOf(error)).toBe(exitCode);
      expect((error as Error).stack).toContain('ellipse-process');
    }
    await maker.make(request(2)); // an error is of one sample
    maker.dispose();
    await expectAllGone(4);
  });

  test('an error of a class that does not cross arrives as the nearest that does', async () => {
    const { packError, unpackError } = await import('./crossing-error.ts');
    class HatError extends OneGTError {
      constructor() {
        super('hat', 'Too large.', { data: { size: 63 } });
        this.name = 'HatError';
      }
    }
    const error = unpackError(structuredClone(packError(new HatError())));
    expect(error).toBeInstanceOf(OneGTError);
    expect(error).toMatchObject({ name: 'HatError', code: 'hat', message: 'Too large.', data: { size: 63 } });
    expect(unpackError(structuredClone(packError('a word')))).toEqual(new Error('a word'));
  });

  test('an abort ends what is in work with the reason of whoever aborted; the processes go on', async () => {
    using maker = await start(2, { delayMs: 50 });
    const warnings: Error[] = [];
    process.on('warning', (warning) => warnings.push(warning));
    const abort = new AbortController();
    const stopped = Promise.allSettled(Array.from({ length: 20 }, (_, i) => maker.make(request(i), abort.signal)));
    const reason = new DOMException('enough', 'AbortError');
    abort.abort(reason);
    expect((await stopped).map((result) => result.status === 'rejected' && result.reason === reason)).toEqual(Array(20).fill(true));
    expect(warnings).toEqual([]); // such as of many listeners
    await expect(maker.make(request(0), abort.signal)).rejects.toBe(reason);
    expect(await maker.make(request(0))).toEqual(await encodeSample(await createEllipseMaker().make(request(0))));
  });
});

describe('a process that dies', () => {
  const SPEC = createSpec({ kind: 'pairs', seed: 100, size: 16, samplesPerShard: 6, viewsPerSample: 2, head: ELLIPSE_HEAD.name, hasPictures: true });
  const tars = async (of: string) => Promise.all((await readdir(of)).filter((name) => name.endsWith('.tar')).sort().map((name) => readFile(join(of, name), 'base64')));

  test('its shard is made again with new processes, and whole', async () => {
    const lost: string[] = [];
    const render = (out: string, createMaker: () => Promise<ShardMaker>) => renderDataset({
      folder: join(folder, out), spec: SPEC, count: 12, headLicence: ELLIPSE_HEAD.licence, createMaker, signal: new AbortController().signal,
      progress: { start: () => undefined, pictures: () => undefined, shard: () => undefined, lost: (error: LostError) => void lost.push(error.code) },
    });
    await render('alone', () => Promise.resolve(createEllipseMaker()));
    await render('processes', () => start(2, { dieAt: 8, death: join(folder, 'death') }));
    expect(lost).toEqual(['process-lost']);
    expect(await tars(join(folder, 'processes'))).toEqual(await tars(join(folder, 'alone')));
    await expectAllGone(4);

    const again = await render('again', () => start(2, { dieAt: 8 })).catch((error: Error) => error);
    expect(again).toMatchInlineSnapshot(`
      [ProcessLostError: One of 2 processes that render was lost (SIGKILL).
        Memory has probably run out: each takes about 0.7 GiB, and more above 256 pixels.
        Use fewer: --processes 1.]
    `);
    expect(exitCodeOf(again)).toBe(EXIT_CODES.noGpu);
    expect(await tars(join(folder, 'again'))).toHaveLength(1);
    await expectAllGone(8);
  });

  test('a program that is no maker: an error at the start, and no process left', async () => {
    await expect(startProcesses(2, new URL('absent.js', import.meta.url), [])).rejects.toMatchObject({ code: 'process-lost', data: { how: 'exit code 1', count: 2 } });
  });
});

describe('nothing stays behind', () => {
  test('after dispose, also with samples in work, which end with DisposedError', async () => {
    const maker = await start(2, { delayMs: 10_000 });
    const making = maker.make(request(0));
    maker.dispose();
    maker.dispose();
    await expect(making).rejects.toMatchObject({ code: 'disposed' });
    await expect(maker.make(request(1))).rejects.toMatchObject({ code: 'disposed' });
    await expectAllGone(2);
  });

  const program = () => spawn(process.execPath, [fileURLToPath(built('ellipse-render')), join(folder, 'data'), '3000', '20', '2', pidsFile()], { stdio: ['ignore', 'ignore', 'pipe'], detached: true });
  const exit = (child: ChildProcess) => new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  const hasShard = () => expect.poll(async () => (await readdir(join(folder, 'data')).catch((): string[] => [])).includes('pairs-000000.tar'), { timeout: 30_000 }).toBe(true);

  test('when the program is killed', async () => {
    const child = program();
    await hasShard();
    child.kill('SIGKILL');
    await exit(child);
    await expectAllGone(2);
  });

  test('Ctrl-C, which reaches all processes: one message without a stack trace, exit code 130', async () => {
    const child = program();
    let error = '';
    child.stderr.on('data', (chunk: Buffer) => (error += chunk.toString()));
    await hasShard();
    process.kill(-child.pid!, 'SIGINT'); // the group, as a terminal does
    expect(await exit(child)).toBe(EXIT_CODES.interrupted);
    expect(error).toBe('Interrupted; whole shards are kept, the one in work is made again by the next run.\n');
    await expectAllGone(2);
  });
});

test('as many processes as there are cores, memory for them and samples worth them, and as a shard keeps busy', () => {
  const GIB = 2 ** 30;
  const counts = [[2, 24, 256], [2, 1, 256], [8, 3, 256], [8, 3, 1024], [64, 256, 256], [1, 24, 256]].map(([cores, gib, size]) => processesFor({ cores: cores!, memory: gib! * GIB }, size!));
  expect(counts).toEqual([2, 1, 3, 2, 16, 1]);
  expect([1, 8, 9, 24].map((samples) => processesFor({ cores: 8, memory: 24 * GIB }, 256, samples))).toEqual([1, 1, 2, 3]);
});
