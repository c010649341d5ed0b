/**
 * Any head with morph targets from a glTF file: an avatar, a scan. Meshes and names come from `gltf-mesh.ts`; here units
 * and axes are made those of head space, morph targets become ARKit's expressions, eyes get centres to turn about, and
 * `embedding.ts` places the skeleton.
 *
 * Such a head is one person: it has no identity modes. Its textures are not used, as the skin is painted anew.
 */
import { EXPRESSION_NAMES, type ExpressionName, skeletonTopology } from '@onegt/skeleton';
import { embedSkeleton, findPoints, alignToMeanHead, type Embedding, type FoundPoints, type LandmarkFinder, measureBias, type Surface, warpToMeanHead } from './embedding.ts';
import { HeadModelError } from './errors.ts';
import { type GltfMesh, type GltfMeshOptions, readGltfMesh } from './gltf-mesh.ts';
import { type Eye, type HeadModel, PARTS } from './head-model.ts';
import { ICT_EYE } from './ict.ts';
import { isSynonym, morphMeaning, type MorphMeaning } from './morph-names.ts';
import { poseHead } from './pose.ts';
import type { PosedHead } from './posed-head.ts';
import { applySimilarity, fitSimilarity, type Similarity } from './warp.ts';

export interface GltfHeadOptions extends GltfMeshOptions {
  name: string;
  /** In one line. Default: the file's copyright. */
  licence?: string;
  /** Finds the face on renderings of the head; see {@link LandmarkFinder}. */
  finder: LandmarkFinder<PosedHead>;
  /** A head whose skeleton is known (the built-in one): what the detector gets wrong on it, it gets wrong here, too. */
  reference?: HeadModel;
  /** Expressions by morph target, before the names are interpreted; null ignores the target. */
  expressions?: Readonly<Record<string, ExpressionName | null>>;
  /** glTF says +y. */
  up?: '+y' | '+z';
  /** Where the face looks. Default: from the sides that morph targets are named for, else from the eyes, else +z. */
  forward?: '+x' | '-x' | '+z' | '-z';
  signal?: AbortSignal;
}

/** What was understood, for the user to check. */
export interface GltfReport {
  expressions: ExpressionName[];
  missing: ExpressionName[];
  /** Morph targets without a meaning here. */
  unusedMorphs: string[];
  /** 100 for a file in metres. */
  cmPerUnit: number;
  /** Pictures with a face, of how many. */
  faces: number;
  pictures: number;
  /** Detector noise, cm. */
  medianShift: number;
  /** Skeleton points that the mesh has no surface for: shoulders of a head without a bust. */
  pointsOffSurface: number;
  notes: string[];
}

/**
 * @param bytes - a `.glb`, or a `.gltf` with its buffers inside or in `resources`
 * @throws {@link HeadModelError} that says what the file lacks
 */
export async function loadGltfHead(bytes: Uint8Array, options: GltfHeadOptions): Promise<{ model: HeadModel; report: GltfReport }> {
  const mesh = await readGltfMesh(bytes, options);
  const meanings = meaningsOf(mesh, options.expressions ?? {});
  let toHead = roughPlacement(mesh, meanings, options);
  let draft = draftHead(mesh, toHead, meanings, options);
  let found = await findPoints(draft.surface, preview(draft.model), options.finder, options);
  // The first look is at a head placed by rules of thumb. Only if it was far off, a second look pays.
  let step = alignToMeanHead(found);
  const units = exactUnits(step.scale * toHead.scale);
  if (units !== undefined) step = alignToMeanHead(found, units / toHead.scale);
  const wasRough = isFar(step);
  toHead = chain(toHead, step);
  draft = draftHead(mesh, toHead, meanings, options);
  if (wasRough) {
    found = await findPoints(draft.surface, preview(draft.model), options.finder, options);
    step = alignToMeanHead(found, units === undefined ? undefined : 1);
    toHead = chain(toHead, step);
    draft = draftHead(mesh, toHead, meanings, options);
  }
  const bias = options.reference && (await measureBias(options.reference, options.finder, options));
  found = { ...found, points: applySimilarity(new Float64Array(found.points.length), found.points, step) };
  const embedding = embedSkeleton(draft.surface, found, bias);
  const model = finishHead(draft.model, embedding);
  return { model, report: createReport(mesh, meanings, model, found, embedding, units ?? toHead.scale) };
}

