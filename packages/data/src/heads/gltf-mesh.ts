/**
 * The meshes of a glTF file as one: in world space at rest (node transforms, skins and default morph weights applied),
 * told apart in parts by the names of nodes, meshes and materials, with morph targets by name.
 *
 * Hair, brows, lashes, clothes and glasses are left out: the looks of this package bring their own. So are textures.
 */
import { type Document, Extension, Logger, type Mesh, type Node, type Primitive, type Skin, WebIO } from '@gltf-transform/core';
import { mat4 } from 'gl-matrix';
import { HeadModelError } from './errors.ts';
import { type Part, PARTS } from './head-model.ts';

/** `N` vertices as in the file (doubled at seams), `T` triangles. */
export interface GltfMesh {
  /** `[N, 3]` */
  positions: Float64Array;
  /** `[N, 2]`, null when a part has none. */
  uv: Float64Array | null;
  /** `[T, 3]` counter-clockwise from outside. */
  triangles: Uint32Array;
  /** `[T]` index into {@link PARTS}. */
  parts: Uint8Array;
  /** `[T]` which material, numbered from 0. */
  materials: Uint32Array;
  /** `[N, 3]` by name. */
  morphs: Map<string, Float64Array>;
  /** Copyright of the file, if it says. */
  copyright: string;
  /** What was left out or guessed, for the user. */
  notes: string[];
}

/** Part of a mesh by the words of its names, or null to leave it out. The first rule that fits counts. */
const RULES: readonly (readonly [words: RegExp, part: Part | null])[] = [
  [/^((eye)?(lash|brow)(es|s)?|(eye)?(occlusion|blend|wet|shadow)|tearline|lacrimal|cornea)$/, null],
  [/^(hair|beard|mustache|moustache|stubble|glasses|eyeglasses|goggles|spectacles|cloth|clothes|clothing|outfit|shirt|jacket|dress|suit|pants|shoes|footwear|top|bottom|hat|cap|helmet|headwear|earrings?|jewel(le)?ry|necklace|accessor(y|ies))$/, null],
  [/^(eye)?(sockets?|lids?)$/, 'socket'],
  [/^(eyes?|eyeballs?|sclera|iris|irises|pupils?)$/, 'eyeball'],
  [/^(teeth|tooth|dentures?)$/, 'teeth'],
  [/^tongue$/, 'tongue'],
  [/^gums?$/, 'gums'],
  [/^(mouth|oral|palate|mouthbag)$/, 'mouth'],
];

/** @returns null for what is not drawn */
export function partOfName(name: string): Part | null {
  const words = (name.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+/g) ?? []).map((word) => word.toLowerCase());
  for (const [rule, part] of RULES) if (words.some((word) => rule.test(word))) return part;
  return 'skin';
}

export interface GltfMeshOptions {
  /** Part by the name of a node, mesh or material, before the rules; null leaves it out. */
  parts?: Readonly<Record<string, Part | null>>;
  /** Files that a `.gltf` names, by their URI. Textures are not needed. */
  resources?: Readonly<Record<string, Uint8Array>>;
}

/** Integers in place of floats: nothing to do, accessors are converted as they are read. */
class Quantization extends Extension {
  static override readonly EXTENSION_NAME = 'KHR_mesh_quantization';
  override readonly extensionName = 'KHR_mesh_quantization';
  override read(): this {
    return this;
  }
  override write(): this {
    return this;
  }
}

/**
 * @param bytes - a `.glb`, or a `.gltf` whose buffers are inside or in `resources`
 * @throws {@link HeadModelError} when it cannot be read, or no triangles are left
 */
export async function readGltfMesh(bytes: Uint8Array, { parts: named = {}, resources = {} }: GltfMeshOptions = {}): Promise<GltfMesh> {
  const document = await readDocument(bytes, resources);
  const builder = new MeshBuilder();
  const used = new Set<string>();
  const root = document.getRoot();
  const scene = root.getDefaultScene() ?? root.listScenes()[0];
  const nodes: Node[] = [];
  if (scene) scene.traverse((node) => nodes.push(node));
  else nodes.push(...root.listNodes());
  for (const node of nodes) {
    const mesh = node.getMesh();
    if (mesh === null) continue;
    for (const primitive of mesh.listPrimitives()) {
      const names = [primitive.getMaterial()?.getName() ?? '', mesh.getName(), node.getName()];
      const chosen = names.find((name) => Object.hasOwn(named, name));
      if (chosen !== undefined) used.add(chosen);
      const part = chosen !== undefined ? named[chosen]! : partOfName(names.join(' '));
      const label = names.filter((name) => name !== '').join(' / ') || 'a mesh without a name';
      if (part === null) builder.notes.push(`left out: ${label}`);
      else builder.add(primitive, mesh, node, part, label);
    }
  }
  const unknown = Object.keys(named).filter((name) => !used.has(name));
  if (unknown.length > 0) {
    const known = nodes.flatMap((node) => node.getMesh()?.listPrimitives().flatMap((p) => [node.getName(), node.getMesh()!.getName(), p.getMaterial()?.getName() ?? '']) ?? []);
    throw new HeadModelError('head-import', `No node, mesh or material is called ${unknown.map((name) => `"${name}"`).join(', ')}.\n  There are: ${[...new Set(known.filter((name) => name !== ''))].join(', ') || 'none with a name'}.`, { data: { unknown } });
  }
  return builder.finish(root.getAsset().copyright ?? '');
}

