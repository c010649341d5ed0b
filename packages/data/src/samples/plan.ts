/**
 * What a sample shows, decided by its seed alone: people, expressions, cameras. Looks and settings have streams of their
 * own, so that a person is the same in groups, triplets and pairs, and a new kind of hat changes nobody's camera.
 */
import type { Camera, ExpressionWeights } from '@onegt/skeleton';
import { createRandom } from '../random/random.ts';
import { sampleCamera, sampleGroupCameras } from '../scene/camera.ts';
import { sampleExpression } from '../scene/expression.ts';
import { sampleOtherSeed, splitOf } from '../scene/split.ts';
import type { SampleRequest } from './maker.ts';

export interface PlannedView {
  name: string;
  /** Indices into `poses` and `settings`. */
  pose: number;
  setting: number;
  camera: Camera;
  /** Of the sensor's noise. */
  noiseSeed: number;
}

export interface SamplePlan {
  /** Seeds. */
  people: readonly number[];
  poses: readonly { person: number; expression: ExpressionWeights }[];
  /** `world`: the camera moves around the person, the light stays with them. `camera`: the person moves in front of it. */
  settings: readonly { seed: number; frame: 'world' | 'camera' }[];
  views: readonly PlannedView[];
}

/** @throws `InvalidSeedError` */
export function planSample({ kind, seed, index, views }: SampleRequest): SamplePlan {
  const person = seed + index;
  splitOf(person);
  const random = createRandom(person, kind);
  const expression = (name: string) => sampleExpression(random.stream(`expression/${name}`));
  const camera = (name: string) => sampleCamera(random.stream(`camera/${name}`));
  const noiseSeed = (name: string) => random.stream(`noise/${name}`).integer(0, 2 ** 31 - 1);
  const settingSeed = (of: number) => createRandom(of, `${kind}/setting`).integer(0, 2 ** 31 - 1);

  switch (kind) {
    case 'groups': {
      const cameras = sampleGroupCameras(random.stream('cameras'), views);
      return {
        people: [person],
        poses: [{ person: 0, expression: expression('group') }],
        settings: [{ seed: settingSeed(person), frame: 'world' }],
        views: cameras.map((own, i) => {
          const name = `v${String(i).padStart(2, '0')}`;
          return { name, pose: 0, setting: 0, camera: own, noiseSeed: noiseSeed(name) };
        }),
      };
    }
    case 'triplets': {
      const other = sampleOtherSeed(random.stream('driving'), person);
      const driving = expression('driving');
      const source = camera('source');
      return {
        people: [person, other],
        poses: [{ person: 0, expression: expression('source') }, { person: 1, expression: driving }, { person: 0, expression: driving }],
        settings: [{ seed: settingSeed(person), frame: 'camera' }, { seed: settingSeed(other), frame: 'camera' }],
        views: [
          { name: 'source', pose: 0, setting: 0, camera: source, noiseSeed: noiseSeed('source') },
          { name: 'driving', pose: 1, setting: 1, camera: camera('driving'), noiseSeed: noiseSeed('driving') },
          // Only the expression differs from the source: the noise is the source's, too.
          { name: 'target', pose: 2, setting: 0, camera: source, noiseSeed: noiseSeed('source') },
        ],
      };
    }
    case 'pairs': {
      const names = Array.from({ length: views }, (_, i) => (i === 0 ? 'reference' : `target${i - 1}`));
      return {
        people: [person],
        poses: names.map((name) => ({ person: 0, expression: expression(name) })),
        settings: [{ seed: settingSeed(person), frame: 'camera' }],
        views: names.map((name, i) => ({ name, pose: i, setting: 0, camera: camera(name), noiseSeed: noiseSeed(name) })),
      };
    }
  }
}
