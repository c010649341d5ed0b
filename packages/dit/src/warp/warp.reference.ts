/** The meaning of the warp kernels: the same search and the same Gauss-Newton steps, pixel by pixel, without tricks. */

const CELL = 8;
const STRIDE = 4;
const STEPS = 5;
const MAX_STEP = 8;
const TOLERANCE = 0.02;
const REACH = 1.5;
const DAMPING = 1e-7;

type Vector = readonly [number, number, number];

/** A map `[S, S, 10]` with the questions that the warp asks it. */
class SurfaceMap {
  readonly data: Float32Array;
  readonly size: number;
  constructor(data: Float32Array, size: number) {
    this.data = data;
    this.size = size;
  }

  canonical(x: number, y: number): Vector {
    const i = 10 * (y * this.size + x);
    return [this.data[i]!, this.data[i + 1]!, this.data[i + 2]!];
  }

  /** 0 none, 1 skin, 2 eye, 3 mouth, 4 iris; outside of the map none. */
  kind(x: number, y: number): number {
    if (x < 0 || y < 0 || x >= this.size || y >= this.size) return 0;
    const i = 10 * (y * this.size + x);
    return [9, 8, 7, 6].reduce((found, channel, n) => found || (this.data[i + channel]! > 0 ? 4 - n : 0), 0);
  }
}

const minus = (a: Vector, b: Vector): Vector => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
const dot = (a: Vector, b: Vector): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const squaredDistance = (a: Vector, b: Vector): number => dot(minus(a, b), minus(a, b));

export interface ReferenceWarp {
  picture: Float32Array;
  coverage: Float32Array;
}

/** @param picture - `[S, S, 3]` in -1..1 */
export function warpReference(size: number, referenceMap: Float32Array, targetMap: Float32Array, picture: Float32Array): ReferenceWarp {
  const reference = new SurfaceMap(referenceMap, size);
  const target = new SurfaceMap(targetMap, size);
  const mean = meanColour(reference, picture);
  const starts = [false, true].map((isMirrored) => search(reference, target, isMirrored));
  const warped = Float32Array.from(picture);
  const coverage = new Float32Array(size * size * 3);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const kind = target.kind(x, y);
      if (kind === 0) continue;
      const i = 3 * (y * size + x);
      const [cx, cy, cz] = target.canonical(x, y);
      coverage[i + 2] = 1;
      let colour: Vector = mean;
      for (const side of [0, 1]) {
        const point: Vector = [side === 0 ? cx : -cx, cy, cz];
        const start = nearestStart(reference, starts[side]!, x, y, point);
        const found = start && refine(reference, point, kind, start);
        if (!found) continue;
        colour = sample(picture, size, found);
        coverage[i + side] = 1;
        break;
      }
      warped.set(colour, i);
    }
  }
  return { picture: warped, coverage };
}

function meanColour(reference: SurfaceMap, picture: Float32Array): Vector {
  const sum = [0, 0, 0];
  let count = 0;
  for (let i = 0; i < reference.size ** 2; i++) {
    if (reference.kind(i % reference.size, Math.floor(i / reference.size)) === 0) continue;
    count++;
    for (let k = 0; k < 3; k++) sum[k]! += picture[3 * i + k]!;
  }
  const neutral = 128 / 127.5 - 1;
  return sum.map((value) => (count > 0 ? value / count : neutral)) as unknown as Vector;
}

type Pixel = readonly [x: number, y: number];

/** For each cell of the target the reference pixel of the sparse grid that shows the nearest point. */
function search(reference: SurfaceMap, target: SurfaceMap, isMirrored: boolean): (Pixel | undefined)[] {
  const { size } = reference;
  const cells = size / CELL;
  return Array.from({ length: cells * cells }, (_, cell) => {
    const speaker = Array.from({ length: CELL * CELL }, (_unused, n): Pixel => {
      const m = (n + (CELL * CELL) / 2 + CELL / 2) % (CELL * CELL);
      return [(cell % cells) * CELL + (m % CELL), Math.floor(cell / cells) * CELL + Math.floor(m / CELL)];
    }).find(([x, y]) => target.kind(x, y) > 0);
    if (speaker === undefined) return undefined;
    const [cx, cy, cz] = target.canonical(...speaker);
    const point: Vector = [isMirrored ? -cx : cx, cy, cz];
    let best = 1e9;
    let found: Pixel | undefined;
    for (let y = STRIDE / 2; y < size; y += STRIDE) {
      for (let x = STRIDE / 2; x < size; x += STRIDE) {
        if (reference.kind(x, y) === 0) continue;
        const distance = squaredDistance(reference.canonical(x, y), point);
        if (distance < best) [best, found] = [distance, [x, y]];
      }
    }
    return found;
  });
}

