/**
 * Packs the public release of ICT-FaceKit (https://github.com/ICT-VGL/ICT-FaceKit, folder FaceXModel, MIT; 154 OBJ files
 * of 2.5 MB) into the one file that `loadIctHead` reads. Offsets are stored as f16: of a few cm, that is within 0.02 mm.
 *
 * Every OBJ holds the whole mesh; identity and expression modes are differences to the neutral one. Lashes, tear film and
 * the eyes' blend and occlusion meshes, the last vertices, are left out.
 */
import { throwIfAborted, serializeSafetensors } from '@onegt/kernels';
import { EXPRESSION_NAMES, HEAD_CENTRE, skeletonTopology } from '@onegt/skeleton';
import { HeadModelError } from './errors.ts';
import { ICT_RANGES, ICT_VERTICES } from './ict.ts';
import { parseObj, parseObjPositions } from './obj.ts';

export interface IctImportOptions {
  /** Called before each file. */
  onProgress?: (progress: { file: string; done: number; total: number }) => void;
  signal?: AbortSignal;
}

export const ICT_NEUTRAL_FILE = 'generic_neutral_mesh.obj';
const NUM_IDENTITY_MODES = 100;

/** ICT's names in the order of the pack: ARKit's with `_L` and `_R`, and two more that ARKit does not part in sides. */
export const ICT_EXPRESSION_NAMES: readonly string[] = EXPRESSION_NAMES.flatMap((name) => {
  if (name === 'browInnerUp' || name === 'cheekPuff') return [`${name}_L`, `${name}_R`];
  if (/^(jaw|mouth)(Left|Right)$/.test(name)) return [name];
  return [name.replace(/Left$/, '_L').replace(/Right$/, '_R')];
});

/** The files that are read, of the folder FaceXModel. */
export const ICT_FILES: readonly string[] = [
  ICT_NEUTRAL_FILE,
  ...Array.from({ length: NUM_IDENTITY_MODES }, (_, i) => `identity${String(i).padStart(3, '0')}.obj`),
  ...ICT_EXPRESSION_NAMES.map((name) => `${name}.obj`),
];

/**
 * @param readText - content of a file of `FaceXModel`; rejects when it is not there
 * @returns the bytes of the pack (23 MB)
 * @throws {@link HeadModelError} that names missing files, or says what is not as in the release
 */
export async function importIctFaceKit(readText: (name: string) => Promise<string>, { onProgress, signal }: IctImportOptions = {}): Promise<Uint8Array> {
  const missing: string[] = [];
  let firstCause: unknown;
  let done = 0;
  const read = async (file: string): Promise<string | undefined> => {
    throwIfAborted(signal);
    onProgress?.({ file, done: done++, total: ICT_FILES.length });
    try {
      return await readText(file);
    } catch (cause) {
      missing.push(file);
      firstCause ??= cause;
      return undefined;
    }
  };
  const neutralText = await read(ICT_NEUTRAL_FILE);
  if (neutralText === undefined) {
    throw new HeadModelError('head-import', `${ICT_NEUTRAL_FILE} cannot be read: ${messageOf(firstCause)}\n  Give the folder FaceXModel of https://github.com/ICT-VGL/ICT-FaceKit.`, { cause: firstCause, data: { missing } });
  }
  const mesh = parseObj(ICT_NEUTRAL_FILE, neutralText);
  checkRelease(mesh.positions);

  const size = ICT_VERTICES * 3;
  const modes = new Float32Array((ICT_FILES.length - 1) * size);
  for (const [i, file] of ICT_FILES.slice(1).entries()) {
    const text = await read(file);
    if (text === undefined) continue;
    const positions = parseObjPositions(file, text);
    if (positions.length !== mesh.positions.length) {
      throw new HeadModelError('head-import', `${file} has ${positions.length / 3} vertices, ${ICT_NEUTRAL_FILE} has ${mesh.positions.length / 3}.\n  Is the file complete, and of the same release?`, { data: { file, vertices: positions.length / 3, expected: mesh.positions.length / 3 } });
    }
    for (let k = 0; k < size; k++) modes[i * size + k] = positions[k]! - mesh.positions[k]!;
  }
  if (missing.length > 0) {
    const shown = missing.slice(0, 8).join(', ') + (missing.length > 8 ? `, and ${missing.length - 8} more` : '');
    throw new HeadModelError('head-import', `${missing.length} of ${ICT_FILES.length} files cannot be read: ${shown}.\n  ${messageOf(firstCause)}\n  Give the whole folder FaceXModel of https://github.com/ICT-VGL/ICT-FaceKit.`, { cause: firstCause, data: { missing } });
  }

  const { triangles, trianglesUV, uv } = keptTriangles(mesh);
  const T = triangles.length / 3;
  const identities = modes.subarray(0, NUM_IDENTITY_MODES * size);
  const expressions = modes.subarray(NUM_IDENTITY_MODES * size);
  return serializeSafetensors(
    {
      neutral: { shape: [ICT_VERTICES, 3], data: Float32Array.from(mesh.positions.subarray(0, size)) },
      identity: { shape: [NUM_IDENTITY_MODES, ICT_VERTICES, 3], data: identities, dtype: 'F16' },
      expression: { shape: [ICT_EXPRESSION_NAMES.length, ICT_VERTICES, 3], data: expressions, dtype: 'F16' },
      triangles: { shape: [T, 3], data: triangles },
      uv: { shape: [uv.length / 2, 2], data: uv },
      triangles_uv: { shape: [T, 3], data: trianglesUV },
    },
    {
      source: 'ICT-FaceKit (USC ICT Vision and Graphics Lab), MIT License, https://github.com/ICT-VGL/ICT-FaceKit',
      units: "centimetres; +y up, +z out of the face, +x to the subject's left",
      model: 'vertices = neutral + sum_i identity_weight_i * identity[i] + sum_j expression_weight_j * expression[j]; identity weights are standard normal, expression weights in 0..1',
      expression_names: JSON.stringify(ICT_EXPRESSION_NAMES),
      vertex_ranges: JSON.stringify(ICT_RANGES),
      notes: 'polygons split into triangles; lacrimal fluid, eye blend, eye occlusion and eyelashes left out',
    },
  );
}

