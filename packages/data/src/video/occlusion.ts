/**
 * Is something in front of the face? The face's colours are read at the same places of the skin in every frame of a
 * clip; a hand, a microphone or a hair that swings in changes a connected patch of them against the person's own median.
 *
 * It sees what comes and goes and has another colour or brightness than what it covers. It cannot see what stays for the
 * whole clip (a mask, a beard and glasses are part of the person), what is smaller than some per cent of the face, nor
 * a hand of the same brightness and hue as the cheek. The detector's own doubt and points that shake are screened besides.
 */
import { type Image, skeletonTopology } from '@onegt/skeleton';
import { median } from './background.ts';

export interface SkinSamples {
  /** `[S, 3]` 0..255 */
  rgb: Float32Array;
  /** `[S]` 1 where the surface faces the camera. */
  visible: Uint8Array;
}

/** Places: the triangles of the face, with how much of the face each is and which lie side by side. */
interface Patches {
  corners: Int32Array;
  area: Float32Array;
  centre: Float32Array;
  neighbours: number[][];
}

const FACE_REGION = 0;
/** Log colour. A head that turns 35 degrees to both sides has at most 4 % of its face beyond these, a hand-coloured patch on the mouth 28 %. */
const CHROMA_LIMIT = 0.12;
const LUMA_LIMIT = 0.3;
const FLOOR = 12;

let cached: Patches | undefined;

function patches(): Patches {
  if (cached !== undefined) return cached;
  const { triangles, regions, meanHead } = skeletonTopology();
  const corners: number[] = [];
  for (let t = 0; t < regions.length; t++) if (regions[t] === FACE_REGION) corners.push(triangles[3 * t]!, triangles[3 * t + 1]!, triangles[3 * t + 2]!);
  const count = corners.length / 3;
  const area = new Float32Array(count);
  const centre = new Float32Array(count * 2);
  const byEdge = new Map<string, number>();
  const neighbours: number[][] = Array.from({ length: count }, () => []);
  for (let s = 0; s < count; s++) {
    const [a, b, c] = corners.slice(3 * s, 3 * s + 3).map((p) => meanHead.subarray(3 * p, 3 * p + 3)) as [Float32Array, Float32Array, Float32Array];
    const [u, v] = [b, c].map((p) => [0, 1, 2].map((k) => p[k]! - a[k]!)) as [number[], number[]];
    area[s] = Math.hypot(u[1]! * v[2]! - u[2]! * v[1]!, u[2]! * v[0]! - u[0]! * v[2]!, u[0]! * v[1]! - u[1]! * v[0]!) / 2;
    centre.set([(a[0]! + b[0]! + c[0]!) / 30, (a[1]! + b[1]! + c[1]!) / 30], 2 * s);
    for (let k = 0; k < 3; k++) {
      const [from, to] = [corners[3 * s + k]!, corners[3 * s + ((k + 1) % 3)]!];
      const other = byEdge.get(`${to} ${from}`);
      if (other !== undefined) neighbours[s]!.push(other), neighbours[other]!.push(s);
      byEdge.set(`${from} ${to}`, s);
    }
  }
  return (cached = { corners: Int32Array.from(corners), area, centre, neighbours });
}

export function skinSamples(image: Image, landmarks: ArrayLike<number>): SkinSamples {
  const { corners, area } = patches();
  const rgb = new Float32Array(area.length * 3);
  const visible = new Uint8Array(area.length);
  const scale = Math.hypot(landmarks[3 * 468]! - landmarks[3 * 473]!, landmarks[3 * 468 + 1]! - landmarks[3 * 473 + 1]!) / 6.2; // pixels per cm
  const radius = Math.max(0, Math.min(3, Math.round(0.12 * scale)));
  for (let s = 0; s < area.length; s++) {
    const [a, b, c] = [0, 1, 2].map((k) => 3 * corners[3 * s + k]!) as [number, number, number];
    const [ux, uy] = [landmarks[b]! - landmarks[a]!, landmarks[b + 1]! - landmarks[a + 1]!];
    const [vx, vy] = [landmarks[c]! - landmarks[a]!, landmarks[c + 1]! - landmarks[a + 1]!];
    const seen = (uy * vx - ux * vy) / 2; // y is down: a triangle that faces the camera runs clockwise on screen
    const x = Math.round((landmarks[a]! + landmarks[b]! + landmarks[c]!) / 3 - 0.5);
    const y = Math.round((landmarks[a + 1]! + landmarks[b + 1]! + landmarks[c + 1]!) / 3 - 0.5);
    if (seen < 0.3 * area[s]! * scale * scale || x < radius || y < radius || x + radius >= image.width || y + radius >= image.height) continue;
    visible[s] = 1;
    for (let dy = -radius; dy <= radius; dy++) {
      for (let dx = -radius; dx <= radius; dx++) {
        for (let k = 0; k < 3; k++) rgb[3 * s + k]! += image.data[((y + dy) * image.width + x + dx) * 4 + k]! / (2 * radius + 1) ** 2;
      }
    }
  }
  return { rgb, visible };
}

