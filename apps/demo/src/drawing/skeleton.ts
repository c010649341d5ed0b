/** The 600 points over a crop: mesh edges thin, points as dots, the completed points (skull, neck, shoulders) in their own colour. */
import type { Image } from '@onegt/skeleton';
import { drawOver } from './sheet.ts';

const FACE_COLOUR = '#3ee6c1';
const COMPLETED_COLOUR = '#ffb454';
const FACE_POINTS = 478;

/**
 * @param points - `[600, 3]`, crop units: x right and y up, -1..1 over the crop
 * @param triangles - `[F, 3]` indices into the points
 */
export async function drawSkeleton(crop: Image, points: Float32Array, triangles: ArrayLike<number>): Promise<Image> {
  const x = (point: number): string => (((points[point * 3]! + 1) / 2) * crop.width).toFixed(1);
  const y = (point: number): string => (((1 - points[point * 3 + 1]!) / 2) * crop.height).toFixed(1);
  const colour = (point: number): string => (point < FACE_POINTS ? FACE_COLOUR : COMPLETED_COLOUR);

  const edges = edgesOf(triangles).map(([a, b]) => `<path d="M${x(a)} ${y(a)}L${x(b)} ${y(b)}" stroke="${colour(Math.max(a, b))}"/>`);
  const dots = Array.from({ length: points.length / 3 }, (_, point) => `<circle cx="${x(point)}" cy="${y(point)}" r="0.9" fill="${colour(point)}"/>`);
  return drawOver(crop, `<g stroke-width="0.5" stroke-opacity="0.55" fill="none">${edges.join('')}</g>${dots.join('')}`);
}

function edgesOf(triangles: ArrayLike<number>): (readonly [number, number])[] {
  const edges = new Map<number, readonly [number, number]>();
  for (let corner = 0; corner < triangles.length; corner++) {
    const a = triangles[corner]!;
    const b = triangles[corner % 3 === 2 ? corner - 2 : corner + 1]!;
    const [low, high] = a < b ? [a, b] : [b, a];
    edges.set(low * 65536 + high, [low, high]);
  }
  return [...edges.values()];
}
