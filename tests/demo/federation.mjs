// The federation's own structure, for federation.json: gazetteer, two organisations, their membership types,
// organs and rules.
import { DISTRICTS } from './municipalities.mjs';

const FEDERATION = { id: '', name: 'Demo Scouts of Finland', time_zone: 'Europe/Helsinki' };
const INDEPENDENCE = '1917-12-06';
const FOUNDED = '1910-09-27';
const CITIES_WITH_AREAS = 10;
const CODES_AN_AREA = 10;

/** Rules, as the API takes them: the nodes of the expression in preorder. */
export const rule = {
  all: (...operands) => [{ op: 'ALL', operands: operands.length }, ...operands.flat ()],
  equals: (field, value) => [{ op: 'EQUALS', field, values: [value] }],
  between: (field, low, high) => [{ op: 'BETWEEN', field, values: [low, high] }],
  subscription: type => [{ op: 'SUBSCRIPTION', values: [type] }],
  admitted: () => [{ op: 'ADMITTED', values: [] }],
  position: (...names) => [{ op: 'POSITION', values: names }],
};

const organ = (code, name, kind, parent, founded, organRule) =>
  ({ code, name, kind, parent_code: parent, founded, rule: organRule });

function scouts (associations) {
  return {
    code: 'scouts',
    name: 'Demo Scouts of Finland',
    policy: 'ATTRIBUTE_DATED',
    founded: FOUNDED,
    types: [
      { code: 'member', name: 'Member', rule: rule.subscription ('Member') },
      { code: 'supporter', name: 'Supporter', rule: rule.subscription ('Supporter') },
    ],
    organs: [
      ...DISTRICTS.map (({ code, name }) => organ (code, name, 'district', null, FOUNDED, null)),
      ...associations.map (({ code, name, district, founded }) =>
        organ (code, name, 'local association', district, founded, rule.admitted ())),
    ],
  };
}

/** The postal codes of a city in parts of about ten neighbouring codes: [[low, high], …]. */
export function areasOf (homes) {
  const parts = Math.max (2, Math.round (homes.length / CODES_AN_AREA));
  const begin = i => Math.floor ((i * homes.length) / parts);
  return Array.from ({ length: parts }, (_, i) => {
    const part = homes.slice (begin (i), begin (i + 1));
    return [part[0].postal_code, part.at (-1).postal_code];
  });
}

function regions ({ municipalities }) {
  const provinces = [...new Set (municipalities.map (({ province }) => province))].sort ();
  const codeOf = new Map (provinces.map ((name, i) => [name, `R${String (i + 1).padStart (2, '0')}`]));
  const cities = [...municipalities].sort ((a, b) => b.residents - a.residents).slice (0, CITIES_WITH_AREAS);
  return {
    code: 'regions',
    name: 'Demo Regions of Finland',
    policy: 'ATTRIBUTE_DATED',
    founded: INDEPENDENCE,
    types: [
      { code: 'member', name: 'Member', rule: rule.subscription ('Member') },
      { code: 'supporter', name: 'Supporter', rule: rule.subscription ('Supporter') },
      { code: 'volunteer', name: 'Volunteer', rule: rule.position () },
    ],
    organs: [
      ...provinces.map (name => organ (
        codeOf.get (name), name, 'province', null, INDEPENDENCE, rule.equals ('PROVINCE', name))),
      ...municipalities.map (({ code, name, province }) => organ (
        `M${code}`, name, 'municipality', codeOf.get (province), INDEPENDENCE,
        rule.equals ('MUNICIPALITY', name))),
      ...cities.flatMap (({ code, name, homes }) => areasOf (homes).map (([low, high], i) => organ (
        `M${code}-${String (i + 1).padStart (2, '0')}`, `${name} ${low}–${high}`, 'area', `M${code}`,
        INDEPENDENCE, rule.between ('POSTAL_CODE', low, high)))),
    ],
  };
}

/**
 * The whole of federation.json. `expected` says how many persons of people.csv each organisation has as members
 * once all are placed: everybody who is admitted and subscribed, for every postal code lies in a province.
 */
export function buildFederation (country, associations, seed, { people, members }) {
  return {
    federation: { ...FEDERATION, id: `demo-${seed}` },
    expected: { people, members: { scouts: members, regions: members } },
    gazetteer: country.gazetteer.map (({ homes, municipality_code, ...place }) => place),
    organisations: [scouts (associations), regions (country)],
  };
}