/** `[S, 3]` log colours that each place mostly has over a clip, NaN where it is never seen. */
export function medianSkin(frames: readonly SkinSamples[]): Float32Array {
  const out = new Float32Array(frames[0]!.rgb.length);
  for (let s = 0; s < frames[0]!.visible.length; s++) {
    const seen = frames.filter(({ visible }) => visible[s] === 1);
    for (let k = 0; k < 3; k++) out[3 * s + k] = median(seen.map(({ rgb }) => Math.log(rgb[3 * s + k]! + FLOOR)));
  }
  return out;
}

/** Share of the visible face in the largest connected patch that has not its usual colour, 0..1. */
export function occludedShare({ rgb, visible }: SkinSamples, usual: Float32Array): number {
  const { area, centre, neighbours } = patches();
  const places = [...visible.keys()].filter((s) => visible[s] === 1 && !Number.isNaN(usual[3 * s]!));
  if (places.length === 0) return 0;
  const difference = new Float32Array(rgb.length);
  for (let k = 0; k < 3; k++) {
    for (const s of places) difference[3 * s + k] = Math.log(rgb[3 * s + k]! + FLOOR) - usual[3 * s + k]!;
    const gain = median(places.map((s) => difference[3 * s + k]!)); // exposure and white balance of the frame
    for (const s of places) difference[3 * s + k]! -= gain;
  }
  // Turning in the light makes one side brighter: a slope is not an occlusion.
  const luma = new Map(places.map((s) => [s, (difference[3 * s]! + difference[3 * s + 1]! + difference[3 * s + 2]!) / 3]));
  const slope = robustSlope(places, luma, centre);
  const strange = new Set(places.filter((s) => {
    const [red, green, blue] = difference.subarray(3 * s, 3 * s + 3) as unknown as [number, number, number];
    return Math.max(Math.abs(red - green), Math.abs(blue - green)) > CHROMA_LIMIT || Math.abs(luma.get(s)! - slope(s)) > LUMA_LIMIT;
  }));
  let total = 0;
  for (const s of places) total += area[s]!;
  let largest = 0;
  for (const start of strange) {
    let size = 0;
    const queue = [start];
    strange.delete(start);
    for (let s = queue.pop(); s !== undefined; s = queue.pop()) {
      size += area[s]!;
      for (const next of neighbours[s]!) if (strange.delete(next)) queue.push(next);
    }
    largest = Math.max(largest, size);
  }
  return largest / total;
}

/** Brightness as a plane over the face: median differences between its halves, which a hand on one cheek hardly moves. */
function robustSlope(places: readonly number[], luma: ReadonlyMap<number, number>, centre: Float32Array): (s: number) => number {
  const gradient = [0, 1].map((axis) => {
    const positions = places.map((s) => centre[2 * s + axis]!);
    const middle = median([...positions]);
    const halves = [-1, 1].map((side) => places.filter((_, i) => Math.sign(positions[i]! - middle) === side));
    const [low, high] = halves.map((half) => ({ at: median(half.map((s) => centre[2 * s + axis]!)), luma: median(half.map((s) => luma.get(s)!)) })) as [{ at: number; luma: number }, { at: number; luma: number }];
    return { middle, slope: high.at - low.at > 0.1 ? (high.luma - low.luma) / (high.at - low.at) : 0 };
  });
  return (s) => gradient[0]!.slope * (centre[2 * s]! - gradient[0]!.middle) + gradient[1]!.slope * (centre[2 * s + 1]! - gradient[1]!.middle);
}
