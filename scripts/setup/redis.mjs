/** The queue's tests want a real Redis: one on the PATH, else Debian's (root). Without either they skip and say so. */
import { spawnSync } from 'node:child_process';

const quiet = (command, args) => spawnSync(command, args, { encoding: 'utf8', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
const has = (command) => quiet(command, ['--version']).status === 0;

/** @param say - prints a line */
export function ensureRedis(say) {
  if (has('redis-server') || process.getuid?.() !== 0 || !has('apt-get')) return;
  say('installing redis-server from Debian, for the tests of the work queue');
  const apt = (...args) => quiet('apt-get', ['-o', 'DPkg::Lock::Timeout=300', ...args]);
  apt('update', '-qq');
  const { status, stderr } = apt('install', '-y', '-qq', '--no-install-recommends', 'redis-server');
  if (status !== 0) say(`redis-server could not be installed (${stderr.trim().split('\n').at(-1)}): the queue's tests are skipped`);
}