async function readDocument(bytes: Uint8Array, resources: Readonly<Record<string, Uint8Array>>): Promise<Document> {
  const io = new WebIO().setLogger(new Logger(Logger.Verbosity.SILENT)).registerExtensions([Quantization]);
  try {
    const isBinary = bytes[0] === 0x67 && bytes[1] === 0x6c && bytes[2] === 0x54 && bytes[3] === 0x46; // "glTF"
    if (isBinary) return await io.readBinary(bytes as Uint8Array<ArrayBuffer>);
    const json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    const missing = (json.buffers ?? []).map((buffer: { uri?: string }) => buffer.uri).filter((uri?: string) => uri !== undefined && !uri.startsWith('data:') && resources[uri] === undefined);
    if (missing.length > 0) throw new Error(`the files ${missing.join(', ')} belong to it; pass them as resources`);
    const found: Record<string, Uint8Array<ArrayBuffer>> = {};
    for (const image of json.images ?? []) if (image.uri !== undefined && !image.uri.startsWith('data:')) found[image.uri] = new Uint8Array(); // not looked at
    for (const [uri, content] of Object.entries(resources)) found[uri] = content as Uint8Array<ArrayBuffer>;
    return await io.readJSON({ json, resources: found });
  } catch (cause) {
    const message = (cause as Error).message;
    const advice = /extension/i.test(message) ? 'Write it without compression first, for example with `gltf-transform copy in.glb out.glb`.' : 'Is it a complete .glb or .gltf file?';
    throw new HeadModelError('head-import', `The glTF file cannot be read: ${message}\n  ${advice}`, { cause });
  }
}

interface Morph {
  name: string;
  first: number;
  /** `[n, 3]` world space. */
  offsets: Float64Array;
}

class MeshBuilder {
  readonly notes: string[] = [];
  readonly #positions: number[] = [];
  readonly #uv: number[] = [];
  #hasUV = true;
  readonly #triangles: number[] = [];
  readonly #parts: number[] = [];
  readonly #materials: number[] = [];
  readonly #materialNumber = new Map<unknown, number>();
  readonly #morphs: Morph[] = [];

