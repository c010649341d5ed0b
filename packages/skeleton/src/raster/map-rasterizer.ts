/**
 * Skeleton maps: the 600 points' triangles drawn into ten channels, all that the texture stage knows of geometry.
 *
 *   0-2 canonical x, y, z of the visible surface   3-5 normal   6 skin   7 eye   8 mouth   9 iris
 *
 * Skin, eye and mouth are one-hot where the skeleton covers the pixel; iris is set in addition to eye. Iris triangles are
 * decals: they win over an eye opening whatever their depth, and nowhere else, because the lids' points carry the opening
 * while the iris lies on the eyeball behind them. Follows training/onegt/geometry/skeleton_map.cpp rule by rule, so that
 * training and inference see the same pixels; `map-rasterizer.reference.ts` is the plain version.
 */
import { DisposedError, type Gpu, type Kernel, Plan, ShapeMismatchError, type Tensor } from '@onegt/kernels';
import { NUM_POINTS, REGION_NAMES, skeletonTopology, type Topology } from '../topology/topology.ts';

export const MAP_SIZE = 256;
export const MAP_CHANNELS = 10;

const TILE = 16;

const normalsCode = /* wgsl */ `
// One invocation sums the (area-weighted) normals of a point's triangles, in the order of the triangles: no atomics, and
// the same rounding at every run.
@group(0) @binding(0) var<storage, read>       points    : array<f32>;    // [P, 3]
@group(0) @binding(1) var<storage, read>       triangles : array<vec4u>;  // [F]: three points, region
@group(0) @binding(2) var<storage, read>       incident  : array<u32>;    // [P + 1] starts, then the triangles of each point
@group(0) @binding(3) var<storage, read_write> normals   : array<vec4f>;  // [P]

fn point(i: u32) -> vec3f { return vec3f(points[3u * i], points[3u * i + 1u], points[3u * i + 2u]); }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let count = arrayLength(&normals);
  if (id.x >= count) { return; }
  var sum = vec3f();
  for (var i = incident[id.x]; i < incident[id.x + 1u]; i++) {
    let corners = triangles[incident[count + 1u + i]];
    let origin = point(corners.x);
    sum += cross(point(corners.y) - origin, point(corners.z) - origin);
  }
  normals[id.x] = vec4f(sum / (sqrt(dot(sum, sum)) + 1e-12), 0.0);
}
`;

