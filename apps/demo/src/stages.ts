/** Which stage runs, and how long each one took. Progress goes to stderr: stdout belongs to results. */

export interface StageTime {
  name: string;
  seconds: number;
  count: number;
}

export class Stages {
  readonly #write: (text: string) => void;
  readonly #isInteractive: boolean;
  readonly #times = new Map<string, StageTime>();
  #lineLength = 0;

  constructor(write: (text: string) => void, isInteractive: boolean) {
    this.#write = write;
    this.#isInteractive = isInteractive;
  }

  /** Runs `body` as stage `name`; the time of repeated stages adds up. */
  async run<T>(name: string, body: () => Promise<T> | T): Promise<T> {
    if (this.#isInteractive) this.progress(name);
    const started = performance.now();
    const result = await body();
    const seconds = (performance.now() - started) / 1000;
    const time = this.#times.get(name);
    if (time === undefined) {
      this.#times.set(name, { name, seconds, count: 1 });
      if (!this.#isInteractive) this.#write(`${name}: ${seconds.toFixed(2)} s\n`);
    } else {
      time.seconds += seconds;
      time.count++;
    }
    return result;
  }

  /** A line that the next one overwrites; silent where nobody watches. */
  progress(text: string): void {
    if (!this.#isInteractive) return;
    this.#write(`\r${text.padEnd(this.#lineLength)}`);
    this.#lineLength = text.length;
  }

  clear(): void {
    if (this.#lineLength > 0) this.#write(`\r${' '.repeat(this.#lineLength)}\r`);
    this.#lineLength = 0;
  }

  get times(): readonly StageTime[] {
    return [...this.#times.values()];
  }

  report(): string {
    const width = Math.max(...this.times.map(({ name }) => name.length));
    return this.times
      .map(({ name, seconds, count }) => `  ${name.padEnd(width)}  ${seconds.toFixed(2).padStart(7)} s${count > 1 ? `   ${count} times, ${(seconds / count).toFixed(3)} s each` : ''}\n`)
      .join('');
  }
}
