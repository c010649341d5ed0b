import { readFileSync } from 'node:fs';
import { parseSafetensors } from '@onegt/kernels';
import { describe, expect, it } from 'vitest';
import { ICT_EXPRESSION_NAMES, ICT_FILES, ICT_NEUTRAL_FILE, importIctFaceKit } from './ict-import.ts';
import { ICT_VERTICES, loadIctHead } from './ict.ts';

const pack = process.env.ONEGT_HEAD_PACK;

describe('importIctFaceKit', () => {
  it('reads the neutral head, 100 identity modes and 53 expressions', () => {
    expect(ICT_FILES).toHaveLength(154);
    expect(ICT_FILES.slice(0, 2)).toEqual(['generic_neutral_mesh.obj', 'identity000.obj']);
    expect(ICT_FILES[100]).toBe('identity099.obj');
    for (const name of ['browDown_L.obj', 'browInnerUp_R.obj', 'cheekPuff_L.obj', 'jawLeft.obj', 'mouthRight.obj', 'noseSneer_R.obj']) expect(ICT_FILES).toContain(name);
    expect(ICT_FILES).not.toContain('jaw_L.obj');
  });

  it('says that it is not the folder, and what is wrong with the neutral head', async () => {
    await expect(importIctFaceKit(() => Promise.reject(new Error('ENOENT')))).rejects.toThrowErrorMatchingInlineSnapshot(`
      [HeadModelError: generic_neutral_mesh.obj cannot be read: ENOENT
        Give the folder FaceXModel of https://github.com/ICT-VGL/ICT-FaceKit.]
    `);
    await expect(importIctFaceKit(() => Promise.resolve('v 0 0 0\n'))).rejects.toThrow('generic_neutral_mesh.obj has 1 vertices, the release has 26719');
    await expect(importIctFaceKit(() => Promise.resolve('v 0 0 0\n'.repeat(ICT_VERTICES)))).rejects.toThrow(/is another release: the skeleton's points lie up to \d+\.\d\d cm/);
  });

  it('stops when it is told to', async () => {
    const controller = new AbortController();
    controller.abort(new Error('enough'));
    await expect(importIctFaceKit(() => Promise.resolve(''), { signal: controller.signal })).rejects.toThrow('enough');
  });
});

describe.skipIf(pack === undefined)('a release written from the pack (ONEGT_HEAD_PACK)', () => {
  const file = pack === undefined ? undefined! : parseSafetensors(readFileSync(pack));
  const release = pack === undefined ? undefined! : createRelease();

  /** OBJ texts as the release has them: quads where two triangles make one, and vertices that the pack leaves out. */
  function createRelease(): (name: string) => Promise<string> {
    const [neutral, identity, expression, uv] = ['neutral', 'identity', 'expression', 'uv'].map((name) => file.f32(name)) as [Float32Array, Float32Array, Float32Array, Float32Array];
    const [triangles, trianglesUV] = [file.i32('triangles'), file.i32('triangles_uv')];
    const names: string[] = JSON.parse(file.metadata.expression_names!);
    const size = neutral.length;
    const corner = (i: number): string => `${triangles[i]! + 1}/${trianglesUV[i]! + 1}`;
    const faces: string[] = [];
    for (let t = 0; t < triangles.length; t += 3) {
      if (corner(t) === corner(t + 3) && corner(t + 2) === corner(t + 4)) {
        faces.push(`f ${corner(t)} ${corner(t + 1)} ${corner(t + 2)} ${corner(t + 5)}`);
        t += 3;
      } else faces.push(`f ${corner(t)} ${corner(t + 1)} ${corner(t + 2)}`);
    }
    const lashes = ['v 9 9 9', 'v 9 8 9', 'v 8 9 9'];
    const lash = `f ${[1, 2, 3].map((k) => `${ICT_VERTICES + k}/${uv.length / 2 + 1}`).join(' ')}`;
    const coordinates = Array.from({ length: uv.length / 2 }, (_, i) => `vt ${uv[2 * i]} ${uv[2 * i + 1]}`);
    const rest = [...lashes, ...coordinates, 'vt 0 0', 'usemtl M_Face', ...faces, lash].join('\n');
    return (name) => {
      const morph = /^identity(\d+)\.obj$/.exec(name);
      const e = names.indexOf(name.replace(/\.obj$/, ''));
      const offset = name === ICT_NEUTRAL_FILE ? null : morph !== null ? identity.subarray(Number(morph[1]) * size, (Number(morph[1]) + 1) * size) : expression.subarray(e * size, (e + 1) * size);
      const lines: string[] = [];
      for (let i = 0; i < size; i += 3) lines.push(`v ${[0, 1, 2].map((k) => neutral[i + k]! + (offset?.[i + k] ?? 0)).join(' ')}`);
      return Promise.resolve(`mtllib a.mtl\n${lines.join('\n')}\n${rest}`);
    };
  }

  it('becomes the same pack', async () => {
    const seen: string[] = [];
    const bytes = await importIctFaceKit(release, { onProgress: ({ file: name, done, total }) => {
      expect(total).toBe(154);
      expect(done).toBe(seen.length);
      seen.push(name);
    } });
    expect(seen).toEqual(ICT_FILES);
    const again = parseSafetensors(bytes);
    for (const name of ['neutral', 'identity', 'expression', 'triangles', 'triangles_uv', 'uv']) {
      const [expected, values] = [file.f32(name), again.f32(name, file.shape(name))];
      expect(values.findIndex((value, i) => value !== expected[i]), name).toBe(-1);
    }
    expect(JSON.parse(again.metadata.expression_names!)).toEqual(ICT_EXPRESSION_NAMES);
    expect(loadIctHead(bytes).numIdentityModes).toBe(100);
  });

  it('names the files that are missing, and one of another size', async () => {
    const withoutSome = (name: string): Promise<string> => (name.startsWith('identity') ? Promise.reject(new Error(`no ${name}`)) : name.startsWith('eye') ? Promise.reject(new Error()) : release(ICT_NEUTRAL_FILE));
    await expect(importIctFaceKit(withoutSome)).rejects.toThrow('114 of 154 files cannot be read: identity000.obj, identity001.obj');
    await expect(importIctFaceKit((name) => (name === 'jawOpen.obj' ? Promise.resolve('v 0 0 0') : release(ICT_NEUTRAL_FILE)))).rejects.toThrow('jawOpen.obj has 1 vertices, generic_neutral_mesh.obj has 24594.');
  });
});
