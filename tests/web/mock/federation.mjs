// A small federation in memory, the same at every start: two organisations, 4 districts, 28 local associations, 900 people.
export const TODAY = '2026-11-21';

const FAMILY = ['Virtanen', 'Korhonen', 'Mäkinen', 'Nieminen', 'Mäkelä', 'Hämäläinen', 'Laine', 'Heikkinen', 'Koskinen',
  'Järvinen', 'Lindström', 'Åkerblom', 'Öhman', 'Salonen', 'Rantanen'];
const GIVEN = ['Aino', 'Väinö', 'Helmi', 'Onni', 'Eeva', 'Mikko', 'Sofia', 'Elias', 'Åsa', 'Göran', 'Liisa', 'Pekka',
  'Venla', 'Oliver', 'Iida', 'Leo', 'Anna-Liisa'];
const DISTRICTS = [
  ['D1', 'Häme Scouts', 'Kanta-Häme', ['Hämeenlinna', 'Riihimäki', 'Forssa', 'Janakkala', 'Hattula', 'Loppi', 'Hausjärvi']],
  ['D2', 'Southwest Scouts', 'Varsinais-Suomi', ['Turku', 'Salo', 'Kaarina', 'Raisio', 'Naantali', 'Paimio', 'Parainen']],
  ['D3', 'Ostrobothnia Scouts', 'Pohjanmaa', ['Vaasa', 'Mustasaari', 'Pietarsaari', 'Närpiö', 'Vöyri', 'Laihia', 'Maalahti']],
  ['D4', 'Lakeland Scouts', 'Pohjois-Savo', ['Kuopio', 'Iisalmi', 'Siilinjärvi', 'Varkaus', 'Leppävirta', 'Kiuruvesi', 'Suonenjoki']],
];

let seed = 12345;
const random = () => ((seed = (seed * 1103515245 + 12345) & 0x7fffffff) / 0x7fffffff);
const pick = list => list[Math.floor (random () * list.length)];
let ids = 0;
export const newId = () => `0192a000-0000-7000-8000-${String (++ids).padStart (12, '0')}`;
const day = (year, month, date) => `${year}-${String (month).padStart (2, '0')}-${String (date).padStart (2, '0')}`;
export const STAMP = '2026-09-01T08:00:00Z';

function luhn (digits) {
  const sum = [...digits].reverse ().reduce ((total, digit, i) => {
    const double = Number (digit) * (i % 2 === 0 ? 2 : 1);
    return total + (double > 9 ? double - 9 : double);
  }, 0);
  return digits + String ((10 - (sum % 10)) % 10);
}

const ruleNode = (op, values = [], field = 'RULE_FIELD_UNSPECIFIED', operands = 0) =>
  ({ op: `RULE_OP_${op}`, operands, field, values });

/** The words of the service, English. */
export function ruleWords (nodes) {
  return nodes.map (({ op, field, values }) => {
    if (op === 'RULE_OP_SUBSCRIPTION') {
      return `has an active subscription of type ${values[0]}`;
    }
    if (op === 'RULE_OP_ADMITTED') {
      return 'is admitted to this organ';
    }
    return `${field.replace ('RULE_FIELD_', '').toLowerCase ()} ${op.replace ('RULE_OP_', '').toLowerCase ()} ${values.join (', ')}`;
  }).join (' and ');
}

export class Federation {
  constructor ({ empty = false } = {}) {
    seed = 12345;
    ids = 0;
    this.organs = [];
    this.types = [];
    this.rules = [];
    this.persons = [];
    this.addresses = [];
    this.facts = [];
    this.relations = [];
    this.history = [];
    this.memberships = [];
    this.exceptions = [];
    this.files = new Map ();
    this.imports = [];
    this.actions = [];
    this.areas = [];
    this.runs = [];
    this.outcomes = new Map ();
    if (!empty) {
      this.#found ();
      this.#people (900);
    }
  }

  addOrgan ({ name, code, kind = '', parent = null, validFrom = '1910-09-27', rule = [] }) {
    const organId = newId ();
    const organ = { organId, organisationId: parent ? parent.organisationId : organId, code, name, kind,
      parentId: parent?.organId ?? '', validFrom, validTo: '', etag: '"1"', parentName: parent?.name ?? '', hasRule: rule.length > 0 };
    this.organs.push (organ);
    if (rule.length > 0) {
      this.addRule ({ organId, typeId: '', nodes: rule, validFrom });
    }
    return organ;
  }