/** What morph targets mean. Stand-ins (visemes) count only for expressions that no target of ARKit's name has. */
function meaningsOf(mesh: GltfMesh, chosen: Readonly<Record<string, ExpressionName | null>>): Map<string, MorphMeaning[]> {
  const unknown = Object.keys(chosen).filter((name) => !mesh.morphs.has(name));
  if (unknown.length > 0) {
    throw new HeadModelError('head-import', `There is no morph target ${unknown.map((name) => `"${name}"`).join(', ')}.\n  There are: ${[...mesh.morphs.keys()].join(', ') || 'none'}.`, { data: { unknown } });
  }
  const meanings = new Map<string, MorphMeaning[]>();
  for (const name of mesh.morphs.keys()) {
    const own = Object.hasOwn(chosen, name) ? chosen[name]! : undefined;
    meanings.set(name, own === undefined ? morphMeaning(name) : own === null ? [] : [{ expression: own, weight: 1 }]);
  }
  const real = new Set([...meanings].filter(([name]) => !isSynonym(name) || Object.hasOwn(chosen, name)).flatMap(([, of]) => of.map(({ expression }) => expression)));
  const taken = new Set<ExpressionName>();
  for (const [name, of] of meanings) {
    if (!isSynonym(name) || Object.hasOwn(chosen, name)) continue;
    const free = of.filter(({ expression }) => !real.has(expression) && !taken.has(expression));
    meanings.set(name, free);
    free.forEach(({ expression }) => taken.add(expression));
  }
  return meanings;
}

/** Head space by rules of thumb: good enough for a detector to find the face. */
function roughPlacement(mesh: GltfMesh, meanings: ReadonlyMap<string, MorphMeaning[]>, { up = '+y', forward }: GltfHeadOptions): Similarity {
  const upright = up === '+y' ? mesh.positions : mesh.positions.map((_, i) => (i % 3 === 0 ? mesh.positions[i]! : i % 3 === 1 ? mesh.positions[i + 1]! : -mesh.positions[i - 1]!));
  const motion = sideCentroids(upright, mesh, meanings);
  const eyes = eyeClusters(upright, mesh);
  let z: [number, number]; // where the face looks, in the plane of x and z
  if (forward !== undefined) z = forward === '+x' ? [1, 0] : forward === '-x' ? [-1, 0] : forward === '+z' ? [0, 1] : [0, -1];
  else if (motion !== undefined) z = unit(-(motion.left[2] - motion.right[2]), motion.left[0] - motion.right[0]);
  else if (eyes !== undefined) {
    const across = unit(-(eyes[1][2] - eyes[0][2]), eyes[1][0] - eyes[0][0]);
    const middle = skinCentreAt(upright, mesh, (eyes[0][1] + eyes[1][1]) / 2, Math.hypot(eyes[1][0] - eyes[0][0], eyes[1][2] - eyes[0][2]));
    const ahead = across[0] * ((eyes[0][0] + eyes[1][0]) / 2 - middle[0]) + across[1] * ((eyes[0][2] + eyes[1][2]) / 2 - middle[2]);
    z = ahead >= 0 ? across : [-across[0], -across[1]];
  } else z = [0, 1];
  // Rows of the rotation are the head's axes: left = up x forward.
  const turn = Float64Array.from([z[1], 0, -z[0], 0, 1, 0, z[0], 0, z[1]]);
  const rotation = up === '+y' ? turn : product(turn, [1, 0, 0, 0, 0, 1, 0, -1, 0]);
  const anchor = eyes !== undefined
    ? { at: [0, 1, 2].map((k) => (eyes[0][k]! + eyes[1][k]!) / 2), distance: length(eyes[0], eyes[1]), to: [0, ICT_EYE.centre[1], ICT_EYE.centre[2]], wanted: 2 * ICT_EYE.centre[0] }
    : motion !== undefined
      ? { at: [0, 1, 2].map((k) => (motion.left[k]! + motion.right[k]!) / 2), distance: length(motion.left, motion.right), to: MOTION_ANCHOR.middle, wanted: MOTION_ANCHOR.distance }
      : boxAnchor(upright);
  const scale = anchor.wanted / anchor.distance;
  const turned = [0, 1, 2].map((k) => turn[3 * k]! * anchor.at[0]! + turn[3 * k + 1]! * anchor.at[1]! + turn[3 * k + 2]! * anchor.at[2]!);
  return { rotation, scale, translation: Float64Array.from([0, 1, 2], (k) => anchor.to[k]! - scale * turned[k]!) };
}

