/**
 * The head of ICT-FaceKit (Li et al., "Learning Formation of Physically-Based Face Attributes", CVPR 2020; MIT), read
 * from a safetensors pack that `ict-import.ts` writes from the public release: neutral `[V, 3]`, identity `[100, V, 3]`,
 * expression `[53, V, 3]`, quads already split into triangles, texture coordinates with indices of their own.
 *
 * Its lashes, tear film and eye occlusion meshes are not in the pack; the inner eyeballs (irises) are kept for the
 * skeleton's points but not drawn: the cornea, which the outer eyeball bulges into, would cover them.
 */
import { parseSafetensors, type SafetensorsFile } from '@onegt/kernels';
import { EXPRESSION_NAMES, HEAD_CENTRE, skeletonTopology } from '@onegt/skeleton';
import { HeadModelError } from './errors.ts';
import { type Eye, type HeadModel, type Part, PARTS } from './head-model.ts';

/** Vertices of a pack, by what they are (first, end): the order of the ICT-FaceKit release. */
export const ICT_RANGES = {
  face: [0, 9409],
  headAndNeck: [9409, 11248],
  mouthSocket: [11248, 13294],
  eyeSockets: [13294, 14062],
  gumsAndTongue: [14062, 17039],
  teeth: [17039, 21451],
  leftSclera: [21451, 22221],
  leftIris: [22221, 23021],
  rightSclera: [23021, 23791],
  rightIris: [23791, 24591],
} as const;

export const ICT_VERTICES = 24591;
/** From here to the end of the gums it is the tongue. */
const FIRST_TONGUE_VERTEX = 16312;

/** Which vertices belong to what; a triangle is of the part of its last vertex: skin comes first, what it borders on later. */
const DRAWN: readonly { end: number; part: Part | null; uvLeft: number; uvWidth: number }[] = [
  { end: 11248, part: 'skin', uvLeft: 0, uvWidth: 2 },
  { end: 13294, part: 'mouth', uvLeft: 0, uvWidth: 2 },
  { end: 14062, part: 'socket', uvLeft: 0, uvWidth: 2 },
  { end: 17039, part: 'gums', uvLeft: 2, uvWidth: 1 },
  { end: 21451, part: 'teeth', uvLeft: 3, uvWidth: 1 },
  { end: 22221, part: 'eyeball', uvLeft: 0, uvWidth: 1 },
  { end: 23021, part: null, uvLeft: 0, uvWidth: 1 },
  { end: 23791, part: 'eyeball', uvLeft: 0, uvWidth: 1 },
  { end: 24591, part: null, uvLeft: 0, uvWidth: 1 },
];

/**
 * The left eyeball of the mean head, head space: a sphere through the back of the sclera, fitted by least squares
 * (residual below 0.5 mm). The right one is its mirror image.
 */
export const ICT_EYE: { readonly centre: readonly [number, number, number]; readonly radius: number } = { centre: [3.101, 3.104, 6.873], radius: 1.527 };

/**
 * @param pack - the bytes of `ict-facekit.safetensors`
 * @throws {@link HeadModelError} when tensors, shapes or names are not those of the pack
 */
export function loadIctHead(pack: ArrayBuffer | Uint8Array): HeadModel {
  const file = openPack(pack instanceof Uint8Array ? pack : new Uint8Array(pack));
  const numIdentityModes = file.shape('identity')[0]!;
  const neutral = file.f32('neutral').map((value, i) => value - HEAD_CENTRE[i % 3]!);
  const expressionModes = arkitModes(file);
  flattenTongue(neutral, expressionModes);
  const { ictVertex: skeletonVertex, ictWeight: skeletonWeight } = skeletonTopology();
  return {
    name: 'ict-facekit',
    licence: 'ICT-FaceKit, USC Institute for Creative Technologies, MIT',
    neutral,
    identityModes: file.f32('identity'),
    numIdentityModes,
    expressionModes,
    expressionNames: EXPRESSION_NAMES,
    ...renderMesh(file, neutral),
    eyes: [eye('left', 1, ICT_RANGES.leftSclera[0], ICT_RANGES.leftIris[1]), eye('right', -1, ICT_RANGES.rightSclera[0], ICT_RANGES.rightIris[1])],
    skeletonVertex,
    skeletonWeight,
  };
}

