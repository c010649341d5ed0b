import type { Face } from '@onegt/skeleton';
import { nodeSources } from '../assets.ts';
import { InputError } from '../errors.ts';
import { readImage } from '../media/image.ts';
import { checkOutput, writeFileAtomic } from '../media/output.ts';
import { detectAll, openDetector } from '../pipeline.ts';
import type { Context } from './context.ts';

export interface LandmarksOptions {
  json?: string;
  maxFaces: number;
  minScore: number;
}

interface FileResult {
  file: string;
  width: number;
  height: number;
  faces: { box: number[]; score: number; landmarks: number[][] }[];
}

/** The faces of many pictures as JSON. A picture without a face has an empty list; a file that is no picture is an error. */
export async function landmarks(files: readonly string[], { json, maxFaces, minScore }: LandmarksOptions, context: Context): Promise<void> {
  const { stages, signal } = context;
  if (json !== undefined) await checkOutput(json, ['.json'], files);
  const { gpu, detector } = await openDetector(nodeSources(), context);
  using _gpu = gpu;
  using _detector = detector;
  const results: FileResult[] = [];
  for (const [index, file] of files.entries()) {
    stages.progress(`${index + 1} of ${files.length}: ${file}`);
    const image = await readImage(file);
    const faces = await stages.run('detect faces', () => detectAll(detector, image, { maxFaces, minScore, thorough: true, signal }));
    results.push({ file, width: image.width, height: image.height, faces: faces.map(toJson) });
  }
  stages.clear();
  const text = `${JSON.stringify(results)}\n`;
  if (json === undefined) context.print(text);
  else await writeFileAtomic(json, text);
  const found = results.reduce((sum, { faces }) => sum + faces.length, 0);
  context.note(`${found} face${found === 1 ? '' : 's'} in ${files.length} picture${files.length === 1 ? '' : 's'}`);
  if (found === 0) throw new InputError(`No face was found in ${files.length === 1 ? `"${files[0]}"` : `any of ${files.length} pictures`}.`);
}

function toJson({ box, score, landmarks: points }: Face): FileResult['faces'][number] {
  const rounded = (value: number): number => Math.round(value * 1000) / 1000;
  return {
    box: box.map(rounded),
    score: rounded(score),
    landmarks: Array.from({ length: points.length / 3 }, (_, point) => [0, 1, 2].map((axis) => rounded(points[point * 3 + axis]!))),
  };
}
