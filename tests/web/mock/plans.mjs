// Plans of the stand-in: change sets carried out on a copy of the federation, so that what a preview tells and what an
// application does are the same. Moves, ends, merges, new organs, rules and exceptions have effect on today's figures and
// on days to come; the exact rules of days are the service's affair.
import { newId } from './federation.mjs';

const NOW = () => new Date ().toISOString ();
const WORDS = { CREATE: 'begins', MOVE: 'moves', MERGE: 'merges', SPLIT: 'splits', END: 'ends', REOPEN: 'opens again', RULE: 'has another rule',
  ADD_EXCEPTION: 'gains a member by exception', END_EXCEPTION: 'loses an exception' };
const DEFAULTS = { kind: '', on: '', organ: '', parent: '', target: '', code: '', name: '', organKind: '', rule: [], typeId: '', parts: [], exceptionsTo: '', personId: '', validTo: '',
  reason: '', exceptionId: '' };

const COLUMNS = ['change', 'on', 'organ', 'parent', 'target', 'code', 'name', 'organ_kind', 'rule_field', 'rule_values'];
const fault = (description, reason) => ({ field: 'csv', reason, description });

const sameKey = row => `${row.personId} ${row.organId} ${row.typeId}`;
const span = rows => rows.map (({ validFrom, validTo }) => `${validFrom}/${validTo}`).sort ();

/** Everything that a plan may change. */
const stateOf = ({ organs, rules, memberships, exceptions }) => structuredClone ({ organs, rules, memberships, exceptions });

function byKey (rows) {
  const found = new Map ();
  for (const row of rows) {
    found.set (sameKey (row), [...found.get (sameKey (row)) ?? [], row]);
  }
  return found;
}

export class Plans {
  constructor (api, Fault) {
    this.api = api;
    this.Fault = Fault;
    this.list = [];
  }

  get federation () {
    return this.api.federation;
  }

