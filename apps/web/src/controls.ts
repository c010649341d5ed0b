/** Sliders for the camera and the expression, and what they say as a target. */
import { type Angles, type Camera, EXPRESSION_NAMES, type ExpressionName, neutralExpression } from '@onegt/skeleton';

type CameraKey = 'yaw' | 'pitch' | 'roll' | 'zoom';
interface Range { min: number; max: number; step: number; unit: string }

const CAMERA: Record<CameraKey, Range> = {
  yaw: { min: -60, max: 60, step: 1, unit: '°' },
  pitch: { min: -40, max: 40, step: 1, unit: '°' },
  roll: { min: -45, max: 45, step: 1, unit: '°' },
  zoom: { min: 0.5, max: 2, step: 0.01, unit: '×' },
};
const COEFFICIENT: Range = { min: 0, max: 1, step: 0.01, unit: '' };

const REGIONS = [['Brows', /^brow/], ['Eyes', /^eye/], ['Jaw', /^jaw/], ['Mouth', /^mouth/], ['Cheeks and nose', /^(cheek|nose)/]] as const;

const both = (name: string, value: number): Partial<Record<string, number>> => ({ [`${name}Left`]: value, [`${name}Right`]: value });
export const PRESETS: Readonly<Record<string, Partial<Record<string, number>>>> = {
  Neutral: {},
  Smile: { ...both('mouthSmile', 0.9), ...both('cheekSquint', 0.4) },
  Surprise: { jawOpen: 0.5, browInnerUp: 0.8, ...both('browOuterUp', 0.7), ...both('eyeWide', 0.7) },
  Frown: { ...both('mouthFrown', 0.8), ...both('browDown', 0.8) },
  Kiss: { mouthPucker: 0.9 },
  Aah: { jawOpen: 0.7 },
  'Eyes shut': both('eyeBlink', 1),
};

const RADIANS = Math.PI / 180;

export class Controls {
  readonly #camera: Record<CameraKey, Slider>;
  readonly #expression: Record<ExpressionName, Slider>;
  readonly #onChange: () => void;

  constructor(cameraBox: HTMLElement, expressionBox: HTMLElement, onChange: () => void) {
    this.#onChange = onChange;
    const make = (name: string, range: Range, box: HTMLElement): Slider => new Slider(name, range, box, onChange);
    this.#camera = Object.fromEntries(Object.entries(CAMERA).map(([key, range]) => [key, make(key, range, cameraBox)])) as Record<CameraKey, Slider>;
    const expression: Partial<Record<ExpressionName, Slider>> = {};
    for (const [title, pattern] of REGIONS) {
      const region = document.createElement('details');
      region.append(Object.assign(document.createElement('summary'), { textContent: title }));
      for (const name of EXPRESSION_NAMES) if (pattern.test(name)) expression[name] = make(name, COEFFICIENT, region);
      expressionBox.append(region);
    }
    this.#expression = expression as Record<ExpressionName, Slider>;
  }

  get camera(): Partial<Camera> {
    const { yaw, pitch, roll, zoom } = this.#camera;
    return { yaw: yaw.value * RADIANS, pitch: pitch.value * RADIANS, roll: roll.value * RADIANS, zoom: zoom.value };
  }

  get expression(): Record<ExpressionName, number> {
    return Object.fromEntries(EXPRESSION_NAMES.map((name) => [name, this.#expression[name].value])) as Record<ExpressionName, number>;
  }

  /** The head is turned as a face is; without `zoom` it keeps its size. */
  setCamera({ yaw, pitch, roll }: Angles, zoom = this.#camera.zoom.value): void {
    for (const [key, angle] of Object.entries({ yaw, pitch, roll })) this.#camera[key as CameraKey].value = angle / RADIANS;
    this.#camera.zoom.value = zoom;
  }

  setExpression(weights: Readonly<Partial<Record<string, number>>>): void {
    for (const [name, value] of Object.entries({ ...neutralExpression(), ...weights })) this.#expression[name as ExpressionName].value = value!;
  }

  turn(yawDegrees: number, pitchDegrees: number): void {
    this.#camera.yaw.value += yawDegrees;
    this.#camera.pitch.value += pitchDegrees;
    this.#onChange();
  }

  zoomBy(factor: number): void {
    this.#camera.zoom.value *= factor;
    this.#onChange();
  }
}

class Slider {
  readonly #input = document.createElement('input');
  readonly #output = document.createElement('output');
  readonly #range: Range;
  #value = 0;

  constructor(name: string, range: Range, box: HTMLElement, onInput: () => void) {
    const { min, max, step } = range;
    this.#range = range;
    Object.assign(this.#input, { type: 'range', min, max, step, name });
    this.#input.addEventListener('input', () => {
      this.value = this.#input.valueAsNumber;
      onInput();
    });
    const label = document.createElement('label');
    label.className = 'slider';
    label.append(name, this.#input, this.#output);
    box.append(label);
    this.value = min > 0 ? 1 : 0;
  }

  get value(): number {
    return this.#value;
  }

  /** Kept exactly, although the slider shows the nearest step; what is out of range becomes the nearest end. */
  set value(value: number) {
    const { min, max, step, unit } = this.#range;
    this.#value = Math.min(max, Math.max(min, value));
    this.#input.valueAsNumber = this.#value;
    this.#output.textContent = `${this.#value.toFixed(step < 1 ? 2 : 0)}${unit}`;
  }
}