const eye = (side: Eye['side'], sign: number, first: number, end: number): Eye => ({
  side, first, count: end - first, radius: ICT_EYE.radius, centre: [sign * ICT_EYE.centre[0], ICT_EYE.centre[1], ICT_EYE.centre[2]],
});

const ADVICE = 'Build the pack anew with `onegt-data import-ict <folder of ICT-FaceKit/FaceXModel>`.';

function openPack(bytes: Uint8Array): SafetensorsFile {
  let file: SafetensorsFile;
  try {
    file = parseSafetensors(bytes);
  } catch (cause) {
    throw new HeadModelError('head-pack', `This is no head pack: ${(cause as Error).message}\n  ${ADVICE}`, { cause });
  }
  const V = ICT_VERTICES;
  const expected: Record<string, (number | string)[]> = {
    neutral: [V, 3], identity: ['I', V, 3], expression: ['E', V, 3], triangles: ['T', 3], triangles_uv: ['T', 3], uv: ['U', 2],
  };
  const sizes = new Map<string, number>();
  for (const [name, wanted] of Object.entries(expected)) {
    if (!file.has(name)) throw new HeadModelError('head-pack', `The head pack has no tensor "${name}"; it holds ${file.names().join(', ') || 'none'}.\n  ${ADVICE}`, { data: { name } });
    const shape = file.shape(name);
    const fits = shape.length === wanted.length && wanted.every((size, i) => {
      if (typeof size === 'number') return shape[i] === size;
      if (!sizes.has(size)) sizes.set(size, shape[i]!);
      return sizes.get(size) === shape[i];
    });
    if (!fits) {
      const needed = wanted.map((size) => (typeof size === 'string' && sizes.has(size) ? `${size} = ${sizes.get(size)}` : size));
      throw new HeadModelError('head-pack', `Head pack: "${name}" is [${shape.join(', ')}], expected [${needed.join(', ')}].\n  ${ADVICE}`, { data: { name, shape, expected: wanted } });
    }
  }
  return file;
}

/** ICT's 53 shapes as ARKit's: it has two of the shapes that ARKit has once (browInnerUp, cheekPuff); they act together. */
function arkitModes(file: SafetensorsFile): Float32Array {
  const size = ICT_VERTICES * 3;
  const stored = file.f32('expression');
  const count = stored.length / size;
  const names = expressionNames(file);
  if (names.length !== count) throw new HeadModelError('head-pack', `Head pack: ${names.length} expression names for ${count} expressions.\n  ${ADVICE}`);
  const modes = new Float32Array(EXPRESSION_NAMES.length * size);
  const missing = new Set<string>(EXPRESSION_NAMES);
  names.forEach((name, i) => {
    const arkit = arkitName(name);
    const mode = EXPRESSION_NAMES.findIndex((known) => known === arkit);
    if (mode < 0) throw new HeadModelError('head-pack', `Head pack: expression "${name}" is none of ICT-FaceKit's.\n  ${ADVICE}`, { data: { name } });
    missing.delete(arkit);
    for (let k = 0; k < size; k++) modes[mode * size + k]! += stored[i * size + k]!;
  });
  if (missing.size > 0) throw new HeadModelError('head-pack', `Head pack: no expression ${[...missing].join(', ')}.\n  ${ADVICE}`, { data: { missing: [...missing] } });
  return modes;
}

/**
 * ICT's tongue touches the palate and turns with the jaw: it fills an open mouth and hides the lower teeth. Here it lies
 * lower from the start (nobody sees it in a closed mouth), flattens and draws back as the jaw opens, less towards its root.
 */
