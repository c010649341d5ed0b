/**
 * Dawn in Node asks its queue again and again, with `setImmediate`, for as long as anything is awaited. Where the adapter
 * runs on the processor that takes a core from the work that is waited for. This makes it ask every few milliseconds.
 *
 * The `webgpu` module has no setting for it, but looks up the global `setImmediate` each time and passes a native function,
 * which no JavaScript does; only those calls are delayed. Tried and lost: sleeping for the expected time before waiting,
 * which cannot know how long a queue with several pictures in it takes, least of all on a busy machine.
 */
let intervalMs = Infinity;

/** The shortest interval that anybody asked for holds, for the whole process. */
export function slowDownPolling(milliseconds: number): void {
  const isFirst = intervalMs === Infinity;
  intervalMs = Math.min(intervalMs, milliseconds);
  if (!isFirst) return;
  const original = globalThis.setImmediate;
  const slowed = (callback: (...args: unknown[]) => void, ...args: unknown[]) => (isNative(callback) ? setTimeout(callback, intervalMs, ...args) : original(callback, ...args));
  globalThis.setImmediate = Object.assign(slowed, original) as unknown as typeof setImmediate;
}

const isNative = (callback: unknown): boolean => typeof callback === 'function' && Function.prototype.toString.call(callback).endsWith('{ [native code] }');
