import { DisposedError, type Gpu, OneGTError, ShaderCompileError } from '@onegt/kernels';
import { requestGpu } from '@onegt/kernels/node';
import { expectNoLeak } from '@onegt/kernels/testing';
import { createCamera, depthsOf, project, viewOf } from '@onegt/skeleton';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { neutralPhoto } from '../photo/photo.ts';
import type { Background } from '../setting/background.ts';
import type { Light, Lighting } from '../setting/lighting.ts';
import { type Drawable, REGIONS } from './drawable.ts';
import { InvalidDrawableError } from './errors.ts';
import { SAMPLE_COUNTS } from './lattice.ts';
import { type Rendered, type RenderRequest, SceneRenderer } from './scene-renderer.ts';
import { uniformAmbient } from './studio.ts';
import { drawable, material, meshOf, ribbon, sphere, square } from './test-meshes.ts';

const SIZE = 48;
let gpu: Gpu;
let renderer: SceneRenderer;
beforeAll(async () => {
  gpu = await requestGpu();
  renderer = await SceneRenderer.create(gpu, { size: SIZE });
});
afterAll(() => {
  renderer.dispose();
  gpu.dispose();
});

const white = material('white', 's.albedo = vec3f(1.0); s.specular = 0.0;');
const red = material('red', 's.albedo = vec3f(0.0); s.specular = 0.0; s.emission = vec3f(1.0, 0.0, 0.0);');
const green = material('green', 's.albedo = vec3f(0.0); s.specular = 0.0; s.emission = vec3f(0.0, 1.0, 0.0);');
const black: Background = { label: 'test/black', wgsl: 'fn environment(direction: vec3f, blur: f32) -> vec3f { return vec3f(0.0); }', parameters: new Float32Array(128) };
const grey: Background = { label: 'test/grey', wgsl: 'fn environment(direction: vec3f, blur: f32) -> vec3f { return background_parameters[0].rgb; }', parameters: Float32Array.from({ length: 128 }, () => 0.5) };
const ambient = (radiance: number, lights: Light[] = []): Lighting => ({ frame: 'world', ambient: uniformAmbient(radiance, radiance, radiance), lights });
const view = viewOf(createCamera());
const render = (drawables: readonly Drawable[], changes: Partial<RenderRequest> = {}) => renderer.render({ view, drawables, lighting: ambient(0.5), background: black, ...changes });
const pixelOf = ({ picture, size }: Rendered, x: number, y: number) => [...picture.subarray(3 * (y * size + x), 3 * (y * size + x) + 3)];
const toSrgb = (x: number) => Math.round(255 * (x <= 0.0031308 ? 12.92 * x : 1.055 * x ** (1 / 2.4) - 0.055));
const regionIndex = (name: (typeof REGIONS)[number]) => REGIONS.indexOf(name);

