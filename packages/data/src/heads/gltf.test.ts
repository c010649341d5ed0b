import { readFileSync } from 'node:fs';
import { Document, type Node, WebIO } from '@gltf-transform/core';
import { EXPRESSION_NAMES, type Image, LEFT_EYE_OUTER, NUM_DETECTED, NUM_FACE, NUM_POINTS, project, RIGHT_EYE_OUTER, type View } from '@onegt/skeleton';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../random/random.ts';
import { readGltfMesh, partOfName } from './gltf-mesh.ts';
import { type GltfHeadOptions, loadGltfHead } from './gltf.ts';
import { type HeadModel, PARTS } from './head-model.ts';
import { ICT_RANGES, loadIctHead } from './ict.ts';
import { createHeadPoser, eyeCentre, poseHead } from './pose.ts';
import type { PosedHead } from './posed-head.ts';
import { applySimilarity, fitSimilarity } from './warp.ts';

const pack = process.env.ONEGT_HEAD_PACK;
/** In front of the ears, where FaceMesh's outline runs. */
const OUTLINE = [127, 234, 93, 132, 356, 454, 323, 361];

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

describe.skipIf(pack === undefined)('loadGltfHead, of a file written from ICT-FaceKit (ONEGT_HEAD_PACK)', { timeout: 300_000 }, () => {
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

  /** The person at rest, `[V, 3]`. */
  function personShape(): Float32Array {
    const shape = ict.neutral.slice();
    identity.forEach((weight, i) => shape.forEach((_, k) => (shape[k]! += weight * ict.identityModes[i * shape.length + k]!)));
    return shape;
  }

  /** Texture coordinates name the vertices of the skin: where each went, and with it where the true points are. */
  const uvKey = (u: number, v: number): string => `${u.toFixed(5)},${v.toFixed(5)}`;
  const shapeOf = new Map<string, number>();
  if (pack !== undefined) {
    ict.triangles.forEach((r, i) => {
      if (ict.parts[Math.floor(i / 3)]! < 2 || ict.parts[Math.floor(i / 3)] === 5) shapeOf.set(uvKey(ict.uv[2 * r]!, ict.uv[2 * r + 1]!), ict.renderSource[r]!);
    });
  }

  /** Of each head that was looked at: the triangles' corners that stand for an ICT vertex. */
  const vertexOf = new WeakMap<Uint32Array, Map<number, number>>();

  function truePoints(model: HeadModel, positions: Float32Array): Float32Array {
    let at = vertexOf.get(model.triangles);
    if (at === undefined) {
      at = new Map();
      for (const [i, r] of model.triangles.entries()) {
        if (PARTS[model.parts[Math.floor(i / 3)]!] !== 'skin') continue;
        const shape = shapeOf.get(uvKey(model.uv[2 * r]!, model.uv[2 * r + 1]!));
        if (shape !== undefined) at.set(shape, r);
      }
      vertexOf.set(model.triangles, at);
    }
    const points = new Float32Array(NUM_POINTS * 3);
    for (let i = 0; i < NUM_POINTS * 3; i++) {
      const p = Math.floor(i / 3);
      if (p >= NUM_FACE && p < NUM_DETECTED) continue;
      const r = at.get(ict.skeletonVertex[i]!);
      if (r === undefined) throw new Error(`point ${p}: vertex ${ict.skeletonVertex[i]} is not in the file`);
      for (let k = 0; k < 3; k++) points[3 * p + k]! += ict.skeletonWeight[i]! * positions[3 * r + k]!;
    }
    // Irises: on the eyeballs, in front of their centres.
    for (const eye of model.eyes) for (let p = eye.side === 'right' ? 468 : 473, i = 0; i < 5; i++, p++) points.set([eye.centre[0], eye.centre[1], eye.centre[2] + eye.radius], 3 * p);
    return points;
  }

  /** A detector that knows the truth, but for noise, and for an outline that it sees `outline` cm too far back. */
  function finder(noisePixels: number, { faces = Infinity, outline = 0 } = {}): GltfHeadOptions['finder'] & { pictures: number } {
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
        const points = truePoints(at!.head.model, at!.head.positions);
        for (const p of OUTLINE) points[3 * p + 2]! -= outline;
        const crop = project(new Float32Array(NUM_POINTS * 3), points, at!.view);
        const pixels = Array.from({ length: NUM_DETECTED }, (_, p) => [((crop[3 * p]! + 1) / 2) * size + noise.normal(0, noisePixels), ((1 - crop[3 * p + 1]!) / 2) * size + noise.normal(0, noisePixels), 0]);
        return Promise.resolve(pixels.flat());
      },
    };
  }

  /** Distance to the truth in percent of the distance of the outer eye corners. */
  function errors(model: HeadModel): { face: number[]; others: number[]; unit: number } {
    const head = poseHead(model, [], {});
    const truth = truePoints(model, head.positions);
    const between = (a: Float32Array, p: number, b: Float32Array, q: number): number => Math.hypot(...[0, 1, 2].map((k) => a[3 * p + k]! - b[3 * q + k]!));
    const unit = between(truth, RIGHT_EYE_OUTER, truth, LEFT_EYE_OUTER);
    const all = Array.from({ length: NUM_POINTS }, (_, p) => (100 * between(head.points, p, truth, p)) / unit);
    return { face: all.slice(0, NUM_FACE), others: all.slice(NUM_DETECTED), unit };
  }
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value / values.length, 0);

  it('places the skeleton: metres, a metre and a half above the floor, looking backwards', async () => {
    const bytes = await glb(parts(0.01), (node) => node.setRotation([0, 1, 0, 0]).setTranslation([0.1, 1.6, -0.2]));
    const { model, report } = await loadGltfHead(bytes, { name: 'person', finder: finder(1) });
    expect(report).toMatchObject({ cmPerUnit: 100, faces: 11, pictures: 11, missing: [], unusedMorphs: [], pointsOffSurface: 0 });
    expect(model.licence).toBe('CC0');

    // Percent of the distance between the outer eye corners. A pixel of noise is 0.7 of it.
    const { face, others, unit } = errors(model);
    expect(unit).toBeCloseTo(8.1, 1); // cm, the person's own
    expect(mean(face)).toBeLessThan(0.6);
    expect(Math.max(...face)).toBeLessThan(3);
    expect(mean(others)).toBeLessThan(5); // skull, ears, neck, shoulders: nobody sees them
    expect(Math.max(...others)).toBeLessThan(14);

    // It moves as it did before: the same expression of the same person.
    const expression = { jawOpen: 0.6, eyeBlinkLeft: 1, mouthSmileRight: 0.7, browInnerUp: 0.5 };
    const [before, after, still] = [person.pose(expression).points, poseHead(model, [], expression).points, rest.points];
    const atRest = poseHead(model, [], {}).points;
    for (const p of [13, 14, 152, 386, 61, 107]) {
      const [a, b] = [still, atRest].map((from, i) => [0, 1, 2].map((k) => (i === 0 ? before : after)[3 * p + k]! - from[3 * p + k]!)) as [number[], number[]];
      expect(Math.hypot(...a.map((value, k) => value - b[k]!)), `point ${p}`).toBeLessThan(0.12);
    }
    // Eyes: centres as on the person, and turned by the gaze.
    const moved = fitSimilarity(rest.points, atRest, Array.from({ length: NUM_FACE }, (_, p) => p), 1);
    for (const eye of model.eyes) {
      const of = ict.eyes.find(({ side }) => side === eye.side)!;
      const [shape, sclera] = [personShape(), of.side === 'left' ? ICT_RANGES.leftSclera : ICT_RANGES.rightSclera];
      const centre = eyeCentre(ict, shape, of);
      const truth = applySimilarity(new Float64Array(3), centre, moved);
      const radii: number[] = []; // people's eyes differ in size
      for (let v = sclera[0]; v < sclera[1]; v++) if (ict.neutral[3 * v + 2]! < of.centre[2]) radii.push(Math.hypot(...centre.map((value, k) => shape[3 * v + k]! - value)));
      expect(Math.hypot(...eye.centre.map((value, k) => value - truth[k]!))).toBeLessThan(0.2);
      expect(Math.abs(eye.radius - mean(radii))).toBeLessThan(0.1);
    }
    const left = poseHead(model, [], { eyeLookOutLeft: 1 });
    expect(left.points[3 * 473]! - atRest[3 * 473]!).toBeGreaterThan(0.4);
    expect(Math.abs(left.points[3 * 468]! - atRest[3 * 468]!)).toBeLessThan(0.01);
    // Standard positions: what was where on the mean head.
    let worst = 0;
    const table = vertexOf.get(model.triangles)!;
    for (const v of ict.skeletonVertex.subarray(0, 3 * NUM_FACE)) {
      const r = table.get(v)!;
      worst = Math.max(worst, Math.hypot(...[0, 1, 2].map((k) => model.canonical[3 * r + k]! - ict.neutral[3 * v + k]!)));
    }
    expect(worst).toBeLessThan(0.5);
  });

  it('takes out what the detector gets wrong, as a known head shows it', async () => {
    const bytes = await glb(parts(1));
    const options = { name: 'person', finder: finder(0.5, { outline: 1.5 }) };
    const blind = errors((await loadGltfHead(bytes, options)).model).face;
    const { model, report } = await loadGltfHead(bytes, { ...options, reference: ict });
    expect(report.cmPerUnit).toBe(1);
    const atOutline = (face: readonly number[]): number => mean(OUTLINE.map((p) => face[p]!));
    expect(atOutline(blind)).toBeGreaterThan(8);
    expect(atOutline(errors(model).face)).toBeLessThan(3);
  });

  it('finds units and axes without eyes, or when told, and a box is enough for a head that looks along +z', async () => {
    const face = parts(0.7).slice(0, 1); // of unit 0.7: none that is in use
    const turned = await loadGltfHead(await glb(face, (node) => node.setRotation([0, Math.SQRT1_2, 0, Math.SQRT1_2]).setTranslation([5, 5, 5])), { name: 'face', finder: finder(0.5) });
    expect(Math.abs(turned.report.cmPerUnit * 0.7 - 1)).toBeLessThan(0.1);
    expect(mean(errors(turned.model).face)).toBeLessThan(1);
    expect(turned.model.eyes).toEqual([]);
    const [bare] = face;
    const plain = await loadGltfHead(await glb([{ ...bare!, targets: {} }], (node) => node.setScale([0.1 / 0.7, 0.1 / 0.7, 0.1 / 0.7])), { name: 'bare', finder: finder(0.5), up: '+y' });
    expect(plain.report.cmPerUnit).toBe(10);
    expect(plain.report.missing).toEqual([...EXPRESSION_NAMES]);
    expect(mean(errors(plain.model).face)).toBeLessThan(1);
  });

  it('says when no face is seen, and which morph targets there are', async () => {
    const bytes = await glb(parts(0.01).slice(0, 1).map((part) => ({ ...part, targets: { jawOpen: part.targets!.jawOpen! } })));
    await expect(loadGltfHead(bytes, { name: 'person', finder: finder(1, { faces: 2 }), forward: '+z' })).rejects.toThrow('The detector found a face in 2 of 11 pictures of the head.');
    await expect(loadGltfHead(bytes, { name: 'person', finder: finder(1), expressions: { smile: 'mouthSmileLeft' } })).rejects.toThrowErrorMatchingInlineSnapshot(`
      [HeadModelError: There is no morph target "smile".
        There are: jawOpen.]
    `);
  });
});
