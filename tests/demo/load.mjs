#!/usr/bin/env node
// Loads a generated federation through the public HTTP API, as a user with a script would. Can be stopped at
// any point and started again: what is there is found, what is missing is sent, and a request that was sent
// twice has effect once.
import { createHash } from 'node:crypto';
import { createReadStream, readFileSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ApiError, Client, keyOf } from './client.mjs';

const PLACES_A_REQUEST = 1000;
const ORGANS_A_REQUEST = 500;
const LOOK_MS = 250;
const ERRORS_SHOWN = 10;
const FIGURES = new Intl.NumberFormat ('en');

const USAGE = `usage: node tests/demo/load.mjs --url http://127.0.0.1:PORT --dir DIR

  --url URL   the gateway
  --dir DIR   where generate.mjs wrote people.csv and federation.json`;

/** One line that is written over on a terminal; elsewhere only the finished lines. */
export class Progress {
  constructor (stream = process.stdout) {
    this.stream = stream;
  }

  show (text) {
    if (this.stream.isTTY) {
      this.stream.write (`\r\x1b[K${text}`);
    }
  }

  done (text) {
    this.stream.write (this.stream.isTTY ? `\r\x1b[K${text}\n` : `${text}\n`);
  }
}

function * batchesOf (list, size) {
  for (let i = 0; i < list.length; i += size) {
    yield list.slice (i, i + size);
  }
}

/** Enum values travel under their full names. */
const apiRule = rule => (rule ?? []).map (({ op, operands, field, values }) => ({
  op: `RULE_OP_${op}`,
  ...(operands ? { operands } : {}),
  ...(field ? { field: `RULE_FIELD_${field}` } : {}),
  ...(values?.length ? { values } : {}),
}));

async function loadPlaces (client, places, progress) {
  let sent = 0;
  for (const batch of batchesOf (places, PLACES_A_REQUEST)) {
    await client.post ('/v1/places:import', {
      places: batch.map (({ country, postal_code, town, municipality, province }) =>
        ({ country, postalCode: postal_code, town, municipality, province })),
    });
    sent += batch.length;
    progress.show (`gazetteer: ${FIGURES.format (sent)} of ${FIGURES.format (places.length)} postal codes`);
  }
  progress.done (`gazetteer: ${FIGURES.format (places.length)} postal codes`);
}

async function findOrCreateOrganisation (client, { code, name, policy, founded }) {
  const { organisations = [] } = await client.get ('/v1/organisations', { code });
  return organisations.find (organisation => organisation.code === code)
    ?? client.post ('/v1/organisations', { code, name, policy: `DATING_POLICY_${policy}`, validFrom: founded });
}

async function createMissingTypes (client, organisationId, types) {
  const path = `/v1/organisations/${organisationId}/types`;
  const { types: existing = [] } = await client.get (path);
  const known = new Set (existing.map (({ code }) => code));
  for (const { code, name, rule } of types.filter (({ code }) => !known.has (code))) {
    await client.post (path, { code, name, rule: apiRule (rule) });
  }
}

/** Parents before children, so that each batch finds what it hangs under. */
export function byDepth (organs) {
  const depth = new Map ();
  const parentOf = new Map (organs.map (({ code, parent_code }) => [code, parent_code]));
  const depthOf = code => {
    if (!depth.has (code)) {
      const parent = parentOf.get (code);
      depth.set (code, parent === null || parent === undefined ? 0 : depthOf (parent) + 1);
    }
    return depth.get (code);
  };
  return [...organs].sort ((a, b) => depthOf (a.code) - depthOf (b.code));
}

