/**
 * Renders the newest target that was asked for: with one step while targets keep coming, with all steps once they rest.
 * Never two pictures at once; what is no longer wanted is given up.
 */
import type { RenderSettings, Subject } from '@onegt/demo/pipeline';
import type { AnchorTarget, Image } from '@onegt/skeleton';

type Target = { target: AnchorTarget; settings: RenderSettings };

export class LiveView {
  readonly #subject: Subject;
  readonly #show: (image: Image) => void;
  readonly #fail: (error: unknown) => void;
  #wanted: Target | undefined;
  #refinement = new AbortController();
  #work: Promise<void> = Promise.resolve();
  #isBusy = false;
  #isDisposed = false;

  constructor(subject: Subject, show: (image: Image) => void, fail: (error: unknown) => void) {
    this.#subject = subject;
    this.#show = show;
    this.#fail = fail;
  }

  want(target: AnchorTarget, settings: RenderSettings): void {
    this.#wanted = { target, settings };
    this.#refinement.abort();
    if (!this.#isBusy) this.#work = this.#renderAll();
  }

  /** Resolves when the wanted picture is shown in full. */
  get settled(): Promise<void> {
    return this.#work;
  }

  /** Ends the work and frees the subject. */
  async dispose(): Promise<void> {
    this.#isDisposed = true;
    this.#wanted = undefined;
    this.#refinement.abort();
    await this.#work;
    this.#subject[Symbol.dispose]();
  }

  async #renderAll(): Promise<void> {
    this.#isBusy = true;
    try {
      for (let wanted = this.#wanted; wanted !== undefined; wanted = this.#wanted) {
        this.#wanted = undefined;
        await this.#renderOne(wanted);
      }
    } catch (error) {
      this.#wanted = undefined;
      this.#fail(error);
    } finally {
      this.#isBusy = false;
    }
  }

  async #renderOne({ target, settings }: Target): Promise<void> {
    this.#show(await this.#subject.render(target, { ...settings, steps: 1 }));
    if (settings.steps === 1 || this.#wanted !== undefined || this.#isDisposed) return;
    this.#refinement = new AbortController();
    const { signal } = this.#refinement;
    try {
      this.#show(await this.#subject.render(target, { ...settings, signal }));
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
}
