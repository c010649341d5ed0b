import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { main } from './cli.ts';
import { readManifest } from './dataset.ts';
import { EXIT_CODES } from './errors.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onegt-data-cli-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function run(args: string[], signal = new AbortController().signal): Promise<{ code: number; out: string; error: string }> {
  let out = '';
  let error = '';
  const code = await main(args, { out: (text) => (out += text), error: (text) => (error += text), isInteractive: false }, signal, {});
  return { code, out, error };
}

const PROGRAM = fileURLToPath(new URL('../../bin/onegt-data.js', import.meta.url));
/** Geometry only: fast, and the same path to disk. */
const geometry = (kind: string, count: number, ...more: string[]) => ['render', kind, '--count', String(count), '--out', join(folder, 'data'), '--without-pictures', ...more];
const tars = async (of: string) => {
  const names = (await readdir(of)).filter((name) => name.endsWith('.tar')).sort();
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, (await readFile(join(of, name))).toString('base64')] as const)));
};

describe('help and usage', () => {
  test('--help lists the commands, examples, what to do after a stop, and exit codes', async () => {
    const { code, out, error } = await run(['--help']);
    expect([code, error]).toEqual([0, '']);
    for (const command of ['render', 'sheet', 'verify', 'import-ict', 'ingest', 'enqueue', 'work', 'status']) expect(out).toContain(`  ${command} `);
    expect(out).toContain('onegt-data render groups --count 100 --out groups');
    expect(out).toContain('it goes on where it stopped');
    expect(out).toContain('4 output');
    const { out: help } = await run(['render', '--help']);
    for (const option of ['--count', '--out', '--size', '--seed', '--heads', '--shard <i/n>', '--processes', '--shard-size', '--without-pictures']) expect(help).toContain(option);
  });

  test.each([
    [['paint'], "unknown command 'paint'"],
    [['render', '--count', '5', '--out', 'x'], "missing required argument 'kind'"],
    [['render', 'portraits', '--count', '5', '--out', 'x'], "Allowed choices are groups, triplets, pairs"],
    [['render', 'groups', '--out', 'x'], "required option '--count <number>' not specified"],
    [['render', 'groups', '--count', '0', '--out', 'x'], '--count must be a whole number from 1 to 10000000, not "0".'],
    [['render', 'groups', '--count', '5', '--out', 'x', '--size', '8'], '--size must be a whole number from 16 to 1024, not "8".'],
    [['render', 'groups', '--count', '5', '--out', 'x', '--shard', '64/64'], '--shard must be I/N with 0 <= I < N, such as 3/64, not "64/64".'],
    [['render', 'triplets', '--count', '5', '--out', 'x', '--views', '4', '--without-pictures'], 'a triplet has three views'],
    [['render', 'pairs', '--count', '5', '--out', 'x', '--seed', '999998', '--without-pictures'], 'Seeds 999998 to 1000002 are partly train and partly validation people'],
    [['render', 'pairs', '--count', '5', '--out', 'x', '--heads', 'head.obj'], '--heads must name a head pack'],
    [['sheet', '--out', 'sheet.gif'], 'must end in .png, .jpg, .webp'],
    [['work', '--stalled-after', 'never'], '--stalled-after must be a number from 0.5 to 3600, not "never".'],
  ])('%j is refused with exit code 2', async (args, message) => {
    const { code, error } = await run(args);
    expect(error).toContain(message);
    expect(code).toBe(EXIT_CODES.usage);
    expect(error).not.toMatch(/\n\s+at /);
  });
});

