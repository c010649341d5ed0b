/** The queue's tests want a real Redis: one on the PATH, else Debian's. Without either they skip and say so. */
import { installFromDebian, quiet } from './debian.mjs';

/** @param say - prints a line */
export function ensureRedis(say) {
  if (quiet('redis-server', ['--version']).status === 0) return;
  const closed = installFromDebian(['redis-server'], say);
  if (closed !== undefined) say(`No redis-server, so the queue's tests are skipped: ${closed}`);
}
