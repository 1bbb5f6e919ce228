// Proof that the auditor sees: one thing is spoilt for each check, and the check must fail. Done with the services down,
// so that nothing is spoilt twice or mended.
import { appendFileSync } from 'node:fs';
import { SERVICES } from './set.mjs';

const quoted = text => `'${text}'`;
const one = (table, where = 'true') => `ctid = (SELECT ctid FROM ${table} WHERE ${where} LIMIT 1)`;

/** [check that must fail, service, SQL]. */
const spoilings = ({ canary, rules, imports, shared }) => {
  const mine = `key LIKE ${quoted (`${canary.word}%`)}`;
  const myRows = `superseded_at IS NULL AND person_id IN (SELECT person_id FROM person WHERE ${mine})`;
  const current = 'superseded_at IS NULL';
  const applied = imports.files.find (({ state }) => state === 'applied');
  return [
    ['people: created once each', 'membership', `UPDATE person SET key = key || 'z' WHERE ${one ('person', mine)}`],
    ['people: the last acknowledged values', 'membership', `UPDATE person SET phone = '' WHERE ${one ('person', `${mine} AND key NOT LIKE '%z'`)}`],
    ['people: each acknowledged command changed them once', 'membership',
      `UPDATE person SET version = version + 1 WHERE ${one ('person', `${mine} AND key NOT LIKE '%z'`)}`],
    ['people: addresses, day by day', 'membership', `UPDATE address SET street = 'elsewhere' WHERE ${one ('address', myRows)}`],
    ['people: subscriptions, admissions, positions, tags', 'membership', `DELETE FROM person_fact WHERE ${one ('person_fact', myRows)}`],
    ['nothing is left of refused commands', 'membership', `UPDATE person_version SET family_name = 'refusedx' WHERE ${one ('person_version')}`],
    ['what is on record is on record of a person', 'membership', `INSERT INTO person_fact (federation_id, fact_id, person_id, kind,
      value, valid, recorded_at, recorded_by) SELECT federation_id, gen_random_uuid (), gen_random_uuid (), 10, 'x', valid, recorded_at,
      recorded_by FROM person_version LIMIT 1`],
    ['people that all clients write to: nothing lost, nothing twice', 'membership',
      `DELETE FROM person_fact WHERE ${one ('person_fact', `person_id IN (${shared.map (({ id }) => quoted (id)).join (', ')})`)}`],
    ['acknowledged keys have a stored answer, refused ones none', 'membership',
      `DELETE FROM idempotency WHERE ${one ('idempotency', "method LIKE '%CreatePersonFact'")}`],
    ['acknowledged rules are on record once', 'hierarchy', `DELETE FROM rule_version WHERE rule_id = ${quoted (rules.made[0]?.id)}`],
    ['membership: events numbered 1 … n in every lane', 'membership', `DELETE FROM event_log WHERE ${one ('event_log', 'seq = 3')}`],
    ['hierarchy: events numbered 1 … n in every lane', 'hierarchy',
      `UPDATE event_log SET event_id = (SELECT event_id FROM event_log WHERE log_id = 2 AND seq = 1) WHERE log_id = 2 AND seq = 2`],
    ['membership: has followed every event', 'membership', 'UPDATE event_cursor SET seq = seq - 1 WHERE log_id = 4'],
    ['hierarchy: has followed every event', 'hierarchy', 'UPDATE event_cursor SET seq = seq + 1 WHERE log_id = 5'],
    ['hierarchy: no event is parked', 'hierarchy', `INSERT INTO event_parked (source, log_id, seq, aggregate_id, event, reason)
      VALUES ('membership', 1, 1, 'x', '', 'x')`],
    ['membership: no event is parked', 'membership', `INSERT INTO event_parked (source, log_id, seq, aggregate_id, event, reason)
      VALUES ('hierarchy', 1, 1, 'x', '', 'x')`],
    ['one event for each change of a person', 'membership', `UPDATE person SET version = version + 1 WHERE ${one ('person', mine)}`],
    ['hierarchy knows the persons as membership does', 'hierarchy', `UPDATE person SET given_name = 'x' WHERE ${one ('person')}`],
    ['hierarchy knows the gazetteer as membership does', 'hierarchy', `DELETE FROM place WHERE ${one ('place')}`],
    ['membership knows the organs as hierarchy does', 'membership', `UPDATE organ_ref SET name = 'x' WHERE ${one ('organ_ref')}`],
    ['hierarchy knows the facts in both times as membership does', 'hierarchy',
      `UPDATE fact SET recorded_at = recorded_at - interval '1 ms' WHERE ${one ('fact', 'kind = 4')}`],
    ['hierarchy knows the days of birth as membership does', 'hierarchy', `DELETE FROM fact WHERE ${one ('fact', `kind = 1 AND ${current}`)}`],
    ['memberships equal a derivation by other code', 'hierarchy', `UPDATE membership SET valid_from = valid_from - 1 WHERE ${one ('membership', current)}`],
    ['their origins too', 'hierarchy', `UPDATE membership SET origin = 4 - origin WHERE ${one ('membership', `${current} AND origin <> 2`)}`],
    ['periods of a membership neither overlap nor touch', 'hierarchy', `INSERT INTO membership SELECT federation_id, person_id,
      gen_random_uuid (), organ_id, type_id, valid_from + 1, valid_to, origin, NULL, recorded_at, NULL, sort_key
      FROM membership WHERE ${current} AND valid_to = 'infinity' AND valid_from > '1900-01-01' LIMIT 1`],
    ['plans: all of each, or nothing', 'hierarchy', `UPDATE plan SET state = 1 WHERE ${one ('plan', 'state = 3')}`],
    ['events tell the memberships that are on record', 'hierarchy',
      `DELETE FROM event_log WHERE ${one ('event_log', "type LIKE '%.MembershipsChanged'")}`],
    ['the counts of members of today', 'hierarchy', `UPDATE organ_count SET members = members + 1 WHERE ${one ('organ_count')}`],
    ['membership: runs have ended well, with counts that add up', 'membership', `UPDATE run SET processed = processed - 1 WHERE ${one ('run', "type = 'import-apply'")}`],
    ['hierarchy: runs have ended well, with counts that add up', 'hierarchy', `UPDATE run SET state = 2 WHERE ${one ('run')}`],
    ['imported rows: each a person once; undone: none', 'membership',
      `UPDATE person SET withdrawn = true WHERE key = ${quoted (`${applied?.name}-1`)}`],
    ['no row belongs to another federation', 'membership', `INSERT INTO place
      SELECT gen_random_uuid (), country, postal_code, town, municipality, province FROM place LIMIT 1`],
  ];
};

