// Actions end to end: what is refused, who is in a group on which day, rights that end with the term, jubilees that
// follow corrections, pages and files.
import { beforeAll, describe, expect, test } from 'vitest';
import { all, call, must, unique, until } from './contract.mjs';
import { FOUNDED, makeFact, makeOrgan, makeOrganisation, makePerson, makeWorld } from './world.mjs';

const NOTHING = '00000000-0000-7000-8000-000000000000';
const actionsOf = ({ organisationId }) => `/v1/organisations/${organisationId}/actions`;
const makeAction = (organisation, action) => must ('POST', actionsOf (organisation), { json: { validFrom: FOUNDED, ...action } });
const change = (action, mask, json, headers = {}) =>
  call ('PATCH', `/v1/actions/${action.actionId}`, { query: { updateMask: mask }, json, headers });
const groupsOf = (query, count) => until ('/v1/groups', body => body.groups.length === count, { query });

describe ('a bad action', () => {
  let organisation;
  beforeAll (async () => {
    organisation = await makeOrganisation ();
  });

  const BAD = [
    ['no kind', { title: 'X' }, 'kind'],
    ['no title', { kind: 'ACTION_KIND_MEMBER_GROUP' }, 'title'],
    ['a group of holders of nothing', { kind: 'ACTION_KIND_POSITION_GROUP', title: 'X' }, 'position'],
    ['a position for a group of members', { kind: 'ACTION_KIND_MEMBER_GROUP', title: 'X', position: 'chair' }, 'position'],
    ['access without rights', { kind: 'ACTION_KIND_ACCESS', title: 'X', position: 'chair' }, 'rights'],
    ['a right nobody knows', { kind: 'ACTION_KIND_ACCESS', title: 'X', position: 'chair', rights: ['members.read', 'moon.read'] }, 'rights[1]'],
    ['a right twice', { kind: 'ACTION_KIND_ACCESS', title: 'X', position: 'chair', rights: ['members.read', 'members.read'] }, 'rights[1]'],
    ['a jubilee without years', { kind: 'ACTION_KIND_JUBILEE', title: 'X' }, 'years'],
    ['years that descend', { kind: 'ACTION_KIND_JUBILEE', title: 'X', years: [10, 5] }, 'years[1]'],
    ['a type of nobody', { kind: 'ACTION_KIND_MEMBER_GROUP', title: 'X', typeId: NOTHING }, 'typeId'],
    ['an end before the first day', { kind: 'ACTION_KIND_MEMBER_GROUP', title: 'X', validFrom: '2020-02-01', validTo: '2020-01-01' }, 'validTo'],
  ];
  test.each (BAD) ('%s', async (_name, json, field) => {
    const answer = await call ('POST', actionsOf (organisation), { json });
    expect (answer.status).toBe (400);
    expect (answer.body.violations.map (violation => violation.field)).toContain (field);
    expect ((await must ('GET', actionsOf (organisation))).actions).toEqual ([]);
  });

  test ('of an organisation that does not exist is 404, and so are unknown groups and persons', async () => {
    const json = { kind: 'ACTION_KIND_MEMBER_GROUP', title: 'X' };
    expect ((await call ('POST', actionsOf ({ organisationId: NOTHING }), { json })).status).toBe (404);
    expect ((await change ({ actionId: NOTHING }, 'title', { title: 'Y' })).status).toBe (404);
    expect ((await call ('GET', `/v1/groups/${NOTHING}/members`)).status).toBe (404);
    expect ((await call ('GET', `/v1/persons/${NOTHING}/rights`)).status).toBe (404);
  });

  test ('a change of what has changed is refused, and so is one of what stays', async () => {
    const action = await makeAction (organisation, { kind: 'ACTION_KIND_MEMBER_GROUP', title: 'First' });
    expect ((await change (action, 'title', { title: 'Second' }, { 'If-Match': action.etag })).status).toBe (200);
    expect ((await change (action, 'title', { title: 'Third' }, { 'If-Match': action.etag })).status).toBe (412);
    expect ((await change (action, 'kind', { kind: 'ACTION_KIND_ACCESS' })).status).toBe (400);
    expect ((await must ('GET', actionsOf (organisation))).actions).toMatchObject ([{ title: 'Second', kind: 'ACTION_KIND_MEMBER_GROUP' }]);
  });
});

