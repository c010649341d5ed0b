/** Pictures of a head that nobody has marked, and the landmarks that a face detector finds in them. */
import { requestGpu } from '@onegt/kernels/node';
import { FaceDetector, modelFolder, NoFaceError, type Image } from '@onegt/skeleton';
import { createEyes } from '../eyes/eyes.ts';
import { sampleEyes } from '../eyes/look.ts';
import type { LandmarkFinder } from '../heads/embedding.ts';
import type { PosedHead } from '../heads/posed-head.ts';
import { createRandom } from '../random/random.ts';
import type { Figure } from '../render/drawable.ts';
import { SceneRenderer } from '../render/scene-renderer.ts';
import type { Traits } from '../scene/scene.ts';
import { sampleSkin } from '../skin/look.ts';
import { createSkin } from '../skin/skin.ts';

const SIZE = 512;
/** Somebody without a beard, make-up or wrinkles: nothing that lies where the shape does not. */
const PLAIN: Traits = { age: 25, masculine: 0.5, melanin: 0.25, haemoglobin: 0.5, hairMelanin: 0.7, hairRedness: 0 };

/** @returns owned by the caller */
export async function createGltfFinder(models: string, onPicture: () => void): Promise<LandmarkFinder<PosedHead> & Disposable> {
  const gpu = await requestGpu({ pollIntervalMs: 1 });
  try {
    const detector = await FaceDetector.load(gpu, { read: modelFolder(models) });
    const renderer = await SceneRenderer.create(gpu, { size: SIZE });
    const figures = new Map<PosedHead, Figure[]>();
    const figuresOf = (head: PosedHead): Figure[] => {
      let known = figures.get(head);
      if (known === undefined) {
        const random = createRandom(1, 'plain');
        known = [createSkin(gpu, sampleSkin(random.stream('skin'), PLAIN), head, PLAIN), createEyes(gpu, sampleEyes(random.stream('eyes'), PLAIN), head, PLAIN)];
        figures.set(head, known);
      }
      return known;
    };
    return {
      async render(head, view): Promise<Image> {
        const { picture } = await renderer.render({ view, drawables: figuresOf(head).flatMap(({ drawables }) => drawables) });
        const data = new Uint8ClampedArray(SIZE * SIZE * 4).fill(255);
        for (let i = 0; i < SIZE * SIZE; i++) data.set(picture.subarray(3 * i, 3 * i + 3), 4 * i);
        onPicture();
        return { width: SIZE, height: SIZE, data };
      },
      async detect(picture) {
        try {
          return (await detector.detect(picture, { maxFaces: 1 }))[0]?.landmarks ?? null;
        } catch (error) {
          if (error instanceof NoFaceError) return null;
          throw error;
        }
      },
      [Symbol.dispose]() {
        for (const figure of [...figures.values()].flat()) figure[Symbol.dispose]();
        renderer.dispose();
        detector.dispose();
        gpu.dispose();
      },
    };
  } catch (error) {
    gpu.dispose();
    throw error;
  }
}
