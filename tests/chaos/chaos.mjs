// Faults under load, then an audit by separate code. See README.md.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { auditCommands, auditEvents, auditFederation, auditLogs, auditMembershipEvents, auditMemberships, auditPlans, auditProjections, auditRuns } from './audit.mjs';
import { Client } from './clients.mjs';
import { crowd } from './crowd.mjs';
import { fill, mount, unmount } from './disk.mjs';
import { carryOut, plan } from './faults.mjs';
import { Journal } from './journal.mjs';
import { movePlans, plansUnderFire } from './plans.mjs';
import { Report } from './report.mjs';
import { judge, spoil } from './sabotage.mjs';
import { HeimoSet, PROCESSES, SERVICES } from './set.mjs';
import { editRules, importPeople, read } from './traffic.mjs';
import { build } from './world.mjs';

const CLIENTS = 6;
const READERS = 2;
const SETTLE_LIMIT_MS = 180000;
const ANSWERED_WITHIN_MS = 5000;
const LEAST_ANSWERED = 0.99;
const MOST_MEMORY_MB = 300;
const SCENARIOS = ['kill', 'disk', 'crowd', 'plan', 'sabotage'];
const USAGE = `usage: ./dev chaos [--scenario S] [--seconds N] [--away N] [--seed S] [--people N] [--rows N] [--kills N] [--keep]

  --seconds N  how long faults happen (60)
  --away N     how long hierarchy is kept down (a fifth of that, at most 60)
  --seed S     what happens and what the clients do (drawn)
  --people N   people of the demo federation (1000)
  --rows N     rows of an imported file (2000)
  --kills N    how often hierarchy is killed in scenario plan (50)
  --keep       leave the folder behind
  --scenario S kill (the default), disk (PostgreSQL's disk is full for a while), crowd (10,000 idle connections, slow and
               endless requests), plan (hierarchy is killed in the middle of a plan that concerns everybody), sabotage (no
               faults; one thing is spoilt for each check, which must see it)`;

const begin = Date.now ();
const say = text => console.log (`${((Date.now () - begin) / 1000).toFixed (1).padStart (6)} s  ${text}`);

/** Words that would show in a log, different in every run. */
function canaryOf (seed) {
  const digits = String (Number (seed) % 1000).padStart (3, '0');
  return { word: `kanaria${seed}q`, family: `Kanariala${seed}`, street: `Kanariankatu${seed}`, phone: `+35845${digits}` };
}

/** Highest memory of each process, looked at now and then. */
async function watchMemory (set, isStopped) {
  const peaks = new Map ();
  while (!isStopped ()) {
    for (const name of PROCESSES) {
      const memory = await set.memory (name);
      if (memory) {
        peaks.set (name, Math.max (peaks.get (name) ?? 0, memory.peak));
      }
    }
    await sleep (500);
  }
  return peaks;
}

/** Waits until all processes answer, every run has ended and every event is applied. */
async function settle (set) {
  for (const name of PROCESSES) {
    if (await set.untilReady (name, SETTLE_LIMIT_MS) === null) {
      throw new Error (`${name} does not answer any more`);
    }
  }
  const limit = Date.now () + SETTLE_LIMIT_MS;
  for (let quiet = 0; quiet < 3; await sleep (300)) {
    const heads = {};
    const behind = [];
    for (const service of SERVICES) {
      heads[service] = new Map ((await set.sql (service, 'SELECT log_id, last_seq FROM event_head')).map (row => [row.log_id, row.last_seq]));
    }
    for (const service of SERVICES) {
      for (const { source, log_id, seq } of await set.sql (service, 'SELECT source, log_id, seq FROM event_cursor')) {
        if (heads[source]?.get (log_id) !== seq) {
          behind.push (`${service} is at ${seq} of ${heads[source]?.get (log_id)} of ${source}, lane ${log_id}`);
        }
      }
      const [{ count }] = await set.sql (service, 'SELECT count (*) FROM run WHERE state IN (1, 2)');
      if (count > 0) {
        behind.push (`${service} has ${count} runs under way`);
      }
    }
    quiet = behind.length === 0 ? quiet + 1 : 0;
    if (Date.now () > limit) {
      return behind;
    }
  }
  return [];
}

const percentile = (sorted, share) => sorted[Math.min (sorted.length - 1, Math.floor (sorted.length * share))] ?? 0;

