import { EXPRESSION_NAMES } from '@onegt/skeleton';
import { describe, expect, it } from 'vitest';
import { ICT_EXPRESSION_NAMES } from './ict-import.ts';
import { isSynonym, morphMeaning } from './morph-names.ts';

describe('morphMeaning', () => {
  it('knows each of ARKit\'s names in five spellings', () => {
    for (const name of EXPRESSION_NAMES) {
      const title = name[0]!.toUpperCase() + name.slice(1);
      for (const spelling of [name, title, `Wolf3D_Head.${name}`, `blendShape1:${name}`, name.toLowerCase()]) {
        expect(morphMeaning(spelling), spelling).toEqual([{ expression: name, weight: 1 }]);
        expect(isSynonym(spelling), spelling).toBe(false);
      }
    }
  });

  it('knows sides as letters, at the end or in front', () => {
    const left = [{ expression: 'eyeBlinkLeft', weight: 1 }];
    for (const spelling of ['eyeBlink_L', 'eyeBlink.L', 'eyeBlinkL', 'EyeBlink-l', 'L_eyeBlink', 'Left eye blink', 'head|eyeBlink_Left']) expect(morphMeaning(spelling), spelling).toEqual(left);
    expect(morphMeaning('mouthSmile_R')).toEqual([{ expression: 'mouthSmileRight', weight: 1 }]);
    expect(morphMeaning('jaw_L')).toEqual([{ expression: 'jawLeft', weight: 1 }]);
  });

  it('knows all of ICT-FaceKit\'s, with halves of what ARKit has once', () => {
    for (const name of ICT_EXPRESSION_NAMES) expect(morphMeaning(name), name).toHaveLength(1);
    expect(morphMeaning('browInnerUp_L')).toEqual([{ expression: 'browInnerUp', weight: 1, side: 'left' }]);
    expect(morphMeaning('cheekPuff_R')).toEqual([{ expression: 'cheekPuff', weight: 1, side: 'right' }]);
  });

  it('parts a shape of both sides', () => {
    expect(morphMeaning('mouthSmile')).toEqual([
      { expression: 'mouthSmileLeft', weight: 1, side: 'left' },
      { expression: 'mouthSmileRight', weight: 1, side: 'right' },
    ]);
  });

  it('takes visemes, VRM and VRoid for the nearest shape, as stand-ins', () => {
    for (const name of ['viseme_aa', 'aa', 'Fcl_MTH_A', 'mouthOpen']) {
      expect(morphMeaning(name), name).toEqual([{ expression: 'jawOpen', weight: 1 }]);
      expect(isSynonym(name), name).toBe(true);
    }
    expect(morphMeaning('Fcl_EYE_Close_R')).toEqual([{ expression: 'eyeBlinkRight', weight: 1 }]);
    expect(morphMeaning('viseme_U')).toEqual([{ expression: 'mouthPucker', weight: 1 }]);
  });

  it('leaves other names alone', () => {
    for (const name of ['', 'tongueOut', 'Fcl_ALL_Joy', 'bodyFat', 'Key 1', 'viseme_sil', 'left', 'constructor', '__proto__']) expect(morphMeaning(name), name).toEqual([]);
  });
});