/** On ICT-FaceKit's head: what blinking moves on either side, about. */
const MOTION_ANCHOR = { distance: 6.6, middle: [0, 3.2, 7.8] };

/** Where targets of the left and the right side move the face: of blinks if there are, else of all that have a side. */
function sideCentroids(positions: Float64Array, mesh: GltfMesh, meanings: ReadonlyMap<string, MorphMeaning[]>): { left: Vector; right: Vector } | undefined {
  const centroidOf = (side: 'Left' | 'Right', isWanted: (name: string) => boolean): Vector | undefined => {
    const sum = [0, 0, 0, 0];
    for (const [name, offsets] of mesh.morphs) {
      if (!meanings.get(name)!.some(({ expression, side: half }) => half === undefined && expression.endsWith(side) && isWanted(expression))) continue;
      for (let i = 0; i < offsets.length; i += 3) {
        const size = Math.hypot(offsets[i]!, offsets[i + 1]!, offsets[i + 2]!);
        for (let k = 0; k < 3; k++) sum[k]! += size * positions[i + k]!;
        sum[3]! += size;
      }
    }
    return sum[3]! > 0 ? [sum[0]! / sum[3]!, sum[1]! / sum[3]!, sum[2]! / sum[3]!] : undefined;
  };
  for (const isWanted of [(name: string) => name.startsWith('eyeBlink'), (name: string) => !/^(jaw|mouth)(Left|Right)$/.test(name) && !name.startsWith('eyeLook')]) {
    const [left, right] = [centroidOf('Left', isWanted), centroidOf('Right', isWanted)];
    if (left !== undefined && right !== undefined) return { left, right };
  }
  return undefined;
}

type Vector = [number, number, number];
const unit = (x: number, y: number): [number, number] => [x / (Math.hypot(x, y) || 1), y / (Math.hypot(x, y) || 1)];
const length = (a: readonly number[], b: readonly number[]): number => Math.hypot(a[0]! - b[0]!, a[1]! - b[1]!, a[2]! - b[2]!);
const product = (a: ArrayLike<number>, b: ArrayLike<number>): Float64Array => Float64Array.from({ length: 9 }, (_, i) => [0, 1, 2].reduce((sum, k) => sum + a[3 * Math.floor(i / 3) + k]! * b[3 * k + (i % 3)]!, 0));

/** Centres of the two eyeballs, or undefined when the file has not two. */
function eyeClusters(positions: Float64Array, { triangles, parts }: GltfMesh): [Vector, Vector] | undefined {
  const vertices = new Set<number>();
  parts.forEach((part, t) => PARTS[part] === 'eyeball' && [0, 1, 2].forEach((k) => vertices.add(triangles[3 * t + k]!)));
  if (vertices.size === 0) return undefined;
  const extent = [0, 2].map((k) => range(vertices, (v) => positions[3 * v + k]!));
  const axis = extent[0]![1] - extent[0]![0] >= extent[1]![1] - extent[1]![0] ? 0 : 2;
  const [low, high] = extent[axis / 2]!;
  const boxes = [false, true].map((upper) => {
    const of = [...vertices].filter((v) => positions[3 * v + axis]! > (low + high) / 2 === upper);
    return [0, 1, 2].map((k) => range(of, (v) => positions[3 * v + k]!));
  });
  const sizes = boxes.map((box) => box[axis]![1] - box[axis]![0]);
  const centres = boxes.map((box) => box.map(([a, b]) => (a + b) / 2) as Vector) as [Vector, Vector];
  // One eyeball cut in two halves would have no gap between them.
  return boxes[1]![axis]![0] - boxes[0]![axis]![1] > 0.1 * Math.max(...sizes) ? centres : undefined;
}

