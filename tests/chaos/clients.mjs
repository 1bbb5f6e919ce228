// Clients that write. Each has people of its own and knows what must be on record of them: the same command applied
// twice, lost or half done would show. Besides, all write to a few people that they share.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Random, Weighted } from '../demo/random.mjs';
import { Http } from './http.mjs';
import { textOf } from './intervals.mjs';

const NEVER_ENDS = 'infinity';
const PATIENCE_MS = 120000;
const MOST_PEOPLE = 60;
const PAUSE_MS = 20;
const WRONG_ID = '01900000-0000-7000-8000-000000000000';

/** What is left of periods when `from`..`to` is cut out; texts compare as days do. */
const cut = (rows, from, to) => rows.flatMap (row => {
  if (row.to <= from || to <= row.from) {
    return [row];
  }
  return [{ ...row, to: from }, { ...row, from: to }].filter (rest => rest.from < rest.to && rest.from >= row.from
    && rest.to <= row.to);
});

export class Client {
  constructor ({ number, seed, url, journal, world, canary, isStopped }) {
    Object.assign (this, { number, journal, world, canary, isStopped });
    this.random = new Random (seed, `client ${number}`);
    this.http = new Http (url);
    this.people = [];
    this.counter = 0;
    this.failures = [];
    this.doubts = [];     // what a client saw that cannot be
    this.operations = new Weighted (
      [this.createPerson, this.updatePerson, this.moveHouse, this.recordFact, this.endFact, this.correctFact,
        this.withdrawFact, this.endPerson, this.wrongCommand, this.repeatOld, this.readOwn, this.tagShared],
      [14, 16, 20, 20, 7, 4, 3, 2, 4, 4, 8, 5]);
  }

