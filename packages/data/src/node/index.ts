/** What needs Node: files, libvips, Dawn. */
export { folderShards, fileShard } from './folder-shards.ts';
export { createSpec, type DatasetSpec, type Manifest, readManifest, SAMPLES_PER_SHARD, type ShardRecord, VIEWS_PER_SAMPLE } from './dataset.ts';
export { renderDataset, type RenderDatasetOptions, type RenderProgress, type RenderResult } from './render-dataset.ts';
export { type ShardFault, verifyDataset, type VerifyOptions, type VerifyReport } from './verify.ts';
export { decodePicture, encodeSample } from './encode.ts';
export { BrokenDatasetError, InputError, OutputError, QueueError, UsageError } from './errors.ts';