function range(of: Iterable<number>, value: (v: number) => number): [low: number, high: number] {
  let [low, high] = [Infinity, -Infinity];
  for (const v of of) [low, high] = [Math.min(low, value(v)), Math.max(high, value(v))];
  return [low, high];
}

/** Middle of the skin at the height of the eyes: of the head, not of the hair or the body. */
function skinCentreAt(positions: Float64Array, { triangles, parts }: GltfMesh, y: number, band: number): Vector {
  const vertices = new Set<number>();
  parts.forEach((part, t) => PARTS[part] === 'skin' && [0, 1, 2].forEach((k) => Math.abs(positions[3 * triangles[3 * t + k]! + 1]! - y) < band && vertices.add(triangles[3 * t + k]!)));
  return [0, 1, 2].map((k) => {
    const [low, high] = range(vertices, (v) => positions[3 * v + k]!);
    return (low + high) / 2;
  }) as Vector;
}

/** Nothing but a box: its top is the top of the head; the unit is the one that makes it a bust or a person. */
function boxAnchor(positions: Float64Array): { at: number[]; distance: number; to: number[]; wanted: number } {
  const all = Array.from({ length: positions.length / 3 }, (_, v) => v);
  const [x, y, z] = [0, 1, 2].map((k) => range(all, (v) => positions[3 * v + k]!)) as [[number, number], [number, number], [number, number]];
  const height = y[1] - y[0];
  const unitCm = [100, 1, 0.1].find((cm) => height * cm > 18 && height * cm < 230) ?? 34 / height;
  return { at: [(x[0] + x[1]) / 2, y[1], (z[0] + z[1]) / 2], distance: 1, to: [0, 14, 0], wanted: unitCm };
}

/** Metres, decimetres, inches, centimetres, millimetres: if one of them fits within a fifth, the file is in it. */
function exactUnits(cmPerUnit: number): number | undefined {
  return [100, 10, 2.54, 1, 0.1].find((cm) => Math.abs(Math.log(cmPerUnit / cm)) < Math.log(1.2));
}

const isFar = ({ rotation, scale, translation }: Similarity): boolean => {
  const turn = Math.acos(Math.min(1, Math.max(-1, (rotation[0]! + rotation[4]! + rotation[8]! - 1) / 2)));
  return turn > 0.06 || Math.abs(Math.log(scale)) > 0.04 || Math.hypot(...translation) > 0.8;
};

/** First `a`, then `b`. */
function chain(a: Similarity, b: Similarity): Similarity {
  const probes = [0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1];
  const moved = applySimilarity(new Float64Array(12), applySimilarity(new Float64Array(12), probes, a), b);
  return fitSimilarity(probes, moved, [0, 1, 2, 3]);
}

/** Below this, a body is cut off: somewhat under ICT-FaceKit's bust. */
const LOWEST_CM = -26;
const WIDEST_CM = 24;

interface Draft {
  model: HeadModel;
  surface: Surface;
}

