/** Paints an ellipse instead of a head: everything around the renderer can be tested without a GPU, in milliseconds. */
import { createCamera, NUM_POINTS, viewOf } from '@onegt/skeleton';
import { createRandom } from '../random/random.ts';
import type { SampleMaker, SampleRequest } from '../samples/maker.ts';
import { ENGINE_VERSION, keyOf, type Picture, type Sample, SAMPLE_FORMAT, type ViewRecord } from '../samples/sample.ts';

export interface EllipseOptions {
  /** For tests that stop in the middle. */
  delayMs?: number;
  beforeSample?: (index: number) => void;
}

export const ELLIPSE_HEAD = { name: 'ellipse', licence: 'Nobody owns an ellipse.' };

export function createEllipseMaker({ delayMs = 0, beforeSample }: EllipseOptions = {}): SampleMaker & { isDisposed: boolean } {
  return {
    adapter: 'ellipses',
    head: ELLIPSE_HEAD,
    concurrency: 3,
    isDisposed: false,
    async make(request, signal) {
      beforeSample?.(request.index);
      if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
      signal?.throwIfAborted();
      return paint(request);
    },
    dispose() {
      this.isDisposed = true;
    },
    [Symbol.dispose]() {
      this.dispose();
    },
  };
}

function paint({ kind, seed, index, size, views, hasPictures = true }: SampleRequest): Sample {
  const random = createRandom(seed + index, 'ellipse');
  const names = kind === 'triplets' ? ['source', 'driving', 'target'] : Array.from({ length: views }, (_, i) => (kind === 'groups' ? `v${String(i).padStart(2, '0')}` : i === 0 ? 'reference' : `target${i - 1}`));
  const records = names.map((name, i): ViewRecord => {
    const camera = createCamera({ yaw: random.uniform(-0.7, 0.7) });
    const { rotation, translation, focal } = viewOf(camera);
    return {
      name, person: kind === 'triplets' && i === 1 ? 1 : 0, pose: kind === 'groups' ? 0 : i, setting: 0, camera, view: { rotation: [...rotation], translation: [...translation], focal },
      crop: { centerX: size / 2, centerY: size / 2, size }, expression: { jawOpen: random.next() }, gaze: { left: { yaw: 0, pitch: 0 }, right: { yaw: 0, pitch: 0 } }, jpegQuality: random.integer(60, 97),
    };
  });
  const numPoses = kind === 'groups' ? 1 : names.length;
  const person = (personSeed: number) => ({ seed: personSeed, identity: [random.normal()], traits: { age: 30, masculine: 0.5, melanin: 0.3, haemoglobin: 0.5, hairMelanin: 0.5, hairRedness: 0 }, look: { colour: random.pick(['red', 'green']) } });
  return {
    record: {
      format: SAMPLE_FORMAT, engine: ENGINE_VERSION, kind, key: keyOf(kind, index), seed, index, size, head: ELLIPSE_HEAD.name, hasPictures,
      people: kind === 'triplets' ? [person(seed + index), person(seed + index + 500)] : [person(seed + index)], settings: [{ light: 'flat' }], views: records,
    },
    pictures: (hasPictures ? names : []).map(() => ellipse(size, [random.integer(40, 255), random.integer(40, 255), random.integer(40, 255)])),
    points: Float32Array.from({ length: names.length * NUM_POINTS * 3 }, () => random.uniform(-1, 1)),
    poses: Float32Array.from({ length: numPoses * NUM_POINTS * 3 }, () => random.uniform(-10, 10)),
    rest: Float32Array.from({ length: (kind === 'triplets' ? 2 : 1) * NUM_POINTS * 3 }, () => random.uniform(-10, 10)),
    validity: Uint8Array.from({ length: names.length * NUM_POINTS }, () => random.integer(0, 1)),
  };
}

function ellipse(size: number, colour: readonly [number, number, number]): Picture {
  const rgb = new Uint8Array(size * size * 3);
  const regions = new Uint8Array(size * size);
  for (let i = 0; i < size * size; i++) {
    const [x, y] = [(i % size) / size - 0.5, Math.floor(i / size) / size - 0.5];
    if ((x / 0.3) ** 2 + (y / 0.4) ** 2 > 1) continue;
    rgb.set(colour, 3 * i);
    regions[i] = 1;
  }
  return { rgb, regions };
}
