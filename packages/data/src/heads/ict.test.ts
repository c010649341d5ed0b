import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { EXPRESSION_NAMES, skeletonTopology } from '@onegt/skeleton';
import { loadIctHead } from './ict.ts';
import { createHeadPoser, poseHead } from './pose.ts';

const pack = process.env.ONEGT_HEAD_PACK;

describe.skipIf(pack === undefined)('ICT-FaceKit pack (ONEGT_HEAD_PACK)', () => {
  const model = pack === undefined ? undefined! : loadIctHead(readFileSync(pack));

  it('poses', () => {
    const head = poseHead(model, [], {});
    const { meanHead } = skeletonTopology();
    console.log(head.points.reduce((w, x, i) => Math.max(w, Math.abs(x - meanHead[i]!)), 0));
    const poser = createHeadPoser(model, Array.from({ length: 100 }, (_, i) => Math.sin(i)));
    const expression = Object.fromEntries(EXPRESSION_NAMES.map((n, i) => [n, 0.01 * (i % 13) + 0.05]));
    let out = poser.pose(expression);
    for (let i = 0; i < 20; i++) out = poser.pose(expression, out);
    const t = performance.now();
    for (let i = 0; i < 50; i++) out = poser.pose(expression, out);
    console.log((performance.now() - t) / 50, 'ms');
    console.log(model.renderSource.length, model.triangles.length / 3);
    expect(out.positions.every(Number.isFinite)).toBe(true);
  });
});
