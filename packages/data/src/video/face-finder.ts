/** The face detector with a GPU of its own, from the installed package. */
import { requestGpu } from '@onegt/kernels/node';
import { type Face, FaceDetector, type Image, modelFolder, NoFaceError } from '@onegt/skeleton';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { InputError } from '../node/errors.ts';

/** Faces of a picture, largest first; none is an empty list. */
export interface FaceFinder extends Disposable {
  find(image: Image, signal?: AbortSignal): Promise<Face[]>;
}

/**
 * @param models - folder with BlazeFace, FaceMesh and iris networks; by default that of the installed `@vladmandic/human`
 * @throws InputError when the package is not installed; `GpuUnavailableError` without a GPU
 */
export async function createFaceFinder(models: string = installedModels(), signal?: AbortSignal): Promise<FaceFinder> {
  const gpu = await requestGpu();
  try {
    const detector = await FaceDetector.load(gpu, { read: modelFolder(models), ...(signal === undefined ? {} : { signal }) });
    return {
      async find(image, stop) {
        try {
          return await detector.detect(image, { maxFaces: 4, ...(stop === undefined ? {} : { signal: stop }) });
        } catch (error) {
          if (error instanceof NoFaceError) return [];
          throw error;
        }
      },
      [Symbol.dispose]() {
        detector.dispose();
        gpu.dispose();
      },
    };
  } catch (error) {
    gpu.dispose();
    throw error;
  }
}

export function installedModels(): string {
  try {
    return join(dirname(createRequire(import.meta.url).resolve('@vladmandic/human')), '..', 'models'); // its exports offer the main file only
  } catch (cause) {
    throw new InputError('Faces are found with the networks of @vladmandic/human, which is not installed.\n  `npm install @vladmandic/human`, or name a folder with its models.', { cause });
  }
}
