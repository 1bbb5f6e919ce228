// The API over the federation in memory: what the browser application asks, answered in the shape of the contract.
import { ACTION_ROUTES, actionMethods } from './actions.mjs';
import { AREA_ROUTES, areaMethods } from './areas.mjs';
import { Federation, newId, ruleWords, TODAY } from './federation.mjs';
import { Plans } from './plans.mjs';
import { REPORT_ROUTES, reportMethods } from './reports.mjs';

export class Fault extends Error {
  constructor (status, reason, detail, violations = []) {
    super (detail);
    Object.assign (this, { status, reason, violations });
  }
}

const fold = text => text.normalize ('NFD').replace (/\p{M}/gu, '').toLowerCase ();
const holds = ({ validFrom, validTo }, on) => (validFrom === '' || validFrom <= on) && (validTo === '' || on < validTo);
const NOW = () => new Date ().toISOString ();

function required (values) {
  const violations = Object.entries (values).filter (([, value]) => !value)
    .map (([field]) => ({ field, reason: 'REQUIRED', description: 'a value is required' }));
  if (violations.length > 0) {
    throw new Fault (400, 'INVALID_ARGUMENT', 'the request has errors', violations);
  }
}

function page (list, query, size, key) {
  const from = Number (Buffer.from (query.get ('pageToken') ?? '', 'base64url').toString () || 0);
  const length = Number (query.get ('pageSize') ?? 0) || size;
  const next = from + length < list.length ? Buffer.from (String (from + length)).toString ('base64url') : '';
  return { [key]: list.slice (from, from + length), nextPageToken: next };
}

function byField (orderBy, fields) {
  const down = orderBy.startsWith ('-');
  const value = fields[orderBy.replace (/^-/, '')] ?? fields.name;
  return (a, b) => (down ? -1 : 1) * value (a).localeCompare (value (b), 'fi');
}

/** In words, in the caller's language. */
const SENTENCES = { en: ['Member of', 'Not a member of'], fi: ['Jäsenenä elimessä', 'Ei jäsenenä elimessä'], sv: ['Medlem i', 'Inte medlem i'], nl: ['Lid van', 'Geen lid van'] };
const sentence = (membership, organ, language = 'en') => `${(SENTENCES[language.slice (0, 2)] ?? SENTENCES.en)[membership ? 0 : 1]} ${organ.name}`;

export class Api {
  constructor () {
    this.reset ();
  }

  reset (options) {
    this.federation = new Federation (options);
    this.plans = new Plans (this, Fault);
  }

  // ---- answering

  page (list, query, size, key) {
    return page (list, query, size, key);
  }

  fail (status, reason) {
    throw new Fault (status, reason, reason.toLowerCase ().replaceAll ('_', ' '));
  }

  /** Refuses a request that has something wrong. */
  refuse (violations) {
    if (violations.length > 0) {
      throw new Fault (400, 'INVALID_ARGUMENT', 'the request has errors', violations);
    }
  }

  // ---- looking up

  find (list, key, id) {
    const found = this.federation[list].find (entry => entry[key] === id);
    if (!found) {
      throw new Fault (404, 'NOT_FOUND', `there is no such ${list.replace (/s$/, '')}`);
    }
    return found;
  }

  person (id) {
    const person = this.find ('persons', 'personId', id);
    const address = this.federation.addresses.findLast (entry => entry.personId === id && holds (entry, TODAY));
    return { ...person, address: address ?? null };
  }

  organ (organ, on = TODAY) {
    const { memberships, organs } = this.federation;
    const members = new Set (memberships.filter (entry => entry.organId === organ.organId && holds (entry, on)).map (({ personId }) => personId));
    return { ...organ, memberCount: String (members.size), childCount: String (organs.filter (({ parentId }) => parentId === organ.organId).length) };
  }

  below (organId) {
    const children = this.federation.organs.filter (({ parentId }) => parentId === organId);
    return 1 + children.reduce ((sum, child) => sum + this.below (child.organId), 0);
  }

  organisation (organ) {
    const { organId, code, name, validFrom, validTo } = organ;
    return { organisationId: organId, code, name, policy: 'DATING_POLICY_ATTRIBUTE_DATED', validFrom, validTo,
      memberCount: this.organ (organ).memberCount, organCount: String (this.below (organId)) };
  }

  // ---- hierarchy

  listOrganisations () {
    return { organisations: this.federation.organs.filter (({ parentId }) => parentId === '').map (organ => this.organisation (organ)) };
  }

