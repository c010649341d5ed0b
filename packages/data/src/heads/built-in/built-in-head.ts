/**
 * The head that ships with the package, so that it renders people with no download: the project's own head prior over
 * the 600 skeleton points, made into a mesh by `training/onegt/built_in_head.py`, which see for how.
 *
 * The file holds the mean head and how each vertex follows a few hundred handles; modes are known at the handles only.
 * Multiplying both here costs some milliseconds and saves 20 MB of file.
 */
import { parseSafetensors, type SafetensorsFile } from '@onegt/kernels';
import { type ExpressionName, NUM_POINTS } from '@onegt/skeleton';
import { type Eye, type HeadModel } from '../head-model.ts';
import { headBase64 } from './data.ts';

let loading: Promise<HeadModel> | undefined;

/** The built-in head: 40 identity modes, all of `EXPRESSION_NAMES`. Decoded once and shared: do not write to its arrays. */
export function loadBuiltInHead(): Promise<HeadModel> {
  loading ??= decode();
  return loading;
}

async function decode(): Promise<HeadModel> {
  const file = parseSafetensors(await inflate(Uint8Array.from(atob(headBase64), (character) => character.charCodeAt(0))));
  const { metadata } = file;
  const neutral = fixedPoint(file, 'positions', Number(metadata.position_step));
  const modes = expandModes(file, neutral.length / 3);
  const numIdentityModes = Number(metadata.num_identity);
  const renderSource = cumulative(file, 'render_source');
  const canonical = new Float32Array(renderSource.length * 3);
  renderSource.forEach((vertex, i) => canonical.set(neutral.subarray(3 * vertex, 3 * vertex + 3), 3 * i));
  return {
    name: 'built-in',
    licence: 'OneGT built-in head, made by the OneGT project from its own head prior, MIT',
    neutral,
    identityModes: modes.subarray(0, numIdentityModes * neutral.length),
    numIdentityModes,
    expressionModes: modes.subarray(numIdentityModes * neutral.length),
    expressionNames: JSON.parse(metadata.expression_names!) as ExpressionName[],
    renderSource,
    triangles: cumulative(file, 'triangles'),
    parts: file.bytes('parts').slice(),
    uv: Float32Array.from(unsigned(file, 'uv'), (value) => value * Number(metadata.uv_step)),
    canonical,
    eyes: JSON.parse(metadata.eyes!) as Eye[],
    skeletonVertex: Uint32Array.from(file.i32('skeleton_vertex')),
    skeletonWeight: file.f32('skeleton_weight', [NUM_POINTS, 3]),
  };
}

/** displacement = follow (sparse, [V, H]) · modes of the handles [M, H, 3], for all modes: [M, V, 3] */
function expandModes(file: SafetensorsFile, numVertices: number): Float32Array {
  const handleModes = fixedPoint(file, 'modes', Number(file.metadata.mode_step));
  const scale = file.f32('mode_scale');
  const count = file.bytes('follow_count');
  const handle = unsigned(file, 'follow_handle');
  const weight = fixedPoint(file, 'follow_weight', Number(file.metadata.weight_step));
  const numHandles = handleModes.length / 3 / scale.length;
  const modes = new Float32Array(scale.length * numVertices * 3);
  for (let m = 0; m < scale.length; m++) {
    let entry = 0;
    for (let v = 0; v < numVertices; v++) {
      let x = 0, y = 0, z = 0;
      for (const end = entry + count[v]!; entry < end; entry++) {
        const at = (m * numHandles + handle[entry]!) * 3;
        x += weight[entry]! * handleModes[at]!;
        y += weight[entry]! * handleModes[at + 1]!;
        z += weight[entry]! * handleModes[at + 2]!;
      }
      const at = (m * numVertices + v) * 3;
      modes[at] = x * scale[m]!;
      modes[at + 1] = y * scale[m]!;
      modes[at + 2] = z * scale[m]!;
    }
  }
  return modes;
}

async function inflate(data: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  return new Uint8Array(await new Response(new Blob([data]).stream().pipeThrough(new DecompressionStream('deflate'))).arrayBuffer());
}

/** 16-bit integers are stored as all low bytes, then all high bytes: that compresses better. */
function unsigned(file: SafetensorsFile, name: string): Uint16Array {
  const bytes = file.bytes(name);
  const length = bytes.length / 2;
  const out = new Uint16Array(length);
  for (let i = 0; i < length; i++) out[i] = bytes[i]! | (bytes[length + i]! << 8);
  return out;
}

function fixedPoint(file: SafetensorsFile, name: string, step: number): Float32Array {
  return Float32Array.from(new Int16Array(unsigned(file, name).buffer), (value) => value * step);
}

/** Stored as differences. */
function cumulative(file: SafetensorsFile, name: string): Uint32Array {
  let value = 0;
  return Uint32Array.from(new Int16Array(unsigned(file, name).buffer), (difference) => (value += difference));
}
