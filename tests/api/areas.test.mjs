// Area changes end to end: rows and CSV, every fault told with its place, memberships that follow, an undo that leaves
// what somebody has changed since.
import { describe, expect, test } from 'vitest';
import { all, call, must, until } from './contract.mjs';
import { FOUNDED, makeFact, makeOrgan, makeOrganisation, makePerson, makePlace } from './world.mjs';

const DAY = '2024-01-01';
const create = json => call ('POST', '/v1/area-changes', { json: { title: 'Merger', on: DAY, ...json } });
const faults = ({ body }) => body.violations.map (({ field, reason }) => [field, reason]);
const run = async (areaChangeId, verb) => {
  await must ('POST', `/v1/area-changes/${areaChangeId}:${verb}`, { json: {} });
  return until (`/v1/area-changes/${areaChangeId}`, body => body.done);
};

describe ('rows that are wrong are refused, each with its place', () => {
  const BAD = [
    ['neither rows nor CSV', {}, [['rows', 'REQUIRED']]],
    ['no day', { on: '', rows: [{ postalCode: '00100', town: 'X' }] }, [['on', 'REQUIRED']]],
    ['no title', { title: '', rows: [{ postalCode: '00100', town: 'X' }] }, [['title', 'REQUIRED']]],
    ['rows and CSV', { rows: [{ postalCode: '00100', town: 'X' }], csv: 'postal_code,town\n00100,X' }, [['rows', 'FIELD_NOT_ALLOWED']]],
    ['a row that moves nothing', { rows: [{ town: 'X' }] }, [['rows[0].postalCode', 'REQUIRED']]],
    ['a row that changes nothing', { rows: [{ postalCode: '00100' }] }, [['rows[0].municipality', 'REQUIRED']]],
    ['two faults', { rows: [{ town: 'X' }, { postalCode: '00100' }] }, [['rows[0].postalCode', 'REQUIRED'], ['rows[1].municipality', 'REQUIRED']]],
    ['unknown places', { rows: [{ postalCode: 'NOWHERE', town: 'X' }, { fromMunicipality: 'Nowhere', town: 'X' }] },
      [['rows[0].postalCode', 'UNKNOWN_POSTAL_CODE'], ['rows[1].fromMunicipality', 'UNKNOWN_MUNICIPALITY']]],
    ['a column nobody knows', { csv: 'postal_code,colour\n00100,red' }, [['csv', 'UNKNOWN_COLUMN']]],
    ['a quotation mark that is not closed', { csv: 'postal_code,town\n"00100,X' }, [['csv', 'QUOTE_NOT_CLOSED']]],
    ['a first line alone', { csv: 'postal_code,town\n' }, [['csv', 'EMPTY']]],
  ];
  test.each (BAD) ('%s', async (_name, json, expected) => {
    const answer = await create (json);
    expect (answer.status).toBe (400);
    expect (faults (answer)).toEqual (expected);
  });

  test ('the same postal code twice', async () => {
    const { code } = await makePlace ();
    const answer = await create ({ rows: [{ postalCode: code, town: 'A' }, { postalCode: code, town: 'B' }] });
    expect (faults (answer)).toEqual ([['rows[1].postalCode', 'DUPLICATE']]);
  });

  test ('CSV is told by line and column, or by line and field', async () => {
    const { code } = await makePlace ();
    const long = 'x'.repeat (101);
    const answer = await create ({ csv: `postal_code;town\n${code};${long}\n${code};A;B\n` });
    expect (answer.body.violations.map (({ description }) => description)).toEqual ([
      expect.stringMatching (/^Line 2, column 2: /), expect.stringMatching (/^Line 3, column 3: /)]);
    const unknown = await create ({ csv: `\ufeffpostal_code;town\r\n${code};A\r\nNOWHERE;A\r\n` });
    expect (unknown.body.violations.map (({ description }) => description)).toEqual ([expect.stringMatching (/^Line 3, postalCode: /)]);
  });
});

test ('what does not exist is 404', async () => {
  const nothing = '/v1/area-changes/00000000-0000-7000-8000-000000000000';
  for (const [method, path] of [['GET', nothing], ['GET', `${nothing}/places`], ['POST', `${nothing}:apply`], ['POST', `${nothing}:undo`]]) {
    expect ((await call (method, path, method === 'POST' ? { json: {} } : {})).status).toBe (404);
  }
});

