/** The synthetic data engine of OneGT. This entry runs in browsers too; files, libvips and Dawn are in `@onegt/data/node`. */
export { ENGINE_VERSION, type Gaze, type Json, type Kind, KINDS, type PersonRecord, type Picture, type Sample, SAMPLE_FORMAT, type SampleRecord, type ViewRecord } from './samples/sample.ts';
export type { SampleMaker, SampleRequest } from './samples/maker.ts';

export { openShards, type OpenShardsOptions, readShards, type ShardSource, urlShard } from './shards/loader.ts';
export { type Members, parseSample, type StoredSample } from './shards/members.ts';
export { type ClipRecord, type ClipView, openClips, parseClip, type StoredClip } from './video/clip-sample.ts';
export { decodeNpy, encodeNpy, type NpyArray } from './shards/npy.ts';
export { ShardError } from './shards/errors.ts';

export { createRandom, type Random } from './random/random.ts';
export type { Shot, Traits } from './scene/scene.ts';
export { type Eye, type HeadModel, type Part, PARTS } from './heads/head-model.ts';
export { loadBuiltInHead } from './heads/built-in/built-in-head.ts';
export type { PosedHead } from './heads/posed-head.ts';
export { type Drawable, type Figure, type Material, type Mesh, type Region, REGIONS } from './render/drawable.ts';