/** Early releases number their vertices in another order: the skeleton's points would land anywhere. */
function checkRelease(positions: Float64Array): void {
  if (positions.length < ICT_VERTICES * 3) {
    throw new HeadModelError('head-import', `${ICT_NEUTRAL_FILE} has ${positions.length / 3} vertices, the release has 26719, of which the first ${ICT_VERTICES} are used.\n  Is the file complete?`, { data: { vertices: positions.length / 3 } });
  }
  const { ictVertex, ictWeight, meanHead } = skeletonTopology();
  let worst = 0;
  for (let i = 0; i < meanHead.length; i++) {
    const point = i - (i % 3);
    let value = -HEAD_CENTRE[i % 3]!;
    for (let k = 0; k < 3; k++) value += ictWeight[point + k]! * positions[3 * ictVertex[point + k]! + (i % 3)]!;
    worst = Math.max(worst, Math.abs(value - meanHead[i]!));
  }
  if (!(worst < 0.01)) {
    throw new HeadModelError('head-import', `${ICT_NEUTRAL_FILE} is another release: the skeleton's points lie up to ${worst.toFixed(2)} cm from where they are on the head of the current one.\n  Take the newest commit of https://github.com/ICT-VGL/ICT-FaceKit; units are centimetres.`, { data: { worstCm: worst } });
  }
}

/** Triangles of the vertices that are kept, and the texture coordinates that they use. */
function keptTriangles(mesh: ReturnType<typeof parseObj>): { triangles: Int32Array; trianglesUV: Int32Array; uv: Float32Array } {
  const triangles: number[] = [];
  const trianglesUV: number[] = [];
  for (let t = 0; t < mesh.triangles.length; t += 3) {
    if (Math.max(mesh.triangles[t]!, mesh.triangles[t + 1]!, mesh.triangles[t + 2]!) >= ICT_VERTICES) continue;
    for (let k = 0; k < 3; k++) {
      triangles.push(mesh.triangles[t + k]!);
      trianglesUV.push(mesh.trianglesUV[t + k]!);
    }
  }
  const used = [...new Set(trianglesUV)].sort((a, b) => a - b);
  const newIndex = new Map(used.map((old, i) => [old, i]));
  return {
    triangles: Int32Array.from(triangles),
    trianglesUV: Int32Array.from(trianglesUV, (old) => newIndex.get(old)!),
    uv: Float32Array.from(used.flatMap((i) => [mesh.uv[2 * i]!, mesh.uv[2 * i + 1]!])),
  };
}

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));
