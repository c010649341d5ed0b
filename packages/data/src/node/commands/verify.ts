import type { QueueOptions } from '../../queue/options.ts';
import type { Context } from '../context.ts';
import { BrokenDatasetError } from '../errors.ts';
import { verifyDataset } from '../verify.ts';

export interface VerifyCommandOptions extends Partial<QueueOptions> {
  keep?: boolean;
  heads?: string;
}

export async function verify(folder: string, { keep = false, heads, redis, queue }: VerifyCommandOptions, context: Context): Promise<void> {
  const { signal, print, note, progress } = context;
  const { manifest, shards, samples, pictures, faults, strays } = await verifyDataset(folder, {
    signal, strike: !keep,
    onShard: (done, total, fault) => {
      if (fault === undefined) progress.show(`checked ${done} of ${total} shards`);
      else note(`${fault.file}: ${fault.reason}`);
    },
  });
  progress.clear();
  for (const name of strays) note(`${name} does not belong to this data set.`);
  print(`${folder}: ${shards} whole shards, ${samples} of ${manifest.count} ${manifest.kind}, ${pictures} pictures, ${faults.length} broken or missing\n`);
  if (faults.length > 0 && !keep && redis !== undefined) {
    const { requeue } = await import('./queue.ts');
    await requeue(folder, heads, { redis, ...(queue === undefined ? {} : { queue }) }, context);
  }
  if (faults.length > 0) {
    throw new BrokenDatasetError(`${faults.length} of ${shards + faults.length} shards are broken or missing${keep ? '.' : '; they are struck from the manifest.'}\n  ${keep ? 'Without --keep they are struck from the manifest, and then the' : 'The'} same \`onegt-data render\` as before makes them again.`, { faults });
  }
}
