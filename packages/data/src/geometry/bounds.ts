/** Edges of a box: low x, y, z, high x, y, z. */
export type Bounds = Float64Array;

/** @param positions - `[R, 3]` */
export function boundsOf(positions: Float32Array): Bounds {
  let lowX = Infinity, lowY = Infinity, lowZ = Infinity, highX = -Infinity, highY = -Infinity, highZ = -Infinity;
  for (let i = 0; i < positions.length; i += 3) {
    const x = positions[i]!, y = positions[i + 1]!, z = positions[i + 2]!;
    if (x < lowX) lowX = x;
    if (y < lowY) lowY = y;
    if (z < lowZ) lowZ = z;
    if (x > highX) highX = x;
    if (y > highY) highY = y;
    if (z > highZ) highZ = z;
  }
  return Float64Array.of(lowX, lowY, lowZ, highX, highY, highZ);
}
