/** Samples without pictures: cameras, expressions and points, hundreds of views a second, without a GPU. */
import { computeCrop, NUM_FACE, NUM_POINTS, project, type View, viewOf } from '@onegt/skeleton';
import type { HeadModel } from '../heads/head-model.ts';
import { gazeOf } from '../heads/pose.ts';
import { createRandom } from '../random/random.ts';
import { sampleIdentity } from '../scene/identity.ts';
import type { Traits } from '../scene/scene.ts';
import { sampleTraits } from '../scene/traits.ts';
import type { SampleMaker, SampleRequest } from './maker.ts';
import { planSample, type PlannedView, type SamplePlan } from './plan.ts';
import { ENGINE_VERSION, keyOf, type PersonRecord, type Sample, SAMPLE_FORMAT, type ViewRecord } from './sample.ts';
import { createSkeletonPoser, type SkeletonPoser } from './skeleton-poser.ts';
import { unoccludedPoints } from './visibility.ts';

/** A person but for their looks. */
export interface Somebody {
  seed: number;
  traits: Traits;
  /** `[I]` */
  identity: Float32Array;
}

export function sampleSomebody(seed: number, model: HeadModel): Somebody {
  const random = createRandom(seed, 'person');
  return { seed, traits: sampleTraits(random.stream('traits')), identity: sampleIdentity(random.stream('identity'), model.numIdentityModes) };
}

export function createGeometryMaker(model: HeadModel): SampleMaker {
  const poser = createSkeletonPoser(model);
  return {
    adapter: 'none',
    head: { name: model.name, licence: model.licence },
    concurrency: 3, // one is made and others encoded
    make(request, signal) {
      signal?.throwIfAborted();
      const geometry = createGeometry(model, poser, request);
      const validity = joined(geometry.views.map(({ points, pose, view }) => unoccludedPoints(points, geometry.poses[pose]!, view)), Uint8Array);
      const people = geometry.people.map((somebody): PersonRecord => personRecord(somebody, null));
      return Promise.resolve(assemble(request, model, geometry, { people, settings: [], jpegQualities: [], pictures: [], validity }));
    },
    dispose() {},
    [Symbol.dispose]() {},
  };
}

/** A plan with its people, their points and where the pictures show them. */
export interface Geometry {
  plan: SamplePlan;
  people: readonly Somebody[];
  /** `[people]` and `[poses]` of `[600, 3]`, head space. */
  rest: readonly Float32Array[];
  poses: readonly Float32Array[];
  views: readonly (PlannedView & { view: View; points: Float32Array })[];
}

export function createGeometry(model: HeadModel, poser: SkeletonPoser, request: SampleRequest): Geometry {
  const plan = planSample(request);
  const people = plan.people.map((seed) => sampleSomebody(seed, model));
  const heads = people.map(({ identity }) => poser.person(identity));
  const poses = plan.poses.map(({ person, expression }) => heads[person]!.pose(expression));
  const views = plan.views.map((planned) => {
    const view = viewOf(planned.camera);
    return { ...planned, view, points: project(new Float32Array(3 * NUM_POINTS), poses[planned.pose]!, view) };
  });
  return { plan, people, rest: heads.map((head) => head.pose({})), poses, views };
}

export interface SampleParts {
  people: readonly PersonRecord[];
  settings: Sample['record']['settings'];
  /** One for each setting; 95 where there is none. */
  jpegQualities: readonly number[];
  pictures: Sample['pictures'];
  validity: Uint8Array;
}

export function assemble({ kind, seed, index, size }: SampleRequest, model: HeadModel, geometry: Geometry, { people, settings, jpegQualities, pictures, validity }: SampleParts): Sample {
  const { plan } = geometry;
  const views = geometry.views.map(({ name, pose, setting, camera, view, points }): ViewRecord => {
    const { person, expression } = plan.poses[pose]!;
    return {
      name, person, pose, setting, camera,
      view: { rotation: [...view.rotation], translation: [...view.translation], focal: view.focal },
      crop: cropOf(points, size),
      expression,
      gaze: { left: gazeOf(expression, 'left'), right: gazeOf(expression, 'right') },
      jpegQuality: jpegQualities[setting] ?? 95,
    };
  });
  return {
    record: { format: SAMPLE_FORMAT, engine: ENGINE_VERSION, kind, key: keyOf(kind, index), seed, index, size, head: model.name, hasPictures: pictures.length > 0, people, settings, views },
    pictures,
    points: joined(geometry.views.map(({ points }) => points), Float32Array),
    poses: joined(geometry.poses, Float32Array),
    rest: joined(geometry.rest, Float32Array),
    validity,
  };
}

/** What inference would make of a perfect detection: the one framing of the project. */
function cropOf(points: Float32Array, size: number): ViewRecord['crop'] {
  const landmarks = Float32Array.from({ length: 3 * NUM_FACE }, (_, i) => {
    const value = points[i]!;
    return i % 3 === 0 ? ((value + 1) / 2) * size : i % 3 === 1 ? ((1 - value) / 2) * size : (-value / 2) * size;
  });
  const { centerX, centerY, size: side } = computeCrop(landmarks);
  return { centerX: rounded(centerX), centerY: rounded(centerY), size: rounded(side) };
}

export function personRecord({ seed, identity, traits }: Somebody, look: PersonRecord['look']): PersonRecord {
  return { seed, identity: [...identity], traits, look };
}

/** Hundredths of a pixel. */
const rounded = (value: number): number => Math.round(value * 100) / 100;

export function joined<T extends Float32Array | Uint8Array>(parts: readonly T[], type: new (length: number) => T): T {
  const all = new type(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part as never, at);
    at += part.length;
  }
  return all;
}
