/**
 * A mesh on the GPU. The visibility pass needs the number of the triangle at every sample; WebGPU's core has no
 * `primitive_index`, so vertices are renumbered: vertex t of the draw is the first ("provoking") corner of triangle t,
 * and a flat output carries its index. About one vertex per triangle is transformed, nothing is uploaded twice.
 */
import type { Gpu } from '@onegt/kernels';
import { type Bounds, boundsOf } from '../geometry/bounds.ts';
import type { Drawable, Mesh } from './drawable.ts';
import { REGIONS } from './drawable.ts';
import { InvalidDrawableError } from './errors.ts';
import { MAX_PARAMETERS } from './material.ts';
import { isRibbons } from './ribbons.wgsl.ts';
import { packAttributes, packVertices, VERTEX_WORDS } from './vertex.wgsl.ts';

/** Triangles of one drawable: the visibility pass keeps 24 bits of the number. */
export const MAX_TRIANGLES = 2 ** 24 - 1;

export interface Topology {
  /** `[T, 3]` over draw vertices; the first corner of triangle t is draw vertex t. */
  indices: Uint32Array<ArrayBuffer>;
  /** Mesh vertex of each draw vertex. */
  source: Uint32Array<ArrayBuffer>;
}

function edgesOf({ positions: p, triangles }: Mesh): { mean: number; longest: number } {
  let sum = 0, longest = 0;
  for (let i = 0; i < triangles.length; i += 3) {
    const a = 3 * triangles[i]!, b = 3 * triangles[i + 1]!, c = 3 * triangles[i + 2]!;
    const squared = Math.max(squaredDistance(p, a, b), squaredDistance(p, b, c), squaredDistance(p, c, a));
    sum += Math.sqrt(squared);
    if (squared > longest) longest = squared;
  }
  return { mean: (3 * sum) / triangles.length, longest: Math.sqrt(longest) };
}

function squaredDistance(p: Float32Array, a: number, b: number): number {
  const x = p[a]! - p[b]!, y = p[a + 1]! - p[b + 1]!, z = p[a + 2]! - p[b + 2]!;
  return x * x + y * y + z * z;
}

/** Renumber so that the first corner of triangle t is vertex t; orientation is kept. */
export function provokingTopology(triangles: Uint32Array, numVertices: number): Topology {
  const numTriangles = triangles.length / 3;
  const indices = new Uint32Array(triangles.length);
  const owner = new Int32Array(numVertices).fill(-1); // a draw vertex that shows this mesh vertex
  const source = new Uint32Array(numTriangles + numVertices);
  let numSources = numTriangles;
  const first = new Uint8Array(numTriangles);
  for (let t = 0; t < numTriangles; t++) {
    let corner = 0;
    while (corner < 2 && owner[triangles[3 * t + corner]!] !== -1) corner++;
    if (owner[triangles[3 * t + corner]!] !== -1) corner = 0;
    first[t] = corner;
    const vertex = triangles[3 * t + corner]!;
    source[t] = vertex;
    if (owner[vertex] === -1) owner[vertex] = t;
  }
  for (let t = 0; t < numTriangles; t++) {
    indices[3 * t] = t;
    for (let k = 1; k < 3; k++) {
      const vertex = triangles[3 * t + ((first[t]! + k) % 3)]!;
      if (owner[vertex] === -1) {
        owner[vertex] = numSources;
        source[numSources++] = vertex;
      }
      indices[3 * t + k] = owner[vertex]!;
    }
  }
  return { indices, source: source.slice(0, numSources) };
}

/** @throws {@link InvalidDrawableError} */
export function checkDrawable({ label, mesh, material, region }: Drawable): void {
  const { positions, normals, uv, extra, triangles } = mesh;
  const fail = (problem: string, advice: string, data: Record<string, unknown> = {}): never => { throw new InvalidDrawableError(label, problem, advice, data); };
  const numVertices = positions.length / 3;
  const numTriangles = triangles.length / 3;
  if (numVertices % 1 !== 0 || numVertices === 0) fail(`positions has ${positions.length} numbers.`, 'It must be [R, 3] with at least one vertex; leave empty meshes out.', { length: positions.length });
  for (const [name, array, width] of [['normals', normals, 3], ['uv', uv, 2], ['extra', extra, 4]] as const) {
    if (array.length !== numVertices * width) fail(`${name} has ${array.length} numbers for ${numVertices} vertices.`, `It must be [R, ${width}], that is ${numVertices * width}.`, { name, length: array.length, numVertices });
  }
  if (numTriangles % 1 !== 0 || numTriangles === 0) fail(`triangles has ${triangles.length} indices.`, 'It must be [T, 3] with at least one triangle; leave empty meshes out.', { length: triangles.length });
  if (numTriangles > MAX_TRIANGLES) fail(`${numTriangles} triangles.`, `At most ${MAX_TRIANGLES}: split the mesh.`, { numTriangles });
  if (material.parameters.length > 4 * MAX_PARAMETERS) fail(`its material "${material.label}" has ${material.parameters.length} parameters.`, `At most ${MAX_PARAMETERS} vec4 (${4 * MAX_PARAMETERS} numbers).`, { length: material.parameters.length });
  if (typeof region === 'string') {
    if (!REGIONS.includes(region)) fail(`region "${region}" does not exist.`, `Regions: ${REGIONS.join(', ')}.`, { region });
  } else {
    if (region.length !== numTriangles) fail(`region has ${region.length} bytes for ${numTriangles} triangles.`, 'Give one byte per triangle, or one name.', { length: region.length, numTriangles });
    const wrong = highestOf(region);
    if (wrong >= REGIONS.length) fail(`region byte ${wrong}.`, `Bytes are indices into REGIONS, 0..${REGIONS.length - 1}.`, { byte: wrong });
  }
  const highest = highestOf(triangles);
  if (highest >= numVertices) fail(`a triangle names vertex ${highest} of ${numVertices}.`, 'Indices count from 0 to R - 1.', { highest, numVertices });
}

