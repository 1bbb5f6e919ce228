// The auditor: what the databases hold against what the clients were told and against each other. It reads with SQL and
// derives again with code of its own; nothing of the services is used.
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { dayOf, textOf } from './intervals.mjs';
import { memberships, ORIGIN } from './model.mjs';
import { SERVICES } from './set.mjs';
import { membershipChange, ruleNodes } from './wire.mjs';

const FACT_KIND = { SUBSCRIPTION: 7, ADMISSION: 8, POSITION: 9, TAG: 10 };
const quoted = text => `'${text.replaceAll ("'", "''")}'`;

/** What is in one list and not in the other. */
function differences (expected, actual, [missing, surplus]) {
  const problems = [];
  const rest = new Map ();
  for (const item of actual) {
    rest.set (item, (rest.get (item) ?? 0) + 1);
  }
  for (const item of expected) {
    const count = rest.get (item) ?? 0;
    if (count === 0) {
      problems.push (`${missing}: ${item}`);
    } else if (count === 1) {
      rest.delete (item);
    } else {
      rest.set (item, count - 1);
    }
  }
  for (const item of rest.keys ()) {
    problems.push (`${surplus}: ${item}`);
  }
  return problems;
}

const group = (rows, key) => {
  const groups = new Map ();
  for (const row of rows) {
    const list = groups.get (row[key]);
    if (list) {
      list.push (row);
    } else {
      groups.set (row[key], [row]);
    }
  }
  return groups;
};

const rangeOf = column => `coalesce (lower (${column})::text, '-infinity') AS "from", coalesce (upper (${column})::text, 'infinity') AS "to"`;

/** Every acknowledged command is visible once, no refused one is. */
export async function auditCommands (set, report, { journal, clients, rules, canary }) {
  const { commands } = journal;
  const acknowledged = commands.filter (({ outcome }) => outcome === 'acknowledged');
  const brief = ({ op, key, attempts }) => `${op} ${key} after ${attempts} attempts`;
  report.check ('every command got an outcome in the end', commands.length,
    commands.filter (({ outcome }) => outcome === 'unknown').map (brief));
  report.check ('valid commands are acknowledged, wrong ones refused', commands.length,
    clients.flatMap (({ failures }) => failures).concat (rules.failures));
  report.check ('no internal error is answered', commands.length, commands.flatMap (({ internal }) => internal ?? []));
  report.check ('reads see what was acknowledged, repeats get the first answer',
    clients.reduce ((sum, { reads = 0, repeated = 0 }) => sum + reads + repeated, 0), clients.flatMap (({ doubts }) => doubts));

  const keys = new Map ();
  for (const service of SERVICES) {
    for (const row of await set.sql (service, 'SELECT key, response IS NOT NULL AS answered FROM idempotency')) {
      keys.set (row.key, row.answered);
    }
  }
  report.check ('acknowledged keys have a stored answer, refused ones none', commands.length, commands
    .filter (({ key, outcome }) => (outcome === 'acknowledged') !== (keys.get (key) === true)).map (brief));

  await auditPeople (set, report, clients, canary);
  await auditShared (set, report, clients);
  const stored = new Set ((await set.sql ('hierarchy', 'SELECT rule_id AS id FROM rule_version')).map (({ id }) => id));
  const latest = await set.sql ('hierarchy', `SELECT organ_id AS organ, lower (valid)::text AS "from", count (*) AS count
    FROM rule_version WHERE upper (valid) IS NULL AND organ_id IS NOT NULL GROUP BY 1, 2 HAVING count (*) > 1`);
  report.check ('acknowledged rules are on record once', rules.made.length,
    rules.made.filter (({ id }) => !stored.has (id)).map (({ id }) => `rule ${id} is missing`)
      .concat (latest.map (({ organ, from, count }) => `organ ${organ}: ${count} rules from ${from}`)));
  return acknowledged.length;
}

