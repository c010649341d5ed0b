import type { Context } from '../context.ts';
import { BrokenDatasetError } from '../errors.ts';
import { verifyDataset } from '../verify.ts';

export async function verify(folder: string, { keep = false }: { keep?: boolean }, { signal, print, note, progress }: Context): Promise<void> {
  const { manifest, shards, samples, pictures, faults, strays } = await verifyDataset(folder, {
    signal, strike: !keep,
    onShard: (done, total, fault) => {
      if (fault === undefined) progress.show(`checked ${done} of ${total} shards`);
      else note(`${fault.file}: ${fault.reason}`);
    },
  });
  progress.clear();
  for (const name of strays) note(`${name} does not belong to this data set.`);
  const summary = `${folder}: ${shards} whole shards, ${samples} of ${manifest.count} ${manifest.kind}, ${pictures} pictures, ${faults.length} broken or missing\n`;
  print(summary);
  if (faults.length > 0) {
    throw new BrokenDatasetError(`${faults.length} of ${shards + faults.length} shards are broken or missing${keep ? '.' : '; they are struck from the manifest.'}\n  ${keep ? 'Without --keep they are struck from the manifest, and then the' : 'The'} same \`onegt-data render\` as before makes them again.`, { faults });
  }
}