/** A loop: `reduce` calls back a million times a person. */
function highestOf(values: Uint8Array | Uint32Array): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) if (values[i]! > most) most = values[i]!;
  return most;
}

/** `[T, 4]`: corners and region. */
function withRegions({ triangles }: Mesh, region: Drawable['region'], out: Uint32Array): void {
  const everywhere = typeof region === 'string' ? REGIONS.indexOf(region) : 0;
  for (let t = 0, from = 0, at = 0; at < out.length; t++, from += 3, at += 4) {
    out[at] = triangles[from]!;
    out[at + 1] = triangles[from + 1]!;
    out[at + 2] = triangles[from + 2]!;
    out[at + 3] = typeof region === 'string' ? everywhere : region[t]!;
  }
}

/** Written, uploaded, written again for the next mesh: megabytes a person that nobody has to zero or collect. */
let scratch = new ArrayBuffer(0);

function scratchOf(words: number): Uint32Array<ArrayBuffer> {
  if (scratch.byteLength < 4 * words) scratch = new ArrayBuffer(8 * words);
  return new Uint32Array(scratch, 0, words);
}

let stamps = 0;

/** Buffers of one drawable's mesh. Positions and normals are written again when the version counts up. */
export class MeshBuffers implements Disposable {
  readonly mesh: Mesh;
  readonly numTriangles: number;
  /** Do its triangles come in pairs that `ribbons.wgsl.ts` can draw at once? */
  readonly isRibbons: boolean;
  /** `[R, 4]` positions and normals, `[R, 4]` uv and extra: see `vertex.wgsl.ts`. */
  readonly vertices: GPUBuffer;
  readonly attributes: GPUBuffer;
  readonly ranges: Float32Array;
  /** `[T]` mesh vertices a, b, c and the region. */
  readonly triangles: GPUBuffer;
  /** Counts uploads over all meshes: equal numbers, equal positions. */
  stamp: number;
  readonly #gpu: Gpu;
  readonly #label: string;
  #version: number;
  #bounds: Bounds | undefined;
  #provoking: Record<keyof Topology, GPUBuffer> | undefined;

  constructor(gpu: Gpu, drawable: Drawable) {
    checkDrawable(drawable);
    const { label, mesh, region } = drawable;
    this.#gpu = gpu;
    this.mesh = mesh;
    this.numTriangles = mesh.triangles.length / 3;
    this.isRibbons = isRibbons(mesh);
    this.#label = label;
    const perVertex = scratchOf((VERTEX_WORDS * mesh.positions.length) / 3);
    packVertices(mesh, perVertex);
    this.vertices = this.#upload('vertices', perVertex);
    this.ranges = packAttributes(mesh, perVertex);
    this.attributes = this.#upload('attributes', perVertex);
    const triangles = scratchOf(4 * this.numTriangles);
    withRegions(mesh, region, triangles);
    this.triangles = this.#upload('triangles', triangles);
    this.#version = mesh.version;
    this.stamp = ++stamps;
    this.edges = edgesOf(mesh);
  }

  get bounds(): Bounds {
    this.#bounds ??= boundsOf(this.mesh.positions);
    return this.#bounds;
  }

  /** Longest edges of triangles, cm, as they were uploaded first: on average, and of the largest. */
  readonly edges: { mean: number; longest: number };

  /** Of the renumbered triangles, made when first asked for: most meshes are drawn in compute, which numbers its own. */
  get indices(): GPUBuffer {
    return this.#renumbered().indices;
  }

  /** Mesh vertex of each renumbered one. */
  get source(): GPUBuffer {
    return this.#renumbered().source;
  }

  get version(): number {
    return this.#version;
  }

  /** Upload again what the mesh's owner rewrote in place. */
  refresh(): void {
    if (this.#version === this.mesh.version) return;
    const vertices = scratchOf((VERTEX_WORDS * this.mesh.positions.length) / 3);
    packVertices(this.mesh, vertices);
    this.#gpu.writeBuffer(this.vertices, vertices);
    this.#version = this.mesh.version;
    this.#bounds = undefined;
    this.stamp = ++stamps;
  }

  [Symbol.dispose](): void {
    for (const buffer of [this.vertices, this.attributes, this.triangles, ...Object.values(this.#provoking ?? {})]) this.#gpu.releaseBuffer(buffer);
  }

  #renumbered(): Record<keyof Topology, GPUBuffer> {
    if (this.#provoking === undefined) {
      const { indices, source } = provokingTopology(this.mesh.triangles, this.mesh.positions.length / 3);
      this.#provoking = { indices: this.#upload('indices', indices, GPUBufferUsage.INDEX | GPUBufferUsage.COPY_DST), source: this.#upload('source', source) };
    }
    return this.#provoking;
  }

  #upload(name: string, data: Uint32Array, usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST): GPUBuffer {
    const buffer = this.#gpu.createBuffer(data.byteLength, `render/${this.#label}/${name}`, usage);
    this.#gpu.writeBuffer(buffer, data);
    return buffer;
  }
}
