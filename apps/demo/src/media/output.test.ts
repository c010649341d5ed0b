import { mkdtemp, readdir, readFile, rm, writeFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { OutputError, UsageError } from '../errors.ts';
import { checkOutput, writeFileAtomic } from './output.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onegt-output-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('checkOutput: a missing folder is named, with the command that makes it', async () => {
  const target = join(folder, 'no', 'out.png');
  const error = await checkOutput(target, ['.png']).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(OutputError);
  expect((error as Error).message).toContain(`The output folder "${join(folder, 'no')}" does not exist.`);
  expect((error as Error).message).toContain('mkdir -p');
});

test('checkOutput: another extension, a folder as target and the input itself are refused; a good target is not', async () => {
  const input = join(folder, 'in.png');
  await mkdir(join(folder, 'folder.png'));
  await expect(checkOutput(join(folder, 'out.bmp'), ['.png', '.jpg'])).rejects.toThrow('must end in .png, .jpg, not .bmp.');
  await expect(checkOutput(join(folder, 'folder.png'), ['.png'])).rejects.toThrow('is a folder; name a file.');
  await expect(checkOutput(input, ['.png'], [join(folder, 'x', '..', 'in.png')])).rejects.toBeInstanceOf(UsageError);
  await expect(checkOutput(join(folder, 'OUT.PNG'), ['.png'], [input])).resolves.toBeUndefined();
});

test('checkOutput: a file in the place of the folder', async () => {
  await writeFile(join(folder, 'file'), '');
  await expect(checkOutput(join(folder, 'file', 'out.png'), ['.png'])).rejects.toThrow('is not a folder');
});

test('writeFileAtomic: replaces the target and leaves no other file', async () => {
  const target = join(folder, 'out.txt');
  await writeFile(target, 'old');
  await writeFileAtomic(target, 'new');
  expect(await readFile(target, 'utf8')).toBe('new');
  expect(await readdir(folder)).toEqual(['out.txt']);
});

test('writeFileAtomic: when the rename fails, the target is as before and the temporary file is gone', async () => {
  const target = join(folder, 'occupied');
  await mkdir(join(target, 'child'), { recursive: true });
  await expect(writeFileAtomic(target, 'new')).rejects.toBeInstanceOf(OutputError);
  expect(await readdir(folder)).toEqual(['occupied']);
  expect(await readdir(target)).toEqual(['child']);
});