/** The clients' own people against what each client knows. */
async function auditPeople (set, report, clients, canary) {
  const expected = new Map (clients.flatMap (({ people }) => people).map (person => [person.key, person]));
  const like = quoted (`${canary.word}%`);
  const mine = `SELECT person_id FROM person WHERE key LIKE ${like}`;
  const persons = await set.sql ('membership', `SELECT key, person_id AS id, phone, version, end_date::text AS end,
    birth_date::text AS born, withdrawn FROM person WHERE key LIKE ${like}`);
  const addresses = group (await set.sql ('membership', `SELECT person_id, street, postal_code, ${rangeOf ('valid')} FROM address
    WHERE superseded_at IS NULL AND person_id IN (${mine})`), 'person_id');
  const facts = group (await set.sql ('membership', `SELECT person_id, fact_id AS id, kind, value, organ_id AS organ, ${rangeOf ('valid')}
    FROM person_fact WHERE superseded_at IS NULL AND person_id IN (${mine})`), 'person_id');
  report.check ('people: created once each', expected.size,
    differences ([...expected.keys ()], persons.map (({ key }) => key), ['missing', 'never acknowledged or twice']));
  const wrong = { fields: [], version: [], addresses: [], facts: [] };
  let [addressCount, factCount, versions] = [0, 0, 0];
  for (const row of persons) {
    const person = expected.get (row.key);
    if (!person) {
      continue;
    }
    const name = `${row.key}: `;
    if (row.id !== person.id || row.phone !== person.phone || (row.born ?? '') !== person.born || row.withdrawn
        || (row.end ?? undefined) !== person.endDate) {
      wrong.fields.push (`${name}${JSON.stringify (row)}`);
    }
    versions += person.version;
    if (Number (row.version) !== person.version) {
      wrong.version.push (`${name}${row.version} changes on record, ${person.version} acknowledged`);
    }
    const address = ({ street, postalCode, postal_code, from, to }) => `${name}${street} ${postalCode ?? postal_code} ${from}–${to}`;
    wrong.addresses.push (...differences (person.addresses.map (address), (addresses.get (row.id) ?? []).map (address),
      ['missing', 'not acknowledged']));
    addressCount += person.addresses.length;
    const fact = ({ kind, value, organ, from, to }) => `${name}${FACT_KIND[kind] ?? kind} ${value} ${organ || ''} ${from}–${to}`;
    wrong.facts.push (...differences (person.facts.map (fact), (facts.get (row.id) ?? []).map (fact),
      ['missing', 'not acknowledged']));
    factCount += person.facts.length;
  }
  report.check ('people: the last acknowledged values', persons.length, wrong.fields);
  report.check ('people: each acknowledged command changed them once', versions, wrong.version);
  report.check ('people: addresses, day by day', addressCount, wrong.addresses);
  report.check ('people: subscriptions, admissions, positions, tags', factCount, wrong.facts);
  const [{ count }] = await set.sql ('membership', `SELECT
    (SELECT count (*) FROM person_fact WHERE value LIKE 'refused%') + (SELECT count (*) FROM address WHERE street LIKE 'refused%')
    + (SELECT count (*) FROM person_version WHERE family_name LIKE 'refused%') AS count`);
  report.check ('nothing is left of refused commands', 1, count > 0 ? [`${count} rows`] : []);
  const dated = ['person_version', 'address', 'person_fact', 'relation'];
  const [{ all, lost }] = await set.sql ('membership', `SELECT count (*) AS all, count (*) FILTER (WHERE person.person_id IS NULL) AS lost
    FROM (${dated.map (table => `SELECT federation_id, person_id FROM ${table}`).join (' UNION ALL ')}) AS held
    LEFT JOIN person USING (federation_id, person_id)`);
  report.check ('what is on record is on record of a person', all, lost > 0 ? [`${lost} rows`] : []);
}

/** The people all clients write to. */
async function auditShared (set, report, clients) {
  const problems = [];
  let looked = 0;
  for (const { id, version, tags } of clients[0].world.shared) {
    const rows = await set.sql ('membership', `SELECT value FROM person_fact WHERE superseded_at IS NULL AND person_id = ${quoted (id)}`);
    problems.push (...differences (tags, rows.map (({ value }) => value), ['missing tag', 'tag never acknowledged']));
    const [row] = await set.sql ('membership', `SELECT version FROM person WHERE person_id = ${quoted (id)}`);
    if (Number (row.version) !== version) {
      problems.push (`${id}: ${row.version} changes on record, ${version} acknowledged`);
    }
    looked += tags.length;
  }
  report.check ('people that all clients write to: nothing lost, nothing twice', looked, problems);
}

