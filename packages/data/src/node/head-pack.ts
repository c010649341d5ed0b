/** Any head model as one file, so that what was slow to import is imported once. */
import { parseSafetensors, serializeSafetensors, WeightsError } from '@onegt/kernels';
import type { ExpressionName } from '@onegt/skeleton';
import { HeadModelError } from '../heads/errors.ts';
import type { Eye, HeadModel } from '../heads/head-model.ts';

const FORMAT = 'onegt-head-1';

/** Modes are stored as f16: of a few cm, that is within 0.02 mm. */
export function saveHeadPack(model: HeadModel): Uint8Array {
  const [vertices, render, triangles] = [model.neutral.length / 3, model.renderSource.length, model.parts.length];
  const indices = (data: Uint32Array) => new Int32Array(data.buffer, data.byteOffset, data.length);
  return serializeSafetensors({
    neutral: { shape: [vertices, 3], data: model.neutral },
    identity_modes: { shape: [model.numIdentityModes, vertices, 3], data: model.identityModes, dtype: 'F16' },
    expression_modes: { shape: [model.expressionNames.length, vertices, 3], data: model.expressionModes, dtype: 'F16' },
    render_source: { shape: [render], data: indices(model.renderSource) },
    triangles: { shape: [triangles, 3], data: indices(model.triangles) },
    parts: { shape: [triangles], data: model.parts },
    uv: { shape: [render, 2], data: model.uv },
    canonical: { shape: [render, 3], data: model.canonical },
    skeleton_vertex: { shape: [model.skeletonVertex.length / 3, 3], data: indices(model.skeletonVertex) },
    skeleton_weight: { shape: [model.skeletonWeight.length / 3, 3], data: model.skeletonWeight },
  }, { format: FORMAT, name: model.name, licence: model.licence, expression_names: JSON.stringify(model.expressionNames), eyes: JSON.stringify(model.eyes) });
}

/** Undefined when the file is another kind of pack, such as ICT-FaceKit's. */
export function loadHeadPack(bytes: Uint8Array): HeadModel | undefined {
  try {
    const file = parseSafetensors(bytes);
    if (file.metadata['format'] !== FORMAT) return undefined;
    const indices = (name: string) => Uint32Array.from(file.i32(name));
    return {
      name: file.metadata['name']!, licence: file.metadata['licence']!,
      neutral: file.f32('neutral'),
      identityModes: file.f32('identity_modes'), numIdentityModes: file.shape('identity_modes')[0]!,
      expressionModes: file.f32('expression_modes'), expressionNames: JSON.parse(file.metadata['expression_names']!) as ExpressionName[],
      renderSource: indices('render_source'), triangles: indices('triangles'), parts: file.bytes('parts').slice(), uv: file.f32('uv'), canonical: file.f32('canonical'),
      eyes: JSON.parse(file.metadata['eyes']!) as Eye[],
      skeletonVertex: indices('skeleton_vertex'), skeletonWeight: file.f32('skeleton_weight'),
    };
  } catch (cause) {
    if (!(cause instanceof WeightsError)) throw cause;
    throw new HeadModelError('head-pack', `This is no head pack: ${cause.message}\n  Build it anew with \`onegt-data import-ict\` or \`onegt-data import-gltf\`.`, { cause });
  }
}