describe('geometry', () => {
  test.each([{}, { yaw: 0.7, pitch: 0.2 }, { yaw: -2.5, roll: 0.6, zoom: 1.3 }, { shiftX: 0.2, shiftY: -0.1, fovY: 1.1 }, { pitch: -0.6, roll: -1, fovY: 0.2 }])('a point lands on the pixel that project() names, at its depth: camera %o', async (changes) => {
    const at = viewOf(createCamera(changes));
    for (const point of [[0, 0, 0], [4, 7, 6], [-6.5, -3, 2]] as const) {
      // A square much smaller than a pixel would fall between samples: three pixels wide, its middle is measured.
      const result = await render([drawable(sphere(point, 0.9), red)], { view: at });
      const [x, y] = project(new Float64Array(3), point, at);
      let [sumX, sumY, sum] = [0, 0, 0];
      for (let row = 0; row < SIZE; row++) for (let column = 0; column < SIZE; column++) {
        const weight = linear(pixelOf(result, column, row)[0]!);
        sumX += weight * (column + 0.5);
        sumY += weight * (row + 0.5);
        sum += weight;
      }
      expect(Math.abs(sumX / sum - ((x! + 1) / 2) * SIZE)).toBeLessThan(0.25);
      expect(Math.abs(sumY / sum - ((1 - y!) / 2) * SIZE)).toBeLessThan(0.25);
      const nearest = result.depth.reduce((least, depth) => Math.min(least, depth), Infinity);
      const [centre] = depthsOf(new Float64Array(1), point, at);
      expect(Math.abs(nearest - (centre! - 0.9))).toBeLessThan(0.2); // half a pixel beside the pole
    }
  });

  test('depth of a tilted plane is that of the ray through each pixel, in an odd size too', async () => {
    using odd = await SceneRenderer.create(gpu, { size: 29 });
    const corners = [-30, -30, -5, 30, -30, 5, 30, 30, 9, -30, 30, -1]; // z = 1 + x / 6 + y / 15, far enough to fill the picture
    const plane = (x: number, y: number) => 2 + x / 6 + y / 15;
    for (let i = 0; i < 12; i += 3) corners[i + 2] = plane(corners[i]!, corners[i + 1]!);
    const { depth } = await odd.render({ view, drawables: [drawable(meshOf(corners, [0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1], [0, 1, 2, 0, 2, 3]), white)], background: black });
    const distance = -view.translation[2];
    for (let row = 0; row < 29; row++) for (let column = 0; column < 29; column++) {
      const x = (2 * (column + 0.5)) / 29 - 1;
      const y = 1 - (2 * (row + 0.5)) / 29;
      // Camera at (0, -translation_y, distance): solve z = plane(x, y) along the ray.
      const [cx, cy] = [-view.translation[0], -view.translation[1]];
      const [dx, dy] = [x / view.focal, y / view.focal];
      const expected = (distance - plane(cx, cy)) / (1 + dx / 6 + dy / 15);
      expect(Math.abs(depth[row * 29 + column]! - expected)).toBeLessThan(0.01);
    }
  });

  test.each(SAMPLE_COUNTS)('with %i samples a pixel shows as much of an edge as its samples see, however it is drawn', async (samples) => {
    using own = await SceneRenderer.create(gpu, { size: 24, samples });
    const perPixel = (2 * -view.translation[2]) / (24 * view.focal); // cm in the plane z = 0
    const [left, low] = [-view.translation[0], -view.translation[1]];
    for (const half of [6, 0.9]) for (const shift of [0.1, 0.35, 0.62, 0.9]) {
      // Squares of one triangle's width, large for the fixed pipeline and small for compute: the left edge lies within a pixel.
      const edge = left + shift * perPixel;
      const squares = half > 5 ? [square([edge + half, low, 0], half)] : Array.from({ length: 6 }, (_, i) => square([edge + half, low + (i - 2.5) * 2 * half, 0], half));
      const { picture } = await own.render({ view, drawables: squares.map((mesh) => drawable(mesh, { ...red, label: 'test/red' })), background: black });
      const seen = linear(picture[3 * (12 * 24 + 12)]!);
      expect(Math.abs(seen - (1 - shift))).toBeLessThan(0.5 / samples + 0.02);
      expect(Math.abs(seen * samples - Math.round(seen * samples))).toBeLessThan(0.15); // bytes are rounded
    }
  });

  test('region and depth are those of the front-most surface, and of a triangle where regions differ', async () => {
    const back = drawable(square([0, 0, -3], 9), red, 'body');
    const front: Drawable = { ...drawable(square([0, 0, 3], 4), green), region: Uint8Array.of(regionIndex('hair'), regionIndex('beard')) };
    for (const drawables of [[back, front], [front, back]]) {
      const { region, depth } = await render(drawables);
      const middle = (SIZE / 2) * SIZE + SIZE / 2;
      expect(region[middle - SIZE + 2]).toBe(regionIndex('hair'));  // below the diagonal
      expect(region[middle - 2 * SIZE - 3]).toBe(regionIndex('beard'));
      expect(depth[middle]).toBeCloseTo(-view.translation[2] - 3, 2);
      expect(region[middle + 10]).toBe(regionIndex('body'));
      expect(region[0]).toBe(0);
      expect(depth[0]).toBe(Infinity);
    }
  });

  test('back faces are culled unless the material has two sides; its normal then faces the viewer', async () => {
    const away = viewOf(createCamera({ yaw: Math.PI }));
    const at = SIZE * (SIZE / 2) + SIZE / 2;
    expect((await render([drawable(square([0, 0, 0], 8), white)], { view: away })).region[at]).toBe(0);
    const twoSided = material('two-sided', 's.albedo = vec3f(1.0); s.specular = 0.0;', { doubleSided: true });
    const light: Light = { direction: [0, 0, -1], colour: [0.3, 0.3, 0.3], size: 0.05, shadow: false };
    const result = await render([drawable(square([0, 0, 0], 8), twoSided)], { view: away, lighting: ambient(0, [light]) });
    expect(result.region[at]).toBe(regionIndex('face'));
    expect(pixelOf(result, SIZE / 2, SIZE / 2)[0]).toBeCloseTo(toSrgb(0.3), -0.5);
  });

  test('small triangles, drawn in compute, and the fixed pipeline agree on what is seen', async () => {
    // A material that mentions opacity goes through the fixed pipeline.
    const solid = material('solid', 's.emission = vec3f(1.0, 0.0, 0.0); s.opacity = 1.0;');
    const [small, fixed] = [await render([drawable(sphere([1, 2, 0], 7.3), red)]), await render([drawable(sphere([1, 2, 0], 7.3), solid)])];
    let differing = 0;
    for (let i = 0; i < SIZE * SIZE; i++) {
      if (small.region[i] !== fixed.region[i]) differing++;
      else if (small.region[i] !== 0 && Math.abs(small.depth[i]! - fixed.depth[i]!) > 0.01) differing++;
    }
    expect(differing).toBeLessThanOrEqual(2); // a centre exactly on an edge, of the sphere or between two triangles
    expect(small.region.filter((byte) => byte !== 0).length).toBeGreaterThan(300);
  });

  test('a hole in a material is a hole in picture, mask and depth', async () => {
    const holed = material('holed', 's.emission = vec3f(1.0, 0.0, 0.0); s.opacity = select(0.0, 1.0, p.position.x > 0.0);');
    const { region, depth } = await render([drawable(square([0, 0, 2], 6), holed), drawable(square([0, 0, -2], 6), green, 'clothes')]);
    const row = (SIZE / 2) * SIZE + SIZE / 2;
    expect([region[row + 3], region[row - 4]]).toEqual([regionIndex('face'), regionIndex('clothes')]);
    expect(depth[row - 4]! - depth[row + 3]!).toBeCloseTo(4, 1);
  });

  test('segments of strands are seen as their two triangles are; what surfaces hide is left out, and nothing else', async () => {
    const strands = material('strands', 's.emission = vec3f(0.0, 0.0, 1.0); s.hair = 1.0;', { doubleSided: true });
    const plain = material('plain', 's.emission = vec3f(0.0, 0.0, 1.0);', { doubleSided: true });
    // Behind a ball, beside it and partly behind, before it, at the edge of the picture, and in a row through it; thin, wide and twisted.
    const places = [[0, 0, -9, 4], [7, 0, -3, 4], [-2, 3, 7, 2], [-19, 18, 0, 5], ...Array.from({ length: 12 }, (_, i) => [i - 6, -6 + i, i - 8, 0.1 + 0.1 * i])];
    const scene = (look: typeof plain) => [drawable(sphere([0, 0, 0], 6), red), ...places.map(([x, y, z, width], i) => drawable(ribbon([x!, y!, z!], width!, i), look, 'hair'))];
    const [hair, surfaces] = [await render(scene(strands)), await render(scene(plain))];
    const differs = (i: number) => hair.region[i] !== surfaces.region[i] || (hair.region[i] !== 0 && Math.abs(hair.depth[i]! - surfaces.depth[i]!) > 0.05);
    expect(Array.from(hair.region.keys()).filter(differs).length).toBeLessThanOrEqual(4); // where two cross at the same depth
    expect(hair.region.filter((byte) => byte === regionIndex('hair')).length).toBeGreaterThan(50);
  });

  test('what has holes is seen where it is the nearest, whether compute or the fixed pipeline drew the rest', async () => {
    const holed = material('holed', 's.emission = vec3f(1.0, 0.0, 0.0); s.opacity = select(0.0, 1.0, p.position.x > 0.0);');
    const ball = drawable(sphere([3, 0, 0], 3), green, 'hair');   // small triangles, half of it before the square
    for (const large of [drawable(square([0, 0, -2], 20), white, 'clothes'), undefined]) {
      const drawables = [drawable(square([0, 0, 0], 10), holed), ball, ...(large === undefined ? [] : [large])];
      const { region } = await render(drawables);
      const row = (SIZE / 2) * SIZE;
      const column = (x: number, z: number) => Math.floor(((project(new Float64Array(3), [x, 0, z], view)[0]! + 1) / 2) * SIZE);
      expect([column(3, 3), column(8, 0), column(-5, 0)].map((at) => region[row + at])).toEqual([regionIndex('hair'), regionIndex('face'), large === undefined ? 0 : regionIndex('clothes')]);
    }
  });
});

