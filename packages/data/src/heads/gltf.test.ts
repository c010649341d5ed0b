import { readFileSync } from 'node:fs';
import { Document, type Node, WebIO } from '@gltf-transform/core';
import { EXPRESSION_NAMES, type Image, LEFT_EYE_OUTER, NUM_DETECTED, NUM_FACE, NUM_POINTS, project, RIGHT_EYE_OUTER, type View } from '@onegt/skeleton';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../random/random.ts';
import { readGltfMesh, partOfName } from './gltf-mesh.ts';
import { type GltfHeadOptions, loadGltfHead } from './gltf.ts';
import { type HeadModel, PARTS } from './head-model.ts';
import { ICT_RANGES, loadIctHead } from './ict.ts';
import { createHeadPoser, poseHead } from './pose.ts';
import type { PosedHead } from './posed-head.ts';

const pack = process.env.ONEGT_HEAD_PACK;

interface Part {
  name: string;
  positions: number[];
  triangles: number[];
  uv?: number[];
  material?: string;
  targets?: Record<string, number[]>;
}

async function glb(parts: readonly Part[], place: (node: Node) => void = () => undefined): Promise<Uint8Array> {
  const document = new Document();
  const buffer = document.createBuffer();
  const scene = document.createScene();
  const accessor = (type: 'VEC2' | 'VEC3' | 'SCALAR', array: Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>) => document.createAccessor().setType(type).setArray(array).setBuffer(buffer);
  document.getRoot().getAsset().copyright = 'CC0';
  for (const { name, positions, triangles, uv, material, targets = {} } of parts) {
    const primitive = document.createPrimitive().setAttribute('POSITION', accessor('VEC3', Float32Array.from(positions))).setIndices(accessor('SCALAR', Uint32Array.from(triangles)));
    if (uv) primitive.setAttribute('TEXCOORD_0', accessor('VEC2', Float32Array.from(uv)));
    if (material) primitive.setMaterial(document.createMaterial(material));
    for (const [target, offsets] of Object.entries(targets)) primitive.addTarget(document.createPrimitiveTarget(target).setAttribute('POSITION', accessor('VEC3', Float32Array.from(offsets))));
    const mesh = document.createMesh(name).addPrimitive(primitive).setExtras({ targetNames: Object.keys(targets) });
    const node = document.createNode(name).setMesh(mesh);
    place(node);
    scene.addChild(node);
  }
  return new WebIO().writeBinary(document);
}

const triangle = { positions: [0, 0, 0, 1, 0, 0, 0, 1, 0], triangles: [0, 1, 2], uv: [0, 0, 1, 0, 0, 1] };