const rasterCode = /* wgsl */ `
// One workgroup owns a tile of TILE x TILE pixels. Its invocations first collect the triangles whose box touches the
// tile, then each walks that list for its own pixel. The list has no fixed order, so that ties are decided by index.
struct Sizes { size: u32, num_triangles: u32 }
@group(0) @binding(0) var<storage, read>       points    : array<f32>;    // [P, 3] crop units
@group(0) @binding(1) var<storage, read>       normals   : array<vec4f>;  // [P]
@group(0) @binding(2) var<storage, read>       triangles : array<vec4u>;  // [F]: three points, region
@group(0) @binding(3) var<storage, read>       canonical : array<f32>;    // [P, 3]
@group(0) @binding(4) var<storage, read_write> map       : array<f32>;    // [size, size, 10]
@group(0) @binding(5) var<uniform>             sizes     : Sizes;

var<workgroup> list       : array<u32, MAX_TRIANGLES>;
var<workgroup> list_count : atomic<u32>;

fn pixel_of(i: u32) -> vec2f {
  return vec2f(points[3u * i] + 1.0, 1.0 - points[3u * i + 1u]) * 0.5 * f32(sizes.size);
}
fn depth_of(i: u32) -> f32 { return points[3u * i + 2u]; }
fn canonical_of(i: u32) -> vec3f { return vec3f(canonical[3u * i], canonical[3u * i + 1u], canonical[3u * i + 2u]); }
fn is_iris(region: u32) -> bool { return region >= RIGHT_IRIS; }
fn is_eye(region: u32) -> bool { return region == RIGHT_EYE || region == LEFT_EYE; }

struct Cover { inside: bool, weights: vec3f }

fn cover(corners: vec4u, at: vec2f) -> Cover {
  let a = pixel_of(corners.x);
  let b = pixel_of(corners.y) - a;
  let c = pixel_of(corners.z) - a;
  let p = at - a;
  let area = b.x * c.y - c.x * b.y;
  if (abs(area) < 1e-12) { return Cover(false, vec3f()); }
  let v = (p.x * c.y - c.x * p.y) / area;
  let w = (b.x * p.y - p.x * b.y) / area;
  let weights = vec3f(1.0 - v - w, v, w);
  return Cover(all(weights >= vec3f(-1e-5)), weights);
}

@compute @workgroup_size(TILE, TILE)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(global_invocation_id) pixel: vec3u, @builtin(local_invocation_index) lane: u32) {
  let low = vec2f(tile.xy * TILE);
  let high = low + f32(TILE);
  for (var t = lane; t < sizes.num_triangles; t += TILE * TILE) {
    let corners = triangles[t];
    let a = pixel_of(corners.x);
    let b = pixel_of(corners.y);
    let c = pixel_of(corners.z);
    if (all(floor(min(a, min(b, c))) <= high) && all(ceil(max(a, max(b, c))) >= low)) {
      list[atomicAdd(&list_count, 1u)] = t;
    }
  }
  workgroupBarrier();  // the list is complete
  let count = atomicLoad(&list_count);
  if (any(pixel.xy >= vec2u(sizes.size))) { return; }

  let at = vec2f(pixel.xy) + 0.5;
  var depth = -1e9;
  var owner = NONE;      // the nearest triangle that is no iris; of equally near ones the first
  var decal = NONE;      // the last iris triangle
  var weights = vec3f();
  var decal_weights = vec3f();
  for (var i = 0u; i < count; i++) {
    let t = list[i];
    let corners = triangles[t];
    let covered = cover(corners, at);
    if (!covered.inside) { continue; }
    if (is_iris(corners.w)) {
      if (decal == NONE || t > decal) { decal = t; decal_weights = covered.weights; }
      continue;
    }
    let z = dot(covered.weights, vec3f(depth_of(corners.x), depth_of(corners.y), depth_of(corners.z)));
    if (z > depth || (z == depth && t < owner)) { depth = z; owner = t; weights = covered.weights; }
  }

  let to = (pixel.y * sizes.size + pixel.x) * 10u;
  if (owner == NONE) {
    for (var k = 0u; k < 10u; k++) { map[to + k] = 0.0; }
    return;
  }
  let shows_decal = decal != NONE && is_eye(triangles[owner].w);
  if (shows_decal) { weights = decal_weights; }
  let corners = triangles[select(owner, decal, shows_decal)];
  let surface = weights.x * canonical_of(corners.x) + weights.y * canonical_of(corners.y) + weights.z * canonical_of(corners.z);
  let normal = weights.x * normals[corners.x].xyz + weights.y * normals[corners.y].xyz + weights.z * normals[corners.z].xyz;
  for (var k = 0u; k < 3u; k++) {
    map[to + k] = surface[k];
    map[to + 3u + k] = normal[k];
  }
  map[to + 6u] = f32(corners.w == FACE || corners.w == SKULL);
  map[to + 7u] = f32(is_eye(corners.w) || is_iris(corners.w));
  map[to + 8u] = f32(corners.w == MOUTH);
  map[to + 9u] = f32(is_iris(corners.w));
}
`;

/** Draws 600-point skeletons; one plan for its size. */
export class MapRasterizer implements Disposable {
  readonly size: number;
  readonly #gpu: Gpu;
  readonly #plan: Plan;
  readonly #constants: readonly Tensor[];
  #disposed = false;

  private constructor(gpu: Gpu, size: number, plan: Plan, constants: readonly Tensor[]) {
    this.#gpu = gpu;
    this.size = size;
    this.#plan = plan;
    this.#constants = constants;
  }

