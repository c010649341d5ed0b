/**
 * A photograph in, its 600-point skeleton turned by 20 degrees with an open mouth out, as SVG on stdout:
 *   node turn.js portrait.png MODELS WEIGHTS > turned.svg
 * MODELS: folder `models` of the npm package @vladmandic/human. WEIGHTS: folder with prior, nonrigid and rigid .safetensors.
 */
import { pathToFileURL } from 'node:url';
import type { Gpu } from '@onegt/kernels';
import { computeCrop, FaceDetector, type Image, modelFolder, SkeletonAnchor, skeletonTopology } from '@onegt/skeleton';

export async function turn(gpu: Gpu, picture: Image, models: string | URL, weights: string | URL): Promise<string> {
  using detector = await FaceDetector.load(gpu, { read: modelFolder(models) });
  using anchor = await SkeletonAnchor.load(gpu, weights);
  const [face] = await detector.detect(picture); // the largest
  const source = await anchor.encode(face!.landmarks, computeCrop(face!.landmarks)); // once per identity
  const points = await anchor.anchor(source, { camera: { yaw: Math.PI / 9 }, expression: { jawOpen: 0.6 } }); // once per frame
  return svg(points);
}

/** Crop units have y up; SVG has y down. */
function svg(points: Float32Array): string {
  const { triangles, numTriangles } = skeletonTopology();
  const at = (corner: number) => `${points[3 * triangles[corner]!]!.toFixed(4)} ${(-points[3 * triangles[corner]! + 1]!).toFixed(4)}`;
  const path = Array.from({ length: numTriangles }, (_, t) => `M${at(3 * t)}L${at(3 * t + 1)}L${at(3 * t + 2)}Z`).join('');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-1 -1 2 2"><path d="${path}" fill="none" stroke="teal" stroke-width="0.002"/></svg>`;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [file, models, weights] = process.argv.slice(2) as [string, string, string];
  const { requestGpu } = await import('@onegt/kernels/node');
  const { default: sharp } = await import('sharp');
  const { data, info } = await sharp(file).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  using gpu = await requestGpu();
  console.log(await turn(gpu, { width: info.width, height: info.height, data }, models, weights));
}
