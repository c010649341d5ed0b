import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { main } from './cli.ts';
import { EXIT_CODES } from './errors.ts';

const PORTRAIT = fileURLToPath(new URL('../assets/astronaut.png', import.meta.url));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onegt-cli-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function run(args: string[], signal = new AbortController().signal): Promise<{ code: number; out: string; error: string }> {
  let out = '';
  let error = '';
  const code = await main(args, { out: (text) => (out += text), error: (text) => (error += text), isInteractive: false }, signal, {});
  return { code, out, error };
}

describe('help and usage', () => {
  test('--help lists the commands, examples and exit codes', async () => {
    const { code, out, error } = await run(['--help']);
    expect(code).toBe(0);
    expect(error).toBe('');
    for (const command of ['render', 'animate', 'sheet', 'landmarks', 'doctor']) expect(out).toContain(`  ${command} `);
    expect(out).toContain('onegt render portrait.jpg --yaw 20');
    expect(out).toContain('3 input');
  });

  test.each([
    [['turn', PORTRAIT], "unknown command 'turn'"],
    [['render', PORTRAIT], "required option '--out <file>' not specified"],
    [['render', '--out', 'a.png'], "missing required argument 'portrait'"],
    [['render', PORTRAIT, '--out', 'a.png', '--yaw', 'left'], '--yaw must be a number from -90 to 90 degrees, not "left".'],
    [['render', PORTRAIT, '--out', 'a.png', '--steps', '0'], '--steps must be a number from 1 to 100, not "0".'],
    [['render', PORTRAIT, '--out', 'a.gif'], 'must end in .png, .jpg, .jpeg, .webp, not .gif.'],
    [['render', PORTRAIT, '--out', PORTRAIT], 'would overwrite the input'],
    [['render', PORTRAIT, '--out', 'a.png', '--driving', PORTRAIT, '--yaw', '10'], '--driving brings pose and expression of its own'],
    [['animate', PORTRAIT, '--out', 'a.mp4', '--orbit', '--driving', 'b.mp4'], "option '--orbit' cannot be used with option '--driving <clip>'"],
    [['animate', PORTRAIT, '--out', 'a.gif'], 'must end in .mp4, not .gif.'],
  ])('%j is refused with exit code 2', async (args, message) => {
    const { code, error } = await run(args);
    expect(error).toContain(message);
    expect(code).toBe(EXIT_CODES.usage);
    expect(error).not.toMatch(/\n\s+at /);
  });

  test('an unknown expression is refused with the nearest known names', async () => {
    const { code, error } = await run(['render', PORTRAIT, '--out', join(folder, 'a.png'), '--expression', 'jawOpne=0.5']);
    expect(error).toContain('jawOpen');
    expect(code).toBe(EXIT_CODES.usage);
  });
});

describe('bad files', () => {
  test('an output folder that does not exist: exit code 4 before any work', async () => {
    const { code, error } = await run(['render', PORTRAIT, '--out', join(folder, 'no', 'a.png')]);
    expect(error).toContain('does not exist');
    expect(code).toBe(EXIT_CODES.output);
  });

  test('a missing portrait, and one that is no picture: exit code 3', async () => {
    const text = join(folder, 'text.png');
    await writeFile(text, 'not a picture');
    for (const [file, message] of [[join(folder, 'absent.png'), 'There is no file'], [text, 'is not a picture that can be read']] as const) {
      const { code, error } = await run(['sheet', file, '--out', join(folder, 'sheet.png')]);
      expect(error).toContain(message);
      expect(code).toBe(EXIT_CODES.input);
    }
    expect(await readdir(folder)).toEqual(['text.png']);
  });

  test('a picture without a face: exit code 3, nothing written', async () => {
    const grey = join(folder, 'grey.png');
    await sharp({ create: { width: 96, height: 96, channels: 3, background: '#808080' } }).png().toFile(grey);
    const { code, error } = await run(['render', grey, '--out', join(folder, 'out.png')]);
    expect(error).toContain('NoFaceError');
    expect(code).toBe(EXIT_CODES.input);
    expect(await readdir(folder)).toEqual(['grey.png']);
  });

  test('a truncated weight file: exit code 3, with the numbers', async () => {
    const { weightUrls } = await import('@onegt/weights-nano');
    for (const url of Object.values(weightUrls)) {
      const bytes = await readFile(url);
      await writeFile(join(folder, url.pathname.split('/').at(-1)!), url === weightUrls.dit ? bytes.subarray(0, bytes.length / 2) : bytes);
    }
    const { code, error } = await run(['render', PORTRAIT, '--weights', folder, '--out', join(folder, 'out.png')]);
    expect(error).toContain('WeightsError');
    expect(error).toMatch(/dit\.safetensors: Truncated .* the file holds \d+/);
    expect(code).toBe(EXIT_CODES.input);
    expect(await readdir(folder)).not.toContain('out.png');
  });
});

test('no adapter: exit code 5, the reason and the remedy, no stack trace', async () => {
  // A process of its own: this one has an adapter already.
  const env = { ...process.env, ONEGT_ADAPTER: 'system', VK_ICD_FILENAMES: join(folder, 'no-driver.json') };
  const child = spawnSync(process.execPath, [fileURLToPath(new URL('../bin/onegt.js', import.meta.url)), 'render', PORTRAIT, '--out', join(folder, 'out.png')], { env, encoding: 'utf8' });
  expect(child.stderr).toContain('GpuUnavailableError');
  expect(child.stderr).toContain('no-driver.json');
  expect(child.stderr).not.toMatch(/\.[jt]s:\d+/); // no stack of ours; Dawn names its own source file
  expect(child.status).toBe(EXIT_CODES.noGpu);
});

test('doctor: names both adapters and exits with 0 when there is one', async () => {
  const { code, out } = await run(['doctor']);
  expect(out).toContain("The machine's own adapter");
  expect(out).toContain('SwiftShader from .cache/vulkan');
  expect(out).toContain('storage binding: ');
  expect(code).toBe(0);
});

test('an interruption ends with exit code 130 and leaves nothing behind', async () => {
  const abort = new AbortController();
  abort.abort();
  const { code, error } = await run(['render', PORTRAIT, '--out', join(folder, 'out.png')], abort.signal);
  expect(error).toContain('Interrupted');
  expect(code).toBe(EXIT_CODES.interrupted);
  expect(await readdir(folder)).toEqual([]);
});

test('landmarks: the faces of a picture as JSON, x and y in its pixels', async () => {
  const json = join(folder, 'faces.json');
  const { code, out } = await run(['landmarks', PORTRAIT, '--json', json]);
  expect(code).toBe(0);
  expect(out).toBe('');
  const results = JSON.parse(await readFile(json, 'utf8')) as { file: string; width: number; height: number; faces: { box: number[]; score: number; landmarks: number[][] }[] }[];
  expect(results.map(({ file, width, height }) => [file, width, height])).toEqual([[PORTRAIT, 512, 512]]);
  expect(results[0]!.faces).toHaveLength(1);
  const { box, score, landmarks } = results[0]!.faces[0]!;
  expect(score).toBeGreaterThan(0.8);
  expect(landmarks).toHaveLength(478);
  // The face of the portrait, by eye: between x = 170 and 280, y = 60 and 190; the nose's tip near (223, 130).
  const [x = 0, y = 0, width = 0, height = 0] = box;
  expect(x > 150 && y > 40 && x + width < 300 && y + height < 210).toBe(true);
  const nose = landmarks[1]!;
  expect(Math.hypot(nose[0]! - 223, nose[1]! - 130)).toBeLessThan(6);
});