describe('light', () => {
  test('a white matt sphere in uniform light cannot be told from its background', async () => {
    const result = await render([drawable(sphere([0, 0, 0], 7), white)], { background: grey });
    for (let i = 0; i < result.picture.length; i++) expect(Math.abs(result.picture[i]! - toSrgb(0.5))).toBeLessThanOrEqual(5); // occlusion from a few samples of depth errs by up to 5 % at the outline
  });

  test('light that nothing stops does not also shine through flesh: a shadow map brightens no edge', async () => {
    const flesh = material('flesh', 's.albedo = vec3f(0.8); s.specular = 0.0; s.subsurface = vec3f(0.9, 0.4, 0.2);');
    const grazing = (shadow: boolean): Lighting => ambient(0, [{ direction: [0.99875, 0, 0.05], colour: [1, 1, 1], size: 0.05, shadow }]);
    const [mapped, plain] = [await render([drawable(square([0, 0, 0], 8), flesh)], { lighting: grazing(true) }), await render([drawable(square([0, 0, 0], 8), flesh)], { lighting: grazing(false) })];
    expect(Math.max(...plain.picture)).toBeGreaterThan(40);
    expect(Math.max(...mapped.picture.map((value, i) => Math.max(0, value - plain.picture[i]!)))).toBeLessThan(4);
  });

  test('a shadow falls on the side away from the light, and nearer to the light there is none', async () => {
    const ground = drawable(square([0, 0, -4], 14), white);
    const ball = drawable(sphere([0, 0, 2], 2.5), white);
    const light = (x: number): Light => ({ direction: [x / Math.hypot(x, 1), 0, 1 / Math.hypot(x, 1)], colour: [0.8, 0.8, 0.8], size: 0.02, shadow: true });
    const shadowAt = (4 + 2) * 1; // cm beside the middle, with the light at 45 degrees
    for (const side of [-1, 1]) {
      const result = await render([ground, ball], { lighting: ambient(0.05, [light(side)]) });
      const bright = (x: number) => {
        const [u, v] = project(new Float64Array(3), [x, 0, -4], view);
        return pixelOf(result, Math.floor(((u! + 1) / 2) * SIZE), Math.floor(((1 - v!) / 2) * SIZE))[0]!;
      };
      expect(bright(-side * shadowAt)).toBeLessThan(90);
      expect(bright(side * shadowAt)).toBeGreaterThan(170);
    }
    const unshadowed = await render([ground, { ...ball, castsShadow: false }], { lighting: ambient(0.05, [light(1)]) });
    const [u, v] = project(new Float64Array(3), [-shadowAt, 0, -4], view);
    expect(pixelOf(unshadowed, Math.floor(((u! + 1) / 2) * SIZE), Math.floor(((1 - v!) / 2) * SIZE))[0]).toBeGreaterThan(170);
  });

  test('a larger light makes a softer shadow', async () => {
    const scene = [drawable(square([0, 0, -8], 30), white), drawable(square([0, 0, 4], 3), white)];
    const penumbra = async (size: number) => {
      const { picture } = await render(scene, { lighting: ambient(0, [{ direction: [0.35, 0, Math.sqrt(1 - 0.35 ** 2)], colour: [0.8, 0.8, 0.8], size, shadow: true }]) });
      let between = 0;
      for (let i = 0; i < picture.length; i += 3) if (picture[i]! > 60 && picture[i]! < 200) between++;
      return between;
    };
    expect(await penumbra(0.3)).toBeGreaterThan(1.7 * (await penumbra(0.01)));
  });

  test('light in the frame of the camera turns with it', async () => {
    const light: Light = { direction: [1, 0, 0], colour: [0.6, 0.6, 0.6], size: 0.05, shadow: false };
    const scene = [drawable(sphere([0, 0, 0], 7), white)];
    const left = SIZE / 2 - 8;
    const right = SIZE / 2 + 8;
    const turned = viewOf(createCamera({ yaw: Math.PI }));
    const row = SIZE / 2;
    const fixed = await render(scene, { view: turned, lighting: ambient(0.02, [light]) });
    expect(pixelOf(fixed, left, row)[0]! - pixelOf(fixed, right, row)[0]!).toBeGreaterThan(60);
    const moving = await render(scene, { view: turned, lighting: { ...ambient(0.02, [light]), frame: 'camera' } });
    expect(pixelOf(moving, right, row)[0]! - pixelOf(moving, left, row)[0]!).toBeGreaterThan(60);
  });

  test('a corner that little of the sky sees is darker', async () => {
    // Not white: between white walls light bounces until the corner is bright again.
    const wall = drawable(square([0, 0, -4], 14), material('grey', 's.albedo = vec3f(0.3); s.specular = 0.0;'));
    using larger = await SceneRenderer.create(gpu, { size: 128 });
    const result = await larger.render({ view, drawables: [wall, drawable(square([5, 0, -2], 4), red)], lighting: ambient(0.5), background: black });
    const at = (x: number) => {
      const [u, v] = project(new Float64Array(3), [x, 0, -4], view);
      return linear(pixelOf(result, Math.floor(((u! + 1) / 2) * 128), Math.floor(((1 - v!) / 2) * 128))[1]!);
    };
    expect(at(0.3)).toBeLessThan(0.93 * at(-9));
  });

  test('smooth things mirror the surroundings', async () => {
    const sky: Background = { label: 'test/sky', wgsl: 'fn environment(d: vec3f, blur: f32) -> vec3f { return select(vec3f(0.0), vec3f(0.0, 0.0, 1.0), d.y > 0.0); }', parameters: new Float32Array(0) };
    const mirror = material('mirror', 's.albedo = vec3f(1.0); s.metallic = 1.0; s.roughness = 0.05; s.roughness_2 = 0.05;');
    const result = await render([drawable(sphere([0, 0, 0], 7), mirror)], { background: sky, lighting: ambient(0) });
    expect(pixelOf(result, SIZE / 2, SIZE / 2 - 7)[2]).toBeGreaterThan(150);
    expect(pixelOf(result, SIZE / 2, SIZE / 2 + 11)[2]).toBeLessThan(60);
  });
});