/** The head in head space, with a skeleton that is only guessed yet. */
function draftHead(mesh: GltfMesh, toHead: Similarity, meanings: ReadonlyMap<string, MorphMeaning[]>, { name, licence }: GltfHeadOptions): Draft {
  const positions = applySimilarity(new Float64Array(mesh.positions.length), mesh.positions, toHead);
  const eyeball = PARTS.indexOf('eyeball');
  const kept = Array.from(mesh.parts, (_, t) => t).filter((t) => [0, 1, 2].every((k) => {
    const v = mesh.triangles[3 * t + k]!;
    return positions[3 * v + 1]! > LOWEST_CM && Math.abs(positions[3 * v]!) < WIDEST_CM;
  }));
  if (kept.length === 0) throw new HeadModelError('head-import', 'No triangle of the glTF file is where its head should be.\n  Say where the face looks with `forward`, and which way is up with `up`.');

  // Shape vertices: one for all copies at a texture seam. What lies at one place but moves apart (lips) stays apart.
  const signature = morphSignature(mesh);
  const sideOf = (t: number): number => (mesh.parts[t] !== eyeball ? 0 : positions[3 * mesh.triangles[3 * t]!]! > 0 ? 1 : 2);
  const members: number[][] = [[], [], []]; // rest of the head, left eye, right eye: file vertices
  const shapeOf = new Map<string, [group: number, index: number]>();
  const corner: [group: number, index: number][] = [];
  for (const t of kept) {
    const group = sideOf(t);
    for (let k = 0; k < 3; k++) {
      const v = mesh.triangles[3 * t + k]!;
      const key = `${mesh.parts[t]},${group},${[0, 1, 2].map((i) => Math.round(1e5 * positions[3 * v + i]!)).join()},${Math.round(1e5 * toHead.scale * signature[v]!)}`;
      let shape = shapeOf.get(key);
      if (shape === undefined) {
        shape = [group, members[group]!.length];
        members[group]!.push(v);
        shapeOf.set(key, shape);
      }
      corner.push(shape);
    }
  }
  const firstOf = [0, members[0]!.length, members[0]!.length + members[1]!.length];
  const source = members.flat(); // [V] file vertices
  const shapeCorners = corner.map(([group, index]) => firstOf[group]! + index);
  const neutral = Float32Array.from(source.flatMap((v) => [positions[3 * v]!, positions[3 * v + 1]!, positions[3 * v + 2]!]));
  const parts = Uint8Array.from(kept, (t) => mesh.parts[t]!);
  const atlas = layOutTexture(mesh, kept, positions);

  const rendered = new Map<string, number>();
  const renderSource: number[] = [];
  const uv: number[] = [];
  const triangles = shapeCorners.map((shape, i) => {
    const [u, v] = [atlas[2 * i]!, atlas[2 * i + 1]!];
    const key = `${shape},${u},${v}`;
    let r = rendered.get(key);
    if (r === undefined) {
      r = renderSource.length;
      rendered.set(key, r);
      renderSource.push(shape);
      uv.push(u, v);
    }
    return r;
  });
  const expressions = expressionModes(mesh, source, firstOf[1]!, neutral, toHead, meanings);
  const eyes = ([['left', 1], ['right', 2]] as const).filter(([, group]) => members[group]!.length > 10).map(([side, group]) => fitEye(side, firstOf[group]!, members[group]!.length, neutral));
  const { meanHead } = skeletonTopology();
  const model: HeadModel = {
    name, licence: licence ?? (mesh.copyright || 'unknown: ask who made it'),
    neutral, identityModes: new Float32Array(0), numIdentityModes: 0,
    expressionModes: expressions.modes, expressionNames: expressions.names,
    renderSource: Uint32Array.from(renderSource), triangles: Uint32Array.from(triangles), parts, uv: Float32Array.from(uv),
    canonical: Float32Array.from(renderSource.flatMap((s) => [neutral[3 * s]!, neutral[3 * s + 1]!, neutral[3 * s + 2]!])),
    eyes, skeletonVertex: new Uint32Array(meanHead.length), skeletonWeight: new Float32Array(meanHead.length),
  };
  return { model, surface: { positions: neutral, triangles: shapeCorners, parts, eyes } };
}

/** A number per vertex that differs, almost surely, where morph targets differ. */
function morphSignature({ morphs, positions }: GltfMesh): Float64Array {
  const signature = new Float64Array(positions.length / 3);
  let k = 0;
  for (const offsets of morphs.values()) {
    const [a, b, c] = [Math.sin(++k), Math.sin(++k), Math.sin(++k)];
    for (let v = 0; v < signature.length; v++) signature[v]! += a * offsets[3 * v]! + b * offsets[3 * v + 1]! + c * offsets[3 * v + 2]!;
  }
  return signature;
}

/**
 * `[kept, 3, 2]` coordinates of the corners. Materials and tiles that each fill the unit square are put side by side:
 * skin, mouth and sockets share one atlas. Without coordinates, the head is spread out as a map of the world is.
 */
