import { expect, it } from 'vitest';
import { bindingAccess } from './kernel.ts';

const kernel = (code: string) => ({ label: 'test', code });

it('bindingAccess: reads accesses in binding order, whatever the order and layout of the source', () => {
  const code = `
    @group(0) @binding(2) var<uniform> sizes : vec4u;
    @group(0) @binding(1)
      var<storage,read_write> y : array<f32>;  // @group(0) @binding(7) var<storage> in a comment
    @group(0) @binding(0) var<storage> x : array<f32>;`;
  expect(bindingAccess(kernel(code))).toEqual(['read', 'read_write', 'uniform']);
});

it('bindingAccess: refuses gaps and other groups', () => {
  expect(() => bindingAccess(kernel('@group(0) @binding(1) var<storage> x : array<f32>;'))).toThrowErrorMatchingInlineSnapshot(`[PlanError: Kernel "test": binding 0 is not declared. Bindings run from 0 without gaps.]`);
  expect(() => bindingAccess(kernel('@group(1) @binding(0) var<storage> x : array<f32>;'))).toThrowErrorMatchingInlineSnapshot(`[PlanError: Kernel "test": binding 0 is in group 1. Use group 0.]`);
});