test('an open lens is sharp at the eyes, and blurs what lies before and behind them', async () => {
  const stripes = material('stripes', 's.albedo = vec3f(0.0); s.emission = vec3f(select(0.05, 0.5, u32(p.pixel.x / 2.0) % 2u == 0u));');
  // Steps from pixel to pixel in the middle of the picture, with the lens open against closed.
  const kept = async (z: number) => {
    const [open, closed] = await Promise.all([0.2, 0].map(async (defocus) => {
      const result = await render([drawable(square([0, 0, z], 6), stripes)], { photo: neutralPhoto({ defocus }) });
      return Array.from({ length: 8 }, (_, i) => Math.abs(pixelOf(result, SIZE / 2 + i, SIZE / 2)[1]! - pixelOf(result, SIZE / 2 + i + 1, SIZE / 2)[1]!)).reduce((sum, step) => sum + step);
    }));
    return open! / closed!;
  };
  expect(await kept(8)).toBeGreaterThan(0.99);
  for (const z of [16, -1]) expect(await kept(z)).toBeLessThan(0.85);
});

describe('transparent', () => {
  const glass = (label: string, colour: string) => material(label, `s.albedo = vec3f(0.0); s.specular = 0.0; s.emission = ${colour}; s.opacity = 0.5;`, { transparent: true, doubleSided: true });
  test('glass lies over what is behind it and leaves mask and depth alone; the farthest is drawn first', async () => {
    const base = drawable(square([0, 0, 0], 8), green, 'eye');
    const near = drawable(square([0, 0, 4], 5), glass('near', 'vec3f(1.0, 0.0, 0.0)'));
    const far = drawable(square([0, 0, 2], 5), glass('far', 'vec3f(0.0, 0.0, 1.0)'));
    for (const drawables of [[base, near, far], [far, base, near]]) {
      const result = await render(drawables);
      expect(pixelOf(result, SIZE / 2, SIZE / 2)).toEqual([toSrgb(0.5), toSrgb(0.25), toSrgb(0.25)]);
      expect(result.region[SIZE * (SIZE / 2) + SIZE / 2]).toBe(regionIndex('eye'));
      expect(result.depth[SIZE * (SIZE / 2) + SIZE / 2]).toBeCloseTo(-view.translation[2], 2);
    }
  });

  test('glass at the edge of the picture, and partly outside of it, changes only what it covers', async () => {
    const base = drawable(square([0, 0, 0], 40), green);
    const without = await render([base]);
    const result = await render([base, drawable(square([-20, 15, 3], 6), glass('corner', 'vec3f(1.0, 0.0, 0.0)'))]);
    let covered = 0;
    for (let row = 0; row < SIZE; row++) for (let column = 0; column < SIZE; column++) {
      const [red, before] = [pixelOf(result, column, row)[0]!, pixelOf(without, column, row)];
      if (red > before[0]!) covered++;
      else expect(pixelOf(result, column, row)).toEqual(before);
      if (red > before[0]!) expect(column < SIZE / 2 && row < SIZE / 2).toBe(true);
    }
    expect(covered).toBeGreaterThan(20);
  });

  test('glass behind something opaque is not seen', async () => {
    const result = await render([drawable(square([0, 0, 3], 8), green), drawable(square([0, 0, 0], 5), glass('near', 'vec3f(1.0, 0.0, 0.0)'))]);
    expect(pixelOf(result, SIZE / 2, SIZE / 2)).toEqual([0, 255, 0]);
  });
});

