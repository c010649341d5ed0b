/**
 * The stages in a row: face and landmarks, crop, 600-point skeleton, anchor, skeleton map, texture. Public entry points
 * of the packages only; any stage can be swapped for another with the same shape.
 */
import { type Portrait, TextureRenderer } from '@onegt/dit';
import type { Gpu } from '@onegt/kernels';
import { requestGpu } from '@onegt/kernels/node';
import {
  type Camera, computeCrop, cropImage, type Face, FaceDetector, type Image, MapRasterizer, NoFaceError, SkeletonAnchor, skeletonTopology, type SourceSkeleton,
} from '@onegt/skeleton';
import { readFaceModel, readWeights } from './assets.ts';
import { InputError } from './errors.ts';
import type { Stages } from './stages.ts';

export const IMAGE_SIZE = 256;

export interface OpenOptions {
  stages: Stages;
  signal: AbortSignal;
  /** Folder of other weights than those of `@onegt/weights-nano`. */
  weights?: string | undefined;
}

/** What one picture should show; what is left out stays as the photograph has it. */
export interface Target {
  camera?: Partial<Camera>;
  /** ARKit names to weights. */
  expression?: Readonly<Record<string, number>>;
  /** A face whose pose and expression to take. */
  driving?: SourceSkeleton;
}

export interface RenderSettings {
  steps: number;
  seed: number;
}
