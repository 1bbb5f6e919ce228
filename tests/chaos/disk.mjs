// The disk of the database runs full and has room again some time later: PostgreSQL's folder lies on a small tmpfs of
// its own, and a file of ballast takes what is free.
import { execFile } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify (execFile);
const SIZE_MB = 1536;   // some minutes of WAL at this load; the configuration lets it grow to gigabytes
const RECOVERY_LIMIT_MS = 60000;
const folderOf = set => join (set.dir, 'cluster');

/** Puts a small file system below the cluster that is to be made; null, or why it cannot be done. */
export async function mount (set) {
  mkdirSync (folderOf (set));
  try {
    await run ('mount', ['-t', 'tmpfs', '-o', `size=${SIZE_MB}m`, 'tmpfs', folderOf (set)]);
    set.mounted = true;
    return null;
  } catch (error) {
    return (error.stderr || error.message).trim ().split ('\n')[0];
  }
}

export async function unmount (set) {
  if (set.mounted) {
    await run ('umount', [folderOf (set)]);
    set.mounted = false;
  }
}

/** Takes all that is free, and again what becomes free, for so many seconds. */
async function holdFull (set, seconds) {
  const file = join (folderOf (set), 'ballast');
  const descriptor = openSync (file, 'w');
  const [block, crumb] = [Buffer.alloc (1 << 20), Buffer.alloc (4096)];
  for (const end = Date.now () + seconds * 1000; Date.now () < end; await sleep (50)) {
    for (const piece of [block, crumb]) {
      try {
        while (writeSync (descriptor, piece) === piece.length);
      } catch (error) {
        if (error.code !== 'ENOSPC') {
          throw error;
        }
      }
    }
  }
  closeSync (descriptor);
  rmSync (file);
}

/** Full twice in the time given; the same list as the other faults make. */
export async function fill (set, seconds, say) {
  const done = [];
  const full = Math.max (4, Math.round (seconds / 5));
  for (const at of [0.15, 0.6]) {
    await sleep (seconds * 1000 * (at === 0.15 ? 0.15 : 0.25));
    const entry = { second: Math.round (seconds * at), fault: 'full disk', name: 'postgres', seconds: full, hit: true };
    say (`the disk is full for ${full} s, from ${Math.round (statfsSync (folderOf (set)).bfree * 4096 / 1048576)} MB free`);
    await holdFull (set, full);
    say ('the disk has room again');
    entry.ms = await set.untilReady ('membership', RECOVERY_LIMIT_MS);
    done.push (entry);
  }
  await sleep (seconds * 1000 * 0.2);
  return done;
}
