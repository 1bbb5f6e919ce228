// The operators' command line against a set of its own, which it may hurt: each verb, each exit status, both forms of output.
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { appendFileSync, chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HeimoSet } from '../chaos/set.mjs';

const BIN = join (dirname (fileURLToPath (import.meta.url)), '..', '..', 'build', process.env.HEIMO_PRESET ?? 'release', 'bin');
const GOOD = 0;
const FOUND = 1;
const USAGE = 2;
const UNREACHABLE = 3;

let set;

const environment = () => ({ HEIMO_BUS_DIR: join (set.run, 'bus'), HEIMO_FEDERATION: set.federation, HEIMO_DISKS: set.dir });

/** Runs heimoctl: { code, out, error }. */
function ctl (words, more = {}) {
  return new Promise (resolve => {
    execFile (join (BIN, 'heimoctl'), words, { env: { PATH: process.env.PATH, ...environment (), ...more } },
      (failure, out, error) => resolve ({ code: failure ? failure.code : 0, out, error }));
  });
}

/** The same with --json: rows as well. */
async function rows (words, more) {
  const answer = await ctl ([...words, '--json'], more);
  return { ...answer, rows: answer.out.split ('\n').filter (Boolean).map (line => JSON.parse (line)) };
}

async function until (what, limit = 20000) {
  const end = Date.now () + limit;
  for (;;) {
    const value = await what ();
    if (value || Date.now () > end) {
      return value;
    }
    await sleep (100);
  }
}

async function makePerson () {
  const answer = await fetch (`${set.url}/v1/persons`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': randomUUID () },
    body: JSON.stringify ({ givenName: 'Testi', familyName: 'Salainen', birthDate: '2010-05-17', language: 'fi' }),
  });
  expect (answer.status).toBe (201);
  return answer.json ();
}

beforeAll (async () => {
  set = await HeimoSet.create ();
  await set.start ();
});

afterAll (async () => {
  await set.stop ();
  set.remove ();
});

describe ('what is typed', () => {
  test.each ([
    [[], 'VERB is missing'],
    [['stat'], "VERB 'stat' is none of status, doctor, runs"],
    [['status', 'now'], "status 'now' is one word too many"],
    [['status', '--limit', '3'], '--limit is no option of status'],
    [['status', '--json=yes'], '--json takes no value'],
    [['status', '--timeout'], '--timeout needs a value: SECONDS'],
    [['status', '--timeout', '0'], "--timeout '0' is not a whole number from 1 to 600"],
    [['status', '--timeout=1s'], "--timeout '1s' is not a whole number"],
    [['status', '--service', 'gate'], "--service 'gate' is none of hierarchy, membership"],
    [['runs', 'show'], 'RUN is missing'],
    [['runs', 'stop', 'x'], "runs 'stop' is none of show, cancel"],
    [['runs', 'show', 'x'], "RUN 'x' "],
    [['runs', '--state', 'gone'], "--state 'gone' is none of queued, running"],
    [['parked', 'retry'], 'EVENT name one EVENT, or say --all'],
    [['parked', 'drop', 'hierarchy/membership/0/1'], '--reason is missing'],
    [['parked', 'show', 'hierarchy/membership/64/1'], "EVENT 'hierarchy/membership/64/1' is not"],
    [['parked', 'show', 'gate/membership/0/1'], "EVENT 'gate/membership/0/1' is not"],
    [['print', 'pdf'], "DOCUMENT 'pdf' is none of man, bash"],
  ]) ('%j is refused with the reason', async (words, reason) => {
    const answer = await ctl (words);
    expect (answer).toMatchObject ({ code: USAGE, out: '' });
    expect (answer.error).toContain (`heimoctl: ${reason}`);
  });

  test ('a wrong configuration is told by its variable', async () => {
    expect (await ctl (['runs'], { HEIMO_FEDERATION: '' }))
      .toMatchObject ({ code: USAGE, error: expect.stringContaining ('HEIMO_FEDERATION is not set') });
    expect (await ctl (['runs'], { HEIMO_FEDERATION: 'x' }))
      .toMatchObject ({ code: USAGE, error: expect.stringContaining ('HEIMO_FEDERATION is not') });
    expect (await ctl (['status'], { HEIMO_BUS_DIR: '' }))
      .toMatchObject ({ code: USAGE, error: expect.stringContaining ('HEIMO_BUS_DIR is not set') });
    expect (await ctl (['status'], { HEIMO_BUS_DIR: '/nonexistent/bus' }))
      .toMatchObject ({ code: UNREACHABLE, error: expect.stringContaining ('/nonexistent/bus') });
  });

  test ('every verb has help, and stands in the man page and the completion', async () => {
    const help = await ctl (['--help']);
    const man = (await ctl (['print', 'man'])).out;
    const bash = (await ctl (['print', 'bash'])).out;
    const verbs = [...help.out.matchAll (/^ {2}([a-z]+(?: [a-z]+)?)(?: \[?[A-Z]+\]?)? {2,}/gm)].map (match => match[1]);
    expect (verbs.length).toBeGreaterThan (10);
    for (const verb of verbs) {
      const one = await ctl ([...verb.split (' '), '--help']);
      expect (one, verb).toMatchObject ({ code: GOOD, error: '' });
      expect (one.out).toContain (`usage: heimoctl ${verb}`);
      expect (man).toMatch (new RegExp (`^\\.SS ${verb}( |$)`, 'm'));
      expect (bash).toContain (verb.includes (' ') ? `'${verb}'*)` : `${verb}*)`);
    }
  });

  test ('the completion completes', async () => {
    const file = join (set.dir, 'completion');
    writeFileSync (file, (await ctl (['print', 'bash'])).out);
    const complete = words => new Promise ((resolve, reject) => {
      const script = `. ${file}; COMP_WORDS=(heimoctl "$@"); COMP_CWORD=$#; _heimoctl; echo "\${COMPREPLY[*]}"`;
      execFile ('bash', ['-c', script, 'bash', ...words], (failure, out) => (failure ? reject (failure) : resolve (out.trim ())));
    });
    expect (await complete (['st'])).toBe ('status');
    expect (await complete (['runs', 's'])).toBe ('show');
    expect (await complete (['runs', '--sta'])).toBe ('--state');
    expect (await complete (['runs', '--state', 'ca'])).toBe ('cancelled');
    expect (await complete (['status', '--service', ''])).toBe ('hierarchy membership');
  });
});

