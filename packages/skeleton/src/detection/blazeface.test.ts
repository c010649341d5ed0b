import { describe, expect, it } from 'vitest';
import { blazeFaceAnchors, candidateBox, decodeBlazeFace, intersectionOverUnion, suppressDuplicates } from './blazeface.ts';

const region = { centerX: 256, centerY: 256, size: 512, rotationRadians: 0 };

/** Outputs in which only the given anchors see something. */
function outputs(detections: readonly { anchor: number; logit: number; values: readonly number[] }[]) {
  const scores = new Float32Array(896).fill(-20);
  const boxes = new Float32Array(896 * 16);
  for (const { anchor, logit, values } of detections) {
    scores[anchor] = logit;
    boxes.set(values, anchor * 16);
  }
  return { scores, boxes };
}

/** A box of 40 pixels at the anchor, eyes level and 16 pixels apart. */
const face = (dx: number) => [dx, 0, 40, 40, dx - 8, -5, dx + 8, -5, dx, 3, dx, 10, dx - 15, -3, dx + 15, -3];

describe('blazeFaceAnchors', () => {
  it('has two anchors in each of 16 x 16 cells, then six in each of 8 x 8', () => {
    const anchors = blazeFaceAnchors();
    expect(anchors.length).toBe(896 * 2);
    expect(Array.from(anchors.slice(0, 6))).toEqual([8, 8, 8, 8, 24, 8]);
    expect(Array.from(anchors.slice(512 * 2, 512 * 2 + 14))).toEqual([16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 48, 16]);
    expect(Array.from(anchors.slice(-2))).toEqual([240, 240]);
  });
});

describe('decodeBlazeFace', () => {
  it('places a box at its anchor, in picture pixels', () => {
    const [candidate, ...others] = decodeBlazeFace(outputs([{ anchor: 2, logit: 0, values: face(4) }]), region, 0.5);
    expect(others).toEqual([]);
    expect(candidate).toEqual({ centerX: 56, centerY: 16, size: 80, score: 0.5, rollRadians: 0 });
  });

  it('drops what scores below the threshold', () => {
    expect(decodeBlazeFace(outputs([{ anchor: 2, logit: -0.01, values: face(4) }]), region, 0.5)).toEqual([]);
  });

  it('blends boxes of the same face by score and keeps the better score', () => {
    const both = outputs([{ anchor: 2, logit: Math.log(3), values: face(0) }, { anchor: 3, logit: 0, values: face(5) }]);
    const [candidate, ...others] = decodeBlazeFace(both, region, 0.5);
    expect(others).toEqual([]);
    expect(candidate.score).toBeCloseTo(0.75);
    expect(candidate.centerX).toBeCloseTo(2 * (24 + (5 * 0.5) / (0.75 + 0.5)), 4);
  });

  it('keeps faces apart that do not overlap', () => {
    const both = outputs([{ anchor: 2, logit: 1, values: face(0) }, { anchor: 20, logit: 1, values: face(0) }]);
    expect(decodeBlazeFace(both, region, 0.5).length).toBe(2);
  });

  it('reads the roll from the eyes and adds that of the region', () => {
    const tilted = face(0);
    tilted.splice(4, 4, 0, -8, 0, 8);
    const [candidate] = decodeBlazeFace(outputs([{ anchor: 2, logit: 1, values: tilted }]), { ...region, rotationRadians: Math.PI / 4 }, 0.5);
    expect(candidate.rollRadians).toBeCloseTo((3 * Math.PI) / 4);
  });
});

describe('suppressDuplicates', () => {
  const candidate = (centerX: number, size: number, score: number) => ({ centerX, centerY: 0, size, score, rollRadians: 0 });

  it('keeps the best of candidates that overlap, a small box inside a large one included', () => {
    const kept = suppressDuplicates([candidate(0, 100, 0.6), candidate(20, 30, 0.9), candidate(300, 100, 0.5)], candidateBox);
    expect(kept.map(({ centerX }) => centerX)).toEqual([20, 300]);
  });

  it('keeps neighbours whose boxes touch', () => {
    expect(suppressDuplicates([candidate(0, 100, 0.6), candidate(70, 100, 0.9)], candidateBox).length).toBe(2);
  });
});

describe('intersectionOverUnion', () => {
  it('is 1 for equal boxes, 0 for separate ones, a third for a shift by half', () => {
    expect(intersectionOverUnion([0, 0, 2, 2], [0, 0, 2, 2])).toBe(1);
    expect(intersectionOverUnion([0, 0, 2, 2], [2, 0, 2, 2])).toBe(0);
    expect(intersectionOverUnion([0, 0, 2, 2], [1, 0, 2, 2])).toBeCloseTo(1 / 3);
  });
});
