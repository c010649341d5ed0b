export { Gpu, type GpuMemory } from './gpu/gpu.ts';
export type { GpuInfo, GpuLimits, GpuRequestOptions } from './gpu/adapter.ts';
export { Tensor, type TensorData } from './tensor/tensor.ts';
export type { DType } from './tensor/shape.ts';
export { decodeBF16, decodeF16, encodeF16 } from './tensor/half.ts';

export { Plan, type ProfileEntry, runOnce } from './plan/plan.ts';
export { type DispatchOptions, flatIndexWgsl, gridFor, type Operand, type Ops, reshape, TensorRef, type Uniform } from './plan/ops.ts';
export type { Kernel } from './plan/kernel.ts';

export { linear, type LinearOptions, packLinear } from './gemm/linear.ts';
export { type GemmShape, type GemmVariant, gemmVariants } from './gemm/variants.ts';
export { type TuneOptions, tuneLinear, type TuningResult, type TuningStore } from './gemm/tuner.ts';
export { indexedDbTuningStore } from './gemm/tuning-store.ts';
export { type Activation, activationWgsl, add, multiply, prelu, relu, sigmoid, silu, swiglu, tanh } from './elementwise/elementwise.ts';
export { concat, padChannels, slice } from './elementwise/arrange.ts';
export { layerNorm, rmsNorm } from './norm/norm.ts';
export { softmax } from './softmax/softmax.ts';

export { conv2d, type Conv2dOptions, type KernelVariant } from './conv2d/conv2d.ts';
export { packConv2d, packConv2dTensorFlow } from './conv2d/packing.ts';
export type { Padding } from './conv2d/window.ts';
export { depthwiseConv2d, type DepthwiseConv2dOptions } from './depthwise/depthwise.ts';
export { avgPool2d, type AvgPoolOptions, maxPool2d, type PoolOptions } from './pooling/pooling.ts';
export { pad2d, type Pad2dOptions } from './pooling/pad2d.ts';
export { cropResize, type CropResizeOptions, type SquareCrop, squareCropValues } from './resize/cropResize.ts';
export { resizeBilinear, resizeNearest, type ResizeOptions, upsampleNearest } from './resize/resize.ts';
export { pixelShuffle, pixelUnshuffle } from './shuffle/shuffle.ts';
export { type CachedStream, jointAttention, type JointAttentionOptions, prepareKeyValue, type Stream } from './attention/attention.ts';

export { parseSafetensors, type SafetensorsDType, SafetensorsFile, type SerializableTensor, serializeSafetensors } from './safetensors/safetensors.ts';
export { loadBytes, type LoadProgress, loadWeights, type LoadWeightsOptions } from './safetensors/load.ts';

export {
  DeviceLostError, DisposedError, GpuLimitError, GpuOperationError, GpuUnavailableError, type GpuUnavailableReason, OneGTError, type OneGTErrorOptions,
  PlanError, ShaderCompileError, ShapeMismatchError, throwIfAborted, WeightsError,
} from './errors.ts';