describe ('a set that is well', () => {
  test ('status has a row for each service, and columns stand below their titles', async () => {
    const json = await rows (['status']);
    expect (json).toMatchObject ({ code: GOOD, error: '' });
    expect (json.rows.map (row => [row.service, row.state, row.database.answers, row.lanes.length, row.workers]))
      .toEqual ([['hierarchy', 'SERVICE_STATE_READY', true, 8, 4], ['membership', 'SERVICE_STATE_READY', true, 8, 4]]);
    expect (json.rows[0].followers[0].source).toBe ('membership');
    const table = await ctl (['status', '--service', 'hierarchy', '--lanes']);
    const lines = table.out.split ('\n');
    expect (lines[1].indexOf ('ready')).toBe (lines[0].indexOf ('STATE'));
    expect (lines[0].length).toBe (lines[1].length);
    expect (table.out).toMatch (/^hierarchy {2,}7 +\d+$/m);
    expect (table.out).not.toMatch (/ $/m);
  });

  test ('doctor finds no error', async () => {
    const answer = await ctl (['doctor']);
    expect (answer, answer.out).toMatchObject ({ code: GOOD, error: '' });
    expect (answer.out).toMatch (/2 services looked at, 0 errors/);
  });

  test ('events show what has been recorded, and no content', async () => {
    const person = await makePerson ();
    const last = await rows (['events', '--service', 'membership', '--limit', '5']);
    expect (last.code).toBe (GOOD);
    expect (last.rows.find (row => row.aggregateId === person.personId))
      .toMatchObject ({ type: 'heimo.membership.v1.PersonChanged', payload: '' });
    expect (last.out).not.toContain ('Salainen');
    expect ((await rows (['events', '--limit', '1'])).rows).toHaveLength (1);
    expect ((await rows (['events', '--type', 'heimo.x'])).rows).toHaveLength (0);
    expect ((await ctl (['events'])).out).toContain (person.personId);
  });

  test ('runs are listed, shown and followed to their end', async () => {
    const list = await until (async () => {
      const answer = await rows (['runs', '--state', 'succeeded']);
      return answer.rows.length > 1 && answer;
    });
    expect (list.code).toBe (GOOD);
    expect ([...list.rows].sort ((a, b) => (a.createTime < b.createTime ? 1 : -1))).toEqual (list.rows);
    const [run] = list.rows;
    expect ((await rows (['runs', 'show', run.runId])).rows[0]).toEqual (run);
    expect ((await ctl (['runs', 'show', run.runId])).out).toContain (run.type);
    expect ((await rows (['runs', 'show', run.runId, '--follow']))).toMatchObject ({ code: GOOD, rows: [run] });
    expect ((await rows (['runs', 'show', run.runId, '--outcomes'])).code).toBe (GOOD);
    expect (await ctl (['runs', 'cancel', run.runId]))
      .toMatchObject ({ code: FOUND, error: expect.stringContaining ('has ended already: succeeded') });
    expect (await ctl (['runs', 'show', randomUUID ()]))
      .toMatchObject ({ code: FOUND, error: expect.stringContaining ('is no run of this federation') });
    expect ((await rows (['runs', '--limit', '1'])).rows).toHaveLength (1);
  });

  test ('a run is cancelled, and following it then fails', async () => {
    const run = randomUUID ();
    // Nobody takes it before its lease has ended.
    await set.execute ('hierarchy', `INSERT INTO run (federation_id, run_id, type, actor, lease_until)
      VALUES ('${set.federation}', '${run}', 'member-count', 'test', now () + interval '1 hour')`);
    expect ((await rows (['runs', '--state', 'queued'])).rows.map (row => row.runId)).toEqual ([run]);
    expect ((await rows (['runs', 'cancel', run])).code).toBe (GOOD);
    await set.execute ('hierarchy', `UPDATE run SET lease_until = '-infinity' WHERE run_id = '${run}'`);
    const followed = await rows (['runs', 'show', run, '--follow']);
    expect (followed.code).toBe (FOUND);
    expect (followed.rows.at (-1)).toMatchObject ({ state: 'RUN_STATE_CANCELLED', done: true });
  });
});