describe ('groups', () => {
  test ('are of organs of the kind, close with the action and open again when its end is undone', async () => {
    const organisation = await makeOrganisation ();
    const district = await makeOrgan (organisation, { kind: 'district' });
    await makeOrgan (organisation, { kind: 'local association', parent: district });
    const action = await makeAction (organisation, { kind: 'ACTION_KIND_MEMBER_GROUP', title: 'Members', organKind: 'district' });
    const { groups: [group] } = await groupsOf ({ actionId: action.actionId }, 1);
    expect (group).toMatchObject ({ organId: district.organId, organName: district.name, open: true, validFrom: FOUNDED, validTo: '' });

    expect ((await change (action, 'validTo', { validTo: '2001-01-01' })).status).toBe (200);
    await groupsOf ({ actionId: action.actionId }, 0);
    const { groups: [closed] } = await groupsOf ({ actionId: action.actionId, closed: true }, 1);
    expect (closed).toMatchObject ({ groupId: group.groupId, open: false, validTo: '2001-01-01' });
    await groupsOf ({ actionId: action.actionId, on: '2000-12-31' }, 1);

    expect ((await change (action, 'validTo', { validTo: '' })).status).toBe (200);
    const { groups: [again] } = await groupsOf ({ actionId: action.actionId }, 1);
    expect (again.groupId).toBe (group.groupId);
    const [counted] = (await must ('GET', actionsOf (organisation))).actions;
    expect (counted).toMatchObject ({ madeCount: '1', validTo: '' });
  });

  test ('of an organ that comes later come with it', async () => {
    const organisation = await makeOrganisation ();
    const action = await makeAction (organisation, { kind: 'ACTION_KIND_POSITION_GROUP', title: 'Chairs', position: 'chair', organKind: 'district' });
    const district = await makeOrgan (organisation, { kind: 'district', validFrom: '2010-01-01' });
    const { groups: [group] } = await groupsOf ({ actionId: action.actionId }, 1);
    expect (group).toMatchObject ({ organId: district.organId, position: 'chair', validFrom: '2010-01-01' });
  });

  test ('hold on each day whoever holds the position then, in pages and as a file', async () => {
    const organisation = await makeOrganisation ();
    const organ = await makeOrgan (organisation);
    const terms = [['Aho', '2020-01-01', '2022-01-01'], ['Berg', '2021-01-01', ''], ['Cederqvist', '2021-06-01', '']];
    for (const [familyName, validFrom, validTo] of terms) {
      await makeFact (await makePerson ({ familyName }), { kind: 'FACT_KIND_POSITION', value: 'treasurer', organId: organ.organId, validFrom, validTo });
    }
    const action = await makeAction (organisation, { kind: 'ACTION_KIND_POSITION_GROUP', title: 'Treasurers', position: 'treasurer' });
    const { groups: [group] } = await groupsOf ({ organId: organ.organId, actionId: action.actionId }, 1);
    const members = `/v1/groups/${group.groupId}/members`;
    const names = async query => (await all (members, 'members', query)).map (({ familyName }) => familyName);
    await until (members, body => body.members.length === 2);
    expect (await names ({})).toEqual (['Berg', 'Cederqvist']);
    expect (await names ({ pageSize: 1 })).toEqual (['Berg', 'Cederqvist']);
    expect (await names ({ on: '2020-06-01' })).toEqual (['Aho']);
    expect (await names ({ on: '2021-12-31', pageSize: 2 })).toEqual (['Aho', 'Berg', 'Cederqvist']);
    expect (await names ({ on: '1989-12-31' })).toEqual ([]);
    const csv = await call ('GET', members, { headers: { Accept: 'text/csv' } });
    expect (csv.text.trim ().split (/\r?\n/).length).toBe (3);
    expect (csv.text).toContain ('Cederqvist');
  });
});