  #refuse (place, field, reason, description) {
    throw new this.Fault (400, 'INVALID_ARGUMENT', 'the change set has errors', [{ field: `changes[${place}].${field}`, reason, description }]);
  }

  #organ (state, name, place, field) {
    const found = state.organs.find (({ organId, code }) => organId === name || `code:${code}` === name);
    if (!found) {
      this.#refuse (place, field, name ? 'ORGAN_NOT_FOUND' : 'REQUIRED', 'there is no such organ');
    }
    return found;
  }

  #chain (state, organ) {
    const chain = [];
    for (let here = organ; here; here = state.organs.find (({ organId }) => organId === here.parentId)) {
      chain.push (here);
    }
    return chain;
  }

  /** The memberships of the organs above a member organ follow from a day on. */
  #reHang (state, organ, from) {
    const inside = new Set (state.organs.filter (one => this.#chain (state, one).includes (organ)).map (({ organId }) => organId));
    const people = byKey (state.memberships.filter (({ organId, validTo }) => organId === organ.organId && (!validTo || validTo > from)));
    return { inside, people: [...people.values ()].map (rows => rows.at (-1)) };
  }

  #close (state, rows, from) {
    for (const row of rows) {
      if (!row.validTo || row.validTo > from) {
        row.validTo = from;
      }
    }
  }

  #move (state, organ, parent, from) {
    const { people } = this.#reHang (state, organ, from);
    const before = this.#chain (state, organ).slice (1);
    organ.parentId = parent.organId;
    organ.parentName = parent.name;
    const after = this.#chain (state, organ).slice (1);
    for (const member of people) {
      const mine = state.memberships.filter (row => row.personId === member.personId && row.typeId === member.typeId && (!row.validTo || row.validTo > from));
      const other = above => mine.some (row => row.organId !== organ.organId && state.organs.find (({ organId }) => organId === row.organId)?.parentId === above.organId);
      const left = before.filter (above => !after.includes (above) && !other (above));
      this.#close (state, mine.filter (row => left.some (({ organId }) => organId === row.organId)), from);
      for (const above of after.filter (one => !before.includes (one))) {
        state.memberships.push ({ ...member, membershipId: newId (), organId: above.organId, organName: above.name, organKind: above.kind, validFrom: from > member.validFrom ? from : member.validFrom,
          depth: this.#chain (state, above).length - 1, origin: 'MEMBERSHIP_ORIGIN_BELOW' });
      }
    }
  }

  #create (state, { code, name, kind, parent, on, rule }) {
    const organ = { organId: newId (), organisationId: parent.organisationId, code, name, kind, parentId: parent.organId, validFrom: on, validTo: '', etag: '"1"', parentName: parent.name,
      hasRule: rule.length > 0 };
    state.organs.push (organ);
    if (rule.length > 0) {
      state.rules.push ({ ruleId: newId (), organId: organ.organId, typeId: '', nodes: rule, validFrom: on, validTo: '', recordTime: NOW (), text: '' });
    }
    return organ;
  }

  #end (state, organ, from) {
    const { inside } = this.#reHang (state, organ, from);
    const above = this.#chain (state, organ).slice (1);
    const leaving = state.memberships.filter (({ organId, validTo }) => inside.has (organId) && (!validTo || validTo > from));
    this.#close (state, leaving, from);
    for (const row of leaving.filter (({ organId }) => organId === organ.organId)) {
      this.#close (state, state.memberships.filter (other => other.personId === row.personId && other.typeId === row.typeId && above.some (({ organId }) => organId === other.organId)), from);
    }
    organ.validTo = from;
  }

  #apply (state, change, place) {
    const { kind, on } = change;
    const act = kind.replace ('CHANGE_KIND_', '');
    if (!/^\d{4}-\d\d-\d\d$/.test (on)) {
      this.#refuse (place, 'on', on ? 'INVALID_DATE' : 'REQUIRED', 'a day is needed');
    }
    const organ = ['CREATE', 'END_EXCEPTION'].includes (act) || (act === 'RULE' && !change.organ) ? null : this.#organ (state, change.organ, place, 'organ');
    if (act === 'CREATE') {
      const parent = this.#organ (state, change.parent, place, 'parent');
      if (state.organs.some (({ code, organisationId }) => code === change.code && organisationId === parent.organisationId)) {
        this.#refuse (place, 'code', 'CODE_TAKEN', 'the code is taken');
      }
      this.#create (state, { ...change, kind: change.organKind, parent });
    } else if (act === 'MOVE') {
      const parent = this.#organ (state, change.parent, place, 'parent');
      if (this.#chain (state, parent).includes (organ)) {
        this.#refuse (place, 'parent', 'CYCLE', 'an organ cannot hang below itself');
      }
      this.#move (state, organ, parent, on);
    } else if (act === 'END' || act === 'MERGE') {
      if (organ.validFrom >= on) {
        this.#refuse (place, 'on', 'OUTSIDE_LIFE', 'the organ does not live before that day');
      }
      if (act === 'MERGE') {
        const target = this.#organ (state, change.target, place, 'target');
        for (const child of state.organs.filter (({ parentId }) => parentId === organ.organId)) {
          this.#move (state, child, target, on);
        }
      }
      this.#end (state, organ, on);
    } else if (act === 'SPLIT') {
      const parent = state.organs.find (({ organId }) => organId === organ.parentId);
      for (const part of change.parts) {
        const made = this.#create (state, { ...part, kind: part.organKind || organ.kind, parent, on, rule: part.rule ?? [] });
        for (const child of part.children ?? []) {
          this.#move (state, this.#organ (state, child, place, 'parts'), made, on);
        }
      }
      this.#end (state, organ, on);
    } else if (act === 'REOPEN') {
      organ.validTo = '';
    } else if (act === 'RULE') {
      state.rules.unshift ({ ruleId: newId (), organId: organ?.organId ?? '', typeId: change.typeId, nodes: change.rule, validFrom: on, validTo: '', recordTime: NOW (), text: '' });
    } else {
      this.#exception (state, change, organ, place);
    }
  }

  #exception (state, change, organ, place) {
    if (change.exceptionId) {
      const found = state.exceptions.find (({ exceptionId }) => exceptionId === change.exceptionId);
      found.validTo = change.on;
      this.#close (state, state.memberships.filter (({ personId, origin }) => personId === found.personId && origin === 'MEMBERSHIP_ORIGIN_EXCEPTION'), change.on);
      return;
    }
    const person = this.federation.persons.find (({ personId }) => personId === change.personId);
    const type = this.federation.types.find (({ typeId }) => typeId === change.typeId);
    if (!person || !type) {
      this.#refuse (place, person ? 'typeId' : 'personId', 'REQUIRED', 'a person and a type are needed');
    }
    const names = { personId: person.personId, organId: organ.organId, organName: organ.name, typeId: type.typeId, typeName: type.name, validFrom: change.on, validTo: change.validTo };
    state.exceptions.unshift ({ exceptionId: newId (), ...names, familyName: person.familyName, givenName: person.givenName, reason: change.reason, author: 'registrar', recordTime: NOW () });
    const root = state.organs.find (({ organId }) => organId === organ.organisationId);
    for (const [above, here] of this.#chain (state, organ).entries ()) {
      state.memberships.push ({ membershipId: newId (), ...names, organId: here.organId, organName: here.name, organKind: here.kind, organisationId: root.organId, organisationName: root.name,
        origin: above === 0 ? 'MEMBERSHIP_ORIGIN_EXCEPTION' : 'MEMBERSHIP_ORIGIN_BELOW', recordTime: NOW (), depth: this.#chain (state, here).length - 1 });
    }
  }

  /** What the changes make of the federation, and the difference. */
  #work (changes) {
    const before = stateOf (this.federation);
    const after = stateOf (this.federation);
    changes.forEach ((change, place) => this.#apply (after, change, place));
    after.memberships = after.memberships.filter (({ validFrom, validTo }) => !validTo || validFrom < validTo);
    const [was, becomes] = [byKey (before.memberships), byKey (after.memberships)];
    const persons = [];
    for (const key of new Set ([...was.keys (), ...becomes.keys ()])) {
      const [old, now] = [was.get (key) ?? [], becomes.get (key) ?? []];
      if (JSON.stringify (span (old)) === JSON.stringify (span (now))) {
        continue;
      }
      const row = now[0] ?? old[0];
      const { memberNumber, familyName, givenName } = this.federation.persons.find (({ personId }) => personId === row.personId);
      const open = rows => rows.some (({ validTo }) => !validTo);
      const effect = open (now) && !open (old) ? 'joins' : 'leaves';
      persons.push ({ personId: row.personId, memberNumber, familyName, givenName, organId: row.organId, organName: row.organName, typeId: row.typeId, typeName: row.typeName, effect,
        before: span (old), after: span (now) });
    }
    return { after, persons };
  }

  #effects (persons, after, day) {
    const groups = byKey (persons.map (row => ({ ...row, personId: '' })));
    const on = (rows, organId, typeId) => new Set (rows.filter (row => row.organId === organId && row.typeId === typeId && row.validFrom <= day && (!row.validTo || day < row.validTo))
      .map (({ personId }) => personId));
    return [...groups.values ()].map (rows => {
      const [{ organId, typeId, organName, typeName }] = rows;
      const organ = after.organs.find (one => one.organId === organId);
      const [was, becomes] = [on (this.federation.memberships, organId, typeId), on (after.memberships, organId, typeId)];
      return { organId, organCode: organ.code, organName, organKind: organ.kind, typeId, typeName, joins: String (rows.filter (({ effect }) => effect === 'joins').length),
        leaves: String (rows.filter (({ effect }) => effect === 'leaves').length), before: String (was.size), after: String (becomes.size),
        stays: String ([...was].filter (id => becomes.has (id)).length) };
    }).sort ((a, b) => a.organName.localeCompare (b.organName, 'fi'));
  }

  /** The changes of a file, with the line of each. */
  #read (csv) {
    const lines = csv.split ('\n').map ((text, i) => ({ text, line: i + 1 })).filter (({ text }) => text !== '');
    const separator = lines[0].text.includes (';') ? ';' : ',';
    const head = lines[0].text.split (separator);
    const wrong = head.flatMap ((name, i) => (COLUMNS.includes (name) ? [] : [fault (`Line 1, column ${i + 1}: There is no such column`, 'UNKNOWN_COLUMN')]));
    const changes = lines.slice (1).map (({ text, line }) => {
      const row = Object.fromEntries (text.split (separator).map ((cell, i) => [head[i], cell]));
      const kind = `CHANGE_KIND_${(row.change ?? '').toUpperCase ()}`;
      if (!['CREATE', 'MOVE', 'MERGE', 'END', 'REOPEN', 'RULE'].includes (kind.slice (12))) {
        wrong.push (fault (`Line ${line}, column ${head.indexOf ('change') + 1}: A change is create, move, merge, end, reopen or rule`, 'UNKNOWN_CHANGE'));
      }
      const named = name => (row[name] ? `code:${row[name]}` : '');
      const rule = row.rule_field ? [{ op: 'RULE_OP_IN', operands: 0, field: `RULE_FIELD_${row.rule_field.toUpperCase ()}`, values: row.rule_values.split ('|') }] : [];
      return { kind, on: row.on ?? '', organ: named ('organ'), parent: named ('parent'), target: named ('target'), code: row.code ?? '', name: row.name ?? '', organKind: row.organ_kind ?? '', rule };
    });
    this.api.refuse (wrong);
    return { changes, lines: lines.slice (1).map (({ line }) => line) };
  }

  #previewFile ({ csv, ...body }) {
    const { changes, lines } = this.#read (csv);
    try {
      return this.preview ({ ...body, changes });
    } catch (error) {
      throw new this.Fault (error.status, error.reason, error.message, error.violations.map (({ field, reason, description }) => {
        const [, place, rest] = /^changes\[(\d+)\]\.(.*)$/.exec (field) ?? [];
        return place === undefined ? { field, reason, description } : fault (`Line ${lines[place]}, ${rest}: ${description}`, reason);
      }));
    }
  }

  preview (body) {
    if (body.csv) {
      return this.#previewFile (body);
    }
    if (!body.changes?.length) {
      throw new this.Fault (400, 'INVALID_ARGUMENT', 'the request has errors', [{ field: 'changes', reason: 'REQUIRED', description: 'a value is required' }]);
    }
    const changes = body.changes.map (change => ({ ...DEFAULTS, ...change, parts: (change.parts ?? []).map (part => ({ organKind: '', rule: [], children: [], ...part })) }));
    const { after, persons } = this.#work (changes);
    const days = changes.map (({ on }) => on).sort ();
    const organisation = this.federation.organs.find (({ organId }) => organId === body.organisationId);
    const old = this.list.find (({ planId }) => planId === body.planId);
    const effectsOf = new Map ();
    for (const { personId, effect } of persons) {
      effectsOf.set (personId, new Set ([...effectsOf.get (personId) ?? [], effect]));
    }
    const having = (yes, no) => String ([...effectsOf.values ()].filter (effects => effects.has (yes) && !effects.has (no)).length);
    const plan = { planId: old?.planId ?? newId (), organisationId: body.organisationId, organisationName: organisation.name, title: body.title || WORDS[changes[0].kind.replace ('CHANGE_KIND_', '')],
      reason: body.reason ?? '', changes, changeCount: changes.length, firstDay: days[0], lastDay: days.at (-1), state: 'PLAN_STATE_PREVIEWED', hash: newId ().replaceAll ('-', '').repeat (2),
      personCount: String (effectsOf.size), joiningCount: having ('joins', 'leaves'), leavingCount: having ('leaves', 'joins'),
      movingCount: String ([...effectsOf.values ()].filter (effects => effects.size === 2).length), organCount: String (new Set (persons.map (({ organId }) => organId)).size),
      author: 'registrar', createTime: old?.createTime ?? NOW (), previewTime: NOW (), applyTime: '', undoTime: '', runId: '', error: '', errorReason: '', etag: `"${newId ()}"`, done: true,
      texts: changes.map (({ kind, organ }) => `${organ} ${WORDS[kind.replace ('CHANGE_KIND_', '')]}`) };
    Object.assign (plan, { inside: { persons, effects: this.#effects (persons, after, days.at (-1)), after } });
    this.list = [plan, ...this.list.filter (({ planId }) => planId !== plan.planId)];
    return this.show (plan);
  }

  show ({ inside, ...plan }) {
    if (plan.runId) {
      this.api.advance (this.api.find ('runs', 'runId', plan.runId));
    }
    const { inside: _, ...fresh } = this.list.find (({ planId }) => planId === plan.planId);
    return fresh;
  }

  find (id) {
    const found = this.list.find (({ planId }) => planId === id);
    if (!found) {
      throw new this.Fault (404, 'PLAN_NOT_FOUND', 'there is no such plan');
    }
    return found;
  }

  #run (plan, type, work) {
    const run = this.api.startRun (type, plan.planId, Number (plan.personCount) || 1, 900, () => {
      work ();
      Object.assign (plan, { done: true, etag: `"${newId ()}"` });
    });
    run.service = 'hierarchy';
    Object.assign (plan, { runId: run.runId, done: false, etag: `"${newId ()}"` });
    return this.show (plan);
  }

  apply (id, hash) {
    const plan = this.find (id);
    if (plan.hash !== hash || plan.state !== 'PLAN_STATE_PREVIEWED') {
      plan.state = 'PLAN_STATE_STALE';
      throw new this.Fault (409, 'PLAN_STALE', 'facts have moved under the plan');
    }
    plan.state = 'PLAN_STATE_APPLYING';
    const before = stateOf (this.federation);
    return this.#run (plan, 'plan-apply', () => {
      Object.assign (this.federation, plan.inside.after);
      Object.assign (plan, { state: 'PLAN_STATE_APPLIED', applyTime: NOW () });
      plan.inside.before = before;
    });
  }

  undo (id) {
    const plan = this.find (id);
    const later = this.list.filter (other => other.state === 'PLAN_STATE_APPLIED' && other.applyTime > plan.applyTime && other.organisationId === plan.organisationId);
    if (later.length > 0) {
      throw new this.Fault (409, 'LATER_PLANS', `later plans rest on this one: ${later.map (({ planId }) => planId).join (', ')}`);
    }
    plan.state = 'PLAN_STATE_UNDOING';
    return this.#run (plan, 'plan-undo', () => {
      Object.assign (this.federation, plan.inside.before);
      Object.assign (plan, { state: 'PLAN_STATE_UNDONE', undoTime: NOW () });
    });
  }

  discard (id) {
    const plan = this.find (id);
    plan.state = 'PLAN_STATE_DISCARDED';
    return this.show (plan);
  }

  all ({ state, text, organId }) {
    return this.list.filter (plan => (state ? plan.state === state : plan.state !== 'PLAN_STATE_DISCARDED')
      && (!text || `${plan.title} ${plan.reason} ${plan.author}`.toLowerCase ().includes (text.toLowerCase ()))
      && (!organId || plan.inside.persons.some (row => row.organId === organId) || plan.changes.some (({ organ }) => organ === organId)))
      .map (plan => ({ ...this.show (plan), changes: [] }));
  }
}

