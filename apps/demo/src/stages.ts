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
  #headline = '';
  #lineLength = 0;

  constructor(write: (text: string) => void, isInteractive: boolean) {
    this.#write = write;
    this.#isInteractive = isInteractive;
  }

  /** Runs `body` as stage `name`; the time of repeated stages adds up. */
  async run<T>(name: string, body: () => Promise<T> | T): Promise<T> {
    this.#show(this.#headline === '' ? name : `${this.#headline}: ${name}`);
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

  /** What the next stages belong to, such as a frame's number. */
  progress(headline: string): void {
    this.#headline = headline;
  }

  /** A line that the next one overwrites; silent where nobody watches. */
  #show(text: string): void {
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
