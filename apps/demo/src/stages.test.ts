import { expect, test } from 'vitest';
import { Stages } from './stages.ts';

function record(isInteractive: boolean): { stages: Stages; written: string[] } {
  const written: string[] = [];
  return { stages: new Stages((text) => written.push(text), isInteractive), written };
}

test('repeated stages add up; the report says how often and how long each', async () => {
  const { stages } = record(false);
  for (let frame = 0; frame < 3; frame++) expect(await stages.run('render', () => frame)).toBe(frame);
  await stages.run('write', () => undefined);
  expect(stages.times.map(({ name, count }) => [name, count])).toEqual([['render', 3], ['write', 1]]);
  expect(stages.report()).toMatch(/^ {2}render {5}0\.00 s {3}3 times, 0\.000 s each\n {2}write {6}0\.00 s\n$/);
});

test('in a log each stage is one line, however often it runs', async () => {
  const { stages, written } = record(false);
  stages.progress('frame 1 of 2');
  await stages.run('render', () => undefined);
  await stages.run('render', () => undefined);
  expect(written).toEqual([expect.stringMatching(/^render: \d+\.\d\d s\n$/)]);
});

test('on a terminal one line is overwritten and finally cleared', async () => {
  const { stages, written } = record(true);
  stages.progress('frame 1 of 2');
  await stages.run('render', () => undefined);
  await stages.run('go', () => undefined);
  stages.clear();
  expect(written).toEqual(['\rframe 1 of 2: render', '\rframe 1 of 2: go    ', `\r${' '.repeat(16)}\r`]);
});

test('a stage that fails is not counted, and its error passes through', async () => {
  const { stages } = record(false);
  await expect(stages.run('load', () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  expect(stages.times).toEqual([]);
});