describe ('events that cannot be applied', () => {
  const parked = async () => (await rows (['parked'])).rows;
  const name = event => [event.service, event.source, event.logId, event.seq].join ('/');

  test ('are listed, tried again, given up with a reason', async () => {
    expect (await ctl (['parked'])).toMatchObject ({ code: GOOD, out: '' });
    await set.execute ('hierarchy', `CREATE FUNCTION refuse () RETURNS trigger LANGUAGE plpgsql
      AS $$ BEGIN RAISE EXCEPTION 'not today'; END $$`);
    await set.execute ('hierarchy', 'CREATE TRIGGER refuse BEFORE INSERT ON person FOR EACH ROW EXECUTE FUNCTION refuse ()');
    const [kept, given] = [await makePerson (), await makePerson ()];
    await until (async () => (await parked ()).length === 2);
    const list = await parked ();
    expect (list.map (event => event.aggregateId).sort ()).toEqual ([kept.personId, given.personId].sort ());
    const of = person => name (list.find (event => event.aggregateId === person.personId));
    expect ((await ctl (['parked'])).code).toBe (FOUND);
    expect ((await rows (['parked', 'show', of (kept)])).rows[0])
      .toMatchObject ({ aggregateId: kept.personId, reason: 'CANNOT_BE_APPLIED', federationId: set.federation });

    const again = await ctl (['parked', 'retry', of (kept)]);
    expect (again).toMatchObject ({ code: FOUND, error: expect.stringContaining ('still cannot be applied') });
    expect (await parked ()).toEqual (list);
    expect ((await rows (['doctor'])).rows).toContainEqual (expect.objectContaining ({ check: 'EVENTS', service: 'hierarchy' }));

    expect ((await rows (['parked', 'drop', of (given), '--reason', 'made for a test'])).code).toBe (GOOD);
    expect (await set.sql ('hierarchy', 'SELECT aggregate_id, actor, reason FROM event_dropped'))
      .toEqual ([{ aggregate_id: given.personId, actor: 'service:ctl', reason: 'made for a test' }]);
    expect (await ctl (['parked', 'show', of (given)]))
      .toMatchObject ({ code: FOUND, error: expect.stringContaining ('NOT_PARKED') });

    await set.execute ('hierarchy', 'DROP TRIGGER refuse ON person');
    const applied = await rows (['parked', 'retry', '--all']);
    expect (applied.code).toBe (GOOD);
    expect (applied.rows.map (event => event.aggregateId)).toEqual ([kept.personId]);
    expect (await parked ()).toEqual ([]);
    expect (await set.sql ('hierarchy', `SELECT person_id FROM person WHERE person_id IN ('${kept.personId}', '${given.personId}')`))
      .toEqual ([{ person_id: kept.personId }]);
  });
});

