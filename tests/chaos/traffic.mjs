// Everything else that goes on meanwhile: an editor of rules, importers, readers.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '../demo/random.mjs';
import { Http } from './http.mjs';
import { textOf } from './intervals.mjs';
import { organRules } from './world.mjs';

const PATIENCE_MS = 120000;
const RULE_PAUSE_MS = 6000;
const READ_PAUSE_MS = 60;
const LOOK_MS = 200;

/** Changes rules of the chaos organisation, each version with a day of its own. */
export async function editRules ({ seed, url, journal, world, isStopped }) {
  const http = new Http (url);
  const random = new Random (seed, 'rules');
  const leaves = world.chaos.organs.filter (({ code }) => code.startsWith ('leaf'));
  const made = [];
  const failures = [];
  for (let n = 1; !isStopped (); n++) {
    const leaf = random.below (leaves.length);
    const validFrom = textOf (world.today - 400 + n * 20);
    const body = { organId: leaves[leaf].organId, nodes: organRules (world, n)[leaf], validFrom };
    const key = randomUUID ();
    const command = journal.begin ({ key, op: 'record rule', method: 'POST', path: '/v1/rules', body, client: 'rules' });
    const told = kind => {
      command.attempts++;
      command.unknown += kind === 'unknown';
    };
    const answer = await http.untilKnown ('POST', '/v1/rules', { body, key }, { patience: PATIENCE_MS, told });
    if (answer) {
      journal.end (command, answer.status < 300 ? 'acknowledged' : 'refused', answer.status, answer.body);
      if (answer.status < 300) {
        made.push ({ id: answer.body.ruleId, organ: leaves[leaf].organId, from: validFrom });
      } else {
        failures.push (`record rule: ${answer.status} ${JSON.stringify (answer.body).slice (0, 300)}`);
      }
    }
    for (let waited = 0; waited < RULE_PAUSE_MS && !isStopped (); waited += LOOK_MS) {
      await sleep (LOOK_MS);
    }
  }
  http.close ();
  return { made, failures };
}

/** People as a CSV, each with a place and a membership. */
function csvOf ({ random, world, name, rows }) {
  const lines = ['key,given_name,family_name,birth_date,postal_code,country,subscription,subscription_from,organ_code,admitted_from'];
  for (let i = 0; i < rows; i++) {
    const from = textOf (world.today - random.between (0, 1500));
    const member = random.chance (0.7);
    lines.push ([`${name}-${i}`, 'Tuonti', `Rivi${i}`, textOf (world.today - random.between (3000, 25000)),
      random.pick (world.places).postal_code, 'FI', member ? 'Member' : '', member ? from : '',
      member ? random.pick (world.associationCodes) : '', member ? from : ''].join (','));
  }
  return Buffer.from (`${lines.join ('\n')}\n`);
}

class Importer {
  constructor ({ seed, url, world }) {
    this.http = new Http (url);
    this.random = new Random (seed, 'imports');
    this.world = world;
    this.failures = [];
  }

  async #ask (method, path, options = {}) {
    const answer = await this.http.untilKnown (method, path, options, { patience: PATIENCE_MS });
    if (!answer || answer.status >= 300) {
      throw new Error (`${method} ${path}: ${answer ? `${answer.status} ${JSON.stringify (answer.body).slice (0, 500)}` : 'no answer'}`);
    }
    return answer.body;
  }

  async #ended (runId, what) {
    for (const begin = Date.now (); Date.now () - begin < 3 * PATIENCE_MS; await sleep (LOOK_MS)) {
      const run = await this.#ask ('GET', `/v1/membership/runs/${runId}`);
      if (run.done) {
        if (run.state !== 'RUN_STATE_SUCCEEDED') {
          throw new Error (`${what} ended as ${run.state}: ${run.errorReason} ${run.error}`);
        }
        return run;
      }
    }
    throw new Error (`${what} does not end`);
  }

  /** One file from upload to the end; undone again when asked. */
  async import (name, rows, undo) {
    const file = { name, rows, undo, state: 'begun' };
    const body = csvOf ({ random: this.random, world: this.world, name, rows });
    const { fileId } = await this.#ask ('POST', `/v1/import-files?fileName=${name}.csv`,
      { body, type: 'text/csv', key: randomUUID () });
    let item = await this.#ask ('POST', '/v1/imports', { body: { fileId }, key: randomUUID () });
    file.id = item.importId;
    await this.#ended (item.checkRunId, `${name}: dry run`);
    item = await this.#ask ('GET', `/v1/imports/${file.id}`);
    item = await this.#ask ('POST', `/v1/imports/${file.id}:apply`, { body: { planHash: item.planHash }, key: randomUUID () });
    file.run = await this.#ended (item.applyRunId, `${name}: apply`);
    file.state = 'applied';
    if (undo) {
      item = await this.#ask ('POST', `/v1/imports/${file.id}:undo`, { body: {}, key: randomUUID () });
      await this.#ended (item.undoRunId, `${name}: undo`);
      file.state = 'undone';
    }
    return file;
  }
}

/** Imports one file after another, every second of which is undone, until stopped. */
export async function importPeople ({ seed, url, world, rows, isStopped }) {
  const importer = new Importer ({ seed, url, world });
  const files = [];
  for (let n = 0; !isStopped () && world.imports; n++) {
    const file = await importer.import (`tuonti-${seed}-${n}`, n % 2 ? Math.ceil (rows / 2) : rows, n % 2 === 1)
      .catch (error => ({ state: 'failed', error: error.message }));
    files.push (file);
    if (file.state === 'failed') {
      importer.failures.push (file.error);
      await sleep (1000);
    }
  }
  importer.http.close ();
  return { files, failures: importer.failures };
}

/** Reads lists and cards; answers may be "not now", never wrong. */
export async function read ({ seed, number, url, world, isStopped }) {
  const http = new Http (url);
  const random = new Random (seed, `reader ${number}`);
  const result = { answered: 0, refused: 0, wrong: [], slowest: new Map () };
  const paths = [
    () => `/v1/persons?pageSize=50&orderBy=${random.pick (['name', 'memberNumber', '-name'])}`,
    () => `/v1/organs/${random.pick (world.readable)}/members?pageSize=50`,
    () => '/v1/organisations',
    () => `/v1/persons:search?query=${random.pick (['vir', 'kor', 'nie', 'tes'])}`,
    () => `/v1/persons/${random.pick (world.shared).id}/memberships`,
  ];
  while (!isStopped ()) {
    const path = random.pick (paths) ();
    const begin = Date.now ();
    const { status, body } = await http.once ('GET', path);
    const route = path.replace (/[0-9a-f-]{36}/, '…').split ('?')[0];
    if (status === 200) {
      result.answered++;
      result.slowest.set (route, Math.max (result.slowest.get (route) ?? 0, Date.now () - begin));
    } else if ([0, 429, 503, 504].includes (status)) {
      result.refused++;
    } else {
      result.wrong.push (`GET ${path}: ${status} ${JSON.stringify (body).slice (0, 200)}`);
    }
    await sleep (READ_PAUSE_MS);
  }
  http.close ();
  return result;
}
