/** Wavefront OBJ, as far as ICT-FaceKit uses it: positions, texture coordinates, polygons. Materials and groups are skipped. */
import { HeadModelError } from './errors.ts';

export interface ObjMesh {
  /** `[V, 3]` */
  positions: Float64Array;
  /** `[U, 2]` */
  uv: Float64Array;
  /** `[T, 3]` polygons as fans from their first corner; indices into `positions` and `uv`. */
  triangles: Uint32Array;
  trianglesUV: Uint32Array;
}

/** @throws {@link HeadModelError} with the line */
export function parseObj(name: string, text: string): ObjMesh {
  const uv: number[] = [];
  const triangles: number[] = [];
  const trianglesUV: number[] = [];
  const positions = readLines(name, text, (keyword, fields, fail) => {
    if (keyword === 'vt') uv.push(number(fields[1]!, fail), number(fields[2]!, fail));
    if (keyword !== 'f') return;
    const corners = fields.slice(1).map((corner) => corner.split('/'));
    if (corners.length < 3) fail(`a polygon needs at least 3 corners, this has ${corners.length}`);
    for (let k = 2; k < corners.length; k++) {
      for (const corner of [corners[0]!, corners[k - 1]!, corners[k]!]) {
        triangles.push(index(corner[0], fail));
        trianglesUV.push(index(corner[1], fail));
      }
    }
  });
  const check = (what: string, indices: number[], size: number): void => {
    const wrong = indices.find((i) => i >= size);
    if (wrong !== undefined) throw new HeadModelError('head-import', `${name}: a polygon uses ${what} ${wrong + 1}, but there are ${size}. Is the file complete?`, { data: { name, index: wrong + 1, size } });
  };
  check('vertex', triangles, positions.length / 3);
  check('texture coordinate', trianglesUV, uv.length / 2);
  return { positions, uv: Float64Array.from(uv), triangles: Uint32Array.from(triangles), trianglesUV: Uint32Array.from(trianglesUV) };
}

/** Only the `v` lines: what differs between the files of a morphable model. */
export function parseObjPositions(name: string, text: string): Float64Array {
  return readLines(name, text, null);
}

type Fail = (problem: string) => never;

function readLines(name: string, text: string, other: ((keyword: string, fields: string[], fail: Fail) => void) | null): Float64Array {
  const positions: number[] = [];
  let line = 0;
  for (let begin = 0; begin < text.length; ) {
    const newline = text.indexOf('\n', begin);
    const end = newline < 0 ? text.length : newline;
    line++;
    const isVertex = text[begin] === 'v' && text[begin + 1] === ' ';
    if (isVertex || other !== null) {
      const content = text.slice(begin, end).trim();
      const fail: Fail = (problem) => {
        throw new HeadModelError('head-import', `${name}, line ${line}: ${problem}.\n  ${content.slice(0, 100)}`, { data: { name, line } });
      };
      const fields = content.split(/\s+/);
      if (isVertex) for (let k = 1; k <= 3; k++) positions.push(number(fields[k], fail));
      else if (content !== '' && content[0] !== '#') other!(fields[0]!, fields, fail);
    }
    begin = end + 1;
  }
  return Float64Array.from(positions);
}

function number(text: string | undefined, fail: Fail): number {
  const value = text === undefined ? NaN : Number(text);
  if (!Number.isFinite(value)) fail(text === undefined ? 'a number is missing' : `"${text}" is not a number`);
  return value;
}

/** OBJ counts from 1. */
function index(text: string | undefined, fail: Fail): number {
  const value = Number(text);
  if (!text || !Number.isInteger(value) || value < 1) fail(text === undefined ? 'a corner has no texture coordinate' : `"${text}" is not an index`);
  return value - 1;
}