function flattenTongue(neutral: Float32Array, expressionModes: Float32Array): void {
  const jawOpen = EXPRESSION_NAMES.indexOf('jawOpen') * ICT_VERTICES * 3;
  const floorY = -5.5, rootZ = 2, frontZ = 7; // cm, head space, on the mean head at rest
  for (let v = FIRST_TONGUE_VERTEX; v < ICT_RANGES.gumsAndTongue[1]; v++) {
    const [y, z] = [neutral[3 * v + 1]!, neutral[3 * v + 2]!];
    const along = Math.min(1, Math.max(0, (z - rootZ) / (frontZ - rootZ)));
    const front = along * along * (3 - 2 * along);
    const height = front * Math.max(0, y - floorY);
    neutral[3 * v + 1]! -= 0.35 * height;
    neutral[3 * v + 2]! -= 0.3 * front;
    expressionModes[jawOpen + 3 * v + 1]! -= 0.92 * 0.3 * height; // the open jaw has turned by some 23 degrees
    expressionModes[jawOpen + 3 * v + 2]! -= 0.38 * 0.3 * height + 0.2 * front;
  }
}

function expressionNames(file: SafetensorsFile): string[] {
  try {
    const names: unknown = JSON.parse(file.metadata.expression_names ?? '');
    if (Array.isArray(names) && names.every((name) => typeof name === 'string')) return names;
  } catch { /* reported below */ }
  throw new HeadModelError('head-pack', `Head pack: the metadata has no list "expression_names".\n  ${ADVICE}`);
}

/** `browDown_L` -> `browDownLeft`, `browInnerUp_L` -> `browInnerUp` */
function arkitName(ict: string): string {
  const once = ict.replace(/_[LR]$/, '');
  if ((EXPRESSION_NAMES as readonly string[]).includes(once)) return once;
  return once + (ict.endsWith('_L') ? 'Left' : 'Right');
}

/** The drawn parts. A render vertex is a distinct pair of vertex and texture coordinate. */
function renderMesh(file: SafetensorsFile, neutral: Float32Array): Pick<HeadModel, 'renderSource' | 'triangles' | 'parts' | 'uv' | 'canonical'> {
  const corners = file.i32('triangles');
  const cornersUV = file.i32('triangles_uv');
  const coordinates = file.f32('uv');
  checkIndices('triangles', corners, ICT_VERTICES);
  checkIndices('triangles_uv', cornersUV, coordinates.length / 2);
  const triangles: number[] = [];
  const parts: number[] = [];
  const source: number[] = [];
  const uv: number[] = [];
  const seen = new Map<number, number>();
  for (let t = 0; t < corners.length; t += 3) {
    const vertices = [corners[t]!, corners[t + 1]!, corners[t + 2]!];
    const last = Math.max(...vertices);
    const { part, uvLeft, uvWidth } = DRAWN.find(({ end }) => last < end)!;
    if (part === null) continue;
    vertices.forEach((vertex, k) => {
      const pair = vertex * (coordinates.length / 2) + cornersUV[t + k]!;
      let rendered = seen.get(pair);
      if (rendered === undefined) {
        rendered = source.length;
        seen.set(pair, rendered);
        source.push(vertex);
        const [u, v] = [coordinates[2 * cornersUV[t + k]!]!, coordinates[2 * cornersUV[t + k]! + 1]!];
        uv.push(Math.min(1, Math.max(0, (u - uvLeft) / uvWidth)), Math.min(1, Math.max(0, v)));
      }
      triangles.push(rendered);
    });
    parts.push(PARTS.indexOf(part === 'gums' && Math.min(...vertices) >= FIRST_TONGUE_VERTEX ? 'tongue' : part));
  }
  const canonical = new Float32Array(source.length * 3);
  source.forEach((vertex, i) => canonical.set(neutral.subarray(3 * vertex, 3 * vertex + 3), 3 * i));
  return { renderSource: Uint32Array.from(source), triangles: Uint32Array.from(triangles), parts: Uint8Array.from(parts), uv: Float32Array.from(uv), canonical };
}

function checkIndices(name: string, indices: Int32Array, size: number): void {
  const wrong = indices.findIndex((index) => index < 0 || index >= size);
  if (wrong >= 0) throw new HeadModelError('head-pack', `Head pack: "${name}" has index ${indices[wrong]} at ${wrong}, but there are ${size}.\n  ${ADVICE}`);
}
