import { expect, test } from 'vitest';
import { checkExpression, InvalidExpressionError, namedExpression, neutralExpression, UnknownExpressionError, withExpression, withOffsets } from './expression.ts';
import { EXPRESSION_NAMES } from './names.ts';

const jawOpen = EXPRESSION_NAMES.indexOf('jawOpen');

test("expression: ARKit's names but for tongueOut, each once", () => {
  expect(new Set(EXPRESSION_NAMES).size).toBe(51);
  expect(EXPRESSION_NAMES).toContain('eyeLookInLeft');
});

test('expression: a misspelt name is answered with the nearest ones', () => {
  expect(() => checkExpression({ mouthSmilLeft: 0.5 })).toThrowErrorMatchingInlineSnapshot(`
    [UnknownExpressionError: There is no expression "mouthSmilLeft". Did you mean mouthSmileLeft, mouthDimpleLeft, mouthLeft?
      All 51 names are in EXPRESSION_NAMES: ARKit's, without tongueOut.]
  `);
  expect(() => checkExpression({ smile: 0.5 })).toThrowErrorMatchingInlineSnapshot(`
    [UnknownExpressionError: There is no expression "smile". Did you mean mouthSmileLeft, mouthSmileRight, jawLeft?
      All 51 names are in EXPRESSION_NAMES: ARKit's, without tongueOut.]
  `);
});

test('expression: tongueOut is known, but the model cannot show it', () => {
  expect(() => checkExpression({ tongueOut: 1 })).toThrowErrorMatchingInlineSnapshot(`
    [UnknownExpressionError: Expression "tongueOut" is one of ARKit's 52, but the head model has no tongue.
      Leave it out; jawOpen and mouthFunnel open the mouth.]
  `);
  expect(() => checkExpression({ tongueOut: 1 })).toThrow(UnknownExpressionError);
});

test('expression: values outside 0..1 are refused, offsets may be negative', () => {
  expect(() => checkExpression({ jawOpen: 1.2 })).toThrowErrorMatchingInlineSnapshot(`[InvalidExpressionError: Expression jawOpen is 1.2, but it must be a number from 0 to 1.]`);
  expect(() => checkExpression({ jawOpen: Number.NaN })).toThrow(InvalidExpressionError);
  expect(() => checkExpression({ jawOpen: -0.5 })).toThrow(InvalidExpressionError);
  expect(() => checkExpression({ jawOpen: -0.5 }, -1)).not.toThrow();
});

test('expression: named values replace, others stay', () => {
  const vector = new Float64Array(51).fill(0.3);
  const changed = withExpression(vector, { jawOpen: 0.8 });
  expect(changed[jawOpen]).toBe(0.8);
  expect(changed.filter((value) => value === 0.3).length).toBe(50);
  expect(vector[jawOpen]).toBe(0.3);
});

test('expression: offsets stay within 0..1, but do not pull a fitted value in', () => {
  const at = (value: number, offset: number) => withOffsets(new Float64Array(51).fill(value), { jawOpen: offset })[jawOpen];
  expect(at(0.3, 0.2)).toBeCloseTo(0.5);
  expect(at(0.9, 0.5)).toBe(1);
  expect(at(1.3, 0.5)).toBe(1.3);
  expect(at(-0.1, -0.5)).toBe(-0.1);
});

test('expression: names and vectors convert both ways', () => {
  const named = namedExpression(withExpression(new Float64Array(51), { eyeBlinkLeft: 0.5 }));
  expect(named).toEqual({ ...neutralExpression(), eyeBlinkLeft: 0.5 });
});
