/**
 * The baseline anchor: the same prior and the same contract without networks. It rotates the points and copies the
 * expression's difference. Cheap, always available, and what the learned anchor has to beat.
 */
import { loadWeights, type LoadWeightsOptions } from '@onegt/kernels';
import { project, viewFrom } from '../camera/camera.ts';
import type { Crop } from '../crop/crop.ts';
import { HeadPrior } from '../prior/prior.ts';
import type { Anchor, AnchorTarget, ObservedSkeleton, ObserveOptions, SourceSkeleton } from './anchor.ts';
import { observe } from './observe.ts';
import { targetExpression } from './target-expression.ts';

export class AnalyticAnchor implements Anchor {
  readonly prior: HeadPrior;

  constructor(prior: HeadPrior) {
    this.prior = prior;
  }

  /** @param prior - `prior.safetensors` as a path, a URL or bytes */
  static async load(prior: string | URL | Uint8Array, options?: LoadWeightsOptions): Promise<AnalyticAnchor> {
    return new AnalyticAnchor(new HeadPrior(await loadWeights(prior, options)));
  }

  observe(landmarks: ArrayLike<number>, crop: Crop, options?: ObserveOptions): ObservedSkeleton {
    return observe(this.prior, landmarks, crop, options);
  }

  async encode(landmarks: ArrayLike<number>, crop: Crop, options?: ObserveOptions): Promise<SourceSkeleton> {
    const observed = this.observe(landmarks, crop, options);
    return { ...observed, points: project(new Float32Array(observed.start.length), observed.start, observed.view) };
  }

  async anchor(source: SourceSkeleton, target: AnchorTarget): Promise<Float32Array> {
    const view = viewFrom(source.view, target.camera ?? {});
    const expression = targetExpression(source, target);
    const swap = this.prior.expressionOffset(expression.map((value, e) => value - source.expression[e]!));
    return project(new Float32Array(swap.length), source.start.map((value, i) => value + swap[i]!), view);
  }

  /** Holds nothing that needs freeing. */
  dispose(): void {}

  [Symbol.dispose](): void {}
}