async function createMissingOrgans (client, organisationId, { code, organs }, progress) {
  const existing = await client.list ('/v1/organs', 'organs', { organisationId, pageSize: 1000 });
  const known = new Set (existing.map (({ code }) => code));
  const missing = byDepth (organs).filter (({ code }) => !known.has (code));
  let created = 0;
  for (const batch of batchesOf (missing, ORGANS_A_REQUEST)) {
    await client.post (`/v1/organisations/${organisationId}/organs:batchCreate`, {
      organs: batch.map (({ code, name, kind, parent_code, founded, rule }) => ({
        code, name, kind, validFrom: founded, ...(parent_code ? { parentCode: parent_code } : {}),
        ...(rule ? { rule: apiRule (rule) } : {}) })),
    });
    created += batch.length;
    progress.show (`${code}: ${FIGURES.format (created)} of ${FIGURES.format (missing.length)} organs`);
  }
  progress.done (`${code}: ${FIGURES.format (organs.length)} organs, ${FIGURES.format (created)} of them new`);
}

async function sha256Of (file) {
  const hash = createHash ('sha256');
  for await (const chunk of createReadStream (file, { highWaterMark: 1 << 20 })) {
    hash.update (chunk);
  }
  return hash.digest ('hex');
}

async function upload (client, file, progress) {
  const size = statSync (file).size;
  const megabytes = bytes => (bytes / 1e6).toFixed (1);
  const uploaded = await client.upload ('/v1/import-files?fileName=people.csv', file, {
    type: 'text/csv',
    key: keyOf ('people.csv', await sha256Of (file)),
    progress: sent => progress.show (`people.csv: ${megabytes (sent)} of ${megabytes (size)} MB sent`),
  });
  progress.done (`people.csv: ${megabytes (size)} MB sent`);
  return uploaded.fileId;
}

const secondsSince = begin => ((Date.now () - begin) / 1000).toFixed (1);
const stateOf = ({ state = '' }) => state.replace (/^IMPORT_STATE_/, '');

/**
 * The import of this file that is under way or done; a new one if there is none or the last one came to
 * nothing.
 */
async function findOrCreateImport (client, fileId) {
  const imports = await client.list ('/v1/imports', 'imports', { pageSize: 200 });
  const last = imports.find (item => item.fileId === fileId);
  if (last && !['REFUSED', 'UNDOING', 'UNDONE', 'STOPPED'].includes (stateOf (last))) {
    return last;
  }
  return client.post ('/v1/imports', { fileId }, keyOf ('import', fileId, last?.importId ?? 'first'));
}

/** Follows a run to its end; progress on one line. */
async function waitForRun (client, runId, what, progress) {
  const begin = Date.now ();
  for (; ; await sleep (LOOK_MS)) {
    const run = await client.get (`/v1/membership/runs/${runId}`);
    const [processed, total] = [Number (run.processed ?? 0), Number (run.total ?? 0)];
    progress.show (`${what}: ${FIGURES.format (processed)} of ${total ? FIGURES.format (total) : '?'} rows`
      + ` · ${total ? Math.floor ((100 * processed) / total) : 0} %`);
    if (run.done) {
      if (run.state !== 'RUN_STATE_SUCCEEDED') {
        const why = `${run.errorReason ?? ''} ${run.error ?? ''}`.trim ();
        throw new Error (`${what}: ended as ${run.state}: ${why}`);
      }
      progress.done (`${what}: ${FIGURES.format (processed)} rows in ${secondsSince (begin)} s`);
      return run;
    }
  }
}

async function refusalOf (client, { checkRunId, errors }) {
  const { outcomes = [] } = await client.get (`/v1/membership/runs/${checkRunId}/outcomes`,
    { result: 'failed', pageSize: ERRORS_SHOWN });
  const lines = outcomes.map (({ subject, field, reason, description }) =>
    `  line ${subject}${field ? `, ${field}` : ''}: ${description || reason}`);
  const rows = FIGURES.format (Number (errors ?? outcomes.length));
  return new Error ([`the dry run found errors in ${rows} rows; nothing was applied`, ...lines].join ('\n'));
}

