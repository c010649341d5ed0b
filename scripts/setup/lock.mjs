/** A lock file that names its holder; the lock of a process that died is taken over. */
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export async function withLock(file, say, body) {
  const mine = `${file}.${process.pid}`;
  writeFileSync(mine, String(process.pid));
  try {
    await acquire(file, mine, say);
  } finally {
    rmSync(mine, { force: true });
  }
  const release = () => rmSync(file, { force: true });
  const releaseAndExit = () => { release(); process.exit(130); };
  process.on('exit', release).on('SIGINT', releaseAndExit).on('SIGTERM', releaseAndExit);
  try {
    return await body();
  } finally {
    release();
    process.off('exit', release).off('SIGINT', releaseAndExit).off('SIGTERM', releaseAndExit);
  }
}

async function acquire(file, mine, say) {
  let announced = false;
  for (;;) {
    try {
      linkSync(mine, file); // atomic, and the content is there from the first moment
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const holder = holderOf(file);
    if (holder === undefined) continue;
    if (!isAlive(holder)) {
      takeAway(file, holder);
      continue;
    }
    if (!announced) say(`waiting for another setup in this folder (process ${holder})`);
    announced = true;
    await sleep(200);
  }
}

function holderOf(file) {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Rename first, look second: of two waiters only one can take the stale file, and a live lock taken by mistake goes back. */
function takeAway(file, holder) {
  const aside = `${file}.stale.${process.pid}`;
  try {
    renameSync(file, aside);
    if (Number(readFileSync(aside, 'utf8')) !== holder) linkSync(aside, file);
  } catch (error) {
    if (error.code !== 'ENOENT' && error.code !== 'EEXIST') throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