  createOrganisation ({ body }) {
    required ({ name: body.name, code: body.code });
    if (this.federation.organs.some (({ code, parentId }) => parentId === '' && code === body.code)) {
      throw new Fault (409, 'ALREADY_EXISTS', 'the code is taken', [{ field: 'organisation.code', reason: 'ALREADY_EXISTS', description: 'taken' }]);
    }
    return this.organisation (this.federation.addOrgan ({ name: body.name, code: body.code, validFrom: body.validFrom }));
  }

  createType ({ path, body }) {
    return this.federation.addType (path[0], body.code, body.name, body.rule);
  }

  listTypes ({ path }) {
    return { types: this.federation.types.filter (({ organisationId }) => organisationId === path[0]) };
  }

  createOrgan ({ body: { organ, rule = [] } }) {
    required ({ 'organ.name': organ.name, 'organ.code': organ.code });
    const parent = this.find ('organs', 'organId', organ.parentId);
    if (organ.code.includes (' ')) {
      throw new Fault (400, 'INVALID_ARGUMENT', 'the request has errors', [{ field: 'organ.code', reason: 'INVALID_CODE', description: 'letters and digits' }]);
    }
    return this.organ (this.federation.addOrgan ({ ...organ, parent, rule }));
  }

  getOrgan ({ path, query }) {
    return this.organ (this.find ('organs', 'organId', path[0]), query.get ('on') || TODAY);
  }

  listOrgans ({ query }) {
    const parent = query.get ('parentId');
    const text = fold (query.get ('query') ?? '');
    const on = query.get ('on') || TODAY;
    const organisation = query.get ('organisationId');
    const found = this.federation.organs.filter (organ => (!parent || organ.parentId === parent) && holds (organ, on) && (!organisation || organ.organisationId === organisation)
      && (!text || fold (`${organ.name} ${organ.code}`).includes (text)));
    const sorted = [...found].sort ((a, b) => a.name.localeCompare (b.name, 'fi'));
    const { organs, nextPageToken } = page (sorted, query, 200, 'organs');
    return { organs: organs.map (organ => this.organ (organ, on)), nextPageToken };
  }

  /** The rules of an organ and of all above it, from the root down. */
  rulesDownTo (organId) {
    const chain = [];
    for (let organ = this.find ('organs', 'organId', organId); organ;) {
      chain.unshift (organ.organId);
      const above = organ.parentId;
      organ = this.federation.organs.find (entry => entry.organId === above);
    }
    return chain.flatMap (id => this.federation.rules.filter (rule => rule.organId === id).toReversed ());
  }

  typeRules (typeId) {
    return this.federation.rules.filter (rule => rule.typeId === typeId && !rule.organId);
  }

  listRules ({ query }) {
    const organId = query.get ('organId');
    const typeId = query.get ('typeId');
    if (organId && query.get ('inherited') !== 'true') {
      return { rules: this.federation.rules.filter (rule => rule.organId === organId).toReversed () };
    }
    return { rules: [...(typeId ? this.typeRules (typeId) : []), ...(organId ? this.rulesDownTo (organId) : [])] };
  }

  createRule ({ body }) {
    const rule = this.federation.addRule (body);
    for (const organ of this.federation.organs) {
      organ.hasRule ||= organ.organId === rule.organId;
    }
    return rule;
  }

  updateOrgan ({ path, query, body }) {
    const organ = this.find ('organs', 'organId', path[0]);
    required ({ 'organ.name': body.name, 'organ.code': body.code });
    for (const field of (query.get ('updateMask') ?? '').split (',').filter (Boolean)) {
      organ[field] = body[field];
    }
    organ.etag = `"${Number (organ.etag.replaceAll ('"', '')) + 1}"`;
    return this.organ (organ);
  }

  // ---- plans

  previewPlan ({ body }) {
    return this.plans.preview (body);
  }

  getPlan ({ path }) {
    return this.plans.show (this.plans.find (path[0]));
  }

  listPlans ({ query }) {
    return page (this.plans.all ({ state: query.get ('state'), text: query.get ('query'), organId: query.get ('organId') }), query, 50, 'plans');
  }

  listPlanEffects ({ path, query, accept }) {
    const { effects } = this.plans.find (path[0]).inside;
    return accept.includes ('text/csv') ? { csv: effects } : page (effects, query, 200, 'effects');
  }