/** Event logs dense, cursors at the head, nothing parked, one event for each change of a person. */
export async function auditEvents (set, report) {
  const heads = {};
  for (const service of SERVICES) {
    const lanes = await set.sql (service, `SELECT head.log_id AS lane, head.last_seq AS head, count (log.seq) AS count,
      coalesce (min (log.seq), 1) AS first, coalesce (max (log.seq), 0) AS last, count (DISTINCT log.event_id) AS ids
      FROM event_head AS head LEFT JOIN event_log AS log USING (log_id) GROUP BY 1, 2 ORDER BY 1`);
    heads[service] = new Map (lanes.map (({ lane, head }) => [lane, head]));
    report.check (`${service}: events numbered 1 … n in every lane`, lanes.reduce ((sum, { count }) => sum + count, 0),
      lanes.filter (({ head, count, first, last, ids }) => count !== head || last !== head || first !== 1 || ids !== count)
        .map (row => JSON.stringify (row)));
  }
  for (const service of SERVICES) {
    const cursors = await set.sql (service, 'SELECT source, log_id AS lane, seq FROM event_cursor');
    report.check (`${service}: has followed every event`, cursors.length, cursors
      .filter (({ source, lane, seq }) => heads[source]?.get (lane) !== seq)
      .map (({ source, lane, seq }) => `${source}, lane ${lane}: ${seq} of ${heads[source]?.get (lane)}`), { least: 8 });
    const parked = await set.sql (service, 'SELECT source, log_id, seq, reason FROM event_parked');
    report.check (`${service}: no event is parked`, cursors.length, parked.map (row => JSON.stringify (row)));
  }
  const persons = await set.sql ('membership', `SELECT person_id AS id, version, coalesce (events, 0) AS events
    FROM person LEFT JOIN (SELECT aggregate_id, count (*) AS events FROM event_log WHERE type LIKE '%PersonChanged' GROUP BY 1) AS log ON aggregate_id = person_id::text`);
  report.check ('one event for each change of a person', persons.reduce ((sum, { events }) => sum + events, 0), persons
    .filter (({ version, events }) => version !== events).map (({ id, version, events }) => `${id}: ${version} changes, ${events} events`));
}

/** What hierarchy keeps of persons, places and facts, and membership of organs, against where it comes from. */
export async function auditProjections (set, report) {
  const compare = async (name, [from, query], [to, copy]) => {
    const list = async (service, text) => (await set.sql (service, text)).map (row => JSON.stringify (Object.values (row)));
    const [source, projection] = [await list (from, query), await list (to, copy)];
    report.check (name, source.length, differences (source, projection, ['not arrived', 'only in the copy']));
  };
  await compare ('hierarchy knows the persons as membership does',
    ['membership', 'SELECT federation_id, person_id, member_number, given_name, family_name, withdrawn FROM person'],
    ['hierarchy', 'SELECT federation_id, person_id, member_number, given_name, family_name, withdrawn FROM person']);
  const place = 'SELECT federation_id, country, postal_code, town, municipality, province FROM place';
  await compare ('hierarchy knows the gazetteer as membership does', ['membership', place], ['hierarchy', place]);
  await compare ('membership knows the organs as hierarchy does',
    ['hierarchy', 'SELECT federation_id, organ_id, organisation_id, code, name, kind FROM organ'],
    ['membership', 'SELECT federation_id, organ_id, organisation_id, code, name, kind FROM organ_ref']);
  const columns = `kind, value, coalesce (organ_id::text, '') AS organ`;
  const known = 'recorded_at, superseded_at';
  const fields = ['postal_code', 'town', 'municipality', 'province', 'country'];
  const facts = `SELECT person_id, fact_id, ${columns}, ${rangeOf ('valid')}, ${known} FROM person_fact UNION ALL
    ${fields.map ((field, i) => `SELECT person_id, address_id, ${i + 2}, ${field}, '', ${rangeOf ('valid')}, ${known}
      FROM address WHERE ${field} <> ''`).join (' UNION ALL ')}`;
  await compare ('hierarchy knows the facts in both times as membership does', ['membership', facts],
    ['hierarchy', `SELECT person_id, fact_id, ${columns}, valid_from::text, valid_to::text, ${known} FROM fact WHERE kind > 1`]);
  await compare ('hierarchy knows the days of birth as membership does',
    ['membership', `SELECT version.person_id, birth_fact_id, version.birth_date::text, '-infinity', coalesce (version.end_date::text, 'infinity')
      FROM person_version AS version JOIN person USING (federation_id, person_id)
      WHERE superseded_at IS NULL AND NOT withdrawn AND version.birth_date IS NOT NULL
      AND valid @> (now () AT TIME ZONE 'Europe/Helsinki')::date`],
    ['hierarchy', 'SELECT person_id, fact_id, value, valid_from::text, valid_to::text FROM fact WHERE kind = 1 AND superseded_at IS NULL']);
}

