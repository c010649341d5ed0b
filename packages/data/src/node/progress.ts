/** How far a long run is: one line that overwrites itself on a terminal, one line a shard elsewhere. On stderr. */
import type { ShardRecord } from './dataset.ts';
import type { LostError } from './errors.ts';
import type { RenderProgress } from './render-dataset.ts';

/** Pictures a second, over the last so many seconds: light scenes come and go. */
const WINDOW_SECONDS = 60;
const REFRESH_MS = 200;

export class Progress implements RenderProgress {
  readonly #write: (text: string) => void;
  readonly #isInteractive: boolean;
  readonly #marks: { at: number; pictures: number }[] = [];
  #total = 0;
  #pictures = 0;
  #shards = 0;
  #totalShards = 0;
  #lineLength = 0;
  #shownAt = -Infinity;

  constructor(write: (text: string) => void, isInteractive: boolean) {
    this.#write = write;
    this.#isInteractive = isInteractive;
  }

  start({ shards, alreadyThere, pictures }: { shards: number; alreadyThere: number; pictures: number }): void {
    this.#total = pictures;
    this.#totalShards = shards;
    this.#marks.push({ at: performance.now(), pictures: 0 });
    if (alreadyThere > 0) this.note(`${alreadyThere} shard${alreadyThere === 1 ? ' is' : 's are'} there already.`);
    if (shards > 0) this.note(`${shards} shard${shards === 1 ? '' : 's'}, ${pictures} pictures to make.`);
  }

  pictures(count: number): void {
    const now = performance.now();
    this.#pictures += count;
    this.#marks.push({ at: now, pictures: this.#pictures });
    while (this.#marks.length > 2 && now - this.#marks[0]!.at > WINDOW_SECONDS * 1000) this.#marks.shift();
    if (!this.#isInteractive || now - this.#shownAt < REFRESH_MS) return;
    this.#shownAt = now;
    this.show(this.#line());
  }

  shard(record: ShardRecord): void {
    this.#shards++;
    if (this.#isInteractive) this.show(this.#line());
    else this.note(`${record.file}: ${record.samples} samples, ${mebibytes(record.byteLength)}, ${record.seconds.toFixed(1)} s; ${this.#line()}`);
  }

  lost(error: LostError): void {
    this.note(`${error.message.split('\n')[0]}\n  Trying once more; the shard in work is made again.`);
  }

  note(text: string): void {
    this.clear();
    this.#write(`${text}\n`);
  }

  clear(): void {
    if (this.#lineLength > 0) this.#write(`\r${' '.repeat(this.#lineLength)}\r`);
    this.#lineLength = 0;
  }

  #line(): string {
    const first = this.#marks[0]!;
    const last = this.#marks.at(-1)!;
    const rate = last.at > first.at ? ((last.pictures - first.pictures) * 1000) / (last.at - first.at) : 0;
    const left = rate > 0 ? `, ${duration((this.#total - this.#pictures) / rate)} left` : '';
    const percent = this.#total === 0 ? 100 : Math.floor((100 * this.#pictures) / this.#total);
    return `${percent} %, ${this.#pictures} of ${this.#total} pictures, shard ${Math.min(this.#shards + 1, this.#totalShards)} of ${this.#totalShards}, ${rate.toFixed(1)} a second${left}`;
  }

  /** A line that the next one overwrites; silent where nobody watches. */
  show(text: string): void {
    if (!this.#isInteractive) return;
    this.#write(`\r${text.padEnd(this.#lineLength)}`);
    this.#lineLength = text.length;
  }
}

export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`;
  if (seconds < 36 * 3600) return `${(seconds / 3600).toFixed(1)} h`;
  return `${(seconds / 86400).toFixed(1)} days`;
}

export const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
