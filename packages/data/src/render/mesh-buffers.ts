/**
 * A mesh on the GPU. The visibility pass needs the number of the triangle at every sample; WebGPU's core has no
 * `primitive_index`, so vertices are renumbered: vertex t of the draw is the first ("provoking") corner of triangle t,
 * and a flat output carries its index. About one vertex per triangle is transformed, nothing is uploaded twice.
 */
import type { Gpu } from '@onegt/kernels';
import type { Drawable, Mesh } from './drawable.ts';
import { REGIONS } from './drawable.ts';
import { InvalidDrawableError } from './errors.ts';
import { MAX_PARAMETERS } from './material.ts';
import { type Bounds, boundsOf } from './shadow.ts';

/** Triangles of one drawable: the visibility pass keeps 24 bits of the number. */
export const MAX_TRIANGLES = 2 ** 24 - 1;

export interface Topology {
  /** `[T, 3]` over draw vertices; the first corner of triangle t is draw vertex t. */
  indices: Uint32Array<ArrayBuffer>;
  /** Mesh vertex of each draw vertex. */
  source: Uint32Array<ArrayBuffer>;
}

function edgesOf({ positions: p, triangles }: Mesh): { mean: number; longest: number } {
  let [sum, longest] = [0, 0];
  for (let i = 0; i < triangles.length; i += 3) {
    let squared = 0;
    for (let k = 0; k < 3; k++) {
      const [a, b] = [3 * triangles[i + k]!, 3 * triangles[i + ((k + 1) % 3)]!];
      squared = Math.max(squared, (p[a]! - p[b]!) ** 2 + (p[a + 1]! - p[b + 1]!) ** 2 + (p[a + 2]! - p[b + 2]!) ** 2);
    }
    sum += Math.sqrt(squared);
    longest = Math.max(longest, squared);
  }
  return { mean: (3 * sum) / triangles.length, longest: Math.sqrt(longest) };
}

/** Renumber so that the first corner of triangle t is vertex t; orientation is kept. */
export function provokingTopology(triangles: Uint32Array, numVertices: number): Topology {
  const numTriangles = triangles.length / 3;
  const indices = new Uint32Array(triangles.length);
  const owner = new Int32Array(numVertices).fill(-1); // a draw vertex that shows this mesh vertex
  const source: number[] = new Array<number>(numTriangles);
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
        owner[vertex] = source.length;
        source.push(vertex);
      }
      indices[3 * t + k] = owner[vertex]!;
    }
  }
  return { indices, source: Uint32Array.from(source) };
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
  if ((material.textures?.length ?? 0) > 2) fail(`its material "${material.label}" has ${material.textures!.length} textures.`, 'At most texture_0 and texture_1.');
  if (typeof region === 'string') {
    if (!REGIONS.includes(region)) fail(`region "${region}" does not exist.`, `Regions: ${REGIONS.join(', ')}.`, { region });
  } else {
    if (region.length !== numTriangles) fail(`region has ${region.length} bytes for ${numTriangles} triangles.`, 'Give one byte per triangle, or one name.', { length: region.length, numTriangles });
    const wrong = region.find((byte) => byte >= REGIONS.length);
    if (wrong !== undefined) fail(`region byte ${wrong}.`, `Bytes are indices into REGIONS, 0..${REGIONS.length - 1}.`, { byte: wrong });
  }
  const highest = triangles.reduce((most, vertex) => (vertex > most ? vertex : most), 0);
  if (highest >= numVertices) fail(`a triangle names vertex ${highest} of ${numVertices}.`, 'Indices count from 0 to R - 1.', { highest, numVertices });
}

let stamps = 0;

/** Buffers of one drawable's mesh. Positions and normals are written again when the version counts up. */
export class MeshBuffers implements Disposable {
  readonly mesh: Mesh;
  readonly numTriangles: number;
  readonly positions: GPUBuffer;
  readonly normals: GPUBuffer;
  /** `[R, 6]` uv and extra. */
  readonly attributes: GPUBuffer;
  /** `[T]` mesh vertices a, b, c and the region. */
  readonly triangles: GPUBuffer;
  readonly indices: GPUBuffer;
  readonly source: GPUBuffer;
  /** Counts uploads over all meshes: equal numbers, equal positions. */
  stamp: number;
  readonly #gpu: Gpu;
  #version: number;
  #bounds: Bounds | undefined;

  constructor(gpu: Gpu, drawable: Drawable) {
    checkDrawable(drawable);
    const { label, mesh, region } = drawable;
    const numVertices = mesh.positions.length / 3;
    this.#gpu = gpu;
    this.mesh = mesh;
    this.numTriangles = mesh.triangles.length / 3;
    const { indices, source } = provokingTopology(mesh.triangles, numVertices);
    const attributes = new Float32Array(numVertices * 6);
    for (let v = 0; v < numVertices; v++) {
      attributes.set(mesh.uv.subarray(2 * v, 2 * v + 2), 6 * v);
      attributes.set(mesh.extra.subarray(4 * v, 4 * v + 4), 6 * v + 2);
    }
    const triangles = new Uint32Array(this.numTriangles * 4);
    const uniform = typeof region === 'string' ? REGIONS.indexOf(region) : -1;
    for (let t = 0; t < this.numTriangles; t++) {
      triangles.set(mesh.triangles.subarray(3 * t, 3 * t + 3), 4 * t);
      triangles[4 * t + 3] = uniform === -1 ? (region as Uint8Array)[t]! : uniform;
    }
    const storage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST;
    const upload = (name: string, data: Float32Array | Uint32Array, usage = storage) => {
      const buffer = gpu.createBuffer(data.byteLength, `render/${label}/${name}`, usage);
      gpu.writeBuffer(buffer, data);
      return buffer;
    };
    this.positions = upload('positions', mesh.positions);
    this.normals = upload('normals', mesh.normals);
    this.attributes = upload('attributes', attributes);
    this.triangles = upload('triangles', triangles);
    this.indices = upload('indices', indices, GPUBufferUsage.INDEX | GPUBufferUsage.COPY_DST);
    this.source = upload('source', source);
    this.#version = mesh.version;
    this.stamp = ++stamps;
    this.edges = edgesOf(mesh);
  }

  get bounds(): Bounds {
    this.#bounds ??= boundsOf(this.mesh);
    return this.#bounds;
  }

  /** Longest edges of triangles, cm, as they were uploaded first: on average, and of the largest. */
  readonly edges: { mean: number; longest: number };

  get version(): number {
    return this.#version;
  }

  /** Upload again what the mesh's owner rewrote in place. */
  refresh(): void {
    if (this.#version === this.mesh.version) return;
    this.#gpu.writeBuffer(this.positions, this.mesh.positions);
    this.#gpu.writeBuffer(this.normals, this.mesh.normals);
    this.#version = this.mesh.version;
    this.#bounds = undefined;
    this.stamp = ++stamps;
  }

  [Symbol.dispose](): void {
    for (const buffer of [this.positions, this.normals, this.attributes, this.triangles, this.indices, this.source]) this.#gpu.releaseBuffer(buffer);
  }
}