  listPlanPersons ({ path, query, accept }) {
    const [organId, typeId, effect] = ['organId', 'typeId', 'effect'].map (name => query.get (name));
    const rows = this.plans.find (path[0]).inside.persons.filter (row => (!organId || row.organId === organId) && (!typeId || row.typeId === typeId) && (!effect || row.effect === effect));
    return accept.includes ('text/csv') ? { csv: rows } : page (rows, query, 50, 'persons');
  }

  applyPlan ({ path, body }) {
    return this.plans.apply (path[0], body.hash);
  }

  undoPlan ({ path }) {
    return this.plans.undo (path[0]);
  }

  discardPlan ({ path }) {
    return this.plans.discard (path[0]);
  }

  listExceptions ({ query }) {
    const [personId, organId] = ['personId', 'organId'].map (name => query.get (name));
    return page (this.federation.exceptions.filter (row => (!personId || row.personId === personId) && (!organId || row.organId === organId)), query, 50, 'exceptions');
  }

  countMatches ({ body }) {
    const value = (person, field) => {
      const address = this.person (person.personId).address;
      return field === 'age' ? String (2026 - Number (person.birthDate.slice (0, 4))) : address?.[field] ?? '';
    };
    let next = 0;
    const test = person => {
      const { op, operands, field, values } = body.nodes[next++];
      const name = (field ?? '').replace ('RULE_FIELD_', '').toLowerCase ().replace (/_(.)/g, (_, letter) => letter.toUpperCase ());
      const parts = Array.from ({ length: operands ?? 0 }, () => test (person));
      const fact = kind => this.federation.facts.some (entry => entry.personId === person.personId && entry.kind === kind && (!values?.length || values.includes (entry.value)));
      const known = { RULE_OP_ALL: () => parts.every (Boolean), RULE_OP_ANY: () => parts.some (Boolean), RULE_OP_NOT: () => !parts[0], RULE_OP_SUBSCRIPTION: () => fact ('FACT_KIND_SUBSCRIPTION'),
        RULE_OP_ADMITTED: () => fact ('FACT_KIND_ADMISSION'), RULE_OP_POSITION: () => fact ('FACT_KIND_POSITION'),
        RULE_OP_BETWEEN: () => (!values[0] || Number (value (person, name)) >= Number (values[0])) && (!values[1] || Number (value (person, name)) <= Number (values[1])) };
      return (known[op] ?? (() => values.includes (value (person, name)))) ();
    };
    const persons = this.federation.persons;
    const count = persons.filter (person => ((next = 0), test (person))).length;
    return { matchCount: String (count), eligibleCount: String (Math.floor (count / 2)), personCount: String (persons.length), text: ruleWords (body.nodes) };
  }

  listMembers ({ path, query, accept }) {
    const organ = this.find ('organs', 'organId', path[0]);
    const on = query.get ('on') || TODAY;
    const text = fold (query.get ('query') ?? '');
    const type = query.get ('typeId');
    const rows = this.federation.memberships.filter (entry => entry.organId === organ.organId && holds (entry, on) && (!type || entry.typeId === type))
      .map (({ personId, typeId, typeName, validFrom, validTo, origin }) => {
        const { memberNumber, familyName, givenName, birthDate, address } = this.person (personId);
        return { personId, memberNumber, familyName, givenName, birthDate, postalCode: address?.postalCode ?? '', town: address?.town ?? '', typeId, typeName, validFrom, validTo, origin };
      })
      .filter (row => !text || fold (`${row.familyName} ${row.givenName} ${row.memberNumber}`).includes (text))
      .sort (byField (query.get ('orderBy') ?? 'name', { name: row => `${row.familyName} ${row.givenName} ${row.personId}`, memberNumber: row => row.memberNumber, validFrom: row => row.validFrom }));
    return accept.includes ('text/csv') ? { csv: rows } : page (rows, query, 50, 'members');
  }

