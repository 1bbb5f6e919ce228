// The world the clients move in: the demo federation, loaded through the import that users use, and a small
// organisation more, whose rules have the predicates that the demo has not.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ApiError, Client as DemoClient } from '../demo/client.mjs';
import { load } from '../demo/load.mjs';
import { dayOf } from './intervals.mjs';

const GENERATE = fileURLToPath (new URL ('../demo/generate.mjs', import.meta.url));
const SHARED_PEOPLE = 3;
const TAGS = ['sauna', 'boat', 'canoe'];
const NOT_IMPLEMENTED = 501;

const node = (op, values = [], field) =>
  ({ op: `RULE_OP_${op}`, ...(field ? { field: `RULE_FIELD_${field}` } : {}), ...(values.length ? { values } : {}) });
const group = (op, ...operands) => [{ op: `RULE_OP_${op}`, operands: operands.length }, ...operands.flat ()];

/** The rules the chaos organisation is made of; `n` makes each version differ. */
export const organRules = ({ municipalities, codes, tags }, n = 0) => [
  group ('ALL', [node ('IN', codes.slice (n % 50, n % 50 + 200), 'POSTAL_CODE')],
    group ('NOT', [node ('EQUALS', [tags[0]], 'TAG')])),
  group ('ANY', [node ('BETWEEN', ['7', String (12 + n % 5)], 'AGE')], [node ('EQUALS', [tags[1]], 'TAG')]),
  group ('ALL', [node ('IN', municipalities.slice (n % 20, n % 20 + 60), 'MUNICIPALITY')],
    [node ('BETWEEN', ['1950-01-01', ''], 'BIRTH_DATE')], [node ('EQUALS', ['FI'], 'COUNTRY')]),
  group ('ANY', [node ('POSITION', ['secretary', 'treasurer'])], [node ('EQUALS', [tags[2]], 'TAG')]),
];

const generate = (dir, people, seed) => new Promise ((resolve, reject) => {
  spawn (process.execPath, [GENERATE, '--people', String (people), '--seed', String (seed), '--out', dir],
    { stdio: ['ignore', 'ignore', 'inherit'] })
    .on ('error', reject)
    .on ('exit', code => (code === 0 ? resolve () : reject (new Error (`generate.mjs ended with ${code}`))));
});

async function createOrganisation (client, world) {
  const { organisationId } = await client.post ('/v1/organisations',
    { code: 'chaos', name: 'Chaos Society', validFrom: '1990-01-01' });
  const types = `/v1/organisations/${organisationId}/types`;
  const { typeId } = await client.post (types, { code: 'member', name: 'Member',
    rule: group ('ANY', [node ('SUBSCRIPTION', ['Member'])], [node ('SUBSCRIPTION', ['Supporter'])]) });
  const { organs } = await client.post (`/v1/organisations/${organisationId}/organs:batchCreate`, {
    organs: [
      { code: 'north', name: 'North', kind: 'section' },
      { code: 'south', name: 'South', kind: 'section', rule: group ('NOT', [node ('EQUALS', ['sauna'], 'TAG')]) },
      ...organRules (world).map ((rule, i) => ({ code: `leaf${i}`, name: `Leaf ${i}`, kind: 'club',
        parentCode: i % 2 ? 'south' : 'north', rule })),
    ],
  });
  return { organisationId, typeId, organs };
}

/** Builds the world; `world.imports` tells whether the platform has imports. */
export async function build (set, { people, seed, say }) {
  const dir = join (set.dir, 'demo');
  await generate (dir, people, seed);
  const federation = JSON.parse (readFileSync (join (dir, 'federation.json'), 'utf8'));
  const world = { imports: true, tags: TAGS, places: federation.gazetteer, shared: [],
    codes: federation.gazetteer.map (({ postal_code }) => postal_code),
    municipalities: [...new Set (federation.gazetteer.map (({ municipality }) => municipality))] };
  try {
    await load ({ url: set.url, dir, progress: { show () {}, done: say } });
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== NOT_IMPLEMENTED) {
      throw error;
    }
    world.imports = false;
  }
  const client = new DemoClient (set.url);
  try {
    world.today = dayOf ((await client.get ('/v1/membership/status')).today);
    world.chaos = await createOrganisation (client, world);
    const scouts = await client.get ('/v1/organisations', { code: 'scouts' });
    const organs = await client.list ('/v1/organs', 'organs',
      { organisationId: scouts.organisations[0].organisationId, pageSize: 1000 });
    const associations = organs.filter (({ kind }) => kind === 'local association');
    world.associations = associations.map (({ organId }) => organId);
    world.associationCodes = associations.map (({ code }) => code);
    world.readable = organs.slice (0, 40).map (({ organId }) => organId);
    for (let i = 0; i < SHARED_PEOPLE; i++) {
      const { personId } = await client.post ('/v1/persons', { givenName: 'Yhteinen', familyName: 'Testi' }, randomUUID ());
      world.shared.push ({ id: personId, version: 1, tags: [] });
    }
  } finally {
    client.close ();
  }
  return world;
}