/** The dated tree and rules, as the model wants them. */
async function loadWorld (set) {
  const current = 'superseded_at IS NULL';
  const interval = ({ from, to }) => [dayOf (from), dayOf (to)];
  const organs = new Map ();
  for (const { id } of await set.sql ('hierarchy', 'SELECT organ_id AS id FROM organ')) {
    organs.set (id, { lives: [], children: [], general: [], typed: new Map () });
  }
  for (const row of await set.sql ('hierarchy', `SELECT organ_id AS id, ${rangeOf ('valid')} FROM organ_life WHERE ${current}`)) {
    organs.get (row.id).lives.push (interval (row));
  }
  for (const row of await set.sql ('hierarchy', `SELECT organ_id AS id, parent_id AS parent, ${rangeOf ('valid')} FROM organ_edge WHERE ${current}`)) {
    const [from, to] = interval (row);
    organs.get (row.parent).children.push ({ organ: row.id, from, to });
  }
  const types = new Map ();
  for (const row of await set.sql ('hierarchy', 'SELECT type_id AS type, organisation_id AS organisation FROM membership_type')) {
    types.set (row.type, { ...row, versions: [] });
  }
  for (const row of await set.sql ('hierarchy', `SELECT organ_id AS organ, type_id AS type, nodes, ${rangeOf ('valid')} FROM rule_version WHERE ${current}`)) {
    const [from, to] = interval (row);
    const version = { from, to, nodes: ruleNodes (row.nodes) };
    if (row.organ === null) {
      types.get (row.type).versions.push (version);
    } else if (row.type === null) {
      organs.get (row.organ).general.push (version);
    } else {
      const { typed } = organs.get (row.organ);
      typed.set (row.type, [...typed.get (row.type) ?? [], version]);
    }
  }
  const organisations = (await set.sql ('hierarchy', 'SELECT organisation_id AS root FROM organisation'))
    .map (({ root }) => ({ root, types: [...types.values ()].filter (({ organisation }) => organisation === root) }));
  return { organs, organisations };
}

/** A row's days by origin, from the origin of its first day and the stretches after it. */
function * originsOf ({ from, to, origin, stretches }) {
  let begin = dayOf (from);
  let current = origin;
  const changes = stretches ?? [];
  for (let i = 0; i < changes.length; i += 2) {
    yield [current, begin, changes[i]];
    [begin, current] = [changes[i], changes[i + 1]];
  }
  yield [current, begin, dayOf (to)];
}

/** Memberships against a derivation of everything, from membership's own tables. */
export async function auditMemberships (set, report, { today }) {
  const world = await loadWorld (set);
  const facts = group ((await set.sql ('hierarchy', `SELECT person_id AS person, kind, value, organ_id AS organ,
    valid_from::text AS "from", valid_to::text AS "to" FROM fact WHERE superseded_at IS NULL`))
    .map (row => ({ ...row, from: dayOf (row.from), to: dayOf (row.to) })), 'person');
  const rows = group (await set.sql ('hierarchy', `SELECT person_id AS person, organ_id AS organ, type_id AS type,
    valid_from::text AS "from", valid_to::text AS "to", origin, stretches FROM membership WHERE superseded_at IS NULL`), 'person');
  const persons = await set.sql ('hierarchy', 'SELECT person_id AS id, withdrawn FROM person');
  const problems = { periods: [], origins: [], runs: [] };
  const counts = new Map ();
  let periods = 0;
  for (const { id, withdrawn } of persons) {
    const derived = withdrawn ? [] : memberships (world, facts.get (id) ?? []);
    const name = (organ, type) => `person ${id}, organ ${organ}, type ${type}`;
    const span = (from, to) => `${textOf (from)}–${textOf (to)}`;
    const own = rows.get (id) ?? [];
    problems.periods.push (...differences (
      derived.flatMap (({ organ, type, periods: days }) => days.map (([from, to]) => `${name (organ, type)}: ${span (from, to)}`)),
      own.map (({ organ, type, from, to }) => `${name (organ, type)}: ${span (dayOf (from), dayOf (to))}`),
      ['not on record', 'on record only']));
    problems.origins.push (...differences (
      derived.flatMap (({ organ, type, origins }) => [ORIGIN.RULE, ORIGIN.BELOW].flatMap (origin =>
        origins[origin].map (([from, to]) => `${name (organ, type)}, origin ${origin}: ${span (from, to)}`))),
      own.flatMap (row => [...originsOf (row)].map (([origin, from, to]) =>
        `${name (row.organ, row.type)}, origin ${origin}: ${span (from, to)}`)),
      ['not on record', 'on record only']));
    const places = new Set (derived.filter (({ periods: days }) => days.some (([from, to]) => from <= today && today < to))
      .map (({ organ }) => organ));
    places.forEach (organ => counts.set (organ, (counts.get (organ) ?? 0) + 1));
    periods += own.length;
  }
  report.check ('memberships equal a derivation by other code', periods, problems.periods);
  report.check ('their origins too', periods, problems.origins);
  const overlaps = await set.sql ('hierarchy', `SELECT * FROM (SELECT person_id, organ_id, type_id, valid_from::text, lag (valid_to)
      OVER (PARTITION BY federation_id, person_id, organ_id, type_id ORDER BY valid_from, valid_to) AS before, valid_from AS begin
    FROM membership WHERE superseded_at IS NULL) AS row WHERE before >= begin`);
  report.check ('periods of a membership neither overlap nor touch', periods, overlaps.map (row => JSON.stringify (row)));
  const kept = await set.sql ('hierarchy', `SELECT organ_id AS organ, sum (members)::bigint AS members FROM organ_count GROUP BY 1`);
  report.check ('the counts of members of today', counts.size, differences (
    [...counts].map (([organ, members]) => `${organ}: ${members}`),
    kept.filter (({ members }) => members !== 0).map (({ organ, members }) => `${organ}: ${members}`), ['derived', 'kept']));
}

