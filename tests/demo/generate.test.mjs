// What others rely on: the same seed gives the same bytes, nobody gets a code that could belong to a person,
// every reference leads somewhere, and the whole looks like the country.
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ageOn, parseIso } from './calendar.mjs';
import { DEFAULT_TODAY, generate } from './generate.mjs';
import { isArtificialCode } from './identity-code.mjs';
import { COLUMNS, OFFICES } from './people.mjs';

const PEOPLE = 20000;
const TODAY = parseIso (DEFAULT_TODAY);
const work = mkdtempSync (join (tmpdir (), 'heimo-demo-'));
afterAll (() => rmSync (work, { recursive: true }));

const sha256 = path => createHash ('sha256').update (readFileSync (path)).digest ('hex');

function hashes (name, options) {
  const out = join (work, name);
  generate ({ people: 500, seed: '7', out, ...options });
  return ['people.csv', 'federation.json'].map (file => sha256 (join (out, file)));
}

/** The rows as objects. No value of the generated file needs quotes: the first test says so. */
function readPeople (out) {
  const [header, ...lines] = readFileSync (join (out, 'people.csv'), 'utf8').trimEnd ().split ('\n');
  const columns = header.split (',');
  return lines.map (line => Object.fromEntries (line.split (',').map ((value, i) => [columns[i], value])));
}

function countBy (rows, keyOf) {
  const counts = new Map ();
  for (const row of rows) {
    counts.set (keyOf (row), (counts.get (keyOf (row)) ?? 0) + 1);
  }
  return counts;
}

describe ('the same seed', () => {
  it ('gives the same bytes', () => expect (hashes ('a')).toEqual (hashes ('b')));
  it ('and another seed others', () => {
    const [people, federation] = hashes ('c', { seed: '8' });
    expect (people).not.toBe (hashes ('a')[0]);
    expect (federation).not.toBe (hashes ('a')[1]);
  });
  it.each ([1, 2, 3, 499]) ('gives exactly %i people', people => {
    const out = join (work, `n${people}`);
    expect (generate ({ people, seed: '7', out }).people).toBe (people);
    expect (readPeople (out)).toHaveLength (people);
  });
});

