/**
 * What a program and its processes say to each other. Samples cross as they are, pixels and all: that costs 0.7 ms of processor
 * time a picture of 256 x 256, both sides together, against some 150 for making it, and keeps makers what they are.
 */
import type { SampleMaker, SampleRequest } from '../../samples/maker.ts';
import type { Sample } from '../../samples/sample.ts';
import type { CrossingError } from './crossing-error.ts';

export type Request = { id: number; request: SampleRequest } | { cancel: number };

export type Answer =
  | { ready: Pick<SampleMaker, 'adapter' | 'head' | 'concurrency'> }
  | { failed: CrossingError }
  | { id: number; sample: Sample }
  | { id: number; error: CrossingError };
