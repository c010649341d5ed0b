import { mat4, vec4 } from 'gl-matrix';
import { expect, test } from 'vitest';
import { anglesOf, createCamera, depthsOf, InvalidCameraError, NOMINAL_FOV_Y, orbit, project, projectionMatrix, rotationOf, unproject, viewFrom, viewMatrix, viewOf } from './camera.ts';

const close = (actual: ArrayLike<number>, expected: readonly number[], digits = 6) => expected.forEach((value, i) => expect(actual[i]).toBeCloseTo(value, digits));
const projectOne = (point: readonly number[], changes: Parameters<typeof createCamera>[0] = {}) => project(new Float64Array(3), point, viewOf(createCamera(changes)));

test('camera: a known point lands on a known pixel', () => {
  // 23 cm take 65 % of the side at the head's distance, the centre lies 3 % of the side below the middle.
  const [x, y, z] = projectOne([23 / 2, 23 / 2, 0]);
  const pixel = [((x! + 1) / 2) * 256, ((1 - y!) / 2) * 256];
  close(pixel, [128 + (0.65 * 256) / 2, 128 + 0.03 * 256 - (0.65 * 256) / 2]);
  expect(z).toBeCloseTo(0);
});

test('camera: positive yaw turns the face to the right of the picture, positive pitch down, positive roll counter-clockwise', () => {
  const nose = [0, 0, 10];
  const crown = [0, 10, 0];
  expect(projectOne(nose, { yaw: 0.3 })[0]).toBeGreaterThan(0.1);
  expect(projectOne(nose, { pitch: 0.3 })[1]).toBeLessThan(-0.1);
  expect(projectOne(crown, { roll: 0.3 })[0]).toBeLessThan(-0.1);
});

test('camera: nearer points are larger and have greater z', () => {
  expect(projectOne([5, 0, 10])[0]!).toBeGreaterThan(projectOne([5, 0, 0])[0]!);
  expect(projectOne([0, 0, 10])[2]!).toBeGreaterThan(0.4);
});

test('camera: a change of the field of view keeps the size at the head, zoom scales it', () => {
  close(projectOne([11.5, 0, 0], { fovY: 0.9 }), [...projectOne([11.5, 0, 0])]);
  expect(projectOne([11.5, 0, 0], { zoom: 1.2 })[0]).toBeCloseTo(1.2 * projectOne([11.5, 0, 0])[0]!, 6);
  close(projectOne([0, 0, 0], { shiftX: 0.1, shiftY: -0.05 }), [0.2, -0.16, 0]);
});

test('camera: unproject undoes project', () => {
  const points = Float64Array.of(1, 2, 3, -8, 4, -2);
  const view = viewOf(createCamera({ yaw: 0.4, pitch: -0.2, roll: 0.1, shiftX: 0.03 }));
  const image = project(new Float64Array(6), points, view);
  close(unproject(new Float64Array(6), image, depthsOf(new Float64Array(2), points, view), view), [...points], 9);
});

test('camera: the 4x4 matrices agree with project, and depth is 0 at the near plane and 1 at the far one', () => {
  const view = viewOf(createCamera({ yaw: 0.4, pitch: -0.2, roll: 0.1, shiftY: 0.05 }));
  const clip = vec4.transformMat4(vec4.create(), [3, -4, 5, 1], mat4.multiply(mat4.create(), projectionMatrix(mat4.create(), view), viewMatrix(mat4.create(), view)));
  close([clip[0] / clip[3], clip[1] / clip[3]], [...project(new Float64Array(3), [3, -4, 5], view)].slice(0, 2), 5);
  const projection = projectionMatrix(mat4.create(), view, 1, 1000);
  for (const [z, depth] of [[-1, 0], [-1000, 1]] as const) {
    const at = vec4.transformMat4(vec4.create(), [0, 0, z, 1], projection);
    expect(at[2] / at[3]).toBeCloseTo(depth, 5);
  }
});

test('camera: anglesOf undoes rotationOf', () => {
  const angles = { yaw: -0.7, pitch: 0.3, roll: 0.2 };
  const found = anglesOf(rotationOf(new Float64Array(9), angles));
  close([found.yaw, found.pitch, found.roll], [-0.7, 0.3, 0.2], 9);
});

test("viewFrom: without changes it is the photograph's view; angles are absolute, shift and zoom relative", () => {
  const source = viewOf(createCamera({ yaw: 0.3, roll: 0.1, shiftX: 0.02, zoom: 1.1 }));
  const same = viewFrom(source, {});
  close([...same.rotation], [...source.rotation]);
  close([...same.translation, same.focal], [...source.translation, source.focal]);
  const turned = viewFrom(source, { yaw: -0.2 });
  expect(anglesOf(turned.rotation).yaw).toBeCloseTo(-0.2);
  expect(anglesOf(turned.rotation).roll).toBeCloseTo(0.1);
  close([...turned.translation], [...source.translation]);
  const moved = viewFrom(source, { shiftX: 0.1, zoom: 2, fovY: 0.7 });
  const before = project(new Float64Array(6), [0, 0, 0, 0, 5, 0], source);
  const after = project(new Float64Array(6), [0, 0, 0, 0, 5, 0], moved);
  close(after, [before[0]! + 0.2, before[1]!, 0]);
  expect(after[4]! - after[1]!).toBeCloseTo(2 * (before[4]! - before[1]!), 6);
});

test('orbit: the ends of a loop meet, a quarter of it is the largest yaw', () => {
  const base = createCamera({ yaw: 0.1 });
  const out = createCamera();
  expect(orbit(out, base, 0.25).yaw).toBeCloseTo(0.7);
  expect(orbit(out, base, 1).yaw).toBeCloseTo(base.yaw);
  expect(out.fovY).toBe(NOMINAL_FOV_Y);
});

test('camera: a value that makes no picture is refused', () => {
  expect(() => createCamera({ zoom: 0 })).toThrowErrorMatchingInlineSnapshot(`[InvalidCameraError: camera.zoom is 0, but it must be greater than 0 (1 is the standard framing).]`);
  expect(() => createCamera({ yaw: Number.NaN })).toThrowErrorMatchingInlineSnapshot(`[InvalidCameraError: camera.yaw is NaN, but it must be a finite number.]`);
  expect(() => viewFrom(viewOf(createCamera()), { fovY: 4 })).toThrow(InvalidCameraError);
});
