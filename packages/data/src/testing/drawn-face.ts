/** Pictures of a face that is only a pattern, with the points a perfect detector would find: for tests of the screens. */
import { type Face, type Image, NUM_DETECTED, skeletonTopology } from '@onegt/skeleton';

export interface DrawnFace {
  width?: number;
  height?: number;
  /** Middle of the head and pixels per cm. */
  x?: number;
  y?: number;
  scale?: number;
  yawRadians?: number;
  skin?: readonly [number, number, number];
  /** Moves the background's pattern, pixels. */
  pan?: number;
  /** Another pattern and colour. */
  room?: number;
  /** Multiplies everything. */
  light?: number;
}

export function drawFace({ width = 176, height = 160, x = width / 2, y = height / 2, scale = 4, yawRadians = 0, skin = [205, 150, 120], pan = 0, room = 0, light = 1 }: DrawnFace = {}): { image: Image; face: Face } {
  const { meanHead } = skeletonTopology();
  const landmarks = new Float32Array(NUM_DETECTED * 3);
  const [cos, sin] = [Math.cos(yawRadians), Math.sin(yawRadians)];
  for (let p = 0; p < NUM_DETECTED; p++) {
    const [hx, hy, hz] = [meanHead[3 * p]!, meanHead[3 * p + 1]!, meanHead[3 * p + 2]!];
    landmarks.set([x + scale * (cos * hx + sin * hz), y - scale * hy, -scale * (cos * hz - sin * hx)], 3 * p);
  }
  const xs = landmarks.filter((_, i) => i % 3 === 0), ys = landmarks.filter((_, i) => i % 3 === 1);
  const box = [Math.min(...xs), Math.min(...ys), Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys)] as const;
  const data = new Uint8Array(width * height * 4).fill(255);
  for (let v = 0; v < height; v++) {
    for (let u = 0; u < width; u++) {
      const [fx, fy] = [(u + 0.5 - x) / scale, (v + 0.5 - y) / scale];
      const isHead = (fx / 8.5) ** 2 + (fy / 11) ** 2 < 1;
      const pattern = isHead ? 14 * Math.sin(3.1 * fx) * Math.sin(2.7 * fy) + 8 * Math.sin(5 * fx + 4 * fy) : 30 * Math.sin((u + pan) / (5 + 2 * room)) + 30 * Math.sin(v / 7);
      const base = isHead ? skin : room === 0 ? [90, 110, 130] : [170, 90, 60];
      for (let c = 0; c < 3; c++) data[4 * (v * width + u) + c] = Math.max(0, Math.min(255, light * (base[c]! + pattern)));
    }
  }
  return { image: { width, height, data }, face: { box, score: 0.95, landmarks, rollRadians: 0 } };
}

/** A rectangle over a picture. */
export function cover({ width, height, data }: Image, left: number, top: number, right: number, bottom: number, colour: readonly [number, number, number]): Image {
  const out = new Uint8Array(data);
  for (let y = Math.max(0, Math.round(top)); y < Math.min(height, bottom); y++) {
    for (let x = Math.max(0, Math.round(left)); x < Math.min(width, right); x++) out.set(colour, 4 * (y * width + x));
  }
  return { width, height, data: out };
}