  addRule ({ organId = '', typeId = '', nodes, validFrom = '' }) {
    const rule = { ruleId: newId (), organId, typeId, nodes, validFrom: validFrom || '1910-09-27', validTo: '', recordTime: STAMP, text: ruleWords (nodes) };
    this.rules.push (rule);
    return rule;
  }

  addType (organisationId, code, name, nodes) {
    const type = { typeId: newId (), organisationId, code, name, rule: nodes, validFrom: '' };
    this.types.push (type);
    this.addRule ({ typeId: type.typeId, nodes });
    return type;
  }

  #found () {
    const scouts = this.addOrgan ({ name: 'Demo Scouts of Finland', code: 'scouts' });
    this.scoutMember = this.addType (scouts.organId, 'member', 'Member', [ruleNode ('SUBSCRIPTION', ['Member'])]);
    this.addType (scouts.organId, 'supporter', 'Supporter', [ruleNode ('SUBSCRIPTION', ['Supporter'])]);
    const regions = this.addOrgan ({ name: 'Demo Regions of Finland', code: 'regions', validFrom: '1917-12-06' });
    this.regionMember = this.addType (regions.organId, 'member', 'Member', [ruleNode ('SUBSCRIPTION', ['Member'])]);
    this.places = [];
    DISTRICTS.forEach (([code, name, province, towns], d) => {
      const district = this.addOrgan ({ name, code, kind: 'district', parent: scouts });
      const region = this.addOrgan ({ name: province, code: `R0${d + 1}`, kind: 'province', parent: regions, validFrom: '1917-12-06',
        rule: [ruleNode ('EQUALS', [province], 'RULE_FIELD_PROVINCE')] });
      towns.forEach ((town, t) => {
        const association = this.addOrgan ({ name: `${town} ${pick (['Wanderers', 'Trailblazers', 'Kotkat', 'Sjöscouter'])}`, code: `L${d + 1}${String (t + 1).padStart (2, '0')}`,
          kind: 'local association', parent: district, validFrom: day (1920 + t * 9, 3, 14), rule: [ruleNode ('ADMITTED')] });
        const municipality = this.addOrgan ({ name: town, code: `M${d + 1}${t}`, kind: 'municipality', parent: region, validFrom: '1917-12-06',
          rule: [ruleNode ('EQUALS', [town], 'RULE_FIELD_MUNICIPALITY')] });
        this.places.push ({ town, province, association, municipality, region, district, postalCode: `${13 + d * 17}${t}00`.padStart (5, '0') });
      });
    });
    this.scouts = scouts;
    this.regions = regions;
  }

  addPerson (input) {
    const number = luhn (String (100000 + this.persons.length));
    const person = { personId: newId (), memberNumber: number, key: '', givenName: '', familyName: '', birthDate: '', personalIdentityCode: '',
      language: 'fi', email: '', phone: '', familyId: '', endDate: '', endReason: '', etag: '"1"', createTime: STAMP, updateTime: STAMP, ...input };
    delete person.address;
    this.persons.push (person);
    return person;
  }

  addAddress (personId, address) {
    const place = this.places?.find (({ postalCode }) => postalCode === address.postalCode);
    const from = address.validFrom || TODAY;
    for (const old of this.addresses) {
      if (old.personId === personId && !old.validTo) {
        old.validTo = from;
      }
    }
    const made = { addressId: newId (), personId, street: '', postalCode: '', country: 'FI', validTo: '', recordTime: STAMP, ...address,
      town: address.town || place?.town || '', municipality: place?.town ?? '', province: place?.province ?? '', validFrom: from };
    this.addresses.push (made);
    return made;
  }

  addFact (personId, fact) {
    const organ = this.organs.find (({ organId }) => organId === fact.organId);
    const made = { factId: newId (), personId, value: '', organId: '', validFrom: TODAY, validTo: '', recordTime: STAMP, ...fact, organName: organ?.name ?? '' };
    this.facts.push (made);
    return made;
  }

  #people (count) {
    for (let i = 0; i < count; i++) {
      const place = pick (this.places);
      const given = pick (GIVEN);
      const family = pick (FAMILY);
      const year = 1950 + Math.floor (random () * 70);
      const person = this.addPerson ({ key: `K${i + 1}`, givenName: given, familyName: family, birthDate: day (year, 1 + (i % 12), 1 + (i % 28)),
        language: i % 9 === 0 ? 'sv' : 'fi', email: `person${i + 1}@example.org`, phone: `+35840${String (1000000 + i)}` });
      const since = day (2010 + Math.floor (random () * 15), 1 + (i % 12), 1 + (i % 28));
      if (i % 7 === 0) {
        const before = pick (this.places);
        this.addAddress (person.personId, { street: 'Vanhatie 3', postalCode: before.postalCode, validFrom: since });
        this.addAddress (person.personId, { street: `Koivukuja ${1 + (i % 40)}`, postalCode: place.postalCode, validFrom: '2021-06-01' });
      } else {
        this.addAddress (person.personId, { street: `Rantatie ${1 + (i % 60)} A ${i % 9}`, postalCode: place.postalCode, validFrom: since });
      }
      this.addFact (person.personId, { kind: 'FACT_KIND_SUBSCRIPTION', value: i % 11 === 0 ? 'Supporter' : 'Member', validFrom: since });
      if (i % 11 !== 0) {
        this.addFact (person.personId, { kind: 'FACT_KIND_ADMISSION', value: String (1 + (i % 3)), organId: place.association.organId, validFrom: since });
      }
      if (i % 40 === 1) {
        this.addFact (person.personId, { kind: 'FACT_KIND_POSITION', value: 'group leader', organId: place.association.organId, validFrom: '2025-01-01', validTo: '2027-01-01' });
      }
      if (i > 0 && i % 5 === 0) {
        const guardian = this.persons[i - 1];
        this.relations.push ({ relationId: newId (), kind: 'RELATION_KIND_GUARDIAN', personId: guardian.personId, otherId: person.personId, validFrom: since, validTo: '',
          personName: `${guardian.familyName}, ${guardian.givenName}`, otherName: `${family}, ${given}` });
      }
      this.note (person.personId, 'familyName', '', family);
      this.derive (person);
    }
  }

  note (personId, field, oldValue, newValue, actor = 'automatic') {
    this.history.unshift ({ personId, recordTime: new Date (Date.UTC (2026, 8, 1, 8, 0, this.history.length % 60)).toISOString (), actor, runId: '', field, oldValue, newValue, validFrom: '', validTo: '' });
  }

  /** Derives the memberships of one person anew. */
  derive (person) {
    this.memberships = this.memberships.filter (({ personId }) => personId !== person.personId);
    const mine = this.facts.filter (({ personId }) => personId === person.personId);
    const ends = (a, b) => [a, b, person.endDate].filter (Boolean).sort ()[0] ?? '';
    for (const fact of mine.filter (({ kind }) => kind === 'FACT_KIND_ADMISSION')) {
      this.#place (person, this.organs.find (({ organId }) => organId === fact.organId), this.scoutMember, fact.validFrom, ends (fact.validTo));
    }
    const subscription = mine.find (({ kind, value }) => kind === 'FACT_KIND_SUBSCRIPTION' && value === 'Member');
    for (const address of this.addresses.filter (({ personId }) => personId === person.personId)) {
      const place = this.places?.find (({ town }) => town === address.municipality);
      if (subscription && place) {
        this.#place (person, place.municipality, this.regionMember, address.validFrom, ends (subscription.validTo, address.validTo));
      }
    }
  }

  #place (person, organ, type, validFrom, validTo) {
    for (let here = organ, first = true; here; first = false) {
      const there = here;
      const organisation = this.organs.find (({ organId }) => organId === there.organisationId);
      const depth = there.parentId === '' ? 0 : this.organs.find (({ organId }) => organId === there.parentId).parentId === '' ? 1 : 2;
      const meets = this.memberships.find (({ personId, organId, typeId, validTo: end }) =>
        personId === person.personId && organId === there.organId && typeId === type.typeId && (end === '' || end >= validFrom));
      if (meets) {
        meets.validTo = meets.validTo === '' || validTo === '' ? '' : meets.validTo > validTo ? meets.validTo : validTo;
      } else {
        this.memberships.push ({ membershipId: newId (), personId: person.personId, organId: there.organId, organName: there.name, organKind: there.kind, organisationId: organisation.organId,
          organisationName: organisation.name, typeId: type.typeId, typeName: type.name, validFrom, validTo, origin: first ? 'MEMBERSHIP_ORIGIN_RULE' : 'MEMBERSHIP_ORIGIN_BELOW', recordTime: STAMP, depth });
      }
      here = this.organs.find (({ organId }) => organId === there.parentId);
    }
  }
}