/** How well commands were answered while all this happened. */
function auditRates (report, { journal, faults, peaks }, scenario) {
  const times = journal.commands.map (({ ms = Infinity }) => ms).sort ((a, b) => a - b);
  const attempts = journal.commands.reduce ((sum, command) => sum + command.attempts, 0);
  const unknown = journal.commands.reduce ((sum, command) => sum + command.unknown, 0);
  const intime = times.filter (ms => ms <= ANSWERED_WITHIN_MS).length;
  const share = intime / times.length;
  say (`${times.length} commands, ${attempts} attempts, ${(100 * unknown / attempts).toFixed (2)} % of them without a clear answer; p50 ${
    percentile (times, 0.5)} ms, p95 ${percentile (times, 0.95)} ms, p99 ${percentile (times, 0.99)} ms, longest ${times.at (-1)} ms; ${
    (100 * share).toFixed (2)} % within ${ANSWERED_WITHIN_MS / 1000} s`);
  if (scenario === 'kill') {
    report.check (`commands answered within ${ANSWERED_WITHIN_MS / 1000} s: at least ${100 * LEAST_ANSWERED} %`, times.length,
      share < LEAST_ANSWERED ? [`${(100 * share).toFixed (2)} %`] : []);
  }
  const hits = faults.filter (({ hit }) => hit);
  const back = hits.filter (({ fault }) => fault !== 'freeze').map (({ ms }) => ms ?? Infinity).sort ((a, b) => a - b);
  for (const { second, fault, name, seconds, ms, hit } of faults) {
    say (`${String (second).padStart (4)} s  ${fault} ${name}${seconds ? ` for ${seconds} s` : ''}: ${
      hit ? `answered again after ${ms ?? '?'} ms` : 'was down already'}`);
  }
  say (`answering again after p50 ${percentile (back, 0.5)} ms, longest ${back.at (-1)} ms`);
  report.check ('after every fault the process answers again by itself', hits.length,
    hits.filter (({ ms }) => ms === null).map (({ second, fault, name }) => `${fault} ${name} at ${second} s`));
  say (`memory at most: ${[...peaks].map (([name, mb]) => `${name} ${Math.round (mb)} MB`).join (', ')}`);
  report.check (`no process grows beyond ${MOST_MEMORY_MB} MB`, peaks.size,
    [...peaks].filter (([, mb]) => mb > MOST_MEMORY_MB).map (([name, mb]) => `${name}: ${Math.round (mb)} MB`));
}

/** Readers were answered right or told why not. */
function auditReads (report, readers) {
  const sum = field => readers.reduce ((total, reader) => total + reader[field], 0);
  const slow = readers.flatMap (({ slowest }) => [...slowest]).sort ((a, b) => b[1] - a[1]).slice (0, 3);
  say (`reads: ${sum ('answered')} answered, ${sum ('refused')} not then; slowest: ${slow.map (([path, ms]) => `${path} ${ms} ms`).join (', ')}`);
  report.check ('reads are answered right or refused with a reason', sum ('answered'), readers.flatMap (({ wrong }) => wrong));
}

async function timed (what, work) {
  const start = Date.now ();
  await work;
  say (`audited ${what} in ${((Date.now () - start) / 1000).toFixed (1)} s`);
}

/** All that can be asked of the databases. */
async function audit (set, report, { journal, clients, rules, plans, canary, world, imports }) {
  await timed ('commands', auditCommands (set, report, { journal, clients, rules, canary }));
  await timed ('events', auditEvents (set, report));
  await timed ('projections', auditProjections (set, report));
  await timed ('memberships', auditMemberships (set, report, world));
  await timed ('plans', auditPlans (set, report, { plans }));
  await timed ('membership events', auditMembershipEvents (set, report));
  await timed ('runs', auditRuns (set, report, { imports, world }));
  await timed ('federation', auditFederation (set, report));
}