  add(primitive: Primitive, mesh: Mesh, node: Node, part: Part, label: string): void {
    const position = primitive.getAttribute('POSITION');
    const corners = position === null ? null : triangleCorners(primitive, position.getCount());
    if (position === null || corners === null) {
      this.notes.push(`left out, no triangles: ${label}`);
      return;
    }
    const count = position.getCount();
    const first = this.#positions.length / 3;
    if (corners.some((corner) => corner >= count)) {
      throw new HeadModelError('head-import', `The glTF file is broken: ${label} has ${count} vertices, a triangle uses vertex ${Math.max(...corners.filter((corner) => corner >= count))}.`, { data: { label, count } });
    }
    const transform = vertexTransforms(primitive, node);
    const defaults = node.getWeights().length > 0 ? node.getWeights() : mesh.getWeights();
    const names = targetNames(mesh, primitive);
    const at: number[] = [];
    const moved = Float64Array.from({ length: count * 3 });
    for (let v = 0; v < count; v++) moved.set(position.getElement(v, at), 3 * v);
    const targets = primitive.listTargets().map((target, i) => {
      const offsets = new Float64Array(count * 3);
      const accessor = target.getAttribute('POSITION');
      for (let v = 0; v < count && accessor !== null; v++) offsets.set(accessor.getElement(v, at), 3 * v);
      const weight = defaults[i] ?? 0;
      if (weight !== 0) offsets.forEach((offset, k) => (moved[k]! += weight * offset));
      return { name: names[i]!, offsets };
    });
    for (let v = 0; v < count; v++) transform(moved, v, 1);
    if (moved.some((value) => !Number.isFinite(value))) throw new HeadModelError('head-import', `The glTF file is broken: ${label} has positions that are no numbers.`, { data: { label } });
    for (const value of moved) this.#positions.push(value);
    for (const { name, offsets } of targets) {
      for (let v = 0; v < count; v++) transform(offsets, v, 0);
      this.#morphs.push({ name, first, offsets });
    }
    const uv = primitive.getAttribute('TEXCOORD_0');
    if (uv === null) this.#hasUV = false;
    for (let v = 0; v < count; v++) {
      if (uv === null) this.#uv.push(0, 0);
      else this.#uv.push(...(uv.getElement(v, at).slice(0, 2) as [number, number]));
    }
    const mirrored = mat4.determinant(node.getWorldMatrix()) < 0 && node.getSkin() === null;
    const material = primitive.getMaterial();
    if (!this.#materialNumber.has(material)) this.#materialNumber.set(material, this.#materialNumber.size);
    for (let t = 0; t < corners.length; t += 3) {
      const [a, b, c] = [first + corners[t]!, first + corners[t + 1]!, first + corners[t + 2]!];
      this.#triangles.push(a, mirrored ? c : b, mirrored ? b : c);
      this.#parts.push(PARTS.indexOf(part));
      this.#materials.push(this.#materialNumber.get(material)!);
    }
  }

  finish(copyright: string): GltfMesh {
    if (!this.#parts.includes(PARTS.indexOf('skin'))) {
      throw new HeadModelError('head-import', `The glTF file has no mesh that would be the head's skin.\n  ${this.notes.join('\n  ') || 'It has no meshes at all.'}\n  Name it in \`parts\`, as in { "Head": "skin" }.`, { data: { notes: this.notes } });
    }
    const morphs = new Map<string, Float64Array>();
    for (const { name, first, offsets } of this.#morphs) {
      let all = morphs.get(name);
      if (all === undefined) morphs.set(name, (all = new Float64Array(this.#positions.length)));
      all.set(offsets, 3 * first);
    }
    return {
      positions: Float64Array.from(this.#positions), uv: this.#hasUV ? Float64Array.from(this.#uv) : null,
      triangles: Uint32Array.from(this.#triangles), parts: Uint8Array.from(this.#parts), materials: Uint32Array.from(this.#materials),
      morphs, copyright, notes: this.notes,
    };
  }
}

/** As a list of triangles; strips and fans are taken apart. Null for points and lines. */
function triangleCorners(primitive: Primitive, vertices: number): number[] | null {
  const indices = primitive.getIndices()?.getArray();
  const list: number[] = indices ? Array.from(indices as ArrayLike<number>) : Array.from({ length: vertices }, (_, i) => i);
  switch (primitive.getMode()) {
    case 4: return list.slice(0, list.length - (list.length % 3));
    case 5: return list.slice(2).flatMap((_, i) => (i % 2 === 0 ? [list[i]!, list[i + 1]!, list[i + 2]!] : [list[i + 1]!, list[i]!, list[i + 2]!]));
    case 6: return list.slice(2).flatMap((_, i) => [list[0]!, list[i + 1]!, list[i + 2]!]);
    default: return null;
  }
}

/** Most exporters write the names beside the mesh, some beside the accessors. */
function targetNames(mesh: Mesh, primitive: Primitive): string[] {
  const written = mesh.getExtras().targetNames;
  return primitive.listTargets().map((target, i) => {
    const name: unknown = Array.isArray(written) ? written[i] : undefined;
    return typeof name === 'string' ? name : target.getName() || target.getAttribute('POSITION')?.getName() || `target ${i}`;
  });
}

/** In place, vertex `v` of `[n, 3]`; `w` is 1 for points and 0 for offsets. A skinned mesh follows its joints, not its node. */
function vertexTransforms(primitive: Primitive, node: Node): (values: Float64Array, v: number, w: 0 | 1) => void {
  const apply = (m: ArrayLike<number>, values: Float64Array, v: number, w: number): void => {
    const [x, y, z] = [values[3 * v]!, values[3 * v + 1]!, values[3 * v + 2]!];
    for (let k = 0; k < 3; k++) values[3 * v + k] = m[k]! * x + m[4 + k]! * y + m[8 + k]! * z + w * m[12 + k]!;
  };
  const skin = node.getSkin();
  const [joints, weights] = [primitive.getAttribute('JOINTS_0'), primitive.getAttribute('WEIGHTS_0')];
  if (skin === null || joints === null || weights === null) {
    const world = node.getWorldMatrix();
    return (values, v, w) => apply(world, values, v, w);
  }
  const matrices = jointMatrices(skin);
  const [joint, weight]: [number[], number[]] = [[], []];
  const blended = new Float64Array(16);
  return (values, v, w) => {
    joints.getElement(v, joint);
    weights.getElement(v, weight);
    blended.fill(0);
    const sum = weight.reduce((total, value) => total + value, 0) || 1;
    for (let k = 0; k < 4; k++) {
      const matrix = matrices[joint[k]!];
      if (matrix !== undefined) for (let i = 0; i < 16; i++) blended[i]! += (weight[k]! / sum) * matrix[i]!;
    }
    apply(blended, values, v, w);
  };
}

function jointMatrices(skin: Skin): Float64Array[] {
  const inverse = skin.getInverseBindMatrices();
  return skin.listJoints().map((joint, i) => {
    const bind: number[] = [];
    inverse?.getElement(i, bind);
    const matrix = new Float64Array(16);
    return bind.length === 16 ? (mat4.multiply(matrix, joint.getWorldMatrix(), bind as unknown as mat4) as Float64Array) : Float64Array.from(joint.getWorldMatrix());
  });
}