/** Spoils everything; the names of the checks that must fail now. */
export async function spoil (set, { journal, clients, canary, ...knowledge }) {
  for (const service of SERVICES) {
    await set.down (service);
  }
  const names = [];
  for (const [check, service, sql] of spoilings ({ canary, shared: clients[0].world.shared, ...knowledge })) {
    await set.execute (service, sql);
    names.push (check);
  }
  const [logs] = set.logs ().filter (file => file.includes ('membership'));
  appendFileSync (logs, `{"msg":"changed","name":"${canary.family}"}\nended with 256, signal 11; early ends in a row: 0\n`);
  journal.commands.find (({ outcome }) => outcome === 'refused').outcome = 'unknown';
  clients[0].doubts.push ('made up');
  clients[0].failures.push ('made up');
  return [...names, 'no personal data in any log', 'no process ended but by our hand', 'every command got an outcome in the end',
    'reads see what was acknowledged, repeats get the first answer', 'valid commands are acknowledged, wrong ones refused'];
}

/** A report that says of each of these checks whether it failed, as it must. */
export function judge (names, spoilt, report) {
  for (const name of names) {
    const row = spoilt.rows.find (entry => entry.name === name);
    report.check (`sees: ${name}`, row?.looked ?? 0, row?.problems.length > 0 ? [] : ['the check has passed over what was spoilt']);
  }
}
