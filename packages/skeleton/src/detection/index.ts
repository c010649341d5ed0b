export { type DetectOptions, type Face, FaceDetector, type LoadOptions } from './detector.ts';
export { InvalidImageError, type InvalidImageReason, NoFaceError, UnsupportedOperationError } from './errors.ts';
export { LANDMARKS } from './face-mesh.ts';
export type { FaceNetworks } from './face-networks.ts';
export type { ReadFile } from './graph-model.ts';
export { checkImage, type Image, MAX_IMAGE_PIXELS } from './image.ts';
export { modelFolder } from './model-folder.ts';
