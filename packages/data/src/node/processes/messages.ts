/**
 * What a program and its processes say to each other. Samples cross as shards hold them: a tenth of the bytes
 * of their pixels, and the program keeps no pictures.
 */
import type { SampleMaker, SampleRequest } from '../../samples/maker.ts';
import type { EncodedSample } from '../shard-file.ts';
import type { CrossingError } from './crossing-error.ts';

export type Request = { id: number; request: SampleRequest } | { cancel: number };

export type Answer =
  | { ready: Pick<SampleMaker, 'adapter' | 'head' | 'concurrency'> }
  | { failed: CrossingError }
  | { id: number; sample: EncodedSample }
  | { id: number; error: CrossingError };
