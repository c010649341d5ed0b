/**
 * A kernel is WGSL plus a label. Its bindings are read from the source, so that the recorder knows what a dispatch
 * reads and writes without being told twice. Bindings run inputs → outputs → uniforms, without gaps, in group 0.
 */
import { PlanError } from '../errors.ts';

export interface Kernel {
  /** Names the kernel and its variant: `linear/subgroup8`. Shows up in errors and profiles. */
  readonly label: string;
  readonly code: string;
  /** Default `main`. */
  readonly entryPoint?: string;
  /** Values of WGSL `override` declarations. */
  readonly constants?: Readonly<Record<string, number>>;
  /** Checked against the device's limits when given. */
  readonly workgroupSize?: readonly number[];
}

export type Access = 'read' | 'read_write' | 'uniform';

/** Access of every binding in order. Cached per source text. */
export function bindingAccess(kernel: Kernel): readonly Access[] {
  let accesses = cache.get(kernel.code);
  if (accesses === undefined) {
    accesses = parseBindings(kernel);
    cache.set(kernel.code, accesses);
  }
  return accesses;
}

const cache = new Map<string, readonly Access[]>();

const declaration = /@group\((\d+)\)\s*@binding\((\d+)\)\s*var\s*<\s*(uniform|storage)\s*(?:,\s*(read_write|read|write)\s*)?>/g;

function parseBindings(kernel: Kernel): readonly Access[] {
  const code = kernel.code.replace(/\/\/[^\n]*/g, '').replace(/\/\*[\s\S]*?\*\//g, '');
  const accesses: Access[] = [];
  for (const [, group, index, space, mode] of code.matchAll(declaration)) {
    if (group !== '0') throw new PlanError(`Kernel "${kernel.label}": binding ${index} is in group ${group}. Use group 0.`);
    accesses[Number(index)] = space === 'uniform' ? 'uniform' : mode === 'read_write' ? 'read_write' : 'read';
  }
  const missing = Array.from(accesses).findIndex((access) => access === undefined);
  if (missing !== -1 || accesses.length === 0) {
    throw new PlanError(`Kernel "${kernel.label}": binding ${Math.max(0, missing)} is not declared. Bindings run from 0 without gaps.`);
  }
  return accesses;
}