describe('bad files', () => {
  test('a missing head pack, and one that is none: exit code 3', async () => {
    await writeFile(join(folder, 'head.safetensors'), 'not a pack');
    for (const [file, message] of [['absent.safetensors', 'cannot be read (ENOENT)'], ['head.safetensors', 'This is no head pack']] as const) {
      const { code, error } = await run(geometry('pairs', 2, '--heads', join(folder, file)));
      expect(error).toContain(message);
      expect(code).toBe(EXIT_CODES.input);
    }
    expect(await readdir(folder)).toEqual(['head.safetensors']);
  });

  test('an output that is a file, and one that cannot be made: exit code 4 before any work', async () => {
    await writeFile(join(folder, 'data'), '');
    expect(await run(geometry('pairs', 2))).toMatchObject({ code: EXIT_CODES.output, error: expect.stringContaining('is a file; name a folder') as string });
    const { code, error } = await run(['render', 'pairs', '--count', '2', '--without-pictures', '--out', '/dev/null/folder']);
    expect(code).toBe(EXIT_CODES.output);
    expect(error).toContain('OutputError: "/dev/null/folder" could not be written (ENOTDIR). A part of the path is a file.');
  });

  const isRoot = process.getuid?.() === 0;
  test.skipIf(isRoot)('a folder that this user may not write: exit code 4', async () => {
    await chmod(folder, 0o555);
    const { code, error } = await run(geometry('pairs', 2));
    await chmod(folder, 0o755);
    expect(code).toBe(EXIT_CODES.output);
    expect(error).toContain('may not write there');
  });

  // A file system of 1 MB, where this user may mount one.
  test('a full disk: exit code 4, what to do, and the whole shards stay', async (context) => {
    const disk = join(folder, 'data');
    spawnSync('mkdir', [disk]);
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk]).status !== 0) return context.skip('this user may not mount a small disk');
    try {
      const { code, error } = await run(geometry('groups', 40, '--shard-size', '2'));
      expect(error).toContain('The disk is full.');
      expect(error).toContain('it goes on where it stopped');
      expect(code).toBe(EXIT_CODES.output);
      const files = await readdir(disk);
      expect(files.filter((name) => name.endsWith('.tmp'))).toEqual([]);
      expect(files).toContain('groups-000000.tar');
    } finally {
      spawnSync('umount', [disk]);
    }
  });

  test('verify of a folder without a data set: exit code 3 and what makes one', async () => {
    const { code, error } = await run(['verify', folder]);
    expect(code).toBe(EXIT_CODES.input);
    expect(error).toContain('`onegt-data render` makes one');
  });

  test('import-ict of a folder without the release: exit code 3', async () => {
    expect(await run(['import-ict', folder, '--out', join(folder, 'a.safetensors')])).toMatchObject({ code: EXIT_CODES.input, error: expect.stringContaining('FaceXModel') as string });
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('render and verify', () => {
  test('a data set is made, found whole, damaged, found broken with exit code 6, and made whole again', async () => {
    const made = await run(geometry('triplets', 10, '--shard-size', '4'));
    expect(made.error).toContain('3 shards, 30 pictures to make.');
    expect(made.out).toMatch(/10 of 10 triplets in 3 shards, \d+\.\d MiB; 3 shards made/);
    expect(await run(['verify', join(folder, 'data')])).toMatchObject({ code: 0, out: `${join(folder, 'data')}: 3 whole shards, 10 of 10 triplets, 0 pictures, 0 broken or missing\n` });
    const whole = await tars(join(folder, 'data'));
    await rm(join(folder, 'data', 'triplets-000001.tar'));
    const broken = await run(['verify', join(folder, 'data')]);
    expect(broken.code).toBe(EXIT_CODES.broken);
    expect(broken.error).toContain('triplets-000001.tar: it is missing');
    expect(broken.error).toContain('makes them again');
    expect((await run(geometry('triplets', 10, '--shard-size', '4'))).error).toContain('2 shards are there already.');
    expect(await tars(join(folder, 'data'))).toEqual(whole);
  });

  test('parts of a cluster fill one folder: --shard 0/3, 1/3 and 2/3', async () => {
    for (const i of [0, 1, 2]) expect((await run(geometry('pairs', 10, '--shard-size', '2', '--shard', `${i}/3`))).code).toBe(0);
    expect(await readManifest(join(folder, 'data'))).toMatchObject({ isComplete: true, samples: 10 });
    expect((await run(['verify', join(folder, 'data')])).code).toBe(0);
  });

  test('an interruption ends with exit code 130 and says that nothing whole is lost', async () => {
    const abort = new AbortController();
    abort.abort();
    const { code, error } = await run(geometry('pairs', 4), abort.signal);
    expect(error).toContain('whole shards are kept');
    expect(code).toBe(EXIT_CODES.interrupted);
  });
});

describe('as a process', () => {
  const start = (count: number, delayMs: number): ChildProcess => spawn(process.execPath, [fileURLToPath(new URL('../../dist/testing/ellipse-render.js', import.meta.url)), join(folder, 'data'), String(count), String(delayMs)], { stdio: 'inherit' });
  const exit = (child: ChildProcess) => new Promise<number | null>((resolve) => (child.exitCode !== null || child.signalCode !== null ? resolve(child.exitCode) : child.once('exit', (code) => resolve(code))));

  test('killed at many moments, it loses at most the shard in work, and ends with the bytes of an undisturbed run', async () => {
    const COUNT = 60; // 20 shards
    expect(await exit(start(COUNT, 0))).toBe(0);
    const whole = await tars(join(folder, 'data'));
    await rm(join(folder, 'data'), { recursive: true });
    let before = 0;
    for (const afterMs of [300, 450, 600, 750, 900]) {
      const child = start(COUNT, 100);
      await new Promise((resolve) => setTimeout(resolve, afterMs));
      child.kill('SIGKILL');
      await exit(child);
      const now = await tars(join(folder, 'data')).catch(() => ({}));
      expect(Object.entries(now).every(([name, bytes]) => whole[name] === bytes)).toBe(true);
      expect(Object.keys(now).length).toBeGreaterThanOrEqual(before);
      before = Object.keys(now).length;
    }
    expect(await exit(start(COUNT, 0))).toBe(0);
    expect(await tars(join(folder, 'data'))).toEqual(whole);
    expect((await readdir(join(folder, 'data'))).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  test('Ctrl-C: exit code 130, no half-written file', async () => {
    const child = spawn(process.execPath, [PROGRAM, ...geometry('groups', 4000, '--shard-size', '20')], { stdio: ['ignore', 'ignore', 'pipe'] });
    let error = '';
    const isRunning = new Promise<void>((resolve) => child.stderr.on('data', (chunk: Buffer) => { error += chunk.toString(); if (error.includes('.tar:')) resolve(); }));
    await isRunning;
    child.kill('SIGINT');
    expect(await exit(child)).toBe(EXIT_CODES.interrupted);
    expect((await readdir(join(folder, 'data'))).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    expect((await run(['verify', join(folder, 'data'), '--keep'])).error).not.toMatch(/checksum|truncated/);
  });

  test('no adapter: exit code 5, the reason and the remedy, no stack trace', () => {
    const env = { ...process.env, ONEGT_ADAPTER: 'system', VK_ICD_FILENAMES: join(folder, 'no-driver.json') };
    const child = spawnSync(process.execPath, [PROGRAM, 'render', 'pairs', '--count', '1', '--out', join(folder, 'data')], { env, encoding: 'utf8' });
    expect(child.stderr).toContain('GpuUnavailableError');
    expect(child.stderr).toContain('no-driver.json');
    expect(child.stderr).not.toMatch(/\.[jt]s:\d+/);
    expect(child.status).toBe(EXIT_CODES.noGpu);
  });
});

test('no Redis at the address: exit code 7 and how to get one', async () => {
  for (const command of [['work'], ['status'], ['enqueue', 'pairs', '--count', '2', '--out', join(folder, 'data'), '--without-pictures']]) {
    const { code, error } = await run([...command, '--redis', 'redis://127.0.0.1:1']);
    expect(code).toBe(EXIT_CODES.queue);
    expect(error).toContain('There is no Redis at redis://127.0.0.1:1: ECONNREFUSED');
  }
});