describe('readGltfMesh', () => {
  it('brings meshes to world space, their morph targets without the shift', async () => {
    const bytes = await glb([{ name: 'Head', ...triangle, targets: { jawOpen: [0, 0, 0, 0, -1, 0, 0, 0, 0] } }], (node) => node.setTranslation([0, 2, 0]).setScale([3, 3, 3]));
    const mesh = await readGltfMesh(bytes);
    expect([...mesh.positions]).toEqual([0, 2, 0, 3, 2, 0, 0, 5, 0]);
    expect([...mesh.morphs.get('jawOpen')!]).toEqual([0, 0, 0, 0, -3, 0, 0, 0, 0]);
    expect([...mesh.triangles]).toEqual([0, 1, 2]);
    expect(mesh.copyright).toBe('CC0');
  });

  it('keeps triangles facing outwards under a mirror', async () => {
    const mesh = await readGltfMesh(await glb([{ name: 'Head', ...triangle }], (node) => node.setScale([-1, 1, 1])));
    expect([...mesh.triangles]).toEqual([0, 2, 1]);
  });

  it('tells parts by their names, and leaves out what is not drawn', async () => {
    const names = ['Wolf3D_Head', 'Wolf3D_Teeth', 'EyeLeft', 'Tongue', 'Wolf3D_Hair', 'eyelashes'];
    const mesh = await readGltfMesh(await glb(names.map((name) => ({ name, ...triangle }))));
    expect(Array.from(mesh.parts, (part) => PARTS[part])).toEqual(['skin', 'teeth', 'eyeball', 'tongue']);
    expect(mesh.notes).toEqual(['left out: Wolf3D_Hair / Wolf3D_Hair', 'left out: eyelashes / eyelashes']);
    for (const [name, part] of [['Eye_Socket', 'socket'], ['eyeballRight', 'eyeball'], ['Mouth.001', 'mouth'], ['Wolf3D_Outfit_Top', null], ['EyeBrows', null], ['Wolf3D_Body', 'skin'], ['capsule', 'skin'], ['CC_Base_EyeOcclusion', null], ['M_Gums', 'gums']] as const) expect(partOfName(name), name).toBe(part);
  });

  it('takes parts by name from the caller, and says which names there are', async () => {
    const bytes = await glb([{ name: 'A', ...triangle }, { name: 'B', ...triangle, material: 'glossy' }]);
    const mesh = await readGltfMesh(bytes, { parts: { glossy: 'eyeball' } });
    expect(Array.from(mesh.parts, (part) => PARTS[part])).toEqual(['skin', 'eyeball']);
    await expect(readGltfMesh(bytes, { parts: { C: 'skin' } })).rejects.toThrowErrorMatchingInlineSnapshot(`
      [HeadModelError: No node, mesh or material is called "C".
        There are: A, B, glossy.]
    `);
    await expect(readGltfMesh(bytes, { parts: { A: null, B: null } })).rejects.toThrow('has no mesh that would be the head\'s skin');
  });

  it('reads self-contained .gltf text, names missing files, and refuses others', async () => {
    const binary = await glb([{ name: 'Head', ...triangle }]);
    const { json, resources } = await new WebIO().binaryToJSON(binary as Uint8Array<ArrayBuffer>);
    const content = Object.values(resources)[0]!;
    const text = (uri: string): Uint8Array => new TextEncoder().encode(JSON.stringify({ ...json, buffers: [{ uri, byteLength: content.byteLength }] }));
    const inside = await readGltfMesh(text(`data:application/octet-stream;base64,${btoa(String.fromCharCode(...content))}`));
    expect([...inside.positions]).toEqual(triangle.positions);
    expect([...(await readGltfMesh(text('head.bin'), { resources: { 'head.bin': content } })).positions]).toEqual(triangle.positions);
    await expect(readGltfMesh(text('head.bin'))).rejects.toThrow('the files head.bin belong to it; pass them as resources');
    await expect(readGltfMesh(new TextEncoder().encode('solid cube'))).rejects.toThrow('The glTF file cannot be read');
    await expect(readGltfMesh(binary.slice(0, 200))).rejects.toThrow('Is it a complete .glb or .gltf file?');
    const compressed = new TextEncoder().encode(JSON.stringify({ ...json, buffers: [], bufferViews: [], accessors: [], meshes: [], nodes: [], scenes: [], extensionsUsed: ['KHR_draco_mesh_compression'], extensionsRequired: ['KHR_draco_mesh_compression'] }));
    await expect(readGltfMesh(compressed)).rejects.toThrow('Write it without compression first');
  });
});

