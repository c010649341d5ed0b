import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { main } from './cli.ts';
import { parsePart } from './arguments.ts';

const path = (name: string) => fileURLToPath(new URL(`../../deploy/${name}`, import.meta.url));
const read = (name: string) => readFileSync(path(name), 'utf8');

/** The command line parses it: a geometry-only dry run of its own would render 50,000 groups, so only options are looked up. */
async function expectKnownOptions(words: readonly string[]): Promise<void> {
  let help = '';
  await main([words[0]!, '--help'], { out: (text) => (help += text), error: () => undefined, isInteractive: false }, new AbortController().signal, {});
  const options = words.filter((word) => word.startsWith('--'));
  expect(options.length).toBeGreaterThan(0);
  for (const option of options) expect(help).toContain(`${option} <`);
}

describe('kubernetes.yaml', () => {
  const job = parse(read('kubernetes.yaml')) as {
    kind: string; apiVersion: string;
    spec: { completionMode: string; completions: number; parallelism: number; backoffLimit?: number; template: { spec: { restartPolicy: string; containers: { command: string[]; args: string[]; volumeMounts: { mountPath: string; name: string }[] }[]; volumes: { name: string }[] } } };
  };

  test('is an indexed job whose parts are all parts, into the shared volume', () => {
    expect([job.apiVersion, job.kind, job.spec.completionMode]).toEqual(['batch/v1', 'Job', 'Indexed']);
    const [container] = job.spec.template.spec.containers;
    const part = container!.args[container!.args.indexOf('--shard') + 1]!;
    expect(part).toBe(`$(JOB_COMPLETION_INDEX)/${job.spec.completions}`);
    for (const index of [0, job.spec.completions - 1]) expect(parsePart(part.replace('$(JOB_COMPLETION_INDEX)', String(index)))).toEqual({ index, count: job.spec.completions });
    const out = container!.args[container!.args.indexOf('--out') + 1]!;
    expect(out.startsWith(`${container!.volumeMounts[0]!.mountPath}/`)).toBe(true);
    expect(container!.volumeMounts[0]!.name).toBe(job.spec.template.spec.volumes[0]!.name);
    expect(['Never', 'OnFailure']).toContain(job.spec.template.spec.restartPolicy);
  });

  test('uses options that exist', () => expectKnownOptions(job.spec.template.spec.containers[0]!.args));
});

describe('slurm.sh', () => {
  test('is a shell script that a shell accepts, and says how to use it', () => {
    expect(spawnSync('sh', ['-n', path('slurm.sh')]).status).toBe(0);
    const { status, stderr } = spawnSync('sh', [path('slurm.sh')], { encoding: 'utf8' });
    expect(status).not.toBe(0);
    expect(stderr).toContain('usage: sbatch slurm.sh FOLDER');
  });

  test('gives each task of the array its part, with options that exist', async () => {
    // npx stands in for itself and prints what it is asked to run.
    const env = { PATH: '/usr/bin:/bin', SLURM_ARRAY_TASK_ID: '3', SLURM_ARRAY_TASK_COUNT: '64' };
    const { stdout } = spawnSync('sh', ['-c', `npx() { echo "$@"; }; set -- /shared/groups; ${read('slurm.sh').replace('exec npx', 'npx')}`], { encoding: 'utf8', env });
    const words = stdout.trim().split(' ');
    expect(words[0]).toBe('onegt-data');
    expect(words[words.indexOf('--shard') + 1]).toBe('3/64');
    expect(words.at(-1)).toBe('/shared/groups');
    await expectKnownOptions(words.slice(1));
  });
});

test('Dockerfile: what it runs and links is in the repository', () => {
  const text = read('Dockerfile');
  const root = fileURLToPath(new URL('../../../../', import.meta.url));
  for (const file of ['scripts/install-lavapipe.sh', 'scripts/bootstrap.mjs', 'packages/data/bin/onegt-data.js']) {
    expect(text).toContain(file);
    expect(readFileSync(root + file, 'utf8').length).toBeGreaterThan(0);
  }
});
