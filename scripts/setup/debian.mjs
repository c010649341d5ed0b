/** Debian's packages, where this process may install them. */
import { spawnSync } from 'node:child_process';

export const quiet = (command, args, env = process.env) => spawnSync(command, args, { encoding: 'utf8', env });

/** @returns undefined on success, else why this way is closed */
export function installFromDebian(packages, say) {
  if (quiet('apt-get', ['--version']).status !== 0) return 'no apt-get';
  if (process.getuid?.() !== 0) return `not root (as root: apt-get install ${packages.join(' ')})`;
  say(`installing ${packages.join(', ')} from Debian (a minute or two the first time)`);
  const apt = (...args) => quiet('apt-get', ['-o', 'DPkg::Lock::Timeout=300', ...args], { ...process.env, DEBIAN_FRONTEND: 'noninteractive' });
  const update = apt('update', '-qq');
  const install = apt('install', '-y', '-qq', '--no-install-recommends', ...packages);
  return install.status === 0 ? undefined : `apt-get failed: ${(install.stderr || update.stderr).trim().split('\n').at(-1)}`;
}