async function importPeople (client, file, progress) {
  const fileId = await upload (client, file, progress);
  let current = await findOrCreateImport (client, fileId);
  const refresh = async () => {
    current = await client.get (`/v1/imports/${current.importId}`);
  };
  if (stateOf (current) === 'APPLIED') {
    progress.done ('people.csv: applied before, nothing to do');
    return;
  }
  if (stateOf (current) === 'CHECKING') {
    await waitForRun (client, current.checkRunId, 'dry run', progress);
    await refresh ();
  }
  if (stateOf (current) === 'REFUSED') {
    throw await refusalOf (client, current);
  }
  if (stateOf (current) === 'CHECKED') {
    current = await client.post (`/v1/imports/${current.importId}:apply`, { planHash: current.planHash });
  }
  await waitForRun (client, current.applyRunId, 'import', progress);
  await refresh ();
  if (stateOf (current) !== 'APPLIED') {
    throw new Error (`the import ended as ${stateOf (current)}`);
  }
}

async function isCaughtUp (client, expected) {
  const { followers = [] } = await client.get ('/v1/hierarchy/status');
  const follower = followers.find (({ source }) => source === 'membership');
  const lag = Number (follower?.lagEvents ?? 0);
  const parked = Number (follower?.parkedEvents ?? 0);
  const behind = [];
  for (const [code, members] of Object.entries (expected)) {
    const { organisations = [] } = await client.get ('/v1/organisations', { code });
    const count = Number (organisations[0]?.memberCount ?? 0);
    if (count < members) {
      behind.push (`${code} has ${FIGURES.format (count)} of ${FIGURES.format (members)} members`);
    }
  }
  return {
    caughtUp: follower !== undefined && lag === 0 && behind.length === 0,
    text: [`${FIGURES.format (lag)} events behind`, ...behind].join (', '),
    parked,
  };
}

/** Waits until every person is placed. Gives up when nothing has moved for `patience` milliseconds. */
async function waitForHierarchy (client, expected, progress, patience) {
  const begin = Date.now ();
  let [last, moved] = ['', begin];
  for (; ; await sleep (LOOK_MS)) {
    const { caughtUp, text, parked } = await isCaughtUp (client, expected);
    progress.show (`hierarchy: ${text}`);
    if (caughtUp) {
      progress.done (`hierarchy: everybody placed after ${secondsSince (begin)} s`);
      return;
    }
    if (text !== last) {
      [last, moved] = [text, Date.now ()];
    }
    if (Date.now () - moved > patience) {
      throw new Error (`hierarchy does not get further: ${text}, ${parked} events parked`);
    }
  }
}

function readFederation (dir) {
  const path = join (dir, 'federation.json');
  try {
    return JSON.parse (readFileSync (path, 'utf8'));
  } catch (error) {
    throw new Error (`cannot read ${path} (${error.message}); write it with generate.mjs --out ${dir}`);
  }
}

/** Loads what generate.mjs wrote into `dir`. */
export async function load ({ url, dir, progress = new Progress (), patience = 60000 }) {
  const federation = readFederation (dir);
  const client = new Client (url, { patience });
  try {
    await loadPlaces (client, federation.gazetteer, progress);
    for (const organisation of federation.organisations) {
      const { organisationId } = await findOrCreateOrganisation (client, organisation);
      await createMissingTypes (client, organisationId, organisation.types);
      await createMissingOrgans (client, organisationId, organisation, progress);
    }
    await importPeople (client, join (dir, 'people.csv'), progress);
    await waitForHierarchy (client, federation.expected.members, progress, patience);
  } finally {
    client.close ();
  }
}

async function main () {
  const options = { url: { type: 'string' }, dir: { type: 'string' }, help: { type: 'boolean', short: 'h' } };
  const { values } = parseArgs ({ options });
  if (values.help) {
    console.log (USAGE);
  } else if (!values.url || !values.dir) {
    console.error (USAGE);
    process.exitCode = 2;
  } else {
    await load (values);
  }
}

if (process.argv[1] && realpathSync (process.argv[1]) === fileURLToPath (import.meta.url)) {
  main ().catch (error => {
    const foreseen = error instanceof ApiError || error.constructor === Error;
    console.error (`\n${foreseen ? error.message : error.stack}`);
    process.exitCode = 1;
  });
}
