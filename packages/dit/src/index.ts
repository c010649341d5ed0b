export { TextureRenderer, Portrait } from './renderer.ts';
export type { EncodedPortrait, LoadingProgress, LoadOptions, RenderOptions, RenderProgress, TextureStage } from './renderer.ts';
export { WarpRenderer } from './warp-renderer.ts';
export type { Image, RenderedImage } from './image.ts';

export { checkWeights, type DitConfig, type FileSource, type FlowConfig, parseConfig, type TextureConfig, type WeightSources } from './weights.ts';
export { Autoencoder, type Trace } from './autoencoder.ts';
export { DiT, patchify, type ReferenceStream, type StepInputs, unpatchify } from './model.ts';
export { mapFeatures, rotaryFrequencies, rotaryTable, tokenCanonical } from './conditioning.ts';
export { flowSteps, type FlowStep, gaussianNoise } from './flow.ts';
export { averageCoverage, prepareWarp, type Warp, warp, type WarpSource } from './warp/warp.ts';
