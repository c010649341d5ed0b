import { DisposedError, type Gpu, throwIfAborted } from '@onegt/kernels';
import {
  bestBlazeFaceScore,
  BLAZEFACE_RANGE,
  BLAZEFACE_SIZE,
  type Candidate,
  candidateBox,
  decodeBlazeFace,
  suppressDuplicates,
} from './blazeface.ts';
import { NoFaceError } from './errors.ts';
import { EYE_RANGE, EYE_SIZE, eyeRegion, EYES, refineEye } from './eyes.ts';
import {
  eyeRoll,
  FACE_MESH_RANGE,
  FACE_MESH_SIZE,
  landmarkBox,
  meshRegionOfCandidate,
  meshRegionOfLandmarks,
  meshToPicture,
} from './face-mesh.ts';
import { type FaceNetworks, loadFaceNetworks } from './face-networks.ts';
import type { ReadFile } from './graph-model.ts';
import { checkImage, type Image } from './image.ts';
import { Pyramid } from './pyramid.ts';
import { normalizeRadians, type Region } from './region.ts';
import { type SearchPass, searchPasses } from './search.ts';

export interface Face {
  /** Box of the mesh `[x, y, width, height]` in picture pixels; may reach over the picture's edge. */
  readonly box: readonly [x: number, y: number, width: number, height: number];
  /** BlazeFace's score times FaceMesh's on its final crop, 0..1. */
  readonly score: number;
  /**
   * `[478, 3]`: x and y in picture pixels, fractional, y down; z in pixels too, negative towards the camera, unreliable.
   * 0-467 in MediaPipe's topology; 468-472 the subject's right iris (centre, then the ring's points at the picture's right,
   * top, left and bottom of an upright face), 473-477 the left one.
   */
  readonly landmarks: Float32Array;
  /** In-plane roll from the outer eye corners: 0 when upright, positive clockwise on screen. */
  readonly rollRadians: number;
}

export interface LoadOptions {
  /** Reads `blazeface.json`, `facemesh.json`, `iris.json` and the `.bin` files that they name; see {@link modelFolder}. */
  readonly read: ReadFile;
  readonly signal?: AbortSignal;
}

export interface DetectOptions {
  /** At most so many faces, the largest ones. */
  readonly maxFaces?: number;
  /** Faces with at least this score are returned, 0..1. */
  readonly minScore?: number;
  /** Also look for small faces beside large ones; without it, a search ends once finer tiles would show smaller faces only. */
  readonly thorough?: boolean;
  readonly signal?: AbortSignal;
}

/** Below this score a face may be an upside-down one taken for upright: other orientations get their chance. */
const CERTAIN_SCORE = 0.75;

/** FaceMesh has settled when looking again changes roll and size by less than this. */
const SETTLED_RADIANS = (2.5 * Math.PI) / 180;
const SETTLED_SIZE = 0.08;
const MAX_LOOKS = 5;

/** A first look at a profile may be no surer than 0.02 and the third one 0.99; below this, looks at nothing stay at nothing. */
const HOPELESS_PRESENCE = 0.01;

/** Faces and their 478 points, by BlazeFace, FaceMesh and the iris network. */
export class FaceDetector implements Disposable {
  readonly #networks: FaceNetworks;
  #disposed = false;

  /** Use {@link FaceDetector.load}; this form takes any three networks with the same answers. */
  constructor(networks: FaceNetworks) {
    this.#networks = networks;
  }

  /**
   * Load the three networks of `@vladmandic/human` and compile their kernels.
   *
   * @throws WeightsError when a file is missing, truncated or not what it should be
   */
  static async load(gpu: Gpu, { read, signal }: LoadOptions): Promise<FaceDetector> {
    return new FaceDetector(await loadFaceNetworks(gpu, read, signal));
  }

