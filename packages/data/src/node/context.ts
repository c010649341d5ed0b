/** What every command gets: where to write, when to stop, how to tell progress. */
import type { Progress } from './progress.ts';

export interface Context {
  progress: Progress;
  signal: AbortSignal;
  /** Results for people and programs; everything else goes to stderr. */
  print(text: string): void;
  /** One line of advice or news on stderr. */
  note(text: string): void;
}
