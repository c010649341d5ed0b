/**
 * Runs a TFJS graph model on our kernels: one plan, recorded once, replayed for each input.
 * Knows exactly the operations of the face networks and refuses everything else by name.
 */
import {
  add,
  concat,
  conv2d,
  depthwiseConv2d,
  type Gpu,
  maxPool2d,
  type Operand,
  type Ops,
  packConv2dTensorFlow,
  padChannels,
  Plan,
  prelu,
  relu,
  reshape,
  sigmoid,
  type Tensor,
  type TensorRef,
} from '@onegt/kernels';
import { UnsupportedOperationError } from './errors.ts';
import type { GraphConstant, GraphModel, GraphNode } from './graph-model.ts';

const INPUT = 'input';

export class GraphNetwork implements Disposable {
  /** `[H, W, C]`; the graph's batch dimension is left out. */
  readonly inputShape: readonly number[];
  readonly #plan: Plan;
  readonly #weights: readonly Tensor[];
  #lastRun: Promise<unknown> = Promise.resolve();

  private constructor(inputShape: readonly number[], plan: Plan, weights: readonly Tensor[]) {
    this.inputShape = inputShape;
    this.#plan = plan;
    this.#weights = weights;
  }

  /** Upload the weights and record the graph. */
  static async create(gpu: Gpu, model: GraphModel): Promise<GraphNetwork> {
    const recorder = new GraphRecorder(gpu, model);
    try {
      const plan = await Plan.record(gpu, `detection/${model.name}`, (ops) => recorder.record(ops));
      return new GraphNetwork(recorder.inputShape, plan, recorder.weights);
    } catch (error) {
      for (const weight of recorder.weights) weight.dispose();
      throw error;
    }
  }

  /** Arithmetic of one run. */
  get flops(): number {
    return this.#plan.flops;
  }

  /**
   * @param input - `inputShape` values, row-major
   * @param outputs - names of output nodes, in the wished order
   * @returns their values; concurrent calls wait for each other
   */
  run(input: Float32Array, outputs: readonly string[]): Promise<Float32Array[]> {
    const run = this.#lastRun.then(async () => {
      this.#plan.write(INPUT, input);
      this.#plan.run();
      return Promise.all(outputs.map((name) => this.#plan.read(name)));
    });
    this.#lastRun = run.catch(() => undefined); // the caller of the failed run has the error; the next run is independent of it
    return run;
  }