  /**
   * Find faces, largest first. At least one: without any it throws.
   *
   * @throws {@link NoFaceError} with what was tried
   * @throws InvalidImageError when the picture cannot be used
   */
  async detect(image: Image, { maxFaces = 16, minScore = 0.5, thorough = false, signal }: DetectOptions = {}): Promise<Face[]> {
    if (this.#disposed) throw new DisposedError('FaceDetector');
    checkImage(image);
    const search = new Search(this.#networks, new Pyramid(image), minScore, signal);
    for (const pass of searchPasses(image.width, image.height)) {
      if (search.isWorthwhile(pass, thorough)) await search.run(pass);
    }
    if (search.faces.length === 0) throw noFace(image, search, minScore);
    return search.faces.sort((a, b) => b.box[2] * b.box[3] - a.box[2] * a.box[3]).slice(0, maxFaces);
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#networks.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** One picture's search: the passes so far and what they found. */
class Search {
  faces: Face[] = [];
  readonly tried: string[] = [];
  bestScore = 0;
  readonly #networks: FaceNetworks;
  readonly #pyramid: Pyramid;
  readonly #minScore: number;
  readonly #signal: AbortSignal | undefined;

  constructor(networks: FaceNetworks, pyramid: Pyramid, minScore: number, signal: AbortSignal | undefined) {
    this.#networks = networks;
    this.#pyramid = pyramid;
    this.#minScore = minScore;
    this.#signal = signal;
  }

  isWorthwhile({ kind, smallerThan }: SearchPass, thorough: boolean): boolean {
    const certain = this.faces.filter(({ score }) => score >= CERTAIN_SCORE);
    if (kind === 'whole' || certain.length === 0) return true;
    if (kind === 'desperate') return false;
    return thorough || certain.every(({ box }) => Math.max(box[2], box[3]) < smallerThan);
  }

  async run(pass: SearchPass): Promise<void> {
    this.tried.push(pass.description);
    const candidates: Candidate[] = [];
    for (const region of pass.regions) candidates.push(...(await this.#candidates(region)));
    const found: Face[] = [];
    for (const candidate of suppressDuplicates(candidates, candidateBox)) {
      const face = await this.#face(candidate);
      if (face !== undefined) found.push(face);
    }
    this.faces = suppressDuplicates([...this.faces, ...found], ({ box }) => box);
  }

  async #candidates(region: Region): Promise<Candidate[]> {
    throwIfAborted(this.#signal);
    const outputs = await this.#networks.locateFaces(
      this.#pyramid.sample(region, { size: BLAZEFACE_SIZE, border: 'black', range: BLAZEFACE_RANGE }),
    );
    this.bestScore = Math.max(this.bestScore, bestBlazeFaceScore(outputs));
    return decodeBlazeFace(outputs, region, this.#minScore);
  }

  async #face(candidate: Candidate): Promise<Face | undefined> {
    const mesh = await this.#settledMesh(meshRegionOfCandidate(candidate));
    if (mesh === undefined) return undefined;
    const score = candidate.score * mesh.presence;
    if (score < this.#minScore) return undefined;
    const { landmarks } = mesh;
    for (const eye of EYES) {
      throwIfAborted(this.#signal);
      const region = eyeRegion(landmarks, eye);
      const output = await this.#networks.placeEye(this.#pyramid.sample(region, { size: EYE_SIZE, border: 'edge', range: EYE_RANGE }));
      refineEye(landmarks, eye, region, output);
    }
    return { box: landmarkBox(landmarks), score, landmarks, rollRadians: eyeRoll(landmarks) };
  }

  /**
   * The mesh on BlazeFace's crop, then again on the crop of its own points until that crop stays the same: usually once.
   * On something else than an upright face FaceMesh is often sure of itself, but its crop keeps drifting.
   */
  async #settledMesh(rough: Region): Promise<Mesh | undefined> {
    let mesh = await this.#mesh(rough);
    for (let look = 1; look < MAX_LOOKS && mesh.presence > HOPELESS_PRESENCE; look++) {
      const region = meshRegionOfLandmarks(mesh.landmarks);
      mesh = await this.#mesh(region);
      const next = meshRegionOfLandmarks(mesh.landmarks);
      const turned = Math.abs(normalizeRadians(next.rotationRadians - region.rotationRadians));
      const hasSettled = turned < SETTLED_RADIANS && Math.abs(next.size / region.size - 1) < SETTLED_SIZE;
      if (hasSettled && mesh.presence >= this.#minScore) return mesh;
    }
    return undefined;
  }

  async #mesh(region: Region): Promise<Mesh> {
    throwIfAborted(this.#signal);
    const input = this.#pyramid.sample(region, { size: FACE_MESH_SIZE, border: 'edge', range: FACE_MESH_RANGE });
    const { points, presence } = await this.#networks.placeMesh(input);
    return { landmarks: meshToPicture(points, region), presence };
  }
}

interface Mesh {
  readonly landmarks: Float32Array;
  readonly presence: number;
}

function noFace(image: Image, { tried, bestScore }: Search, minScore: number): NoFaceError {
  const best = bestScore < 0.01 ? 'Nothing in it looked like a face.' : `The best candidate scored ${bestScore.toFixed(2)}; ${minScore} is needed.`;
  return new NoFaceError(
    `No face was found in this picture of ${image.width} x ${image.height} pixels. ${best}\n` +
      `  Searched: ${tried.join('; ')}.\n` +
      '  Use a picture in which both eyes are visible and the face is at least 60 pixels high, or lower minScore.',
    tried,
    bestScore,
  );
}
