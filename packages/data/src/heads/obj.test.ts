import { describe, expect, it } from 'vitest';
import { parseObj, parseObjPositions } from './obj.ts';

const square = 'mtllib a.mtl\r\nv 0 0 0\r\nv 1 0 0\r\nv 1 1 0\r\nv 0 1 1e-1\r\nvt 0 0\nvt 1 0\nvt 1 1\nusemtl skin\n# a comment\nf 1/1 2/2 3/3 4/1\nf 1/1/1 3/3/1 2/2/1';

describe('parseObj', () => {
  it('reads positions, texture coordinates, and polygons as fans', () => {
    const mesh = parseObj('square.obj', square);
    expect([...mesh.positions]).toEqual([0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0.1]);
    expect([...mesh.uv]).toEqual([0, 0, 1, 0, 1, 1]);
    expect([...mesh.triangles]).toEqual([0, 1, 2, 0, 2, 3, 0, 2, 1]);
    expect([...mesh.trianglesUV]).toEqual([0, 1, 2, 0, 2, 0, 0, 2, 1]);
    expect([...parseObjPositions('square.obj', square)]).toEqual([...mesh.positions]);
  });

  it('names the line that it cannot read', () => {
    expect(() => parseObj('a.obj', 'v 0 0 0\nv 0 x 0\n')).toThrowErrorMatchingInlineSnapshot(`
      [HeadModelError: a.obj, line 2: "x" is not a number.
        v 0 x 0]
    `);
    expect(() => parseObjPositions('a.obj', 'v 0 0')).toThrow('a.obj, line 1: a number is missing');
    expect(() => parseObj('a.obj', 'v 0 0 0\nf 1/1 1/1')).toThrow('a polygon needs at least 3 corners, this has 2');
    expect(() => parseObj('a.obj', 'v 0 0 0\nf 1 1 1')).toThrow('a corner has no texture coordinate');
    expect(() => parseObj('a.obj', 'v 0 0 0\nvt 0 0\nf 1/1 1/1 2/1')).toThrow('a polygon uses vertex 2, but there are 1');
    expect(() => parseObj('a.obj', 'v 0 0 0\nvt 0 0\nf 1/1 1/1 -1/1')).toThrow('"-1" is not an index');
  });
});