test ('CSV with semicolons and quotation marks is read; places come in pages and as a file', async () => {
  const [a, b] = [await makePlace (), await makePlace ({ municipality: 'Toinen' })];
  const { body: area } = await create ({ csv: `municipality;postal_code\n"Uusi; kaupunki";${a.code}\nUusi;${b.code}\n` });
  expect (area).toMatchObject ({ placeCount: '2', personCount: '2' });
  const places = await all (`/v1/area-changes/${area.areaChangeId}/places`, 'places', { pageSize: 1 });
  expect (Object.fromEntries (places.map (place => [place.postalCode, [place.oldMunicipality, place.municipality, place.town]]))).toEqual ({
    [a.code]: ['Vanha', 'Uusi; kaupunki', 'Kylä'], [b.code]: ['Toinen', 'Uusi', 'Kylä'] });
  const csv = await call ('GET', `/v1/area-changes/${area.areaChangeId}/places`, { headers: { Accept: 'text/csv' } });
  expect (csv.text.trim ().split (/\r?\n/).length).toBe (3);
});

test ('a whole municipality moves, memberships follow from the day on, and come back', async () => {
  const old = `Vanha ${Date.now ()}`;
  const place = await makePlace ({ municipality: old });
  const organisation = await makeOrganisation ();
  await must ('POST', `/v1/organisations/${organisation.organisationId}/types`, { json: { code: 'member', name: 'Member',
    rule: [{ op: 'RULE_OP_SUBSCRIPTION', values: ['Member'] }] } });
  await makeFact (place.person, { kind: 'FACT_KIND_SUBSCRIPTION', value: 'Member' });
  const organOf = municipality => makeOrgan (organisation, { rule: [{ op: 'RULE_OP_EQUALS', field: 'RULE_FIELD_MUNICIPALITY', values: [municipality] }] });
  const before = await organOf (old);
  const { body: area } = await create ({ rows: [{ fromMunicipality: old, municipality: `${old} uusi` }] });
  expect (area.personCount).toBe ('1');
  const periods = async organ => (await must ('GET', `/v1/persons/${place.person.personId}/memberships`)).memberships
    .filter (({ organId }) => organId === organ.organId).map (({ validFrom, validTo }) => [validFrom, validTo]);
  await until (`/v1/organs/${before.organId}/members`, body => body.members.length === 1);

  expect ((await run (area.areaChangeId, 'apply')).state).toBe ('AREA_CHANGE_STATE_APPLIED');
  // Rules may name the new municipality as soon as the change is known.
  const after = await organOf (`${old} uusi`);
  await until (`/v1/organs/${after.organId}/members`, body => body.members.length === 1);
  expect (await periods (before)).toEqual ([['2020-01-01', DAY]]);
  expect (await periods (after)).toEqual ([[DAY, '']]);

  expect ((await run (area.areaChangeId, 'undo')).state).toBe ('AREA_CHANGE_STATE_UNDONE');
  await until (`/v1/organs/${before.organId}/members`, body => body.members.length === 1);
  await until (`/v1/organs/${after.organId}/members`, body => body.members.length === 0);
  expect (await periods (before)).toEqual ([['2020-01-01', '']]);
});

test ('what was applied is not applied again; an address elsewhere, recorded since, stays when it is undone', async () => {
  const place = await makePlace ();
  const { body: area } = await create ({ rows: [{ postalCode: place.code, municipality: 'Uusi' }] });
  expect ((await call ('POST', `/v1/area-changes/${area.areaChangeId}:undo`, { json: {} })).body.reason).toBe ('WRONG_STATE');
  await run (area.areaChangeId, 'apply');
  expect ((await call ('POST', `/v1/area-changes/${area.areaChangeId}:apply`, { json: {} })).body.reason).toBe ('WRONG_STATE');
  const other = await makePlace ({ municipality: 'Muualla' });
  await must ('POST', `/v1/persons/${place.person.personId}/addresses`, { json: { street: 'Uusi 2', postalCode: other.code, country: 'FI', validFrom: '2024-06-01' } });
  const undone = await run (area.areaChangeId, 'undo');
  const { outcomes } = await must ('GET', `/v1/membership/runs/${undone.undoRunId}/outcomes`);
  expect (outcomes).toEqual ([]);
  expect ((await must ('GET', `/v1/persons/${place.person.personId}`)).address).toMatchObject ({ street: 'Uusi 2', municipality: 'Muualla' });
});

test ('an address recorded after the change, in an old area, is of the new one', async () => {
  const place = await makePlace ();
  const { body: area } = await create ({ rows: [{ postalCode: place.code, municipality: 'Uusi' }] });
  await run (area.areaChangeId, 'apply');
  const late = await makePerson ({ address: { street: 'Raitti 2', postalCode: place.code, country: 'FI', validFrom: FOUNDED } });
  const { addresses } = await must ('GET', `/v1/persons/${late.personId}/addresses`);
  expect (addresses.map (({ municipality, validFrom, validTo }) => [municipality, validFrom, validTo]).toSorted ((a, b) => a[1].localeCompare (b[1])))
    .toEqual ([['Vanha', FOUNDED, DAY], ['Uusi', DAY, '']]);
});
