// The figures, one function each. A function gets the set and returns rows {name, value, unit, baseline, ratio, target, ok}:
// `value` stands beside `baseline`, measured in the same run on the same machine, and `ratio` is value over baseline.
import { existsSync, readFileSync, writeFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { http, median, percentile, randomBelow, run, timed, wrk } from './measure.mjs';
import { top } from './set.mjs';

const WORKERS = 4; // of the membership service, and connections of pgbench
const ROUNDS = 3;
const pgbench = '/usr/lib/postgresql/15/bin/pgbench';

function row (name, value, unit, baseline, target, ok) {
  return { name, value, unit, baseline, ratio: baseline ? value / baseline : null, target, ok };
}

async function somePersons (set, count) {
  const rows = await set.sql ('heimo_membership',
    `SELECT person_id FROM person ORDER BY md5 (person_id::text) LIMIT ${count}`);
  return rows.map (([id]) => id);
}

/** GET of one person through gateway, bus, service and database, beside pgbench -S with as many connections. */
async function personGet (set) {
  const script = join (set.folder, 'persons.lua');
  const ids = await somePersons (set, 20000);
  // The requests are written out before: what is measured is not the load's own work.
  writeFileSync (script, `local ids, requests = {${ids.map ((id) => `"${id}"`).join (',')}}, {}
    init = function ()
      for i, id in ipairs (ids) do requests[i] = wrk.format ("GET", "/v1/persons/" .. id) end
    end
    request = function () return requests[math.random (#requests)] end`);
  await run (pgbench, ['-i', '-q', '-s', '10', set.conninfo ('bench')]);
  const ours = [];
  const theirs = [];
  for (let round = 0; round <= ROUNDS; round++) { // the first pair warms up
    const ourRate = await wrk (set.url, script, 5, 32);
    const { stdout } = await run (pgbench,
      ['-S', '-M', 'prepared', '-c', WORKERS, '-j', '1', '-T', '5', set.conninfo ('bench')].map (String));
    if (round > 0) {
      ours.push (ourRate);
      theirs.push (Number (stdout.match (/tps = ([\d.]+)/)[1]));
    }
  }
  const ratio = median (ours.map ((rate, i) => rate / theirs[i]));
  return [{ ...row ('person_get', median (ours), 'requests/s', median (theirs), 'ratio ≥ 0.30', ratio >= 0.3), ratio }];
}

/** A page of 50 members of an organ: the whole federation, districts, associations; at random places by name. */
async function listPage (set) {
  const organs = await set.sql ('heimo_hierarchy', `
    (SELECT organ_id FROM organ WHERE organ_id = organisation_id)
    UNION ALL (SELECT organ_id FROM organ WHERE organ_id <> organisation_id ORDER BY md5 (organ_id::text) LIMIT 60)`);
  const pages = [];
  const bare = [];
  const [person] = await somePersons (set, 1);
  for (let round = 0; round < 6; round++) {
    for (const [organ] of organs) {
      let token = '';
      for (let page = 0; page < 2; page++) {
        const url = `${set.url}/v1/organs/${organ}/members?pageSize=50&pageToken=${encodeURIComponent (token)}`;
        let answer;
        pages.push (await timed (async () => { answer = await http (url); }));
        if (answer.status !== 200) {
          throw new Error (`list page: ${answer.status} ${JSON.stringify (answer.body)}`);
        }
        token = answer.body.nextPageToken;
        if (!token) {
          break;
        }
      }
      bare.push (await timed (() => http (`${set.url}/v1/persons/${person}`)));
    }
  }
  const value = percentile (pages, 0.99);
  return [row ('member_page_p99', value, 'ms', percentile (bare, 0.99), '≤ 20 ms', value <= 20)];
}

/** Search by part of a name, as people type: fragments of the names that are there. */
async function search (set) {
  const random = randomBelow (7);
  const names = await set.sql ('heimo_membership',
    'SELECT given_name, family_name FROM person ORDER BY md5 (person_id::text) LIMIT 300');
  const times = [];
  const bare = [];
  const [person] = await somePersons (set, 1);
  for (const [given, family] of names) {
    const name = random (2) === 0 ? given : family;
    const length = Math.min (name.length, 3 + random (4));
    const begin = random (name.length - length + 1);
    const query = random (4) === 0 ? `${given.slice (0, 3)} ${family}` : name.slice (begin, begin + length);
    let answer;
    times.push (await timed (async () => {
      answer = await http (`${set.url}/v1/persons:search?query=${encodeURIComponent (query)}`);
    }));
    if (answer.status !== 200 || answer.body.persons.length === 0) {
      throw new Error (`search for '${query}': ${answer.status}`);
    }
    bare.push (await timed (() => http (`${set.url}/v1/persons/${person}`)));
  }
  const value = percentile (times, 0.95);
  return [row ('search_p95', value, 'ms', percentile (bare, 0.95), '≤ 100 ms', value <= 100)];
}

/** The import of the demo itself, dry run and apply, beside COPY of the same file into a table of texts. */
async function importRows (set, people) {
  const seconds = async (type) => {
    const rows = await set.sql ('heimo_membership', `SELECT extract (epoch FROM end_time - create_time), processed
      FROM run WHERE type LIKE 'import%${type}%' AND state = 3 ORDER BY create_time LIMIT 1`);
    return rows.length === 1 ? Number (rows[0][0]) : NaN;
  };
  const types = (await set.sql ('heimo_membership', 'SELECT DISTINCT type FROM run')).flat ();
  const check = await seconds (types.some ((type) => type.includes ('check')) ? 'check' : 'dry');
  const apply = await seconds ('apply');
  const file = join (set.folder, 'demo', 'people.csv');
  const columns = readFileSync (file, 'utf8').split ('\n', 1)[0].trim ().split (',');
  const copy = await timed (() => run ('psql', ['-Xqd', set.conninfo ('bench'), '-c',
    `CREATE TABLE people (${columns.map ((column) => `${column} text`).join (', ')})`, '-c',
    `\\copy people FROM '${file}' CSV HEADER`])) / 1000;
  const value = (check + apply) * (100000 / people);
  const memory = await set.memory ('membership', 'VmHWM');
  return [
    row ('import_100k', value, 's', copy * (100000 / people), '≤ 30 s', value <= 30),
    row ('import_memory_peak', memory, 'MB', statSync (file).size / 2 ** 20, '≤ 64 MB whatever the file', memory <= 64),
  ];
}

/** From the request that changes an address until the new membership is there. */
async function addressChange (set) {
  const places = await set.sql ('heimo_membership', `
    SELECT DISTINCT ON (municipality) municipality, postal_code FROM place ORDER BY municipality, postal_code`);
  const persons = await set.sql ('heimo_hierarchy', `
    SELECT DISTINCT m.person_id FROM membership m JOIN organ o USING (federation_id, organ_id)
    WHERE o.kind = 'municipality' AND m.superseded_at IS NULL LIMIT 240`);
  const random = randomBelow (11);
  const times = [];
  const bare = [];
  for (const [person] of persons) {
    const before = (await http (`${set.url}/v1/persons/${person}`)).body.address?.municipality;
    let [municipality, postalCode] = places[random (places.length)];
    if (municipality === before) {
      [municipality, postalCode] = places[(places.findIndex (([name]) => name === before) + 1) % places.length];
    }
    const body = { street: 'Koekatu 1', postalCode };
    bare.push (await timed (() => http (`${set.url}/v1/persons/${person}`)));
    times.push (await timed (async () => {
      const answer = await http (`${set.url}/v1/persons/${person}/addresses`, 'POST', body);
      if (answer.status >= 300) {
        throw new Error (`address: ${answer.status} ${JSON.stringify (answer.body)}`);
      }
      for (let tries = 0; ; tries++) {
        const { memberships } = (await http (`${set.url}/v1/persons/${person}/memberships`)).body;
        if (memberships.some ((one) => one.organName === municipality && !one.validTo)) {
          return;
        }
        if (tries > 5000) {
          throw new Error (`${municipality} never appears`);
        }
      }
    }));
  }
  const value = percentile (times, 0.99);
  return [row ('address_to_membership_p99', value, 'ms', percentile (bare, 0.99), '≤ 50 ms', value <= 50)];
}

/** Writes that emit events in eight lanes beside the same writes without. */
async function eventWrites (set) {
  await run ('bash', ['-c', `sed -s '/^-- migrate:down/,$d' ${top}/common/db/migrations/*.sql | psql -Xqd '${set.conninfo ('bench')}'`]);
  const { stdout } = await run (join (top, 'build/release/bin/event_writes'), [set.conninfo ('bench'), '6', '8']);
  const got = JSON.parse (stdout);
  const ratio = got.event / got.plain;
  return [
    row ('event_writes', got.event, 'transactions/s', got.plain, 'ratio ≥ 0.60', ratio >= 0.6),
    row ('event_writes_one_lane', got.one_lane, 'transactions/s', got.plain, 'for comparison', true),
  ];
}

/** Resident memory of all processes but PostgreSQL, a while after the last request. */
async function idleMemory (set) {
  await sleep (10000);
  let sum = 0;
  for (const name of ['membership', 'hierarchy', 'gateway']) {
    sum += await set.memory (name);
  }
  return [row ('idle_memory', sum, 'MB', await set.memory ('postgres'), '≤ 80 MB', sum <= 80)];
}

/** What the browser must fetch before the page works: the scripts that index.html names. */
async function pageSize () {
  const dist = join (top, 'gateway/web/dist');
  const html = readFileSync (join (dist, 'index.html'), 'utf8');
  const scripts = [...html.matchAll (/(?:src|href)="\/([^"]+\.js)"/g)].map ((match) => match[1]);
  const bytes = (name, suffix) => statSync (join (dist, existsSync (join (dist, name + suffix)) ? name + suffix : name)).size;
  const size = (suffix) => scripts.reduce ((sum, name) => sum + bytes (name, suffix), 0) / 1024;
  const value = size ('.br');
  return [row ('initial_javascript', value, 'KB brotli', size (''), '≤ 180 KB', scripts.length > 0 && value <= 180)];
}

export const figures = { person_get: personGet, member_page: listPage, search, import: importRows,
  address_change: addressChange, event_writes: eventWrites, idle_memory: idleMemory, page_size: pageSize };
