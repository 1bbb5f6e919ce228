// What goes wrong, drawn from the seed: processes killed, frozen or kept down, PostgreSQL stopped at once. For each it
// is measured how long the process does not answer.
import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '../demo/random.mjs';
import { PROCESSES } from './set.mjs';

const RECOVERY_LIMIT_MS = 30000;
const MOMENT_MS = 200;
const SECONDS_A_CRASH = 30;

/** The order of faults, hierarchy away for so many seconds: [second, fault, process, seconds]. */
export function plan (seed, seconds, away) {
  const random = new Random (seed, 'faults');
  const faults = [];
  for (let at = 2; at < seconds - 1; at += random.between (2, 5)) {
    faults.push (random.chance (0.12)
      ? [at, 'freeze', random.pick (PROCESSES), random.between (1, 3)]
      : [at, 'kill', random.pick (PROCESSES)]);
  }
  const crashes = Math.max (2, Math.floor (seconds / SECONDS_A_CRASH));
  for (let i = 0; i < crashes; i++) {
    faults.push ([Math.round (seconds * (i + 0.7) / (crashes + 0.4)), i % 3 === 2 ? 'kill' : 'crash', 'postgres']);
  }
  faults.push ([Math.round (seconds * 0.35), 'away', 'hierarchy', away]);
  return faults.sort ((a, b) => a[0] - b[0]);
}

/** Carries out the plan; a list of {fault, process, ms until it answers again}. */
export async function carryOut (set, faults, say) {
  const begin = Date.now ();
  const done = [];
  const away = new Set ();
  const pending = [];
  const recovery = (entry, name) => {
    // A moment later: a request that was under way may still be answered by the dying.
    pending.push (sleep (MOMENT_MS).then (() => set.untilReady (name, RECOVERY_LIMIT_MS))
      .then (ms => { entry.ms = ms === null ? null : ms + MOMENT_MS; }));
  };
  for (const [second, fault, name, seconds] of faults) {
    await sleep (Math.max (0, begin + second * 1000 - Date.now ()));
    if (away.has (name)) {
      continue;
    }
    const entry = { second, fault, name, seconds };
    switch (fault) {
      case 'kill':
        entry.hit = await set.signal (name, 'SIGKILL');
        recovery (entry, name === 'postgres' ? 'membership' : name);
        break;
      case 'crash':   // an immediate shutdown: no checkpoint, recovery at the next start
        entry.hit = await set.signal (name, 'SIGQUIT');
        recovery (entry, 'membership');
        break;
      case 'freeze': {
        const pid = await set.pid (name);
        entry.hit = pid > 0 && await set.signal (name, 'SIGSTOP');
        // By id: meanwhile nothing but this process may be woken.
        pending.push (sleep (seconds * 1000).then (() => {
          try {
            process.kill (pid, 'SIGCONT');
          } catch { /* killed while it was frozen */ }
          return set.untilReady (name, RECOVERY_LIMIT_MS).then (ms => { entry.ms = ms; });
        }));
        break;
      }
      case 'away':
        away.add (name);
        entry.hit = true;
        await set.signal (name, 'SIGKILL');
        await set.down (name);
        pending.push (sleep (seconds * 1000).then (async () => {
          await set.up (name);
          away.delete (name);
          entry.ms = await set.untilReady (name, RECOVERY_LIMIT_MS);
        }));
        break;
    }
    say (`${String (second).padStart (4)} s  ${fault} ${name}${seconds ? ` for ${seconds} s` : ''}${entry.hit ? '' : ' (was down)'}`);
    done.push (entry);
  }
  await Promise.all (pending);
  return done;
}