/** Runs have ended, imports did what their files say. */
export async function auditRuns (set, report, { imports, world }) {
  for (const service of SERVICES) {
    const runs = await set.sql (service, `SELECT run_id, type, state, total, processed, succeeded, skipped, failed, attempts, error FROM run`);
    // An evaluation also meets persons who came after it had counted.
    const fits = ({ type, total, processed, succeeded, skipped, failed }) => processed === succeeded + skipped + failed
      && (total === 0 || processed === total || (type.includes ('evaluation') && processed > total));
    report.check (`${service}: runs have ended well, with counts that add up`, runs.length,
      runs.filter (run => run.state !== 3 || !fits (run)).map (row => JSON.stringify (row)), { least: 0 });
  }
  if (!world.imports) {
    report.skip ('imports', 'the service has none yet');
    return;
  }
  const problems = [...imports.failures];
  let looked = 0;
  for (const { id, name, rows, state, run } of imports.files.filter (file => file.id)) {
    const like = quoted (`${name}-%`);
    const [row] = await set.sql ('membership', `SELECT
      (SELECT count (*) FROM person WHERE key LIKE ${like} AND NOT withdrawn) AS present,
      (SELECT count (DISTINCT key) FROM person WHERE key LIKE ${like} AND NOT withdrawn) AS keys,
      (SELECT count (*) FROM person JOIN address USING (federation_id, person_id) WHERE key LIKE ${like} AND superseded_at IS NULL) AS addresses,
      (SELECT count (*) FROM person JOIN person_fact USING (federation_id, person_id) WHERE key LIKE ${like} AND superseded_at IS NULL) AS facts,
      (SELECT state FROM import WHERE import_id = ${quoted (id)}) AS state`);
    const expected = state === 'applied' ? rows : 0;
    if (row.present !== expected || row.keys !== expected || row.addresses !== expected
        || (state === 'undone' && row.facts !== 0) || Number (run.processed) !== rows) {
      problems.push (`${name}, ${state}, ${rows} rows: ${JSON.stringify (row)}, run ${JSON.stringify (run)}`);
    }
    looked += rows;
  }
  report.check ('imported rows: each a person once; undone: none', looked, problems);
}

const PLAN = { PREVIEWED: 1, APPLYING: 2, APPLIED: 3, STALE: 4, UNDOING: 5, UNDONE: 6, DISCARDED: 7 };

