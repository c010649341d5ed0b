/**
 * TFJS graph models: `model.json` (nodes and a weights manifest) and its binary files, parsed into plain objects.
 * Only what the face networks contain is read; running the graph is graph-plan.ts.
 */
import { WeightsError } from '@onegt/kernels';
import { UnsupportedOperationError } from './errors.ts';

/** Reads one file; throws when it cannot be read. */
export type ReadFile = (name: string, signal?: AbortSignal) => Promise<Uint8Array>;

export interface GraphConstant {
  readonly shape: readonly number[];
  /** Integers are exact: the graphs hold shapes, paddings and axes. */
  readonly values: Float32Array;
}

export interface GraphNode {
  readonly name: string;
  readonly operation: string;
  /** Names of nodes, control inputs left out. */
  readonly inputs: readonly string[];
  readonly attributes: Readonly<Record<string, unknown>>;
}

export interface GraphModel {
  readonly name: string;
  /** In an order in which every node comes after its inputs; constants are not among them. */
  readonly nodes: readonly GraphNode[];
  readonly constants: ReadonlyMap<string, GraphConstant>;
}

/**
 * Load `<name>.json` and the binary files that it names.
 *
 * @throws WeightsError when a file is not what the manifest says, with both byte counts
 */
export async function loadGraphModel(read: ReadFile, name: string, signal?: AbortSignal): Promise<GraphModel> {
  const file = `${name}.json`;
  const json = parseModelJson(file, await read(file, signal));
  const constants = new Map<string, GraphConstant>();
  for (const group of json.weightsManifest) {
    const parts = await Promise.all(group.paths.map((path) => read(path, signal)));
    decodeWeights(group.paths.join(' + '), concatenate(parts), group.weights, constants);
  }
  const nodes = json.modelTopology.node.map((node): GraphNode => ({
    name: node.name,
    operation: node.op,
    inputs: (node.input ?? []).filter((input) => !input.startsWith('^')).map((input) => input.replace(/:0$/, '')),
    attributes: node.attr ?? {},
  }));
  for (const node of nodes) {
    if (node.operation === 'Const' && !constants.has(node.name)) {
      throw new WeightsError(`${file}: constant "${node.name}" is not in the weights manifest.`, { data: { file, constant: node.name } });
    }
  }
  return { name, nodes: inputsFirst(file, nodes), constants };
}

interface ManifestWeight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly quantization?: { readonly dtype: string; readonly scale?: number; readonly min?: number };
}

interface ModelJson {
  readonly modelTopology: {
    readonly node: readonly { name: string; op: string; input?: string[]; attr?: Record<string, unknown> }[];
  };
  readonly weightsManifest: readonly { readonly paths: string[]; readonly weights: readonly ManifestWeight[] }[];
}

function parseModelJson(file: string, bytes: Uint8Array): ModelJson {
  let json: Partial<ModelJson>;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes)) as Partial<ModelJson>;
  } catch (cause) {
    throw new WeightsError(`${file} (${bytes.length} bytes) is not JSON: truncated, or another file.`, { cause, data: { file, byteLength: bytes.length } });
  }
  if (!Array.isArray(json?.modelTopology?.node) || !Array.isArray(json.weightsManifest)) {
    throw new WeightsError(`${file} is not a TFJS graph model: it has no modelTopology.node or no weightsManifest.`, { data: { file } });
  }
  return json as ModelJson;
}

const BYTES = { float32: 4, int32: 4, float16: 2, uint8: 1, uint16: 2 } as const;

function decodeWeights(file: string, bytes: Uint8Array, weights: readonly ManifestWeight[], into: Map<string, GraphConstant>): void {
  const stored = weights.map((weight) => {
    const dtype = weight.quantization?.dtype ?? weight.dtype;
    if (!(dtype in BYTES)) {
      throw new UnsupportedOperationError(dtype, `${file}: weight "${weight.name}" is stored as ${dtype}; known are ${Object.keys(BYTES).join(', ')}.`, { file });
    }
    const size = weight.shape.reduce((a, b) => a * b, 1);
    return { weight, dtype: dtype as keyof typeof BYTES, size, byteLength: size * BYTES[dtype as keyof typeof BYTES] };
  });
  const needed = stored.reduce((sum, { byteLength }) => sum + byteLength, 0);
  if (bytes.length !== needed) {
    throw new WeightsError(
      `${file} has ${bytes.length} bytes, but its manifest lists ${weights.length} weights with ${needed} bytes in all.\n` +
        `  The file is ${bytes.length < needed ? 'truncated' : 'not the one that belongs to this model'}: download it again.`,
      { data: { file, byteLength: bytes.length, neededByteLength: needed } },
    );
  }
  let offset = 0;
  for (const { weight, dtype, size, byteLength } of stored) {
    const view = new DataView(bytes.buffer, bytes.byteOffset + offset, byteLength);
    const { scale = 1, min = 0 } = weight.quantization ?? {};
    into.set(weight.name, {
      shape: weight.shape,
      values: Float32Array.from({ length: size }, (_, i) => readNumber(view, dtype, i) * scale + min),
    });
    offset += byteLength;
  }
}

function readNumber(view: DataView, dtype: keyof typeof BYTES, index: number): number {
  switch (dtype) {
    case 'float32': return view.getFloat32(index * 4, true);
    case 'int32': return view.getInt32(index * 4, true);
    case 'uint16': return view.getUint16(index * 2, true);
    case 'uint8': return view.getUint8(index);
    case 'float16': return halfToNumber(view.getUint16(index * 2, true));
  }
}

function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0];
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.length;
  }
  return all;
}

/** Depth-first order; constants drop out. The files happen to be sorted, but the format does not promise it. */
function inputsFirst(file: string, nodes: readonly GraphNode[]): GraphNode[] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const state = new Map<string, 'visiting' | 'done'>();
  const sorted: GraphNode[] = [];
  const visit = (name: string, user: string) => {
    const node = byName.get(name);
    if (node === undefined) throw new WeightsError(`${file}: node "${user}" reads "${name}", which does not exist.`, { data: { file, node: user, input: name } });
    if (state.get(name) === 'done') return;
    if (state.get(name) === 'visiting') throw new WeightsError(`${file}: node "${name}" depends on itself.`, { data: { file, node: name } });
    state.set(name, 'visiting');
    for (const input of node.inputs) visit(input, name);
    state.set(name, 'done');
    if (node.operation !== 'Const') sorted.push(node);
  };
  for (const node of nodes) visit(node.name, node.name);
  return sorted;
}