test ('rights begin and end with the term, and follow a change of the action', async () => {
  const organisation = await makeOrganisation ();
  const organ = await makeOrgan (organisation);
  const person = await makePerson ();
  await makeFact (person, { kind: 'FACT_KIND_POSITION', value: 'secretary', organId: organ.organId, validFrom: '2020-01-01', validTo: '2024-01-01' });
  const action = await makeAction (organisation, { kind: 'ACTION_KIND_ACCESS', title: 'Secretaries', position: 'secretary', rights: ['members.read', 'letters.send'] });
  const rights = `/v1/persons/${person.personId}/rights`;
  const on = day => must ('GET', rights, { query: { on: day } });
  await until (rights, body => body.rights.length === 2, { query: { on: '2023-12-31' } });
  expect ((await on ('2023-12-31')).rights[0]).toMatchObject ({ organId: organ.organId, organName: organ.name, position: 'secretary',
    actionTitle: 'Secretaries', validFrom: '2020-01-01', validTo: '2024-01-01' });
  expect ((await on ('2024-01-01')).rights).toEqual ([]);
  expect ((await on ('2019-12-31')).rights).toEqual ([]);
  expect ((await change (action, 'rights', { rights: ['groups.read'] })).status).toBe (200);
  expect ((await on ('2023-12-31')).rights.map (({ right }) => right)).toEqual (['groups.read']);
});

describe ('jubilees', () => {
  test ('are awarded for each full span, and withdrawn when their ground is corrected away', async () => {
    const { organisation, person, admission, subscription, group } = await makeWorld ();
    await makeAction (organisation, { kind: 'ACTION_KIND_JUBILEE', title: 'Medals', years: [1, 5] });
    const query = { organisationId: organisation.organisationId };
    const { jubilees } = await until ('/v1/jubilees', body => body.jubilees.length === 2, { query });
    expect (jubilees.map (({ years, reachedOn }) => [years, reachedOn])).toEqual ([[5, '2025-01-01'], [1, '2021-01-01']]);
    const ones = async more => (await all ('/v1/jubilees', 'jubilees', { ...query, ...more })).map (({ years }) => years);
    expect (await ones ({ pageSize: 1 })).toEqual ([5, 1]);
    expect (await ones ({ from: '2021-01-02' })).toEqual ([5]);
    expect (await ones ({ to: '2025-01-01' })).toEqual ([1]);
    expect (await ones ({ personId: person.personId, organId: group.organId })).toEqual ([5, 1]);
    const csv = await call ('GET', '/v1/jubilees', { query, headers: { Accept: 'text/csv' } });
    expect (csv.text).toContain (person.familyName);

    for (const [fact, value] of [[subscription, 'Member'], [admission, '']]) {
      await must ('POST', `/v1/persons/${person.personId}/facts/${fact.factId}:correct`, {
        json: { kind: fact.kind, value, organId: fact.organId, validFrom: '2023-01-01' } });
    }
    await until (`/v1/persons/${person.personId}/memberships`, body => body.memberships.every (({ validFrom }) => validFrom === '2023-01-01'));
    // A change of the action starts its run, which looks at the ground of each.
    const [action] = (await must ('GET', actionsOf (organisation))).actions;
    expect ((await change (action, 'title', { title: 'Medals again' })).status).toBe (200);
    const after = await until ('/v1/jubilees', body => body.jubilees.length === 3, { query });
    expect (after.jubilees.map (({ years, reachedOn, withdrawTime }) => [years, reachedOn, withdrawTime !== ''])).toEqual ([
      [5, '2025-01-01', true], [1, '2024-01-01', false], [1, '2021-01-01', true]]);
  });

  test ('before the first day of the action nothing is awarded', async () => {
    const { organisation } = await makeWorld ();
    const action = await makeAction (organisation, { kind: 'ACTION_KIND_JUBILEE', title: unique ('Late'), years: [1, 5], validFrom: '2024-01-01' });
    const { jubilees } = await until ('/v1/jubilees', body => body.jubilees.length > 0, { query: { organisationId: organisation.organisationId } });
    expect (jubilees.map (({ years, actionId }) => [years, actionId])).toEqual ([[5, action.actionId]]);
  });
});
