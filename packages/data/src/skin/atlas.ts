/**
 * The atlas of a head model: which texels its skin covers and where each lies on the standard head. Depends on the model
 * only, so it is made once per model, on the CPU.
 */
import { OneGTError } from '@onegt/kernels';
import { type HeadModel, PARTS } from '../heads/head-model.ts';
import { length3 } from '../geometry/length.ts';

export interface Atlas {
  width: number;
  height: number;
  /** `[K, 4]` canonical position and the bits of the texel's index (row * width + column), in order of the index. */
  places: Float32Array;
  /** Size of a texel on the front of the face, cm. */
  texelCm: number;
}

/** Texels around a chart that are painted too, so that filtering and the first small levels find skin. */
const GUTTER = 3;
const cache = new WeakMap<HeadModel, Map<number, Atlas>>();

/**
 * @param budget - number of texels; the sides follow from the model's texture coordinates, so that texels are square
 * @throws {@link OneGTError} for a budget below 64² or above 2048²
 */
export function atlasOf(model: HeadModel, budget: number): Atlas {
  if (!(budget >= 64 ** 2 && budget <= 2048 ** 2)) throw new OneGTError('invalid-atlas', `Skin atlas of ${budget} texels.\n  It must have from ${64 ** 2} (64²) to ${2048 ** 2} (2048²); 512² suits pictures of 256², and twice the side pictures of twice the side.`, { data: { texels: budget } });
  let atlases = cache.get(model);
  if (atlases === undefined) cache.set(model, (atlases = new Map()));
  let atlas = atlases.get(budget);
  if (atlas === undefined) atlases.set(budget, (atlas = createAtlas(model, budget)));
  return atlas;
}

function createAtlas(model: HeadModel, budget: number): Atlas {
  const { lengthU, lengthV } = chartScale(model);
  const aspect = Math.min(4, Math.max(0.25, lengthU / lengthV));
  // Multiples of 8, so that three halvings stay exact.
  const height = 8 * Math.round(Math.sqrt(budget / aspect) / 8);
  const width = 8 * Math.round(Math.sqrt(budget * aspect) / 8);
  const position = new Float32Array(width * height * 3);
  const covered = new Uint8Array(width * height);
  rasterize(model, width, height, position, covered);
  const texelCm = (lengthU / width + lengthV / height) / 2;
  for (let ring = 0; ring < GUTTER; ring++) dilate(width, height, position, covered, 3 * texelCm);

  const count = covered.reduce((sum, value) => sum + value, 0);
  const places = new Float32Array(count * 4);
  const bits = new Uint32Array(places.buffer);
  let k = 0;
  for (let i = 0; i < covered.length; i++) {
    if (covered[i] === 0) continue;
    places.set(position.subarray(3 * i, 3 * i + 3), 4 * k);
    bits[4 * k + 3] = i;
    k++;
  }
  return { width, height, places, texelCm };
}

/** Lengths on the front of the face, cm, of one unit of u and of v: medians over its triangles. */
function chartScale(model: HeadModel): { lengthU: number; lengthV: number } {
  const alongU: number[] = [];
  const alongV: number[] = [];
  forEachSkinTriangle(model, (corners) => {
    const [a, b, c] = corners.map((r) => model.canonical.subarray(3 * r, 3 * r + 3)) as [Float32Array, Float32Array, Float32Array];
    if (Math.min(a[2]!, b[2]!, c[2]!) < 5) return;
    const [ua, ub, uc] = corners.map((r) => model.uv.subarray(2 * r, 2 * r + 2)) as [Float32Array, Float32Array, Float32Array];
    const du1 = ub[0]! - ua[0]!, dv1 = ub[1]! - ua[1]!, du2 = uc[0]! - ua[0]!, dv2 = uc[1]! - ua[1]!;
    const area = du1 * dv2 - du2 * dv1;
    if (Math.abs(area) < 1e-12) return;
    let u2 = 0, v2 = 0;
    for (let k = 0; k < 3; k++) {
      const e1 = b[k]! - a[k]!, e2 = c[k]! - a[k]!;
      u2 += ((e1 * dv2 - e2 * dv1) / area) ** 2;
      v2 += ((e2 * du1 - e1 * du2) / area) ** 2;
    }
    alongU.push(Math.sqrt(u2));
    alongV.push(Math.sqrt(v2));
  });
  const median = (values: number[]) => (values.length === 0 ? 30 : values.sort((x, y) => x - y)[values.length >> 1]!);
  return { lengthU: median(alongU), lengthV: median(alongV) };
}

