/** What every command gets: where to write, when to stop, how to tell progress. */
import type { Stages } from '../stages.ts';

export interface Context {
  stages: Stages;
  signal: AbortSignal;
  /** Results for people and programs; everything else goes to stderr. */
  print(text: string): void;
  /** One line of advice or news on stderr. */
  note(text: string): void;
}

/** Options that every command with a portrait shares. */
export interface PipelineOptions {
  /** 1 is the largest face. */
  face: number;
  weights?: string | undefined;
}

export interface RenderingOptions {
  steps: number;
  seed: number;
}
