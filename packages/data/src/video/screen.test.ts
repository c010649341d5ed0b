import { computeCrop, skeletonTopology } from '@onegt/skeleton';
import { describe, expect, it } from 'vitest';
import { cover, drawFace, type DrawnFace } from '../testing/drawn-face.ts';
import { backgroundMask, backgroundMotion, median, medianBackground } from './background.ts';
import { detectedPoints } from './clip-sample.ts';
import { CutDetector } from './cuts.ts';
import { fitHead, measureFace } from './face-measures.ts';
import { medianSkin, occludedShare, skinSamples } from './occlusion.ts';
import { type Candidate, SCREEN_OPTIONS, screenClip, screenFace, unsteadiness } from './screen.ts';
import { thumbnailOf } from './thumbnail.ts';

const options = { ...SCREEN_OPTIONS, minEyeDistance: 20 };
const screenOf = (drawn: DrawnFace, change: (measures: ReturnType<typeof measureFace>) => object = () => ({})) => {
  const { image, face } = drawFace(drawn);
  const measures = measureFace(image, face);
  return screenFace({ ...measures, ...change(measures) }, options);
};
const candidate = (drawn: DrawnFace, timeSeconds: number, edit = (image: ReturnType<typeof drawFace>['image']) => image): Candidate => {
  const { image: drawnImage, face } = drawFace(drawn);
  const image = edit(drawnImage);
  return { timeSeconds, thumbnail: thumbnailOf(image), pictureWidth: image.width, measures: measureFace(image, face) };
};
const clip = (count: number, drawn: (i: number) => DrawnFace = () => ({})): Candidate[] => Array.from({ length: count }, (_, i) => candidate(drawn(i), i / 5));

describe('one frame', () => {
  it('passes when the face is large, whole, towards the camera, sharp and lit', () => {
    expect(screenOf({})).toBeUndefined();
  });

  it.each<[string, DrawnFace]>([
    ['too-small', { scale: 2.5 }],
    ['cut-off', { x: 20 }],
    ['turned-away', { yawRadians: 1.05 }],
    ['badly-exposed', { light: 0.12 }],
    ['badly-exposed', { light: 1.8 }],
  ])('is %s: %j', (reason, drawn) => expect(screenOf(drawn)).toBe(reason));

  it('is uncertain when the detector doubts', () => {
    expect(screenOf({}, ({ face }) => ({ face: { ...face, score: 0.55 } }))).toBe('uncertain');
  });

  it('is blurred when it is out of focus: each pixel the mean of a square of nine by nine', () => {
    const { image, face } = drawFace({});
    const { width, height } = image;
    const data = new Uint8Array(image.data.length).fill(255);
    for (let y = 4; y < height - 4; y++) {
      for (let x = 4; x < width - 4; x++) {
        for (let c = 0; c < 3; c++) {
          let sum = 0;
          for (let v = y - 4; v <= y + 4; v++) for (let u = x - 4; u <= x + 4; u++) sum += image.data[4 * (v * width + u) + c]!;
          data[4 * (y * width + x) + c] = sum / 81;
        }
      }
    }
    const sharp = measureFace(image, face);
    const blurred = measureFace({ width, height, data }, face);
    expect(blurred.sharpness).toBeLessThan(0.1 * sharp.sharpness);
    expect(screenFace(blurred, { ...options, minSharpness: 0.1 * sharp.sharpness })).toBe('blurred');
  });

  it('knows how the head is turned', () => {
    for (const yawRadians of [-0.6, 0, 0.4]) expect(fitHead(drawFace({ yawRadians }).face.landmarks).yaw).toBeCloseTo(yawRadians, 3);
  });
});

describe('cuts', () => {
  const cutsOf = (frames: readonly DrawnFace[]) => {
    const detector = new CutDetector();
    return frames.map((drawn) => detector.isCut(thumbnailOf(drawFace(drawn).image)));
  };

  it('are where another room begins, once', () => {
    expect(cutsOf([{}, { x: 89 }, { x: 90 }, { room: 1 }, { room: 1, x: 89 }])).toEqual([false, false, false, true, false]);
  });

  it('are not where somebody moves, the camera pans or a lamp goes on', () => {
    expect(cutsOf([{}, { x: 95 }, { x: 101 }, { x: 108 }])).not.toContain(true);
    expect(cutsOf([0, 3, 6, 9, 12].map((pan) => ({ pan })))).not.toContain(true);
    expect(cutsOf([{}, { light: 1.08 }, { light: 1.16 }])).not.toContain(true);
  });
});

