/** The synthetic data engine of OneGT. This entry runs in browsers too; files, libvips and Dawn are in `@onegt/data/node`. */
export { ENGINE_VERSION, type Gaze, type Json, type Kind, KINDS, type PersonRecord, type Picture, type Sample, SAMPLE_FORMAT, type SampleRecord, type ViewRecord } from './samples/sample.ts';
export type { Maker, SampleMaker, SampleRequest } from './samples/maker.ts';

export { openShards, type OpenShardsOptions, readShards, type ShardSource, urlShard } from './shards/loader.ts';
export { type Members, parseSample, type StoredSample } from './shards/members.ts';
export { type ClipRecord, type ClipView, openClips, parseClip, type StoredClip } from './video/clip-sample.ts';
export { decodeNpy, encodeNpy, type NpyArray } from './shards/npy.ts';
export { ShardError } from './shards/errors.ts';

export { PictureMaker, type PictureMakerOptions } from './samples/picture-maker.ts';
export { createGeometryMaker } from './samples/geometry-maker.ts';
export { createFigures, type Looks, sampleLooks } from './samples/looks.ts';

export { type Eye, type HeadModel, type Part, PARTS } from './heads/head-model.ts';
export type { PosedHead } from './heads/posed-head.ts';
export { createHeadPoser, type HeadPoser, poseHead } from './heads/pose.ts';
export { loadBuiltInHead } from './heads/built-in/built-in-head.ts';
export { loadIctHead } from './heads/ict.ts';
export { importIctFaceKit } from './heads/ict-import.ts';
export { type GltfHeadOptions, type GltfReport, loadGltfHead } from './heads/gltf.ts';
export type { LandmarkFinder } from './heads/embedding.ts';
export { createLandmarkFinder } from './heads/landmark-finder.ts';
export { HeadModelError } from './heads/errors.ts';

export { createRandom, type Random } from './random/random.ts';
export type { Shot, Traits } from './scene/scene.ts';
export { sampleTraits } from './scene/traits.ts';
export { sampleIdentity } from './scene/identity.ts';
export { sampleExpression } from './scene/expression.ts';
export { sampleCamera, sampleGroupCameras } from './scene/camera.ts';
export { sampleShot } from './scene/shot.ts';
export { firstSeedOf, InvalidSeedError, type Split, SPLIT_SIZE, splitOf } from './scene/split.ts';
export { sampleSettingLook, type SettingLook } from './setting/setting.ts';
export { type Background, type BackgroundLook, createBackground } from './setting/background.ts';
export { LightProbe, type LitBackground } from './setting/light-probe.ts';
export type { Light, Lighting } from './setting/lighting.ts';
export { neutralPhoto, type Photo, samplePhoto } from './photo/photo.ts';

export { type Rendered, type RenderRequest, SceneRenderer, type SceneRendererOptions } from './render/scene-renderer.ts';
export { InvalidDrawableError } from './render/errors.ts';
export { type Drawable, type Figure, type Material, type Mesh, type Region, REGIONS } from './render/drawable.ts';