  /** A word that no other command of any run has. */
  #mark () {
    return `${this.canary.word}${this.number}x${++this.counter}`;
  }

  #phone () {
    return `${this.canary.phone}${this.number}${String (++this.counter).padStart (5, '0')}`;
  }

  #day (back = 1500, ahead = 400) {
    return textOf (this.world.today + this.random.between (-back, ahead));
  }

  #someone () {
    const alive = this.people.filter (({ ended }) => !ended);
    return alive.length === 0 ? null : this.random.pick (alive);
  }

  async run () {
    while (!this.isStopped ()) {
      const operation = this.people.length === 0 ? this.createPerson : this.operations.pick (this.random);
      await operation.call (this);
      await sleep (PAUSE_MS + this.random.below (2 * PAUSE_MS));
    }
    this.http.close ();
  }

  /** A command from the journal to its outcome; the answer's body when acknowledged, else null. */
  async command (op, method, path, body, { refused = false } = {}) {
    const key = randomUUID ();
    const command = this.journal.begin ({ key, op, method, path, body, client: this.number });
    const told = (kind, answer) => {
      command.attempts++;
      if (kind === 'unknown') {
        command.unknown++;
        command.internal ??= answer.status === 500 ? `${op}: ${JSON.stringify (answer.body)}` : undefined;
      }
    };
    const send = () => this.http.untilKnown (method, path, { body, key }, { patience: PATIENCE_MS, told });
    const twins = this.random.chance (0.04) ? [send (), send ()] : [send ()];
    const [answer, twin] = await Promise.all (twins);
    if (answer === null) {
      return null;
    }
    const acknowledged = answer.status >= 200 && answer.status < 300;
    this.journal.end (command, acknowledged ? 'acknowledged' : 'refused', answer.status, answer.body);
    if (twin && acknowledged && JSON.stringify (twin.body) !== JSON.stringify (answer.body)) {
      this.doubts.push (`${op} ${key}: sent twice at once, answered differently`);
    }
    if (acknowledged === refused) {
      this.failures.push (`${op} ${key}: ${answer.status} ${JSON.stringify (answer.body).slice (0, 300)}`);
    }
    return acknowledged ? answer.body : null;
  }

  async createPerson () {
    if (this.people.length >= MOST_PEOPLE) {
      return this.updatePerson ();
    }
    const mark = this.#mark ();
    const person = { mark, key: mark, version: 1, phone: this.#phone (), addresses: [], facts: [], ended: false,
      born: this.random.chance (0.9) ? textOf (this.world.today - this.random.between (1, 30000)) : '' };
    const body = { key: mark, givenName: 'Testi', familyName: this.canary.family, birthDate: person.born,
      phone: person.phone, email: `${mark}@example.org`, language: 'fi' };
    if (person.born === '') {
      delete body.birthDate;
    }
    if (this.random.chance (0.6)) {
      body.address = this.#address (person, NEVER_ENDS);
    }
    const answer = await this.command ('create person', 'POST', '/v1/persons', body);
    if (answer) {
      person.id = answer.personId;
      this.people.push (person);
    }
  }

  /** An address with a street of its own; enters it into the person's list. */
  #address (person, to) {
    const place = this.random.pick (this.world.places);
    const from = this.#day ();
    const street = `${this.canary.street} ${this.#mark ()}`;
    const until = to === NEVER_ENDS || to > from ? to : NEVER_ENDS;
    person.addresses = [...cut (person.addresses, from, until),
      { street, postalCode: place.postal_code, from, to: until }];
    return { street, postalCode: place.postal_code, country: 'FI', validFrom: from,
      ...(until === NEVER_ENDS ? {} : { validTo: until }) };
  }

  async updatePerson () {
    const person = this.#someone ();
    if (!person) {
      return;
    }
    const phone = this.#phone ();
    if (await this.command ('update person', 'PATCH', `/v1/persons/${person.id}?updateMask=phone`, { phone })) {
      person.phone = phone;
      person.version++;
    }
  }

  async moveHouse () {
    const person = this.#someone ();
    if (!person) {
      return;
    }
    const before = person.addresses;
    const body = this.#address (person, this.random.chance (0.3) ? this.#day (0, 2000) : NEVER_ENDS);
    if (await this.command ('record address', 'POST', `/v1/persons/${person.id}/addresses`, body)) {
      person.version++;
    } else {
      person.addresses = before;
    }
  }

  #newFact () {
    const from = this.#day ();
    const to = this.random.chance (0.3) ? textOf (this.world.today + this.random.between (401, 1500)) : NEVER_ENDS;
    const shapes = [
      () => ({ kind: 'SUBSCRIPTION', value: this.random.pick (['Member', 'Member', 'Supporter']), organ: '' }),
      () => ({ kind: 'ADMISSION', value: this.random.pick (['', '1', '2']), organ: this.random.pick (this.world.associations) }),
      () => ({ kind: 'POSITION', value: this.random.pick (['secretary', 'treasurer']), organ: this.random.pick (this.world.associations) }),
      () => ({ kind: 'TAG', value: this.random.pick (this.world.tags), organ: '' }),
    ];
    return { ...this.random.pick ([shapes[0], shapes[0], shapes[1], shapes[1], shapes[2], shapes[3]]) (), from, to };
  }

  async recordFact () {
    const person = this.#someone ();
    if (!person) {
      return;
    }
    const fact = this.#newFact ();
    const clashes = person.facts.some (other => other.kind === fact.kind && other.value === fact.value
      && other.organ === fact.organ && other.from < fact.to && fact.from < other.to);
    if (clashes) {
      return;
    }
    const answer = await this.command ('record fact', 'POST', `/v1/persons/${person.id}/facts`, this.#factBody (fact));
    if (answer) {
      person.facts.push ({ ...fact, id: answer.factId });
      person.version++;
    }
  }

  #factBody ({ kind, value, organ, from, to }) {
    return { kind: `FACT_KIND_${kind}`, ...(value ? { value } : {}), ...(organ ? { organId: organ } : {}),
      validFrom: from, ...(to === NEVER_ENDS ? {} : { validTo: to }) };
  }

  /** Someone's fact, or null. */
  #someFact () {
    const person = this.#someone ();
    return person && person.facts.length > 0 ? [person, this.random.pick (person.facts)] : null;
  }

  async endFact () {
    const [person, fact] = this.#someFact () ?? [];
    if (!person) {
      return;
    }
    const to = textOf (Date.parse (`${fact.from}T00:00:00Z`) / 86400000 + this.random.between (1, 400));
    if (to >= fact.to) {
      return;
    }
    const answer = await this.command ('end fact', 'POST', `/v1/persons/${person.id}/facts/${fact.id}:end`, { validTo: to });
    if (answer) {
      Object.assign (fact, { to, id: answer.factId });
      person.version++;
    }
  }

  async correctFact () {
    const [person, fact] = this.#someFact () ?? [];
    if (!person || fact.kind === 'TAG') {
      return;
    }
    const corrected = { ...fact, from: textOf (Date.parse (`${fact.from}T00:00:00Z`) / 86400000 - 1 - this.random.below (90)) };
    const clashes = person.facts.some (other => other !== fact && other.kind === fact.kind && other.value === fact.value
      && other.organ === fact.organ && other.from < corrected.to && corrected.from < other.to);
    if (clashes) {
      return;
    }
    const answer = await this.command ('correct fact', 'POST', `/v1/persons/${person.id}/facts/${fact.id}:correct`,
      this.#factBody (corrected));
    if (answer) {
      Object.assign (fact, corrected, { id: answer.factId });
      person.version++;
    }
  }

  async withdrawFact () {
    const [person, fact] = this.#someFact () ?? [];
    if (!person) {
      return;
    }
    if (await this.command ('withdraw fact', 'POST', `/v1/persons/${person.id}/facts/${fact.id}:withdraw`, {})) {
      person.facts.splice (person.facts.indexOf (fact), 1);
      person.version++;
    }
  }

  async endPerson () {
    const person = this.#someone ();
    if (!person || (this.people.length < 5)) {
      return;
    }
    const endDate = textOf (this.world.today + this.random.between (0, 60));
    const answer = await this.command ('end person', 'POST', `/v1/persons/${person.id}:end`, { endDate, reason: 'moved away' });
    if (answer) {
      person.ended = true;
      person.endDate = endDate;
      person.version++;
      person.addresses = cut (person.addresses, endDate, NEVER_ENDS);
      person.facts = cut (person.facts, endDate, NEVER_ENDS);
    }
  }

  /** Commands that must be refused, each with a mark that must never be on record. */
  async wrongCommand () {
    const person = this.#someone ();
    if (!person) {
      return;
    }
    const mark = `refused${this.#mark ()}`;
    const wrong = { refused: true };
    const base = `/v1/persons/${person.id}`;
    const attempts = [
      () => this.command ('wrong fact', 'POST', `${base}/facts`,
        { kind: 'FACT_KIND_TAG', value: mark, validFrom: '2026-02-01', validTo: '2026-01-01' }, wrong),
      () => this.command ('wrong person', 'POST', `/v1/persons/${WRONG_ID}/facts`,
        { kind: 'FACT_KIND_TAG', value: mark }, wrong),
      () => this.command ('wrong address', 'POST', `${base}/addresses`,
        { street: mark, postalCode: '00100', validFrom: '2026-02-30' }, wrong),
      () => this.command ('wrong version', 'PATCH', `${base}?updateMask=familyName`,
        { familyName: mark, etag: '"0"' }, wrong),
      () => this.command ('wrong key', 'POST', '/v1/persons', { key: person.key, givenName: 'Testi', familyName: mark }, wrong),
    ];
    await this.random.pick (attempts) ();
  }

  /** The same command with the same key, long after its answer. */
  async repeatOld () {
    const old = this.random.pick (this.journal.commands);
    if (!old || old.outcome !== 'acknowledged' || old.client !== this.number) {
      return;
    }
    const answer = await this.http.untilKnown (old.method, old.path, { body: old.body, key: old.key }, { patience: PATIENCE_MS });
    if (answer && (answer.status !== old.status || JSON.stringify (answer.body) !== JSON.stringify (old.answer))) {
      this.doubts.push (`${old.op} ${old.key}: answered ${old.status} at first and ${answer.status} or otherwise later`);
    }
    this.repeated = (this.repeated ?? 0) + 1;
  }

  /** What was acknowledged must be seen by the next read. */
  async readOwn () {
    const person = this.#someone ();
    if (!person) {
      return;
    }
    const answer = await this.http.untilKnown ('GET', `/v1/persons/${person.id}`, {}, { patience: PATIENCE_MS });
    if (answer && (answer.status !== 200 || answer.body.phone !== person.phone)) {
      this.doubts.push (`person ${person.id}: read ${answer.status} with an old value`);
    }
    this.reads = (this.reads ?? 0) + 1;
  }

  /** All clients write to the same few people: tags of their own, so that none may be missing in the end. */
  async tagShared () {
    const person = this.random.pick (this.world.shared);
    if (!person) {
      return;
    }
    const value = this.#mark ();
    const answer = await this.command ('tag shared', 'POST', `/v1/persons/${person.id}/facts`,
      { kind: 'FACT_KIND_TAG', value });
    if (answer) {
      person.tags.push (value);
      person.version++;
    }
  }
}
