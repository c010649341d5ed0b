/**
 * What a sample shows, decided by its seed alone: people, expressions, cameras. Looks and settings have streams of their
 * own, so that a person is the same in groups, triplets and pairs, and a new kind of hat changes nobody's camera.
 */
import type { Camera, ExpressionWeights } from '@onegt/skeleton';
import { createRandom } from '../random/random.ts';
import { sampleGroupCameras } from '../scene/camera.ts';
import { sampleExpression } from '../scene/expression.ts';
import { sampleShot } from '../scene/shot.ts';
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
  settings: readonly { seed: number; frame: 'world' | 'camera'; /** Whose face the camera exposes for. */ person: number }[];
  views: readonly PlannedView[];
}

/** @throws `InvalidSeedError` */
export function planSample({ kind, seed, index, views }: SampleRequest): SamplePlan {
  const person = seed + index;
  splitOf(person);
  const random = createRandom(person, kind);
  const shot = (name: string) => sampleShot(random.stream(`shot/${name}`));
  const noiseSeed = (name: string) => random.stream(`noise/${name}`).integer(0, 2 ** 31 - 1);
  const settingSeed = (of: number) => createRandom(of, `${kind}/setting`).integer(0, 2 ** 31 - 1);

  switch (kind) {
    case 'groups': {
      const cameras = sampleGroupCameras(random.stream('cameras'), views);
      return {
        people: [person],
        poses: [{ person: 0, expression: sampleExpression(random.stream('expression')) }],
        settings: [{ seed: settingSeed(person), frame: 'world', person: 0 }],
        views: cameras.map((own, i) => {
          const name = `v${String(i).padStart(2, '0')}`;
          return { name, pose: 0, setting: 0, camera: own, noiseSeed: noiseSeed(name) };
        }),
      };
    }
    case 'triplets': {
      const other = sampleOtherSeed(random.stream('driving'), person);
      const [source, driving] = [shot('source'), shot('driving')];
      return {
        people: [person, other],
        poses: [{ person: 0, expression: source.expression }, { person: 1, expression: driving.expression }, { person: 0, expression: driving.expression }],
        settings: [{ seed: settingSeed(person), frame: 'camera', person: 0 }, { seed: settingSeed(other), frame: 'camera', person: 1 }],
        views: [
          { name: 'source', pose: 0, setting: 0, camera: source.camera, noiseSeed: noiseSeed('source') },
          { name: 'driving', pose: 1, setting: 1, camera: driving.camera, noiseSeed: noiseSeed('driving') },
          // Only the expression differs from the source: the noise is the source's, too.
          { name: 'target', pose: 2, setting: 0, camera: source.camera, noiseSeed: noiseSeed('source') },
        ],
      };
    }
    case 'pairs': {
      const names = Array.from({ length: views }, (_, i) => (i === 0 ? 'reference' : `target${i - 1}`));
      const shots = names.map(shot);
      return {
        people: [person],
        poses: shots.map(({ expression }) => ({ person: 0, expression })),
        settings: [{ seed: settingSeed(person), frame: 'camera', person: 0 }],
        views: names.map((name, i) => ({ name, pose: i, setting: 0, camera: shots[i]!.camera, noiseSeed: noiseSeed(name) })),
      };
    }
  }
}