describe('contract', () => {
  test('the same request gives the same bytes, one by one or several in flight', async () => {
    const scene = [drawable(sphere([0, 0, 0], 7), white), drawable(square([0, 0, -4], 14), red, 'clothes')];
    const lighting = ambient(0.2, [{ direction: [0.6, 0, 0.8], colour: [0.6, 0.6, 0.6], size: 0.1, shadow: true }]);
    const views = [0, 0.4, 0, 0.4, 0, 0.4].map((yaw) => viewOf(createCamera({ yaw })));
    const results = await Promise.all(views.map((at) => render(scene, { view: at, lighting })));
    const alone = await render(scene, { view: views[0]!, lighting });
    for (const [i, { picture, region, depth }] of results.entries()) {
      const same = [results[0]!, results[1]!][i % 2]!;
      expect(picture).toEqual(same.picture);
      expect(region).toEqual(same.region);
      expect(depth).toEqual(same.depth);
    }
    expect(alone.picture).toEqual(results[0]!.picture);
    expect(results[1]!.picture).not.toEqual(results[0]!.picture);
  });

  test('a mesh is uploaded again when its version counts up, and may be rewritten once submit() has resolved', async () => {
    const mesh = square([0, 0, 0], 3);
    const scene = [drawable(mesh, red)];
    const first = await renderer.submit({ view, drawables: scene, background: black });
    mesh.positions.fill(1000);
    mesh.version++;
    const second = await renderer.submit({ view, drawables: scene, background: black });
    expect((await first.result).region[SIZE * (SIZE / 2) + SIZE / 2]).toBe(regionIndex('face'));
    expect((await second.result).region.every((byte) => byte === 0)).toBe(true);
  });

  test('parameters are the drawable\'s own, pipelines are shared by label', async () => {
    const look = (value: number) => material('parametric', 's.albedo = vec3f(0.0); s.specular = 0.0; s.emission = parameters[63].www;', { parameters: Float32Array.from({ length: 256 }, (_, i) => (i === 255 ? value : 0)) });
    const result = await render([drawable(square([-4, 0, 0], 3), look(0.2)), drawable(square([4, 0, 0], 3), look(0.6))]);
    const column = (x: number) => Math.floor(((project(new Float64Array(3), [x, 0, 0], view)[0]! + 1) / 2) * SIZE);
    expect(pixelOf(result, column(-4), SIZE / 2)[0]).toBeCloseTo(toSrgb(0.2), -0.5);
    expect(pixelOf(result, column(4), SIZE / 2)[0]).toBeCloseTo(toSrgb(0.6), -0.5);
  });

  test('what is not a number is black where it is, and does not spread with the blur of the lens', async () => {
    const broken = material('broken', 's.emission = vec3f(sqrt(p.position.z - 1000.0));');
    const result = await render([drawable(square([0, 0, 1], 1), broken), drawable(square([0, 0, 0], 12), green)], { photo: neutralPhoto({ softness: 4 }) });
    expect(pixelOf(result, SIZE / 2 + 6, SIZE / 2)[1]).toBeGreaterThan(240);
    expect(pixelOf(result, SIZE / 2, SIZE / 2)[1]).toBeLessThan(200);
  });

  test('an empty scene is its background', async () => {
    const result = await render([], { background: grey });
    expect(result.picture.every((byte) => byte === toSrgb(0.5))).toBe(true);
  });

  test('dispose gives all memory back; use afterwards is refused', async () => {
    await expectNoLeak(gpu, async () => {
      const small = await SceneRenderer.create(gpu, { size: 16 });
      await small.render({ view, drawables: [drawable(sphere([0, 0, 0], 7), white)] });
      small.dispose();
      small.dispose();
      await expect(small.render({ view, drawables: [] })).rejects.toThrow(DisposedError);
    });
  });

  test('meshes that are no longer drawn give their memory back', async () => {
    using small = await SceneRenderer.create(gpu, { size: 8 });
    await small.render({ view, drawables: [] });
    await expectNoLeak(gpu, async () => {
      await small.render({ view, drawables: [drawable(sphere([0, 0, 0], 7), white)] });
      for (let i = 0; i < 13; i++) await small.render({ view, drawables: [] });
    });
  });

  test('what makes no picture is refused, with the numbers', async () => {
    const mesh = square([0, 0, 0], 3);
    const refuse = async (changes: Partial<Drawable>) => {
      const error: unknown = await render([{ ...drawable(mesh, red), label: 'hat', ...changes }]).catch((e: unknown) => e);
      expect(error).toBeInstanceOf(InvalidDrawableError);
      return (error as Error).message;
    };
    expect(await refuse({ mesh: { ...mesh, normals: new Float32Array(9) } })).toMatchInlineSnapshot(`
      "Drawable "hat": normals has 9 numbers for 4 vertices.
        It must be [R, 3], that is 12."
    `);
    expect(await refuse({ mesh: { ...mesh, triangles: Uint32Array.of(0, 1, 4) } })).toMatchInlineSnapshot(`
      "Drawable "hat": a triangle names vertex 4 of 4.
        Indices count from 0 to R - 1."
    `);
    expect(await refuse({ mesh: { ...mesh, triangles: new Uint32Array(0) } })).toContain('leave empty meshes out');
    expect(await refuse({ region: Uint8Array.of(1, 99) })).toContain('region byte 99');
    expect(await refuse({ region: Uint8Array.of(1) })).toContain('1 bytes for 2 triangles');
    expect(await refuse({ material: { ...red, parameters: new Float32Array(260) } })).toContain('At most 64 vec4');
    await expect(SceneRenderer.create(gpu, { size: 0 })).rejects.toThrow(OneGTError);
    await expect(SceneRenderer.create(gpu, { samples: 2 as 1 })).rejects.toThrow('must be one of 1, 5, 13, 25');
  });

  test('a material that does not compile is named, with the line; the renderer goes on', async () => {
    const error: unknown = await render([drawable(square([0, 0, 0], 3), material('uncompilable', 's.albedo = 1;'))]).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(ShaderCompileError);
    expect((error as Error).message).toContain('render/shade/test/uncompilable');
    expect((error as Error).message).toContain('s.albedo = 1;');
    expect((await render([drawable(square([0, 0, 0], 3), red)])).region.includes(regionIndex('face'))).toBe(true);
  });
});

const linear = (byte: number) => (byte / 255 <= 0.04045 ? byte / 255 / 12.92 : ((byte / 255 + 0.055) / 1.055) ** 2.4);