describe('background', () => {
  const motion = (a: DrawnFace, b: DrawnFace) => {
    const [first, second] = [a, b].map((drawn) => {
      const { image, face } = drawFace({ width: 256, ...drawn });
      const thumbnail = thumbnailOf(image);
      return { thumbnail, mask: backgroundMask(thumbnail, computeCrop(face.landmarks), image.width) };
    }) as [{ thumbnail: ReturnType<typeof thumbnailOf>; mask: Uint8Array }, { thumbnail: ReturnType<typeof thumbnailOf>; mask: Uint8Array }];
    return backgroundMotion(first.thumbnail, first.mask, second.thumbnail, second.mask);
  };

  it('stands still while the person moves and the light changes', () => {
    expect(motion({}, { x: 138 })).toBeLessThan(1);
    expect(motion({}, { light: 0.9 })).toBeLessThan(4);
  });

  it('moves with the camera', () => {
    expect(motion({}, { pan: 6 })).toBeGreaterThan(options.maxBackgroundMotion);
  });

  it('cannot be judged when the person fills the picture', () => {
    expect(motion({ scale: 12 }, { scale: 12 })).toBeUndefined();
  });

  it('moves slowly: each step is small, the ends are far from the median', () => {
    const verdicts = screenClip(clip(12, (i) => ({ width: 256, pan: 1.2 * i })), options);
    expect(verdicts[0]).toBe('moving-background');
    expect(verdicts.at(-1)).toBe('moving-background');
  });

  it('median: of a pixel that most frames show, nothing where most hide it', () => {
    const thumbnails = [10, 20, 90].map((value) => ({ width: 2, height: 1, rgb: new Float32Array(6).fill(value) }));
    const { thumbnail, mask } = medianBackground(thumbnails, [Uint8Array.of(1, 1), Uint8Array.of(1, 0), Uint8Array.of(1, 0)]);
    expect([...mask]).toEqual([1, 0]);
    expect(thumbnail.rgb[0]).toBe(20);
    expect(median([3, 1, 2, 10])).toBe(2.5);
  });
});

describe('occlusion', () => {
  const skin = (drawn: DrawnFace, edit = (image: ReturnType<typeof drawFace>['image']) => image) => {
    const { image, face } = drawFace(drawn);
    return skinSamples(edit(image), face.landmarks);
  };
  const usual = medianSkin([0, 1, 2, 3].map((i) => skin({ x: 88 + i })));

  it('is nothing on a face that moves and is lit differently', () => {
    expect(occludedShare(skin({ x: 92 }), usual)).toBeLessThan(0.02);
    expect(occludedShare(skin({ light: 0.8 }), usual)).toBeLessThan(0.02);
  });

  it('is the share of the face that a hand of a similar colour covers', () => {
    const share = occludedShare(skin({}, (image) => cover(image, 68, 84, 108, 112, [140, 100, 90])), usual);
    expect(share).toBeGreaterThan(0.1); // of the 0.3 that it covers: where the drawn skin is dark too, it is not seen
    expect(share).toBeLessThan(0.5);
  });

  it('is not seen when it stays for the whole clip', () => {
    const covered = [0, 1, 2].map(() => skin({}, (image) => cover(image, 68, 84, 108, 112, [140, 100, 90])));
    expect(occludedShare(covered[0]!, medianSkin(covered))).toBe(0);
  });
});

describe('a clip', () => {
  it('is kept whole when nothing is wrong with it, turning head included', () => {
    expect(screenClip(clip(8, (i) => ({ x: 88 + i, yawRadians: 0.08 * i })), options)).toEqual(Array(8).fill(undefined));
    expect(screenClip([], options)).toEqual([]);
  });

  it('loses the frames with a hand', () => {
    const frames = clip(8);
    frames[3] = candidate({}, 0.6, (image) => cover(image, 68, 84, 108, 112, [140, 100, 90]));
    expect(screenClip(frames, options).map((reason) => reason ?? '')).toEqual(['', '', '', 'occluded', '', '', '', '']);
  });

  it('loses the frame in which the points jump: by a tenth of the distance of the eyes', () => {
    const frames = clip(8);
    const { image, face } = drawFace({});
    const jumping = face.landmarks.map((value, i) => (i % 3 < 2 ? value + 2.4 * Math.sin(12.9 * i) : value));
    frames[4] = { ...frames[4]!, measures: measureFace(image, { ...face, landmarks: jumping }) };
    expect(unsteadiness(frames, 4)).toBeGreaterThan(2 * unsteadiness(frames, 2) + 0.03);
    expect(screenClip(frames, options)[4]).toBe('unsteady');
    expect(unsteadiness(clip(3, (i) => ({ x: 80 + 6 * i, yawRadians: 0.2 * i, scale: 4 + 0.2 * i })), 1)).toBeLessThan(0.01);
  });

  it('is dropped when little is left of it', () => {
    expect(new Set(screenClip(clip(4), options))).toEqual(new Set(['too-short']));
    expect(new Set(screenClip(clip(8).map((frame, i) => ({ ...frame, timeSeconds: i / 30 })), options))).toEqual(new Set(['too-short']));
  });
});

describe('points', () => {
  it('are valid inside of the picture and on the side that faces the camera', () => {
    const valid = (drawn: DrawnFace) => {
      const { landmarks } = drawFace(drawn).face;
      return detectedPoints(landmarks, computeCrop(landmarks)).validity;
    };
    const frontal = valid({});
    expect(frontal.subarray(0, 478).reduce((sum, value) => sum + value, 0)).toBeGreaterThan(400);
    expect(frontal.subarray(478).some((value) => value === 1)).toBe(false);
    // turned to its left, the face shows its right cheek (234) and hides the left one (454)
    const turned = valid({ yawRadians: 0.9 });
    expect([turned[234], turned[454]]).toEqual([1, 0]);
    expect(skeletonTopology().meanHead[3 * 454]).toBeGreaterThan(0);
  });
});