function forEachSkinTriangle(model: HeadModel, visit: (corners: [number, number, number]) => void): void {
  const skin = PARTS.indexOf('skin');
  for (let t = 0; t < model.parts.length; t++) {
    if (model.parts[t] === skin) visit([model.triangles[3 * t]!, model.triangles[3 * t + 1]!, model.triangles[3 * t + 2]!]);
  }
}

/** Texel centres inside of a triangle, or within half a texel of it (thin triangles leave no holes). */
function rasterize(model: HeadModel, width: number, height: number, position: Float32Array, covered: Uint8Array): void {
  forEachSkinTriangle(model, ([a, b, c]) => {
    const ax = model.uv[2 * a]! * width - 0.5, ay = model.uv[2 * a + 1]! * height - 0.5;
    const bx = model.uv[2 * b]! * width - 0.5, by = model.uv[2 * b + 1]! * height - 0.5;
    const cx = model.uv[2 * c]! * width - 0.5, cy = model.uv[2 * c + 1]! * height - 0.5;
    const area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay);
    if (Math.abs(area) < 1e-9) return;
    const slack = 1e-4;
    const y0 = Math.max(0, Math.ceil(Math.min(ay, by, cy))), y1 = Math.min(height - 1, Math.floor(Math.max(ay, by, cy)));
    const x0 = Math.max(0, Math.ceil(Math.min(ax, bx, cx))), x1 = Math.min(width - 1, Math.floor(Math.max(ax, bx, cx)));
    for (let y = y0; y <= y1; y++) {
      for (let x = x0; x <= x1; x++) {
        const wb = ((x - ax) * (cy - ay) - (cx - ax) * (y - ay)) / area;
        const wc = ((bx - ax) * (y - ay) - (x - ax) * (by - ay)) / area;
        const wa = 1 - wb - wc;
        if (wa < -slack || wb < -slack || wc < -slack) continue;
        const i = y * width + x;
        covered[i] = 1;
        for (let k = 0; k < 3; k++) position[3 * i + k] = wa * model.canonical[3 * a + k]! + wb * model.canonical[3 * b + k]! + wc * model.canonical[3 * c + k]!;
      }
    }
  });
}

/**
 * One ring of texels around what is covered: the mean of the covered neighbours, carried on by their slope where two are in
 * line and no seam lies between them.
 */
function dilate(width: number, height: number, position: Float32Array, covered: Uint8Array, longestStep: number): void {
  const before = covered.slice();
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      if (before[i] !== 0) continue;
      let count = 0;
      const sum = [0, 0, 0];
      for (let dy = -1; dy <= 1; dy++) {
        for (let dx = -1; dx <= 1; dx++) {
          const nx = x + dx, ny = y + dy;
          if (nx < 0 || ny < 0 || nx >= width || ny >= height || before[ny * width + nx] === 0) continue;
          const j = ny * width + nx;
          const fx = nx + dx, fy = ny + dy;
          const far = fy * width + fx;
          const isInside = fx >= 0 && fy >= 0 && fx < width && fy < height && before[far] !== 0;
          const step = isInside ? length3(position[3 * far]! - position[3 * j]!, position[3 * far + 1]! - position[3 * j + 1]!, position[3 * far + 2]! - position[3 * j + 2]!) : Infinity;
          const beyond = step < longestStep ? far : j;
          for (let k = 0; k < 3; k++) sum[k]! += 2 * position[3 * j + k]! - position[3 * beyond + k]!;
          count++;
        }
      }
      if (count === 0) continue;
      covered[i] = 1;
      for (let k = 0; k < 3; k++) position[3 * i + k] = sum[k]! / count;
    }
  }
}