describe ('a set that is not well', () => {
  const checks = answer => answer.rows.map (row => [row.service, row.check, row.severity]);
  const ERROR = 'FINDING_SEVERITY_ERROR';

  test ('a secret that others may read', async () => {
    const secret = join (set.dir, 'secrets', 'page-token');
    chmodSync (secret, 0o644);
    const answer = await rows (['doctor']);
    chmodSync (secret, 0o600);
    expect (answer.code).toBe (FOUND);
    expect (checks (answer)).toEqual ([['hierarchy', 'SECRETS', ERROR], ['membership', 'SECRETS', ERROR]]);
    expect (answer.rows[0].description).toContain ('0644');
    expect (answer.rows[0].advice).not.toBe ('');
  });

  test ('migrations that are missing, or newer than the program', async () => {
    const [{ version }] = await set.sql ('hierarchy', 'SELECT max (version) AS version FROM schema_migrations');
    await set.execute ('hierarchy', `UPDATE schema_migrations SET version = '99990101000000' WHERE version = '${version}'`);
    const answer = await rows (['doctor']);
    await set.execute ('hierarchy', `UPDATE schema_migrations SET version = '${version}' WHERE version = '99990101000000'`);
    expect (answer.code).toBe (FOUND);
    expect (answer.rows.map (row => [row.check, row.subject, row.severity])).toEqual ([
      ['MIGRATIONS', version, ERROR], ['MIGRATIONS', '99990101000000', 'FINDING_SEVERITY_WARNING']]);
  });

  test ('keys that the allow-list does not know, or that others may read', async () => {
    const folder = mkdtempSync (join (tmpdir (), 'heimo-keys.'));
    const keys = async () => (await rows (['doctor', '--timeout', '1'], { HEIMO_KEYS: folder })).rows
      .filter (row => row.check === 'KEYS').map (row => row.subject);
    await new Promise ((resolve, reject) => {
      execFile (join (BIN, 'heimo-keys'), [folder], failure => (failure ? reject (failure) : resolve ()));
    });
    expect (await keys ()).toEqual ([]);
    const allow = join (folder, 'allow');
    writeFileSync (allow, readFileSync (allow, 'utf8').replace (/^ctl .*\n/m, ''));
    expect (await keys ()).toEqual ([join (folder, 'ctl.public')]);
    appendFileSync (allow, 'nonsense\n');
    chmodSync (join (folder, 'ctl.secret'), 0o644);
    expect ((await keys ()).sort ()).toEqual ([allow, join (folder, 'ctl.secret')]);
    rmSync (folder, { recursive: true });
  });

  test ('a database that is away', async () => {
    await set.down ('postgres');
    const status = await until (async () => {
      const answer = await rows (['status']);
      return answer.rows.every (row => row.state === 'SERVICE_STATE_NO_DATABASE') && answer;
    });
    const doctor = await rows (['doctor']);
    await set.up ('postgres');
    expect (status).toMatchObject ({ code: FOUND, error: expect.stringContaining ('database') });
    expect (checks (doctor)).toEqual ([['hierarchy', 'DATABASE', ERROR], ['membership', 'DATABASE', ERROR]]);
    expect (await until (async () => (await ctl (['status'])).code === GOOD)).toBe (true);
  });

  test ('a service that is stopped', async () => {
    await set.down ('membership');
    await until (async () => await set.pid ('membership') === 0);
    const status = await rows (['status', '--timeout', '1']);
    expect (status).toMatchObject ({ code: UNREACHABLE, error: expect.stringContaining ('membership') });
    expect (status.rows.map (row => row.state)).toEqual (['SERVICE_STATE_READY', 'SERVICE_STATE_UNREACHABLE']);
    for (const words of [['runs'], ['parked', '--service', 'membership'], ['events'], ['runs', 'show', randomUUID ()],
      ['parked', 'retry', 'membership/hierarchy/0/1']]) {
      expect (await ctl ([...words, '--timeout', '1']), words.join (' ')).toMatchObject ({ code: UNREACHABLE });
    }
    expect ((await ctl (['status', '--service', 'hierarchy'])).code).toBe (GOOD);
    const doctor = await rows (['doctor', '--timeout', '1']);
    expect (doctor.code).toBe (FOUND);
    expect (checks (doctor)).toContainEqual (['membership', 'REACHED', ERROR]);
    await set.up ('membership');
    expect (await until (async () => (await ctl (['status'])).code === GOOD)).toBe (true);
  });
});