function layOutTexture(mesh: GltfMesh, kept: readonly number[], positions: Float64Array): Float64Array {
  const out = new Float64Array(kept.length * 6);
  if (mesh.uv === null) {
    kept.forEach((t, i) => [0, 1, 2].forEach((k) => {
      const v = 3 * mesh.triangles[3 * t + k]!;
      const [x, y, z] = [positions[v]!, positions[v + 1]!, positions[v + 2]!];
      const fromFront = Math.atan2(Math.hypot(x, y), z) / Math.PI; // azimuthal equidistant about +z
      const around = Math.atan2(y, x);
      out.set([0.5 + 0.5 * fromFront * Math.cos(around), 0.5 + 0.5 * fromFront * Math.sin(around)], 6 * i + 2 * k);
    }));
    return out;
  }
  const uv = mesh.uv;
  const isPainted = (t: number): boolean => ['skin', 'mouth', 'socket'].includes(PARTS[mesh.parts[t]!]!);
  const tileOf = (t: number): [number, number] => [0, 1].map((k) => Math.floor([0, 1, 2].reduce((sum, c) => sum + uv[2 * mesh.triangles[3 * t + c]! + k]!, 0) / 3)) as [number, number];
  const cells = new Map<string, number>();
  const cellOf = (t: number): string => `${mesh.materials[t]}/${tileOf(t).join()}`;
  for (const t of kept) if (isPainted(t) && !cells.has(cellOf(t))) cells.set(cellOf(t), cells.size);
  const side = Math.ceil(Math.sqrt(cells.size));
  kept.forEach((t, i) => {
    const tile = tileOf(t);
    const cell = cells.get(cellOf(t))!;
    for (let c = 0; c < 3; c++) {
      for (let k = 0; k < 2; k++) {
        const local = Math.min(1, Math.max(0, uv[2 * mesh.triangles[3 * t + c]! + k]! - tile[k]!));
        out[6 * i + 2 * c + k] = isPainted(t) ? (local + (k === 0 ? cell % side : Math.floor(cell / side))) / side : local;
      }
    }
  });
  return out;
}

/** cm at weight 1, in ARKit's order. Eyeballs are turned by the gaze, not moved. */
function expressionModes(mesh: GltfMesh, source: readonly number[], numNotEyes: number, neutral: Float32Array, { rotation: r, scale }: Similarity, meanings: ReadonlyMap<string, MorphMeaning[]>): { names: ExpressionName[]; modes: Float32Array } {
  const names = EXPRESSION_NAMES.filter((name) => [...meanings.values()].some((of) => of.some(({ expression }) => expression === name)));
  const modes = new Float32Array(names.length * source.length * 3);
  for (const [morph, of] of meanings) {
    const offsets = mesh.morphs.get(morph)!;
    for (const { expression, side, weight } of of) {
      const first = names.indexOf(expression) * source.length * 3;
      source.forEach((v, s) => {
        if (s >= numNotEyes && expression.startsWith('eyeLook')) return;
        const across = Math.min(1, Math.max(0, 0.5 + (side === 'right' ? -0.5 : 0.5) * neutral[3 * s]!)); // over 2 cm
        const share = weight * scale * (side === undefined ? 1 : across * across * (3 - 2 * across));
        if (share === 0) return;
        for (let k = 0; k < 3; k++) modes[first + 3 * s + k]! += share * (r[3 * k]! * offsets[3 * v]! + r[3 * k + 1]! * offsets[3 * v + 1]! + r[3 * k + 2]! * offsets[3 * v + 2]!);
      });
    }
  }
  return { names, modes };
}

/** A sphere through most of the vertices: those of a cornea, which bulges out of it, are left out in rounds. */
function fitEye(side: Eye['side'], first: number, count: number, neutral: Float32Array): Eye {
  let use = Array.from({ length: count }, (_, i) => first + i);
  let sphere = fitSphere(neutral, use);
  for (let round = 0; round < 6; round++) {
    const away = use.map((v) => Math.abs(Math.hypot(...sphere.centre.map((c, k) => neutral[3 * v + k]! - c)) - sphere.radius));
    const limit = [...away].sort((a, b) => a - b)[Math.floor(0.85 * use.length)]!;
    if (limit < 0.01 * sphere.radius || use.length < 0.4 * count) break;
    use = use.filter((_, i) => away[i]! <= limit);
    sphere = fitSphere(neutral, use);
  }
  return { side, first, count, ...sphere };
}