  /** @param options.size - pixels a side; the models take 256 */
  static async create(gpu: Gpu, { size = MAP_SIZE, signal }: { size?: number; signal?: AbortSignal } = {}): Promise<MapRasterizer> {
    if (!Number.isInteger(size) || size < 1) throw new ShapeMismatchError(`MapRasterizer: the size ${size} is not valid. Use a whole number of at least 1.`, { size });
    const topology = skeletonTopology();
    const triangles = gpu.tensor(packTriangles(topology), [topology.numTriangles, 4], 'triangles');
    const incident = gpu.tensor(incidentTriangles(topology), [NUM_POINTS + 1 + 3 * topology.numTriangles], 'incident triangles');
    const canonical = gpu.tensor(topology.canonical, [NUM_POINTS, 3], 'canonical');
    const constants = [triangles, incident, canonical];
    try {
      const plan = await Plan.record(gpu, `skeletonMap/${size}`, (ops) => {
        const points = ops.input('points', [NUM_POINTS, 3]);
        const normals = ops.empty([NUM_POINTS, 4], 'f32', 'normals');
        ops.dispatch({ kernel: { label: 'skeletonMap/normals', code: normalsCode }, bindings: [points, triangles, incident, normals], workgroups: [Math.ceil(NUM_POINTS / 64)] });
        const map = ops.empty([size, size, MAP_CHANNELS], 'f32', 'map');
        const tiles = Math.ceil(size / TILE);
        ops.dispatch({ kernel: rasterKernel(topology), bindings: [points, normals, triangles, canonical, map], uniforms: [size, topology.numTriangles], workgroups: [tiles, tiles] });
        ops.output('map', map);
      }, signal ? { signal } : {});
      return new MapRasterizer(gpu, size, plan, constants);
    } catch (error) {
      for (const tensor of constants) tensor.dispose();
      throw error;
    }
  }

  /**
   * Draw a skeleton. Does not wait for the GPU.
   *
   * @param points - `[600, 3]` crop units
   * @returns `[size, size, 10]`, owned by the caller
   * @throws ShapeMismatchError for another number of points
   */
  rasterize(points: Float32Array): Tensor {
    if (this.#disposed) throw new DisposedError('MapRasterizer');
    this.#plan.write('points', points);
    this.#plan.run();
    const drawn = this.#plan.output('map');
    const map = this.#gpu.empty(drawn.shape, { label: 'skeleton map' });
    const encoder = this.#gpu.device.createCommandEncoder({ label: 'skeleton map: copy' });
    encoder.copyBufferToBuffer(drawn.buffer, 0, map.buffer, 0, drawn.byteLength);
    this.#gpu.submit(encoder.finish(), 0);
    return map;
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#plan.dispose();
    for (const tensor of this.#constants) tensor.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

function rasterKernel({ numTriangles }: Topology): Kernel {
  const region = (name: (typeof REGION_NAMES)[number]) => REGION_NAMES.indexOf(name);
  const header = `const TILE = ${TILE}u; const MAX_TRIANGLES = ${numTriangles}; const NONE = 0xffffffffu;
const FACE = ${region('face')}u; const MOUTH = ${region('mouth')}u; const SKULL = ${region('skull')}u;
const RIGHT_EYE = ${region('rightEye')}u; const LEFT_EYE = ${region('leftEye')}u; const RIGHT_IRIS = ${region('rightIris')}u;
`;
  return { label: 'skeletonMap/tiles', code: header + rasterCode, workgroupSize: [TILE, TILE] };
}

function packTriangles({ triangles, regions, numTriangles }: Topology): Uint32Array {
  const packed = new Uint32Array(numTriangles * 4);
  for (let t = 0; t < numTriangles; t++) packed.set([...triangles.subarray(3 * t, 3 * t + 3), regions[t]!], 4 * t);
  return packed;
}

/** `[P + 1]` starts, then for each point its triangles in ascending order. */
function incidentTriangles({ triangles }: Topology): Uint32Array {
  const lists: number[][] = Array.from({ length: NUM_POINTS }, () => []);
  triangles.forEach((point, corner) => lists[point]!.push(Math.floor(corner / 3)));
  const starts = [0];
  for (const list of lists) starts.push(starts.at(-1)! + list.length);
  return Uint32Array.from([...starts, ...lists.flat()]);
}