/** Of a plan everything is there, or nothing. */
export async function auditPlans (set, report, { plans }) {
  const problems = [...plans.failures];
  const dated = ['organ_life', 'organ_edge', 'rule_version', 'membership_exception'].map (table =>
    `SELECT recorded_plan AS plan, superseded_at IS NULL AS counts FROM ${table} WHERE recorded_plan IS NOT NULL AND NOT given_back`);
  const rows = await set.sql ('hierarchy', `SELECT plan_id AS id, state, change_count AS changes, count (row.plan) AS recorded,
    count (row.plan) FILTER (WHERE row.counts) AS counting FROM plan
    LEFT JOIN (${dated.join (' UNION ALL ')}) AS row ON row.plan = plan.plan_id GROUP BY 1, 2, 3`);
  for (const { id, state, changes, recorded, counting } of rows) {
    const right = state === PLAN.APPLIED ? recorded >= changes
      : state === PLAN.UNDONE ? counting === 0 : [PLAN.PREVIEWED, PLAN.STALE, PLAN.DISCARDED].includes (state) && recorded === 0;
    if (!right) {
      problems.push (`plan ${id} in state ${state}: ${recorded} rows of ${changes} changes, ${counting} of them count`);
    }
  }
  const states = new Map (rows.map (({ id, state }) => [id, state]));
  for (const { planId, state } of plans.made) {
    if (states.get (planId) !== PLAN[state.replace ('PLAN_STATE_', '')]) {
      problems.push (`plan ${planId} was told to be ${state}, and is ${states.get (planId)}`);
    }
  }
  report.check ('plans: all of each, or nothing', rows.length, problems);
}

/** What the events of memberships tell, one after another, is what is on record. */
export async function auditMembershipEvents (set, report) {
  const believed = new Set ();
  const problems = [];
  let looked = 0;
  for await (const { payload } of set.rows ('hierarchy', `SELECT encode (payload, 'hex') AS payload FROM event_log
    WHERE type LIKE '%.MembershipsChanged' ORDER BY log_id, seq`)) {
    const { began, ended } = membershipChange (payload);
    looked += began.length + ended.length;
    problems.push (...ended.filter (id => !believed.delete (id)).map (id => `${id} ended and had not begun`));
    began.forEach (id => believed.add (id));
  }
  for await (const { id } of set.rows ('hierarchy', 'SELECT membership_id AS id FROM membership WHERE superseded_at IS NULL')) {
    if (!believed.delete (id)) {
      problems.push (`${id} is on record, no event tells of it`);
    }
  }
  report.check ('events tell the memberships that are on record', looked, [...problems, ...[...believed].map (id => `${id} began and is not on record`)]);
}

/** No row of another federation anywhere. */
export async function auditFederation (set, report) {
  const problems = [];
  let looked = 0;
  for (const service of SERVICES) {
    const tables = await set.sql (service, `SELECT table_name AS name FROM information_schema.columns
      JOIN information_schema.tables USING (table_schema, table_name)
      WHERE table_schema = 'public' AND column_name = 'federation_id' AND table_type = 'BASE TABLE'`);
    for (const { name } of tables) {
      const [row] = await set.sql (service, `SELECT count (*) AS rows,
        count (*) FILTER (WHERE federation_id <> ${quoted (set.federation)}) AS strange FROM ${name}`);
      looked += row.rows;
      if (row.strange > 0) {
        problems.push (`${service}.${name}: ${row.strange} rows of another federation`);
      }
    }
  }
  report.check ('no row belongs to another federation', looked, problems);
}

/** Nothing personal of the clients' people in any log, and no process ended by itself. */
export async function auditLogs (set, report, { canary }) {
  const secrets = [canary.word, canary.family, canary.street, canary.phone];
  const found = [];
  const ends = [];
  let lines = 0;
  let deaths = 0;
  for (const file of set.logs ()) {
    for await (const line of createInterface ({ input: createReadStream (file) })) {
      lines++;
      const low = line.toLowerCase ();
      if (secrets.some (secret => low.includes (secret.toLowerCase ()))) {
        found.push (`${file}: ${line.slice (0, 300)}`);
      }
      // What the s6 finish script tells of every end of a process: exit code 256 for a signal.
      const end = /ended with (\d+), signal (\d+)/.exec (line);
      if (end) {
        deaths++;
        if (!['0', '1', '256'].includes (end[1]) || (end[1] === '256' && !['9', '15', '2'].includes (end[2]))) {
          ends.push (line);
        }
      }
      if (/AddressSanitizer|runtime error:|Assertion .* failed/.test (line)) {
        ends.push (line);
      }
    }
  }
  report.check ('no personal data in any log', lines, found);
  report.check ('no process ended but by our hand', deaths, ends);
}