describe.skipIf(pack === undefined)('loadGltfHead, of a file written from ICT-FaceKit (ONEGT_HEAD_PACK)', () => {
  const ict = pack === undefined ? undefined! : loadIctHead(readFileSync(pack));
  const random = createRandom(7, 'gltf');
  const identity = Array.from({ length: 40 }, () => random.normal());
  const person = pack === undefined ? undefined! : createHeadPoser(ict, identity);
  const rest = pack === undefined ? undefined! : person.pose({});

  /** The person as exporters write heads: one vertex per texture coordinate, parts apart, ICT's names, other units and axes. */
  function parts(scale: number): Part[] {
    const groups: Record<string, number[]> = { Face: [0, 1, 5], Gums: [2], Tongue: [3], Teeth: [4], EyeLeft: [], EyeRight: [] };
    const eyeball = PARTS.indexOf('eyeball');
    return Object.entries(groups).map(([name, ids]) => {
      const kept = Array.from(ict.parts, (_, t) => t).filter((t) => {
        if (ict.parts[t] !== eyeball) return ids.includes(ict.parts[t]!);
        return name === (rest.positions[3 * ict.triangles[3 * t]!]! > 0 ? 'EyeLeft' : 'EyeRight');
      });
      const used = [...new Set(kept.flatMap((t) => [0, 1, 2].map((k) => ict.triangles[3 * t + k]!)))];
      const index = new Map(used.map((r, i) => [r, i]));
      const targets = Object.fromEntries(EXPRESSION_NAMES.filter((expression) => name === 'Face' || expression === 'jawOpen').map((expression) => {
        const mode = EXPRESSION_NAMES.indexOf(expression) * ict.neutral.length;
        const sided = expression.replace(/(?<!^jaw|^mouth)Left$/, '_L').replace(/(?<!^jaw|^mouth)Right$/, '_R');
        return [sided, used.flatMap((r) => [0, 1, 2].map((k) => scale * ict.expressionModes[mode + 3 * ict.renderSource[r]! + k]!))];
      }));
      return {
        name, targets,
        positions: used.flatMap((r) => [0, 1, 2].map((k) => scale * rest.positions[3 * r + k]!)),
        triangles: kept.flatMap((t) => [0, 1, 2].map((k) => index.get(ict.triangles[3 * t + k]!)!)),
        uv: used.flatMap((r) => [ict.uv[2 * r]!, ict.uv[2 * r + 1]!]),
      };
    });
  }

  /** Texture coordinates name the vertices of the skin: where each went, and with it where the true points are. */
  const uvKey = (u: number, v: number): string => `${u.toFixed(5)},${v.toFixed(5)}`;
  const shapeOf = new Map<string, number>();
  if (pack !== undefined) {
    ict.triangles.forEach((r, i) => {
      if (ict.parts[Math.floor(i / 3)]! < 2 || ict.parts[Math.floor(i / 3)] === 5) shapeOf.set(uvKey(ict.uv[2 * r]!, ict.uv[2 * r + 1]!), ict.renderSource[r]!);
    });
  }

  function truePoints(model: HeadModel, positions: Float32Array): Float32Array {
    const at = new Map<number, number>();
    model.triangles.forEach((r, i) => {
      if (PARTS[model.parts[Math.floor(i / 3)]!] !== 'skin') return;
      const shape = shapeOf.get(uvKey(model.uv[2 * r]!, model.uv[2 * r + 1]!));
      if (shape !== undefined) at.set(shape, r);
    });
    const points = new Float32Array(NUM_POINTS * 3);
    for (let i = 0; i < NUM_POINTS * 3; i++) {
      const p = Math.floor(i / 3);
      if (p >= NUM_FACE && p < NUM_DETECTED) continue;
      const r = at.get(ict.skeletonVertex[i]!);
      if (r === undefined) throw new Error(`point ${p}: vertex ${ict.skeletonVertex[i]} is not in the file`);
      for (let k = 0; k < 3; k++) points[3 * p + k]! += ict.skeletonWeight[i]! * positions[3 * r + k]!;
    }
    // Irises: on the eyeballs, in front of their centres; good enough for a face to be seen.
    for (const eye of model.eyes) for (let p = eye.side === 'right' ? 468 : 473, i = 0; i < 5; i++, p++) points.set([eye.centre[0], eye.centre[1], eye.centre[2] + eye.radius], 3 * p);
    return points;
  }

  /** A detector that knows the truth, but for noise; the "picture" is the view that it is taken from. */
  function finder(noisePixels: number, faces = Infinity): GltfHeadOptions['finder'] & { pictures: number } {
    const noise = createRandom(3, 'detector');
    const size = 512;
    let at: { head: PosedHead; view: View } | undefined;
    return {
      pictures: 0,
      render(head, view) {
        this.pictures++;
        at = { head, view };
        return Promise.resolve({ width: size, height: size, data: new Uint8Array() } satisfies Image);
      },
      detect() {
        if (this.pictures > faces) return Promise.resolve(null);
        const crop = project(new Float32Array(NUM_POINTS * 3), truePoints(at!.head.model, at!.head.positions), at!.view);
        const pixels = Array.from({ length: NUM_DETECTED }, (_, p) => [((crop[3 * p]! + 1) / 2) * size + noise.normal(0, noisePixels), ((1 - crop[3 * p + 1]!) / 2) * size + noise.normal(0, noisePixels), 0]);
        return Promise.resolve(pixels.flat());
      },
    };
  }

  /** Distance to the truth in percent of the distance of the outer eye corners. */
  function errors(model: HeadModel): { face: number[]; rest: number[]; unit: number } {
    const head = poseHead(model, [], {});
    const truth = truePoints(model, head.positions);
    const between = (a: Float32Array, p: number, b: Float32Array, q: number): number => Math.hypot(...[0, 1, 2].map((k) => a[3 * p + k]! - b[3 * q + k]!));
    const unit = between(truth, RIGHT_EYE_OUTER, truth, LEFT_EYE_OUTER);
    const all = Array.from({ length: NUM_POINTS }, (_, p) => (100 * between(head.points, p, truth, p)) / unit);
    return { face: all.slice(0, NUM_FACE), rest: all.slice(NUM_DETECTED), unit };
  }
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value / values.length, 0);

  it('places the skeleton: metres, a metre and a half above the floor, looking backwards', async () => {
    const bytes = await glb(parts(0.01), (node) => node.setRotation([0, 1, 0, 0]).setTranslation([0.1, 1.6, -0.2]));
    const { model, report } = await loadGltfHead(bytes, { name: 'person', finder: finder(1) });
    const { face, rest: others } = errors(model);
    console.log('face', mean(face), Math.max(...face), 'rest', mean(others), Math.max(...others), report.medianShift);
    expect(report).toMatchObject({ cmPerUnit: 100, faces: 11, pictures: 11, missing: [], unusedMorphs: [] });
  });
});