  dispose(): void {
    this.#plan.dispose();
    for (const weight of this.#weights) weight.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** What follows a convolution and is computed in the same dispatch: activation(convolution + residual). */
interface ConvolutionTail {
  readonly convolution: GraphNode;
  readonly sum: GraphNode;
  /** Which input of `sum` is the residual. */
  readonly residualInput: number;
  readonly activation: GraphNode | undefined;
}

class GraphRecorder {
  inputShape: readonly number[] = [];
  readonly weights: Tensor[] = [];
  readonly #gpu: Gpu;
  readonly #model: GraphModel;
  readonly #values = new Map<string, TensorRef>();

  constructor(gpu: Gpu, model: GraphModel) {
    this.#gpu = gpu;
    this.#model = model;
  }

  record(ops: Ops): void {
    const users = usersOf(this.#model.nodes);
    const tails = this.#convolutionTails(users);
    for (const node of this.#model.nodes) {
      if (tails.absorbed.has(node.name)) continue;
      const tail = tails.byLastNode.get(node.name);
      const value = tail === undefined ? this.#recordNode(ops, node) : this.#convolution(ops, tail.convolution, tail);
      this.#values.set(node.name, value);
      if (!users.has(node.name)) ops.output(node.name, value);
    }
  }

  /**
   * Convolutions whose result is only added to something and then activated: the residual blocks of all three networks.
   * One dispatch instead of three.
   */
  #convolutionTails(users: ReadonlyMap<string, readonly GraphNode[]>): { byLastNode: Map<string, ConvolutionTail>; absorbed: Set<string> } {
    const byLastNode = new Map<string, ConvolutionTail>();
    const absorbed = new Set<string>();
    const onlyUser = (node: GraphNode) => (users.get(node.name)?.length === 1 ? users.get(node.name)![0] : undefined);
    for (const convolution of this.#model.nodes) {
      if (convolution.operation !== '_FusedConv2D' || this.#fusedActivation(convolution) !== '') continue;
      const sum = onlyUser(convolution);
      if (sum?.operation !== 'AddV2' || [...byLastNode.values()].some((tail) => tail.sum === sum)) continue;
      const next = onlyUser(sum);
      const activation = next?.operation === 'Relu' || next?.operation === 'Prelu' ? next : undefined;
      const lastNode = activation ?? sum;
      byLastNode.set(lastNode.name, { convolution, sum, activation, residualInput: sum.inputs[0] === convolution.name ? 1 : 0 });
      for (const node of [convolution, sum]) if (node !== lastNode) absorbed.add(node.name);
    }
    return { byLastNode, absorbed };
  }

  #recordNode(ops: Ops, node: GraphNode): TensorRef {
    switch (node.operation) {
      case 'Placeholder': return this.#input(ops, node);
      case '_FusedConv2D': return this.#convolution(ops, node);
      case 'DepthwiseConv2dNative': return this.#depthwise(ops, node);
      case 'MaxPool': return this.#maxPool(ops, node);
      case 'AddV2': return this.#add(ops, node);
      case 'Relu': return relu(ops, this.#value(node, 0));
      case 'Prelu': return prelu(ops, this.#value(node, 0), this.#vector(node, 1));
      case 'Sigmoid': return sigmoid(ops, this.#value(node, 0));
      case 'Pad': return this.#pad(ops, node);
      case 'Reshape': return this.#reshape(node);
      case 'ConcatV2': return this.#concat(ops, node);
      case 'Identity': return this.#value(node, 0);
      default: return this.#refuse(node, 'the operation is unknown here');
    }
  }

  #input(ops: Ops, node: GraphNode): TensorRef {
    const { shape } = attribute<{ shape: { dim: { size: string }[] } }>(node, 'shape');
    this.inputShape = shape.dim.slice(1).map(({ size }) => Number(size));
    return ops.input(INPUT, this.inputShape);
  }

  /** A convolution with its bias and activation; with `tail`, also the sum and the activation that follow it. */
  #convolution(ops: Ops, node: GraphNode, tail?: ConvolutionTail): TensorRef {
    const { stride, padding } = this.#window(node);
    const activation = this.#fusedActivation(node);
    const slopes = activation === 'Prelu' ? this.#vector(node, 3) : tail?.activation?.operation === 'Prelu' ? this.#vector(tail.activation, 1) : undefined;
    return conv2d(ops, this.#value(node, 0), this.#packed(this.#constant(node, 1), node.inputs[1]), {
      bias: this.#vector(node, 2),
      stride,
      padding,
      activation: activation === 'Relu' || tail?.activation?.operation === 'Relu' ? 'relu' : undefined,
      prelu: slopes,
      residual: tail && this.#value(tail.sum, tail.residualInput),
      activateAfterResidual: true,
    });
  }

  #fusedActivation(node: GraphNode): '' | 'Relu' | 'Prelu' {
    const fused = attribute<{ list: { s?: string[] } }>(node, 'fused_ops').list.s?.map(atob) ?? [];
    const [bias, activation = '', ...more] = fused;
    if (bias !== 'BiasAdd' || more.length > 0) this.#refuse(node, `it fuses "${fused.join('+')}"`);
    return activation === '' || activation === 'Relu' || activation === 'Prelu' ? activation : this.#refuse(node, `it fuses ${activation}`);
  }

  #depthwise(ops: Ops, node: GraphNode): TensorRef {
    const { stride, padding } = this.#window(node);
    const { shape, values } = this.#constant(node, 1);
    if (shape[3] !== 1) this.#refuse(node, `its channel multiplier is ${shape[3]}`);
    return depthwiseConv2d(ops, this.#value(node, 0), this.#upload(values, shape.slice(0, 3), node.name), { stride, padding });
  }

  #maxPool(ops: Ops, node: GraphNode): TensorRef {
    const { stride, padding } = this.#window(node);
    const [, height, width] = integers(node, 'ksize');
    if (height !== width) this.#refuse(node, `its window is ${height} x ${width}`);
    return maxPool2d(ops, this.#value(node, 0), { size: height, stride, padding });
  }

  #add(ops: Ops, node: GraphNode): TensorRef {
    const a = this.#value(node, 0);
    const b = this.#value(node, 1);
    if (a.shape.join() !== b.shape.join()) this.#refuse(node, `it broadcasts [${a.shape.join(', ')}] and [${b.shape.join(', ')}]`);
    return add(ops, a, b);
  }

  #pad(ops: Ops, node: GraphNode): TensorRef {
    const [n0, n1, top, bottom, left, right, before, after] = this.#constant(node, 1).values;
    if (n0 || n1 || top || bottom || left || right) this.#refuse(node, 'it pads something else than channels');
    return padChannels(ops, this.#value(node, 0), before, after);
  }

  #reshape(node: GraphNode): TensorRef {
    const value = this.#value(node, 0);
    const shape = [...this.#constant(node, 1).values.subarray(1)];
    const known = shape.reduce((size, n) => (n > 0 ? size * n : size), 1);
    return reshape(value, shape.map((n) => (n > 0 ? n : value.size / known)));
  }

  #concat(ops: Ops, node: GraphNode): TensorRef {
    const last = node.inputs.length - 1;
    const values = node.inputs.slice(0, last).map((_, i) => this.#value(node, i));
    const axis = this.#constant(node, last).values[0];
    return concat(ops, values, axis < 0 ? values[0].shape.length + axis : axis - 1);
  }

  /** Stride and padding, checked to be square and undilated. */
  #window(node: GraphNode): { stride: number; padding: 'same' | 0 } {
    const [, strideY, strideX] = integers(node, 'strides');
    const [, dilationY, dilationX] = 'dilations' in node.attributes ? integers(node, 'dilations') : [1, 1, 1];
    const padding = atob(attribute<{ s: string }>(node, 'padding').s);
    if (strideY !== strideX) this.#refuse(node, `its stride is ${strideY} x ${strideX}`);
    if (dilationY !== 1 || dilationX !== 1) this.#refuse(node, `its dilation is ${dilationY} x ${dilationX}`);
    if (padding !== 'SAME' && padding !== 'VALID') this.#refuse(node, `its padding is ${padding}`);
    return { stride: strideY, padding: padding === 'SAME' ? 'same' : 0 };
  }

