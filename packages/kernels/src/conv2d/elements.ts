/** Elementwise image kernels work on vec4s where the channels allow it and on scalars otherwise, from one source. */
import { flatIndexWgsl } from '../plan/ops.ts';

export const defaultWorkgroup = 64;

/** @returns the WGSL type of an element and the number of elements per pixel */
export function elementsOf(channels: number): { type: 'vec4f' | 'f32'; count: number } {
  return channels % 4 === 0 ? { type: 'vec4f', count: channels / 4 } : { type: 'f32', count: channels };
}

/** `Value`, `WORKGROUP_SIZE` and `flat_index`. */
export const elementKernelHeader = (type: 'vec4f' | 'f32'): string => `alias Value = ${type};\nconst WORKGROUP_SIZE = ${defaultWorkgroup}u;\n${flatIndexWgsl}\n`;
