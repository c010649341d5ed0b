/**
 * The part that all GEMM variants share: what happens to a finished sum before it is stored, and how rows of x and y
 * are addressed when K or N is not a multiple of four. Every combination is a header; the kernels only call
 * `row_start`, `load_x`, `load_column` and `store`.
 */
import { type Activation, activationWgsl } from '../elementwise/elementwise.ts';

export interface Epilogue {
  hasBias: boolean;
  hasGate: boolean;
  hasResidual: boolean;
  activation: Activation | undefined;
  /** K % 4 = 0: rows of x are whole vectors. */
  isKAligned: boolean;
  /** N % 4 = 0: rows of y and residual are whole vectors. */
  isNAligned: boolean;
}

/** `+bias+silu+gate+residual/k1/n1` */
export function epilogueLabel(e: Epilogue): string {
  const fused = [e.hasBias && 'bias', e.activation, e.hasGate && 'gate', e.hasResidual && 'residual'].filter(Boolean).map((part) => `+${part}`);
  return `${fused.join('')}${e.isKAligned ? '' : '/k1'}${e.isNAligned ? '' : '/n1'}`;
}

/** Bindings in order: x, weight, then whichever of bias, gate, residual are present, y, sizes. */
export function epilogueWgsl(e: Epilogue): string {
  const row = e.isNAligned ? 'vec4f' : 'f32';
  let binding = 2;
  const declare = (isPresent: boolean, name: string, type: string) => (isPresent ? `@group(0) @binding(${binding++}) var<storage, read> ${name} : array<${type}>;\n` : '');
  return [
    sizesWgsl,
    `@group(0) @binding(0) var<storage, read> x : array<${e.isKAligned ? 'vec4f' : 'f32'}>;  // [T, K]\n`,
    '@group(0) @binding(1) var<storage, read> weight : array<vec4f>;  // [K4 * 4, N4]: padded with zeros\n',
    declare(e.hasBias, 'bias', 'vec4f'),
    declare(e.hasGate, 'gate', 'vec4f'),
    declare(e.hasResidual, 'residual', row),
    `@group(0) @binding(${binding}) var<storage, read_write> y : array<${row}>;  // [T, N]\n`,
    `@group(0) @binding(${binding + 1}) var<uniform> sizes : Sizes;\n`,
    activationWgsl(e.activation),
    `
struct Column { bias: vec4f, gate: vec4f }
fn load_column(column: u32) -> Column { return Column(${e.hasBias ? 'bias[column]' : 'vec4f()'}, ${e.hasGate ? 'gate[column]' : 'vec4f(1.0)'}); }
fn finish(sum: vec4f, column: Column) -> vec4f { return activate(sum${e.hasBias ? ' + column.bias' : ''})${e.hasGate ? ' * column.gate' : ''}; }
`,
    e.isKAligned ? loadVectors : loadScalars,
    e.isNAligned ? storeVectors(e.hasResidual) : storeScalars(e.hasResidual),
  ].join('');
}

const sizesWgsl = /* wgsl */ `
struct Sizes { T: u32, K: u32, K4: u32, N: u32, N4: u32 }  // K4, N4: in vectors, rounded up
`;

const loadVectors = /* wgsl */ `
// Rows past the end repeat the last one: their sums are never stored.
fn row_start(row: u32) -> u32 { return min(row, sizes.T - 1u) * sizes.K4; }
fn load_x(start: u32, k4: u32) -> vec4f { return x[start + k4]; }
`;

const loadScalars = /* wgsl */ `
fn row_start(row: u32) -> u32 { return min(row, sizes.T - 1u) * sizes.K; }
fn load_x(start: u32, k4: u32) -> vec4f {
  let k = 4u * k4;
  let at = start + k;
  return vec4f(x[at], select(0.0, x[at + 1u], k + 1u < sizes.K), select(0.0, x[at + 2u], k + 2u < sizes.K), select(0.0, x[at + 3u], k + 3u < sizes.K));
}
`;

const storeVectors = (hasResidual: boolean) => `
fn store(row: u32, column4: u32, sum: vec4f, column: Column) {
  if (row >= sizes.T || column4 >= sizes.N4) { return; }
  let at = row * sizes.N4 + column4;
  y[at] = ${hasResidual ? 'residual[at] + ' : ''}finish(sum, column);
}
`;

const storeScalars = (hasResidual: boolean) => `
fn store(row: u32, column4: u32, sum: vec4f, column: Column) {
  if (row >= sizes.T) { return; }
  let value = finish(sum, column);
  for (var i = 0u; i < 4u; i++) {
    let n = 4u * column4 + i;
    if (n < sizes.N) { y[row * sizes.N + n] = ${hasResidual ? 'residual[row * sizes.N + n] + ' : ''}value[i]; }
  }
}
`;
