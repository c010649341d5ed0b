/** What needs Node: files, libvips, Dawn. */
export { folderShards, fileShard } from './folder-shards.ts';
export { createSpec, type DatasetSpec, type Manifest, readManifest, SAMPLES_PER_SHARD, type ShardRecord, VIEWS_PER_SAMPLE } from './dataset.ts';
export { renderDataset, type RenderDatasetOptions, type RenderProgress, type RenderResult } from './render-dataset.ts';
export { type ShardFault, verifyDataset, type VerifyOptions, type VerifyReport } from './verify.ts';
export { createNodePictureMaker } from './picture-maker.ts';
export { createMachineMaker, type MachineMakerOptions } from './sample-maker.ts';
export { loadHead } from './head.ts';
export { decodePicture, encodeSample } from './encode.ts';
export type { EncodedSample } from './shard-file.ts';
export type { ShardMaker } from './make-shard.ts';
export { BrokenDatasetError, InputError, type LostError, OutputError, ProcessLostError, QueueError, UsageError } from './errors.ts';
export { ingestVideo, type IngestOptions, type IngestProgress, type IngestReport } from '../video/ingest.ts';
export { createFaceFinder, type FaceFinder } from '../video/face-finder.ts';
export { type Reason, REASONS, SCREEN_OPTIONS, type ScreenOptions } from '../video/screen.ts';
export { VideoError, type VideoErrorCode } from '../video/errors.ts';
