/**
 * Tests the packages as they are published: packs each one, unpacks the tarballs into an empty project, and there
 * (1) imports every entry in a fresh Node process, stdout exact and stderr empty, (2) type checks a consumer against
 * the shipped declarations, (3) walks each browser entry's imports: none may reach a Node module or `webgpu`,
 * (4) bundles the browser entries with Vite: the weight files must come along, (5) runs a plan on the GPU.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from '../apps/web/node_modules/vite/dist/node/index.js';
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

/** As an application does, with the bundler's own settings. */
async function bundleForBrowser(entries) {
  const imports = entries.map(({ specifier }, index) => `import * as m${index} from '${specifier}';\nglobalThis.use${index} = m${index};`);
  writeFileSync(join(project, 'page.js'), imports.join('\n'));
  writeFileSync(join(project, 'index.html'), '<script type="module" src="./page.js"></script>');
  const warnings = [];
  const { output } = await build({ root: project, configFile: false, logLevel: 'silent', build: { chunkSizeWarningLimit: Infinity, rollupOptions: { onwarn: (warning) => warnings.push(warning.message) } } });
  assert.deepEqual(warnings.filter((text) => text.includes(scope)), []); // a dependency's own Node entry is not ours
  const weights = readdirSync(join(scope, 'weights-nano', 'weights')).filter((file) => file.endsWith('.safetensors'));
  for (const name of weights) {
    const size = statSync(join(scope, 'weights-nano', 'weights', name)).size;
    assert.ok(output.some((file) => file.type === 'asset' && file.fileName.endsWith('.safetensors') && file.source.length === size), `the bundle lacks ${name}`);
  }
  assert.equal(weights.length, 5);
}

const entries = unpackAll().flatMap(entriesOf);
importInFreshProcess(entries);
checkDeclarations(entries);
for (const { file, isNode } of entries) if (!isNode) checkBrowserGraph(file);
await bundleForBrowser(entries.filter(({ isNode }) => !isNode));
runOnGpu();
console.log(`built packages: ${entries.length} entries import, type check, bundle and run`);
