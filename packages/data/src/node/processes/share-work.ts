/** Several makers as one. */
import type { Maker } from '../../samples/maker.ts';

/**
 * A request goes to the maker with the fewest in work. They must make the same of it.
 *
 * @param makers - owned by the result from now on
 */
export function shareWork<Made>(makers: readonly Maker<Made>[]): Maker<Made> {
  const inWork = makers.map(() => 0);
  const dispose = () => makers.forEach((maker) => maker.dispose());
  return {
    adapter: makers[0]!.adapter,
    head: makers[0]!.head,
    concurrency: makers.reduce((sum, { concurrency }) => sum + concurrency, 0),
    async make(request, signal) {
      const least = inWork.indexOf(Math.min(...inWork));
      inWork[least]!++;
      try {
        return await makers[least]!.make(request, signal);
      } finally {
        inWork[least]!--;
      }
    },
    dispose,
    [Symbol.dispose]: dispose,
  };
}