describe ('people.csv', () => {
  const out = join (work, 'large');
  let rows;
  let federation;
  let places;
  let byKey;
  beforeAll (() => {
    generate ({ people: PEOPLE, seed: '1', out });
    rows = readPeople (out);
    federation = JSON.parse (readFileSync (join (out, 'federation.json'), 'utf8'));
    places = new Map (federation.gazetteer.map (place => [place.postal_code, place]));
    byKey = new Map (rows.map ((row, i) => [row.key, { ...row, position_in_file: i }]));
  });
  const members = () => rows.filter (({ organ_code }) => organ_code !== '');
  const age = ({ birth_date }) => ageOn (parseIso (birth_date), TODAY);

  it ('has the agreed columns and needs no quotes', () => {
    const text = readFileSync (join (out, 'people.csv'), 'utf8');
    expect (text.slice (0, text.indexOf ('\n'))).toBe (COLUMNS.join (','));
    expect (text).not.toMatch (/["\r]/);
    expect (rows.filter (row => Object.keys (row).length !== COLUMNS.length)).toEqual ([]);
  });
  it ('has unique keys, e-mail addresses of reserved domains and telephone numbers in E.164', () => {
    expect (byKey.size).toBe (PEOPLE);
    const address = /^([a-z0-9]+\.[a-z0-9]+\.\d+@example\.(org|com|net))?$/;
    expect (rows.filter (({ email }) => !address.test (email))).toEqual ([]);
    expect (rows.filter (({ phone }) => !/^(\+35850\d{7})?$/.test (phone))).toEqual ([]);
  });
  it ('has identity codes of the artificial range only, each once and of the birth date', () => {
    const coded = rows.map (({ personal_identity_code: code, birth_date }) => ({ code, birth_date }))
      .filter (({ code }) => code !== '');
    expect (coded.length / PEOPLE).toBeCloseTo (0.7, 1);
    expect (coded.filter (({ code }) => !isArtificialCode (code))).toEqual ([]);
    expect (new Set (coded.map (({ code }) => code)).size).toBe (coded.length);
    expect (coded.filter (({ code, birth_date }) =>
      code.slice (0, 6) !== birth_date.slice (8) + birth_date.slice (5, 7) + birth_date.slice (2, 4)
      || code[6] !== (birth_date < '2000' ? '-' : 'A'))).toEqual ([]);
  });
  it ('puts guardians before their children, adults in the same family', () => {
    const children = rows.filter (({ guardian_keys }) => guardian_keys !== '');
    expect (children.length).toBeGreaterThan (PEOPLE / 4);
    for (const child of children) {
      for (const key of child.guardian_keys.split (' ')) {
        const guardian = byKey.get (key);
        expect (guardian?.position_in_file).toBeLessThan (byKey.get (child.key).position_in_file);
        expect (age (guardian)).toBeGreaterThanOrEqual (28);
        expect (age (guardian) - age (child)).toBeGreaterThanOrEqual (18);
        expect (guardian.family).toBe (child.family);
      }
    }
  });
  it ('names only local associations and postal codes that exist', () => {
    const codes = new Set (federation.organisations[0].organs
      .filter (({ kind }) => kind === 'local association').map (({ code }) => code));
    expect (members ().filter (({ organ_code }) => !codes.has (organ_code))).toEqual ([]);
    expect (rows.filter (({ postal_code, town }) => places.get (postal_code)?.town !== town)).toEqual ([]);
    expect (countBy (members (), ({ organ_code }) => organ_code).size).toBe (codes.size);
  });
  it ('dates admissions after birth and founding, positions after admissions, all before today', () => {
    const founded = new Map (federation.organisations[0].organs.map (organ => [organ.code, organ.founded]));
    for (const row of members ()) {
      expect (row.subscription_from).toBe (row.admitted_from);
      expect (row.admitted_from > row.birth_date && row.admitted_from <= DEFAULT_TODAY).toBe (true);
      expect (row.admitted_from >= founded.get (row.organ_code)).toBe (true);
      expect (row.position === '').toBe (row.position_from === '');
      const appointed = row.position_from || row.admitted_from;
      expect (appointed >= row.admitted_from && appointed <= DEFAULT_TODAY).toBe (true);
    }
  });
  it ('gives member types by age and family', () => {
    const families = new Map ();
    for (const row of members ()) {
      const name = row.family || row.key;
      families.set (name, [...(families.get (name) ?? []), row]);
    }
    expect (families.size).toBeGreaterThan (PEOPLE / 5);
    for (const family of families.values ()) {
      expect (family.filter (row => (row.member_type === '3') !== (age (row) < 7))).toEqual ([]);
      expect (family.filter (row => age (row) >= 17 && row.member_type !== '1')).toEqual ([]);
      const older = family.filter (row => age (row) >= 7);
      expect (older.length === 0 || older.some (({ member_type }) => member_type === '1')).toBe (true);
    }
  });
  it ('fills the offices of associations with adults, the most needed first', () => {
    const officers = rows.filter (({ position }) => OFFICES.includes (position));
    const held = countBy (officers, ({ position, organ_code }) => `${position} ${organ_code}`);
    expect ([...held.values ()].every (count => count === 1)).toBe (true);
    expect (countBy (rows, ({ position }) => position).get ('registrar')).toBe (750);
    expect (officers.filter (row => age (row) < 18)).toEqual ([]);
  });
  it ('looks like scouts: mostly children of 7 to 17, more than half of all rows members', () => {
    const children = members ().filter (row => age (row) >= 7 && age (row) <= 17).length;
    expect (children / members ().length).toBeGreaterThan (0.55);
    expect (members ().length / PEOPLE).toBeGreaterThan (0.5);
    expect (members ().length / PEOPLE).toBeLessThan (0.7);
    const { length } = members ();
    expect (federation.expected).toEqual ({ people: PEOPLE, members: { scouts: length, regions: length } });
  });
  it ('looks like Finland: languages, capital region, every province', () => {
    const swedish = rows.filter (({ language }) => language === 'sv').length / PEOPLE;
    expect (swedish).toBeGreaterThan (0.045);
    expect (swedish).toBeLessThan (0.075);
    const municipalities = countBy (rows, ({ postal_code }) => places.get (postal_code).municipality);
    expect (municipalities.get ('Helsinki') / PEOPLE).toBeGreaterThan (0.09);
    expect (municipalities.get ('Helsinki') / PEOPLE).toBeLessThan (0.15);
    expect (countBy (rows, ({ postal_code }) => places.get (postal_code).province).size).toBe (19);
  });
  it ('sends most people to an association of their municipality', () => {
    const towns = new Map (federation.gazetteer.flatMap (({ town, town_sv, municipality }) =>
      [[town, municipality], [town_sv, municipality]]));
    const municipalityOf = new Map (federation.organisations[0].organs.map (({ code, name }) =>
      [code, towns.get (name.split (', ').at (-1))]));
    const near = members ().filter (row =>
      municipalityOf.get (row.organ_code) === places.get (row.postal_code).municipality);
    expect (near.length / members ().length).toBeGreaterThan (0.9);
  });
});

describe ('federation.json', () => {
  const out = join (work, 'federation');
  generate ({ people: 10, seed: '1', out });
  const text = readFileSync (join (out, 'federation.json'), 'utf8');
  const { organisations, gazetteer, federation } = JSON.parse (text);
  const OPERANDS = { ALL: true, ANY: true, NOT: true };

  /** The index after the expression that begins at `start`; NaN when it is not one. */
  const endOf = (nodes, start) => {
    let end = start + 1;
    for (let i = 0; i < (OPERANDS[nodes[start]?.op] ? nodes[start].operands : 0); i++) {
      end = endOf (nodes, end);
    }
    return nodes[start] === undefined ? NaN : end;
  };

  it ('has the federation and its time zone', () => {
    expect (federation).toEqual ({ id: 'demo-1', name: expect.any (String), time_zone: 'Europe/Helsinki' });
  });
  it ('has two trees of the expected size', () => {
    const sizes = organisations.map (({ code, organs }) =>
      [code, Object.fromEntries (countBy (organs, ({ kind }) => kind))]);
    expect (Object.fromEntries (sizes)).toEqual ({
      scouts: { district: 10, 'local association': 750 },
      regions: { province: 19, municipality: 309, area: expect.any (Number) },
    });
  });
  it ('has codes that are unique in the whole federation, and names that are unique among siblings', () => {
    const organs = organisations.flatMap (({ organs }) => organs);
    expect (new Set (organs.map (({ code }) => code)).size).toBe (organs.length);
    const names = new Set (organs.map (({ name, parent_code }) => `${parent_code} ${name}`));
    expect (names.size).toBe (organs.length);
  });
  it ('hangs every organ below one that exists and is not younger', () => {
    for (const { organs, founded } of organisations) {
      const dates = new Map ([[null, founded], ...organs.map (organ => [organ.code, organ.founded])]);
      expect (organs.filter (organ => !(dates.get (organ.parent_code) <= organ.founded))).toEqual ([]);
    }
  });
  it ('has whole rules about places that the gazetteer knows', () => {
    const rules = organisations.flatMap (({ types, organs }) => [...types, ...organs])
      .map (({ rule }) => rule).filter (Boolean);
    expect (rules.filter (rule => endOf (rule, 0) !== rule.length)).toEqual ([]);
    const known = {
      PROVINCE: new Set (gazetteer.map (({ province }) => province)),
      MUNICIPALITY: new Set (gazetteer.map (({ municipality }) => municipality)),
      POSTAL_CODE: new Set (gazetteer.map (({ postal_code }) => postal_code)),
    };
    for (const { field, values } of rules.flat ().filter (({ field }) => field)) {
      expect (values.filter (value => !known[field].has (value))).toEqual ([]);
    }
  });
  it ('divides each large city into areas that do not overlap', () => {
    const areas = organisations[1].organs.filter (({ kind }) => kind === 'area');
    expect (new Set (areas.map (({ parent_code }) => parent_code)).size).toBe (10);
    areas.slice (1).forEach ((area, i) => {
      const [low, high] = area.rule[0].values;
      expect (low <= high).toBe (true);
      expect (area.parent_code !== areas[i].parent_code || areas[i].rule[0].values[1] < low).toBe (true);
    });
  });
});