  explain ({ path, query, headers }) {
    const [organId, personId] = path;
    const organ = this.find ('organs', 'organId', organId);
    const on = query.get ('on') || TODAY;
    const membership = this.federation.memberships.find (entry => entry.organId === organId && entry.personId === personId && holds (entry, on));
    const facts = this.federation.facts.filter (entry => entry.personId === personId);
    const address = this.person (personId).address;
    const fact = (kind, value, entry) => ({ factId: entry?.factId ?? newId (), kind, value, organId: '', validFrom: entry?.validFrom ?? '', validTo: entry?.validTo ?? '' });
    const truth = ({ op, field, values }, rule) => {
      if (op === 'RULE_OP_SUBSCRIPTION') {
        const found = facts.find (entry => entry.kind === 'FACT_KIND_SUBSCRIPTION' && entry.value === values[0]);
        return [found !== undefined, found ? [fact ('FACT_KIND_SUBSCRIPTION', found.value, found)] : []];
      }
      if (op === 'RULE_OP_ADMITTED') {
        const found = facts.find (entry => entry.kind === 'FACT_KIND_ADMISSION' && entry.organId === rule.organId);
        return [found !== undefined, found ? [fact ('FACT_KIND_ADMISSION', found.value, found)] : []];
      }
      const name = field.replace ('RULE_FIELD_', '').toLowerCase ();
      const value = address?.[name] ?? '';
      return [values.includes (value), value ? [fact (`FACT_KIND_${name.toUpperCase ()}`, value, address)] : []];
    };
    const nodes = [];
    const types = this.federation.types.filter (({ organisationId }) => organisationId === organ.organisationId);
    for (const rule of [...types.flatMap (({ typeId }) => this.typeRules (typeId)), ...this.rulesDownTo (organId)]) {
      const type = this.federation.types.find (({ typeId }) => typeId === rule.typeId);
      if (type && membership && type.typeId !== membership.typeId) {
        continue;
      }
      const carrier = this.federation.organs.find (entry => entry.organId === rule.organId);
      const lines = rule.nodes.map (node => truth (node, rule));
      const base = { organId: carrier?.organId ?? '', organName: carrier?.name ?? '', ruleId: rule.ruleId, ruleValidFrom: rule.validFrom };
      nodes.push ({ ...base, depth: 0, kind: type ? 'type' : 'organ', holds: lines.every (([yes]) => yes), text: type ? `Membership type ${type.name}` : `Rules of ${carrier.name}`, facts: [] });
      rule.nodes.forEach ((node, i) => nodes.push ({ ...base, depth: 1, kind: 'condition', holds: lines[i][0], text: ruleWords ([node]), facts: lines[i][1] }));
    }
    return { member: membership !== undefined, origin: membership?.origin ?? 'MEMBERSHIP_ORIGIN_UNSPECIFIED', text: sentence (membership, organ, headers['accept-language']),
      validFrom: membership?.validFrom ?? '', validTo: membership?.validTo ?? '', nodes, belowOrganId: '' };
  }

  listMemberships ({ path }) {
    const mine = this.federation.memberships.filter (({ personId }) => personId === path[0]);
    return { memberships: [...mine].sort ((a, b) => a.organisationName.localeCompare (b.organisationName) || a.depth - b.depth || a.validFrom.localeCompare (b.validFrom)) };
  }

  // ---- membership