/** Least squares: |p|^2 = 2 p.c + (r^2 - |c|^2) is linear in the centre and the constant. */
function fitSphere(positions: ArrayLike<number>, use: readonly number[]): { centre: Vector; radius: number } {
  const mean = [0, 1, 2].map((k) => use.reduce((sum, v) => sum + positions[3 * v + k]! / use.length, 0));
  const a = Array.from({ length: 4 }, () => new Float64Array(5));
  for (const v of use) {
    const p = [0, 1, 2].map((k) => positions[3 * v + k]! - mean[k]!);
    const row = [2 * p[0]!, 2 * p[1]!, 2 * p[2]!, 1];
    const right = p[0]! ** 2 + p[1]! ** 2 + p[2]! ** 2;
    for (let i = 0; i < 4; i++) {
      for (let j = 0; j < 4; j++) a[i]![j]! += row[i]! * row[j]!;
      a[i]![4]! += row[i]! * right;
    }
  }
  for (let i = 0; i < 4; i++) { // Gauss and Jordan
    const pivot = [0, 1, 2, 3].slice(i).reduce((best, j) => (Math.abs(a[j]![i]!) > Math.abs(a[best]![i]!) ? j : best), i);
    [a[i], a[pivot]] = [a[pivot]!, a[i]!];
    for (let j = 0; j < 4; j++) {
      if (j === i) continue;
      const factor = a[j]![i]! / (a[i]![i]! || 1e-12);
      for (let k = i; k < 5; k++) a[j]![k]! -= factor * a[i]![k]!;
    }
  }
  const [x, y, z, rest] = a.map((row, i) => row[4]! / (row[i]! || 1e-12)) as [number, number, number, number];
  return { centre: [mean[0]! + x, mean[1]! + y, mean[2]! + z], radius: Math.sqrt(Math.max(0, rest + x * x + y * y + z * z)) };
}

/** For the finder: at rest, the skeleton's points where the mean head has them. */
function preview(model: HeadModel): PosedHead {
  const posed = poseHead(model, [], {});
  const { meanHead } = skeletonTopology();
  return { ...posed, points: meanHead.slice(), neutralPoints: meanHead.slice() };
}

function finishHead(model: HeadModel, embedding: Embedding): HeadModel {
  const canonicalShape = warpToMeanHead(embedding)(model.neutral);
  // Eyeballs as a whole, so that an iris stays round.
  for (const { side, first, count, centre, radius } of model.eyes) {
    const sign = side === 'left' ? 1 : -1;
    for (let v = first; v < first + count; v++) {
      for (let k = 0; k < 3; k++) canonicalShape[3 * v + k] = (k === 0 ? sign : 1) * ICT_EYE.centre[k]! + ((model.neutral[3 * v + k]! - centre[k]!) * ICT_EYE.radius) / radius;
    }
  }
  const canonical = new Float32Array(model.renderSource.length * 3);
  model.renderSource.forEach((v, i) => canonical.set(canonicalShape.subarray(3 * v, 3 * v + 3), 3 * i));
  return { ...model, canonical, skeletonVertex: embedding.vertex, skeletonWeight: embedding.weight };
}

function createReport(mesh: GltfMesh, meanings: ReadonlyMap<string, MorphMeaning[]>, model: HeadModel, found: FoundPoints, embedding: Embedding, cmPerUnit: number): GltfReport {
  const expressions = [...model.expressionNames];
  return {
    expressions,
    missing: EXPRESSION_NAMES.filter((name) => !expressions.includes(name)),
    unusedMorphs: [...meanings].filter(([, of]) => of.length === 0).map(([name]) => name),
    cmPerUnit, faces: found.faces, pictures: found.pictures,
    medianShift: embedding.medianShift, pointsOffSurface: embedding.offSurface.length, notes: [...mesh.notes],
  };
}
