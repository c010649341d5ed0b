/**
 * Tests the packages as they are published: packs each one, unpacks the tarballs into an empty project, and there
 * (1) imports every entry in a fresh Node process, stdout exact and stderr empty, (2) type checks a consumer against
 * the shipped declarations, (3) walks each browser entry's imports: none may reach a Node module or `webgpu`,
 * (4) looks for the weight files, (5) runs a plan on the GPU.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { cache, root } from './setup/paths.mjs';

const project = join(cache, 'built');
const scope = join(project, 'node_modules', '@onegt');

function run(command, args, options = {}) {
  const child = spawnSync(command, args, { cwd: project, encoding: 'utf8', ...options });
  assert.equal(child.status, 0, `${command} ${args.join(' ')} failed:\n${child.stdout}\n${child.stderr}`);
  return child;
}

/** `pnpm pack` applies publishConfig and replaces workspace: versions, as publishing does. */
function unpackAll() {
  rmSync(project, { recursive: true, force: true });
  mkdirSync(scope, { recursive: true });
  const names = readdirSync(join(root, 'packages')).filter((name) => existsSync(join(root, 'packages', name, 'package.json')));
  return names.map((name) => {
    const source = join(root, 'packages', name);
    run('pnpm', ['pack', '--pack-destination', project, '--silent'], { cwd: source });
    const tarball = readdirSync(project).find((file) => file.endsWith('.tgz'));
    mkdirSync(join(scope, name));
    run('tar', ['xzf', join(project, tarball), '--strip-components=1', '-C', join(scope, name)]);
    rmSync(join(project, tarball));
    const manifest = JSON.parse(readFileSync(join(scope, name, 'package.json'), 'utf8'));
    for (const dependency of Object.keys(manifest.dependencies ?? {})) linkDependency(source, dependency);
    return manifest;
  });
}

function linkDependency(source, dependency) {
  const target = join(project, 'node_modules', dependency);
  if (dependency.startsWith('@onegt/') || existsSync(target)) return;
  mkdirSync(dirname(target), { recursive: true });
  symlinkSync(join(source, 'node_modules', dependency), target);
}

function entriesOf(manifest) {
  return Object.entries(manifest.exports).map(([subpath, target]) => ({
    specifier: manifest.name + subpath.slice(1),
    file: join(scope, manifest.name.split('/')[1], target.default),
    isNode: subpath !== '.',
  }));
}

function importInFreshProcess(entries) {
  const lines = entries.map(({ specifier }) => `import * as m${entries.findIndex((e) => e.specifier === specifier)} from '${specifier}';`);
  writeFileSync(join(project, 'imports.mjs'), `${lines.join('\n')}\nconsole.log('imported ${entries.length} entries');\n`);
  const { stdout, stderr } = run(process.execPath, ['imports.mjs']);
  assert.equal(stdout, `imported ${entries.length} entries\n`);
  assert.equal(stderr, '');
}

function checkDeclarations(entries) {
  const imports = entries.map(({ specifier }, index) => `import * as m${index} from '${specifier}';\nexport const use${index}: object = m${index};`);
  writeFileSync(join(project, 'consumer.mts'), imports.join('\n'));
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({
    compilerOptions: { strict: true, target: 'ES2022', module: 'NodeNext', lib: ['ES2023', 'DOM', 'ESNext.Disposable'], types: ['@webgpu/types', 'node'], skipLibCheck: false, noEmit: true },
    files: ['consumer.mts'],
  }));
  run('pnpm', ['exec', 'tsc', '-p', join(project, 'tsconfig.json')], { cwd: root });
}

function checkBrowserGraph(file, visited = new Set()) {
  if (visited.has(file)) return;
  visited.add(file);
  for (const [, specifier] of readFileSync(file, 'utf8').matchAll(/^(?:import|export)\b[^'"\n;]*?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm)) {
    if (specifier === undefined) continue;
    assert.ok(!specifier.startsWith('node:') && specifier !== 'webgpu' && !specifier.endsWith('/node'), `browser entry reaches "${specifier}" through ${file}`);
    if (specifier.startsWith('.')) checkBrowserGraph(join(dirname(file), specifier), visited);
  }
}

function runOnGpu() {
  writeFileSync(join(project, 'gpu.mjs'), `
import { Plan, add } from '@onegt/kernels';
import { requestGpu } from '@onegt/kernels/node';
const gpu = await requestGpu();
const plan = await Plan.record(gpu, 'built', (ops) => { const x = ops.input('x', [3]); ops.output('y', add(ops, x, x)); });
plan.write('x', new Float32Array([1, 2, 3]));
plan.run();
console.log([...await plan.read('y')].join(' '));
plan.dispose();
gpu.dispose();
`);
  const { stdout, stderr } = run(process.execPath, ['gpu.mjs']);
  assert.equal(stdout, '2 4 6\n');
  const own = stderr.split('\n').filter((line) => line !== '' && !line.startsWith('Warning: max')); // Dawn's own remarks on lavapipe's limits
  assert.deepEqual(own, []);
}

/** The URLs of the weight package must point at files inside of its tarball. */
async function checkWeightFiles() {
  const { weightUrls } = await import(pathToFileURL(join(scope, 'weights-nano', 'dist', 'index.js')));
  for (const [name, url] of Object.entries(weightUrls)) assert.ok(existsSync(url), `the package of @onegt/weights-nano lacks ${name}: ${url}`);
}

const entries = unpackAll().flatMap(entriesOf);
importInFreshProcess(entries);
checkDeclarations(entries);
for (const { file, isNode } of entries) if (!isNode) checkBrowserGraph(file);
await checkWeightFiles();
runOnGpu();
console.log(`built packages: ${entries.length} entries import, type check and run`);