  #match (person, text) {
    return fold (text).split (/\s+/).every (word => fold (`${person.givenName} ${person.familyName} ${person.memberNumber} ${person.key} ${person.email}`).includes (word));
  }

  searchPersons ({ query }) {
    const text = query.get ('query') ?? '';
    const size = Number (query.get ('pageSize') ?? 20);
    const found = this.federation.persons.filter (person => this.#match (person, text));
    return { persons: found.slice (0, size).map (({ personId }) => this.person (personId)), more: found.length > size, incomplete: false };
  }

  listPersons ({ query, accept }) {
    const text = query.get ('query') ?? '';
    const found = this.federation.persons.filter (person => (!text || this.#match (person, text)) && (query.get ('includeEnded') === 'true' || !person.endDate))
      .map (({ personId }) => this.person (personId))
      .filter (({ address }) => (!query.get ('municipality') || fold (address?.municipality ?? '') === fold (query.get ('municipality')))
        && (!query.get ('postalCode') || address?.postalCode === query.get ('postalCode')))
      .sort (byField (query.get ('orderBy') ?? 'name', { name: row => `${row.familyName} ${row.givenName} ${row.personId}`, memberNumber: row => row.memberNumber,
        birthDate: row => row.birthDate, createTime: row => row.createTime }));
    return accept.includes ('text/csv') ? { csv: found } : page (found, query, 50, 'persons');
  }

  getPerson ({ path }) {
    return this.person (path[0]);
  }

  createPerson ({ body }) {
    required ({ 'person.givenName': body.givenName, 'person.familyName': body.familyName });
    if (body.email && !/^\S+@\S+\.\S+$/.test (body.email)) {
      throw new Fault (400, 'INVALID_ARGUMENT', 'the request has errors', [{ field: 'person.email', reason: 'INVALID_EMAIL', description: 'no e-mail address' }]);
    }
    const person = this.federation.addPerson (body);
    if (body.address?.postalCode) {
      this.federation.addAddress (person.personId, body.address);
    }
    this.federation.note (person.personId, 'familyName', '', person.familyName, 'registrar');
    return this.person (person.personId);
  }

  updatePerson ({ path, query, body, headers }) {
    const person = this.find ('persons', 'personId', path[0]);
    if (headers['if-match'] && headers['if-match'] !== person.etag) {
      throw new Fault (412, 'ETAG_MISMATCH', 'the person has changed');
    }
    if (body.email && !/^\S+@\S+\.\S+$/.test (body.email)) {
      throw new Fault (400, 'INVALID_ARGUMENT', 'the request has errors', [{ field: 'person.email', reason: 'INVALID_EMAIL', description: 'no e-mail address' }]);
    }
    for (const field of (query.get ('updateMask') ?? '').split (',').filter (Boolean)) {
      this.federation.note (path[0], field, person[field], body[field], 'registrar');
      person[field] = body[field];
    }
    this.touch (person);
    return this.person (path[0]);
  }

  touch (person) {
    person.etag = `"${Number (person.etag.replaceAll ('"', '')) + 1}"`;
    person.updateTime = NOW ();
  }

  endPerson ({ path, body }) {
    required ({ reason: body.reason });
    const person = this.find ('persons', 'personId', path[0]);
    Object.assign (person, { endDate: body.endDate || TODAY, endReason: body.reason });
    this.touch (person);
    this.federation.derive (person);
    this.federation.note (path[0], 'endDate', '', person.endDate, 'registrar');
    return this.person (path[0]);
  }

  listHistory ({ path, query }) {
    return page (this.federation.history.filter (({ personId }) => personId === path[0]).map (({ personId, ...entry }) => entry), query, 100, 'entries');
  }

  createAddress ({ path, body }) {
    required ({ 'address.postalCode': body.postalCode });
    const made = this.federation.addAddress (path[0], body);
    this.federation.note (path[0], 'address', '', `${made.street}, ${made.postalCode} ${made.town}`, 'registrar');
    this.federation.derive (this.find ('persons', 'personId', path[0]));
    return made;
  }

  listAddresses ({ path }) {
    return { addresses: this.federation.addresses.filter (({ personId }) => personId === path[0]).toReversed () };
  }

  listFacts ({ path }) {
    return { facts: this.federation.facts.filter (({ personId }) => personId === path[0]) };
  }

  createFact ({ path, body }) {
    const made = this.federation.addFact (path[0], { ...body, validFrom: body.validFrom || TODAY });
    this.federation.note (path[0], body.kind.replace ('FACT_KIND_', '').toLowerCase (), '', body.value, 'registrar');
    this.federation.derive (this.find ('persons', 'personId', path[0]));
    return made;
  }

  correctFact ({ path, body }) {
    const fact = this.find ('facts', 'factId', path[1]);
    Object.assign (fact, { value: body.value, validFrom: body.validFrom, validTo: body.validTo ?? '' });
    if (body.organId) {
      Object.assign (fact, { organId: body.organId, organName: this.find ('organs', 'organId', body.organId).name });
    }
    this.federation.derive (this.find ('persons', 'personId', path[0]));
    return fact;
  }

  endFact ({ path, body }) {
    const fact = this.find ('facts', 'factId', path[1]);
    fact.validTo = body.validTo || TODAY;
    this.federation.derive (this.find ('persons', 'personId', path[0]));
    return fact;
  }

  withdrawFact ({ path }) {
    this.federation.facts = this.federation.facts.filter (({ factId }) => factId !== path[1]);
    this.federation.derive (this.find ('persons', 'personId', path[0]));
    return {};
  }

  listRelations ({ path }) {
    return { relations: this.federation.relations.filter (entry => (entry.personId === path[0] || entry.otherId === path[0]) && !entry.validTo) };
  }

  createRelation ({ body }) {
    const name = id => {
      const person = this.federation.persons.find (({ personId }) => personId === id);
      return person ? `${person.familyName}, ${person.givenName}` : '';
    };
    const made = { relationId: newId (), otherId: '', validFrom: TODAY, validTo: '', ...body, personName: name (body.personId), otherName: name (body.otherId) };
    this.federation.relations.push (made);
    return made;
  }

  endRelation ({ path, body }) {
    const relation = this.find ('relations', 'relationId', path[0]);
    relation.validTo = body.validTo || TODAY;
    return relation;
  }

  listPlaces ({ query }) {
    const places = this.federation.places ?? [];
    return { places: places.filter (({ postalCode }) => postalCode.startsWith (query.get ('postalCode') ?? ''))
      .map (({ postalCode, town, province }) => ({ country: 'FI', postalCode, town, municipality: town, province })), nextPageToken: '' };
  }

  // ---- imports and runs

  uploadFile ({ text, query }) {
    const fileId = newId ();
    this.federation.files.set (fileId, { text, fileName: query.get ('fileName') || 'people.csv' });
    return { ...this.getFile ({ path: [fileId], query }), encoding: '', separator: '', columns: [], sample: [], mapping: [] };
  }

  getFile ({ path, query }) {
    const file = this.federation.files.get (path[0]);
    if (!file) {
      throw new Fault (404, 'NOT_FOUND', 'there is no such file');
    }
    const lines = file.text.replace (/^\uFEFF/, '').split (/\r?\n/).filter (Boolean);
    const separator = query.get ('separator') || (lines[0]?.includes (';') ? ';' : ',');
    const columns = lines[0]?.split (separator) ?? [];
    const known = { etunimi: 'given_name', sukunimi: 'family_name', postinumero: 'postal_code', 'sähköposti': 'email', avain: 'key', jäsenyys: 'subscription' };
    const fields = ['key', 'given_name', 'family_name', 'birth_date', 'email', 'phone', 'street', 'postal_code', 'town', 'subscription', 'subscription_from', 'organ_code'];
    return { fileId: path[0], fileName: file.fileName, size: String (file.text.length), complete: true, sha256: 'ab'.repeat (32), encoding: file.text.startsWith ('\uFEFF') ? 'UTF-8-BOM' : 'UTF-8', separator,
      columns, sample: lines.slice (1, 21).map (line => ({ values: line.split (separator) })),
      mapping: columns.map (column => ({ column, field: known[column.toLowerCase ()] ?? (fields.includes (column) ? column : 'ignore') })), createTime: NOW () };
  }

  /** Starts a run that takes `ms` and then calls `done`. */
  startRun (type, subject, total, ms, done) {
    const run = { runId: newId (), type, subject, target: '', actor: 'registrar', state: 'RUN_STATE_RUNNING', total: String (total), processed: '0', succeeded: '0', skipped: '0', failed: '0', error: '', errorReason: '',
      planHash: '', createTime: NOW (), startTime: NOW (), endTime: '', etag: '"0"', done: false, service: 'membership', began: Date.now (), ms, finish: done };
    this.federation.runs.unshift (run);
    return run;
  }

  /** Moves a run on by the clock. */
  advance (run) {
    if (!run.done) {
      const share = Math.min (1, (Date.now () - run.began) / run.ms);
      run.processed = String (Math.floor (Number (run.total) * share));
      run.succeeded = run.processed;
      run.etag = `"${run.processed}"`;
      if (share === 1) {
        Object.assign (run, { done: true, state: 'RUN_STATE_SUCCEEDED', endTime: NOW () });
        run.finish (run);
      }
    }
    const { began, ms, finish, ...shown } = run;
    return shown;
  }

  createImport ({ body }) {
    const file = this.federation.files.get (body.fileId);
    const { separator } = this.getFile ({ path: [body.fileId], query: new URLSearchParams () });
    const [head, ...lines] = file.text.replace (/^\uFEFF/, '').split (/\r?\n/).filter (Boolean).map (line => line.split (separator));
    const column = field => head.indexOf (body.mapping.find (entry => entry.field === field)?.column);
    const bad = lines.flatMap ((cells, i) => {
      const postal = cells[column ('postal_code')] ?? '';
      const email = cells[column ('email')] ?? '';
      return [...(postal && !/^\d{5}$/.test (postal) ? [{ subject: String (i + 2), field: head[column ('postal_code')], reason: 'UNKNOWN_POSTAL_CODE', description: 'not in the gazetteer' }] : []),
        ...(email && !email.includes ('@') ? [{ subject: String (i + 2), field: head[column ('email')], reason: 'INVALID_EMAIL', description: 'no e-mail address' }] : [])];
    });
    const entry = { importId: newId (), fileId: body.fileId, fileName: file.fileName, state: 'IMPORT_STATE_CHECKING', checkRunId: '', applyRunId: '', undoRunId: '', created: '0', updated: '0', unchanged: '0', errors: '0',
      actor: 'registrar', createTime: NOW (), etag: '"1"', planHash: '', lines, column };
    const run = this.startRun ('import-dry-run', entry.importId, lines.length, 700, done => {
      const rows = new Set (bad.map (({ subject }) => subject)).size;
      done.failed = String (rows);
      done.succeeded = String (lines.length - rows);
      Object.assign (entry, { state: rows ? 'IMPORT_STATE_REFUSED' : 'IMPORT_STATE_CHECKED', created: String (lines.length - rows), errors: String (rows), planHash: 'cd'.repeat (32) });
    });
    this.federation.outcomes.set (run.runId, bad.map ((outcome, i) => ({ position: String (i + 1), result: 'failed', ...outcome })));
    entry.checkRunId = run.runId;
    this.federation.imports.unshift (entry);
    return this.showImport (entry);
  }

  showImport ({ lines, column, ...entry }) {
    for (const id of [entry.checkRunId, entry.applyRunId, entry.undoRunId].filter (Boolean)) {
      this.advance (this.find ('runs', 'runId', id));
    }
    const { lines: l, column: c, ...fresh } = this.find ('imports', 'importId', entry.importId);
    return fresh;
  }

  getImport ({ path }) {
    return this.showImport (this.find ('imports', 'importId', path[0]));
  }

  listImports ({ query }) {
    return page (this.federation.imports.map (entry => this.showImport (entry)), query, 50, 'imports');
  }

  applyImport ({ path }) {
    const entry = this.find ('imports', 'importId', path[0]);
    if (entry.state !== 'IMPORT_STATE_CHECKED') {
      throw new Fault (400, 'IMPORT_NOT_CHECKED', 'the import has not been checked');
    }
    entry.state = 'IMPORT_STATE_APPLYING';
    entry.made = [];
    entry.applyRunId = this.startRun ('import-apply', entry.importId, entry.lines.length, 1500, () => {
      entry.state = 'IMPORT_STATE_APPLIED';
      for (const cells of entry.lines) {
        const cell = field => cells[entry.column (field)] ?? '';
        const person = this.federation.addPerson ({ givenName: cell ('given_name'), familyName: cell ('family_name'), email: cell ('email') });
        this.federation.addAddress (person.personId, { postalCode: cell ('postal_code') });
        this.federation.addFact (person.personId, { kind: 'FACT_KIND_SUBSCRIPTION', value: 'Member' });
        this.federation.derive (person);
        entry.made.push (person.personId);
      }
    }).runId;
    return this.showImport (entry);
  }

  undoImport ({ path }) {
    const entry = this.find ('imports', 'importId', path[0]);
    entry.state = 'IMPORT_STATE_UNDOING';
    entry.undoRunId = this.startRun ('import-undo', entry.importId, entry.lines.length, 1000, () => {
      entry.state = 'IMPORT_STATE_UNDONE';
      this.federation.persons = this.federation.persons.filter (({ personId }) => !entry.made?.includes (personId));
      this.federation.memberships = this.federation.memberships.filter (({ personId }) => !entry.made?.includes (personId));
    }).runId;
    return this.showImport (entry);
  }

  listRuns ({ path, query }) {
    const type = query.get ('type');
    const rows = this.federation.runs.filter (run => run.service === path[0] && (!type || run.type === type));
    return page (rows.map (run => this.advance (run)), query, 50, 'runs');
  }

  getRun ({ path }) {
    return this.advance (this.find ('runs', 'runId', path[1]));
  }

  listOutcomes ({ path, query, accept }) {
    const result = query.get ('result');
    const rows = (this.federation.outcomes.get (path[1]) ?? []).filter (outcome => !result || outcome.result === result);
    return accept.includes ('text/csv') ? { csv: rows } : page (rows, query, 100, 'outcomes');
  }

  cancelRun ({ path }) {
    const run = this.find ('runs', 'runId', path[1]);
    if (!run.done) {
      Object.assign (run, { done: true, state: 'RUN_STATE_CANCELLED', endTime: NOW () });
      for (const entry of this.federation.imports) {
        if ([entry.checkRunId, entry.applyRunId].includes (run.runId)) {
          entry.state = 'IMPORT_STATE_STOPPED';
        }
      }
    }
    return this.advance (run);
  }

  status ({ path }) {
    return { service: path[0], version: '0.1.0', ready: true, eventCount: '5214', today: TODAY,
      followers: path[0] === 'hierarchy' ? [{ source: 'membership', lagEvents: '0', parkedEvents: '0', applyTime: NOW () }] : [] };
  }
}

Object.assign (Api.prototype, actionMethods, areaMethods, reportMethods);

const P = '([^/:]+)';
/** [verb, path, method of Api]; the first that matches answers. */
export const ROUTES = [
  ...ACTION_ROUTES,
  ...AREA_ROUTES,
  ...REPORT_ROUTES,
  ['GET', '/v1/organisations', 'listOrganisations'],
  ['POST', '/v1/organisations', 'createOrganisation'],
  ['GET', `/v1/organisations/${P}/types`, 'listTypes'],
  ['POST', `/v1/organisations/${P}/types`, 'createType'],
  ['GET', '/v1/organs', 'listOrgans'],
  ['POST', '/v1/organs', 'createOrgan'],
  ['GET', `/v1/organs/${P}`, 'getOrgan'],
  ['PATCH', `/v1/organs/${P}`, 'updateOrgan'],
  ['GET', `/v1/organs/${P}/members`, 'listMembers'],
  ['GET', `/v1/organs/${P}/members/${P}:explain`, 'explain'],
  ['GET', '/v1/rules', 'listRules'],
  ['POST', '/v1/rules', 'createRule'],
  ['POST', '/v1/rules:count', 'countMatches'],
  ['POST', '/v1/plans', 'previewPlan'],
  ['GET', '/v1/plans', 'listPlans'],
  ['GET', `/v1/plans/${P}`, 'getPlan'],
  ['GET', `/v1/plans/${P}/effects`, 'listPlanEffects'],
  ['GET', `/v1/plans/${P}/persons`, 'listPlanPersons'],
  ['POST', `/v1/plans/${P}:apply`, 'applyPlan'],
  ['POST', `/v1/plans/${P}:undo`, 'undoPlan'],
  ['POST', `/v1/plans/${P}:discard`, 'discardPlan'],
  ['GET', '/v1/exceptions', 'listExceptions'],
  ['GET', '/v1/persons:search', 'searchPersons'],
  ['GET', '/v1/persons', 'listPersons'],
  ['POST', '/v1/persons', 'createPerson'],
  ['GET', `/v1/persons/${P}`, 'getPerson'],
  ['PATCH', `/v1/persons/${P}`, 'updatePerson'],
  ['POST', `/v1/persons/${P}:end`, 'endPerson'],
  ['GET', `/v1/persons/${P}/memberships`, 'listMemberships'],
  ['GET', `/v1/persons/${P}/history`, 'listHistory'],
  ['GET', `/v1/persons/${P}/addresses`, 'listAddresses'],
  ['POST', `/v1/persons/${P}/addresses`, 'createAddress'],
  ['GET', `/v1/persons/${P}/facts`, 'listFacts'],
  ['POST', `/v1/persons/${P}/facts`, 'createFact'],
  ['POST', `/v1/persons/${P}/facts/${P}:correct`, 'correctFact'],
  ['POST', `/v1/persons/${P}/facts/${P}:end`, 'endFact'],
  ['POST', `/v1/persons/${P}/facts/${P}:withdraw`, 'withdrawFact'],
  ['GET', `/v1/persons/${P}/relations`, 'listRelations'],
  ['POST', '/v1/relations', 'createRelation'],
  ['POST', `/v1/relations/${P}:end`, 'endRelation'],
  ['POST', '/v1/import-files', 'uploadFile'],
  ['GET', `/v1/import-files/${P}`, 'getFile'],
  ['POST', '/v1/imports', 'createImport'],
  ['GET', '/v1/imports', 'listImports'],
  ['GET', `/v1/imports/${P}`, 'getImport'],
  ['POST', `/v1/imports/${P}:apply`, 'applyImport'],
  ['POST', `/v1/imports/${P}:undo`, 'undoImport'],
  ['GET', '/v1/places', 'listPlaces'],
  ['GET', `/v1/${P}/runs`, 'listRuns'],
  ['GET', `/v1/${P}/runs/${P}`, 'getRun'],
  ['GET', `/v1/${P}/runs/${P}/outcomes`, 'listOutcomes'],
  ['POST', `/v1/${P}/runs/${P}:cancel`, 'cancelRun'],
  ['GET', `/v1/${P}/status`, 'status'],
].map (([verb, path, name]) => ({ verb, pattern: new RegExp (`^${path}$`), name }));