/** Clients, importers and readers at work while faults happen; what they know in the end. */
async function work (set, world, { seed, seconds, rows, scenario, away }) {
  const canary = canaryOf (seed);
  const journal = new Journal (join (set.dir, 'journal.ndjson'));
  let stopped = false;
  const common = { seed, url: set.url, journal, world, canary, rows, isStopped: () => stopped };
  const clients = Array.from ({ length: CLIENTS }, (_, number) => new Client ({ ...common, number }));
  const memory = watchMemory (set, common.isStopped);
  const all = Promise.all ([editRules (common), importPeople (common), movePlans (common),
    Promise.all (Array.from ({ length: READERS }, (_, number) => read ({ ...common, number }))),
    ...clients.map (client => client.run ())]);
  const happens = {
    kill: () => carryOut (set, plan (seed, seconds, away), say),
    disk: () => fill (set, seconds, say),
    sabotage: () => sleep (seconds * 1000, []),
  };
  const faults = await Promise.race ([all.then (() => []), happens[scenario] ()]);
  stopped = true;
  say ('no more faults; waiting for what is under way');
  const [rules, imports, plans, readers] = await all;
  journal.close ();
  return { canary, journal, clients, rules, imports, plans, readers, world, faults, peaks: await memory };
}

async function play (set, options) {
  const report = new Report ();
  const hindrance = options.scenario === 'disk' ? await mount (set) : null;
  if (hindrance) {
    report.skip ('a full disk', hindrance);
    return report;
  }
  await set.start ();
  say (`the set runs at ${set.url} in ${set.dir}`);
  if (options.scenario === 'crowd') {
    await crowd (set, report, say);
    await set.stop ();
    return report;
  }
  const world = await build (set, { people: options.people, seed: 1, say });
  if (!world.imports) {
    say ('imports are not there yet: no demo people, no importing');
  }
  if (options.scenario === 'plan') {
    // What the making of the world has started raises events of its own: each plan's are counted.
    report.check ('everything settles before the first plan', SERVICES.length, await settle (set));
    await plansUnderFire (set, world, report, { ...options, say });
    report.check ('everything settles: followers at the head, runs ended', SERVICES.length, await settle (set));
    await timed ('events', auditEvents (set, report));
    await timed ('memberships', auditMemberships (set, report, world));
    await timed ('plans', auditPlans (set, report, { plans: { made: [], failures: [] } }));
    await timed ('membership events', auditMembershipEvents (set, report));
    await set.stop ();
    return report;
  }
  const outcome = await work (set, world, options);
  report.check ('everything settles: followers at the head, runs ended', SERVICES.length, await settle (set));
  say ('settled; auditing');
  await audit (set, report, outcome);
  auditReads (report, outcome.readers);
  if (options.scenario === 'sabotage') {
    report.check ('an unspoilt set passes', report.rows.length, report.failed > 0 ? ['see above'] : []);
    const spoilt = new Report ();
    const names = await spoil (set, outcome);
    await audit (set, spoilt, outcome);
    await set.stop ();
    await auditLogs (set, spoilt, outcome);
    judge (names, spoilt, report);
    return report;
  }
  auditRates (report, outcome, options.scenario);
  await set.stop ();
  await auditLogs (set, report, outcome);
  return report;
}

async function main () {
  const { values } = parseArgs ({ options: { seconds: { type: 'string', default: '60' }, seed: { type: 'string' },
    people: { type: 'string', default: '1000' }, rows: { type: 'string', default: '2000' }, keep: { type: 'boolean' },
    scenario: { type: 'string', default: 'kill' }, kills: { type: 'string', default: '50' }, away: { type: 'string' },
    help: { type: 'boolean', short: 'h' } } });
  if (values.help || !SCENARIOS.includes (values.scenario)) {
    console.log (USAGE);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  const seed = values.seed ?? String (randomBytes (4).readUInt32BE ());
  console.log (`seed ${seed}`);
  const set = await HeimoSet.create ();
  let report = null;
  const end = async () => {
    await set.stop ().catch (error => console.error (error.message));
    await unmount (set).catch (error => console.error (error.message));
    process.exit (130);
  };
  process.on ('SIGINT', end);
  process.on ('SIGTERM', end);
  try {
    report = await play (set, { seed, seconds: Number (values.seconds), people: Number (values.people), rows: Number (values.rows),
      scenario: values.scenario, kills: Number (values.kills), away: Number (values.away ?? Math.min (60, Math.max (4, Math.round (values.seconds / 5)))) });
  } catch (error) {
    console.error (error.stack);
    await set.stop ().catch (failure => console.error (failure.message));
  }
  const failed = report === null || report.failed > 0;
  if (!failed) {
    await unmount (set);
  }
  if (failed || values.keep) {
    console.log (`seed ${seed}, everything lies in ${set.dir}`);
  } else {
    set.remove ();
  }
  if (report === null) {
    console.log ('0 passed, 1 failed');
  } else {
    report.print ();
  }
  process.exitCode = failed ? 1 : 0;
}

await main ();