function nearestStart(reference: SurfaceMap, starts: readonly (Pixel | undefined)[], x: number, y: number, point: Vector): Pixel | undefined {
  const cells = reference.size / CELL;
  let best = 1e9;
  let found: Pixel | undefined;
  for (let dy = -1; dy <= 1; dy++) {
    for (let dx = -1; dx <= 1; dx++) {
      const [u, v] = [Math.floor(x / CELL) + dx, Math.floor(y / CELL) + dy];
      const start = u < 0 || v < 0 || u >= cells || v >= cells ? undefined : starts[v * cells + u];
      if (start === undefined) continue;
      const distance = squaredDistance(reference.canonical(...start), point);
      if (distance < best) [best, found] = [distance, start];
    }
  }
  return found;
}

/** Derivative of the canonical coordinates along one axis, from neighbours of the same kind only. */
function derivative(map: SurfaceMap, x: number, y: number, dx: number, dy: number): Vector | undefined {
  const kind = map.kind(x, y);
  if (map.kind(x + dx, y + dy) === kind) return minus(map.canonical(x + dx, y + dy), map.canonical(x, y));
  if (map.kind(x - dx, y - dy) === kind) return minus(map.canonical(x, y), map.canonical(x - dx, y - dy));
  return undefined;
}

function refine(reference: SurfaceMap, point: Vector, kind: number, start: Pixel): Pixel | undefined {
  let [x, y] = [start[0] + 0.5, start[1] + 0.5];
  for (let step = 0; step < STEPS; step++) {
    const px = Math.min(Math.max(Math.floor(x), 0), reference.size - 1);
    const py = Math.min(Math.max(Math.floor(y), 0), reference.size - 1);
    if (reference.kind(px, py) === 0) return undefined;
    const du = derivative(reference, px, py, 1, 0);
    const dv = derivative(reference, px, py, 0, 1);
    if (!du || !dv) return undefined;
    const miss = minus(point, reference.canonical(px, py));
    const [a, b, d] = [DAMPING + dot(du, du), dot(du, dv), DAMPING + dot(dv, dv)];
    const [e, f] = [dot(du, miss), dot(dv, miss)];
    const determinant = a * d - b * b;
    if (determinant < 1e-14) return undefined;
    const [sx, sy] = [(d * e - b * f) / determinant, (a * f - b * e) / determinant];
    const length = Math.hypot(sx, sy);
    if (step === STEPS - 1 || length <= 0.5) {
      const rest: Vector = [0, 1, 2].map((k) => miss[k]! - du[k]! * sx - dv[k]! * sy) as unknown as Vector;
      const isFound = length <= REACH && reference.kind(px, py) === kind && dot(rest, rest) < TOLERANCE ** 2;
      return isFound ? [px + 0.5 + sx, py + 0.5 + sy] : undefined;
    }
    const shorten = Math.min(1, MAX_STEP / length);
    [x, y] = [px + 0.5 + sx * shorten, py + 0.5 + sy * shorten];
  }
  return undefined;
}

/** Bilinear; pixel centres are at +0.5. */
function sample(picture: Float32Array, size: number, [x, y]: Pixel): Vector {
  const u = Math.min(Math.max(x - 0.5, 0), size - 1);
  const v = Math.min(Math.max(y - 0.5, 0), size - 1);
  const [x0, y0] = [Math.floor(u), Math.floor(v)];
  const [x1, y1] = [Math.min(x0 + 1, size - 1), Math.min(y0 + 1, size - 1)];
  const [fx, fy] = [u - x0, v - y0];
  return [0, 1, 2].map((k) => {
    const at = (px: number, py: number): number => picture[3 * (py * size + px) + k]!;
    return (at(x0, y0) * (1 - fx) + at(x1, y0) * fx) * (1 - fy) + (at(x0, y1) * (1 - fx) + at(x1, y1) * fx) * fy;
  }) as unknown as Vector;
}