  #value(node: GraphNode, index: number): TensorRef {
    const value = this.#values.get(node.inputs[index]);
    return value ?? this.#refuse(node, `its input ${index} is a constant`);
  }

  #constant(node: GraphNode, index: number): GraphConstant {
    const constant = this.#model.constants.get(node.inputs[index]);
    return constant ?? this.#refuse(node, `its input ${index} is not a constant`);
  }

  /** A per-channel constant, whatever its leading dimensions of 1. */
  #vector(node: GraphNode, index: number): Operand {
    const { values } = this.#constant(node, index);
    return this.#upload(values, [values.length], node.inputs[index]);
  }

  #upload(values: Float32Array, shape: readonly number[], label: string): Tensor {
    const tensor = this.#gpu.tensor(values, shape, `${this.#model.name}/${label}`);
    this.weights.push(tensor);
    return tensor;
  }

  #packed({ shape, values }: GraphConstant, label: string): Tensor {
    const tensor = packConv2dTensorFlow(this.#gpu, values, shape, `${this.#model.name}/${label}`);
    this.weights.push(tensor);
    return tensor;
  }

  #refuse(node: GraphNode, why: string): never {
    throw new UnsupportedOperationError(
      node.operation,
      `${this.#model.name}: node "${node.name}" (${node.operation}) cannot be run: ${why}.`,
      { model: this.#model.name, node: node.name },
    );
  }
}

function usersOf(nodes: readonly GraphNode[]): ReadonlyMap<string, readonly GraphNode[]> {
  const users = new Map<string, GraphNode[]>();
  for (const node of nodes) {
    for (const input of node.inputs) users.set(input, [...(users.get(input) ?? []), node]);
  }
  return users;
}

function attribute<T>(node: GraphNode, name: string): T {
  if (!(name in node.attributes)) {
    throw new UnsupportedOperationError(node.operation, `node "${node.name}" (${node.operation}) has no attribute "${name}".`, { node: node.name });
  }
  return node.attributes[name] as T;
}

function integers(node: GraphNode, name: string): number[] {
  return attribute<{ list: { i: string[] } }>(node, name).list.i.map(Number);
}
