// Every operation of the contract, the way a user means it. The last test fails when an operation was left out.
import { beforeAll, describe, expect, test } from 'vitest';
import { all, call, must, operations, seen, unique, until } from './contract.mjs';
import { ADMITTED, FOUNDED, makeFact, makeOrgan, makeOrganisation, makePerson, makePlace, makeWorld } from './world.mjs';
import { finishedImport, uploadCsv } from './import.mjs';

const today = new Date ().toISOString ().slice (0, 10);

describe ('persons', () => {
  let person;
  beforeAll (async () => {
    person = await makePerson ({ email: 'testi@example.org', address: {
      street: 'Koivukuja 5', postalCode: '33100', town: 'Tampere', municipality: 'Tampere', province: 'Pirkanmaa',
      country: 'FI', validFrom: '2015-01-01' } });
  });

  test ('a new one has an id, a number with a check digit and an etag', async () => {
    expect (person.personId).toMatch (/^[0-9a-f-]{36}$/);
    expect (person.memberNumber).toMatch (/^\d{7,}$/);
    const got = await call ('GET', `/v1/persons/${person.personId}`);
    expect (got.headers.get ('etag')).toBe (got.body.etag);
    expect (got.body).toMatchObject ({ givenName: 'Testi', email: 'testi@example.org', address: { town: 'Tampere' } });
  });

  test ('is listed, found by part of the name, and among those of a filter', async () => {
    const found = await until ('/v1/persons:search', body => body.persons.length > 0,
      { query: { query: person.familyName.toLowerCase () } });
    expect (found.persons.map (row => row.personId)).toContain (person.personId);
    expect ((await must ('GET', '/v1/persons', { query: { pageSize: 2 } })).persons.length).toBeLessThanOrEqual (2);
  });

  test ('is changed with a mask; the old value stays in the history', async () => {
    const changed = await must ('PATCH', `/v1/persons/${person.personId}`, {
      query: { updateMask: 'givenName' }, json: { givenName: 'Uusi', email: 'not.taken@example.org' } });
    expect (changed).toMatchObject ({ givenName: 'Uusi', email: 'testi@example.org' });
    const { entries } = await must ('GET', `/v1/persons/${person.personId}/history`);
    expect (JSON.stringify (entries)).toContain ('Testi');
  });

  test ('moves: the new address holds from its day on', async () => {
    await must ('POST', `/v1/persons/${person.personId}/addresses`, { json: {
      street: 'Mäkitie 1', postalCode: '00100', town: 'Helsinki', municipality: 'Helsinki', province: 'Uusimaa',
      country: 'FI', validFrom: today } });
    const { addresses } = await must ('GET', `/v1/persons/${person.personId}/addresses`);
    expect (addresses.map (address => address.town).sort ()).toEqual (['Helsinki', 'Tampere']);
    expect (addresses.find (({ town }) => town === 'Tampere').validTo).toBe (today);
  });

  test ('has facts that are corrected, ended and withdrawn', async () => {
    const path = `/v1/persons/${person.personId}/facts`;
    const fact = await makeFact (person, { kind: 'FACT_KIND_TAG', value: 'sailor' });
    const corrected = await must ('POST', `${path}/${fact.factId}:correct`, {
      json: { kind: 'FACT_KIND_TAG', value: 'sailor', validFrom: '2021-01-01' } });
    expect (corrected.validFrom).toBe ('2021-01-01');
    const ended = await must ('POST', `${path}/${corrected.factId}:end`, { json: { validTo: '2022-01-01' } });
    expect (ended.validTo).toBe ('2022-01-01');
    await must ('POST', `${path}/${ended.factId}:withdraw`, { json: {} });
    const { facts } = await must ('GET', path);
    expect (facts.filter (({ kind }) => kind === 'FACT_KIND_TAG')).toEqual ([]);
  });

  test ('has a guardian, whose relation ends', async () => {
    const guardian = await makePerson ({ birthDate: '1980-01-01' });
    const relation = await must ('POST', '/v1/relations', { json: {
      kind: 'RELATION_KIND_GUARDIAN', personId: guardian.personId, otherId: person.personId, validFrom: '2010-05-17' } });
    const { relations } = await must ('GET', `/v1/persons/${person.personId}/relations`);
    expect (relations.map (row => row.relationId)).toContain (relation.relationId);
    const ended = await must ('POST', `/v1/relations/${relation.relationId}:end`, { json: { validTo: today } });
    expect (ended.validTo).toBe (today);
  });

  test ('leaves the register', async () => {
    const leaver = await makePerson ();
    const ended = await must ('POST', `/v1/persons/${leaver.personId}:end`, { json: { endDate: today, reason: 'moved away' } });
    expect (ended).toMatchObject ({ endDate: today });
  });

  test ('is erased', async () => {
    const leaver = await makePerson ();
    const { runId } = await must ('POST', `/v1/persons/${leaver.personId}:erase`, { json: { reason: 'asked for it' } });
    expect (runId).toMatch (/^[0-9a-f-]{36}$/);
    expect ((await call ('GET', `/v1/persons/${leaver.personId}`)).status).toBe (404);
    const memberships = async () => (await call ('GET', `/v1/persons/${leaver.personId}/memberships`)).status;
    await expect.poll (memberships, { timeout: 10000 }).toBe (404);
  });
});

describe ('places', () => {
  test ('are imported and listed', async () => {
    const answer = await must ('POST', '/v1/places:import', { json: { places: [
      { country: 'FI', postalCode: '33100', town: 'Tampere', municipality: 'Tampere', province: 'Pirkanmaa' }] } });
    expect (answer).toBeTypeOf ('object');
    const { places } = await must ('GET', '/v1/places', { query: { pageSize: 1 } });
    expect (places.length).toBe (1);
  });
});

describe ('organs', () => {
  let organisation;
  beforeAll (async () => {
    organisation = await makeOrganisation ();
  });

  test ('an organisation is got and listed by its code', async () => {
    const path = `/v1/organisations/${organisation.organisationId}`;
    expect ((await must ('GET', path)).code).toBe (organisation.code);
    const { organisations } = await must ('GET', '/v1/organisations', { query: { code: organisation.code } });
    expect (organisations.length).toBe (1);
  });

  test ('has types', async () => {
    const path = `/v1/organisations/${organisation.organisationId}/types`;
    await must ('POST', path, { json: { code: unique ('type'), name: 'Supporter' } });
    expect ((await must ('GET', path)).types.map (({ name }) => name)).toContain ('Supporter');
  });

  test ('are made one by one and many at once, parents before children', async () => {
    const organ = await makeOrgan (organisation);
    const [above, below] = [unique ('above'), unique ('below')];
    const { organs } = await must ('POST', `/v1/organisations/${organisation.organisationId}/organs:batchCreate`, {
      json: { organs: [{ code: above, name: 'Above' }, { code: below, name: 'Below', parentCode: above }] } });
    expect (organs[1].parentId).toBe (organs[0].organId);
    const listed = await all ('/v1/organs', 'organs', { organisationId: organisation.organisationId, pageSize: 2 });
    const codes = listed.map (({ code }) => code);
    expect (codes).toEqual (expect.arrayContaining ([organ.code, above, below]));
    expect (new Set (codes).size).toBe (codes.length);
  });

  test ('are renamed', async () => {
    const organ = await makeOrgan (organisation);
    const path = `/v1/organs/${organ.organId}`;
    await must ('PATCH', path, { query: { updateMask: 'name' }, json: { name: 'Renamed' } });
    expect ((await must ('GET', path)).name).toBe ('Renamed');
  });

  test ('have rules, told in words', async () => {
    const organ = await makeOrgan (organisation);
    const rule = await must ('POST', '/v1/rules', { json: { organId: organ.organId, nodes: ADMITTED } });
    expect (rule.text).not.toBe ('');
    const { rules } = await must ('GET', '/v1/rules', { query: { organId: organ.organId } });
    expect (rules.map (({ ruleId }) => ruleId)).toContain (rule.ruleId);
  });
});

describe ('memberships', () => {
  test ('follow from facts, are explained, and end with them', async () => {
    const { organisation, group, top, person, admission } = await makeWorld ();
    const members = `/v1/organs/${group.organId}/members`;
    const { members: [member] } = await until (members, body => body.members.length === 1);
    expect (member.personId).toBe (person.personId);
    const above = await must ('GET', `/v1/organs/${top.organId}/members`);
    expect (above.members.map (({ personId }) => personId)).toEqual ([person.personId]);
    const { memberships } = await must ('GET', `/v1/persons/${person.personId}/memberships`);
    expect (memberships.length).toBeGreaterThan (0);
    const explanation = await must ('GET', `${members}/${person.personId}:explain`);
    expect (explanation.member).toBe (true);
    expect (explanation.text).not.toBe ('');
    const matches = await must ('POST', '/v1/rules:count', { json: { organId: group.organId, nodes: ADMITTED } });
    expect (matches).toMatchObject ({ matchCount: '1', eligibleCount: '1' });
    expect (matches.text).not.toBe ('');
    await until (`/v1/organisations/${organisation.organisationId}`, body => body.memberCount === '1');
    const organId = organisation.organisationId;
    const { counts } = await must ('GET', '/v1/reports/members', { query: { organId } });
    expect (counts.find (row => row.organId === group.organId).members).toBe ('1');
    const query = { organId, from: '2000-01-01', to: '2100-01-01' };
    const { counts: changed } = await must ('GET', '/v1/reports/changes', { query });
    expect (changed.find (row => row.organId === group.organId).joined).toBe ('1');
    const { changes } = await must ('GET', `/v1/organs/${group.organId}/changes`, { query: { from: query.from, to: query.to } });
    expect (changes.map (row => row.personId)).toEqual ([person.personId]);
    const { records } = await must ('GET', `/v1/organs/${group.organId}/history`);
    expect (records.map (row => row.kind).sort ()).toContain ('life');

    await must ('POST', `/v1/persons/${person.personId}/facts/${admission.factId}:end`, { json: { validTo: today } });
    await until (members, body => body.members.length === 0);
    expect ((await must ('GET', `${members}/${person.personId}:explain`)).member).toBe (false);
  });
});

describe ('plans', () => {
  const change = (kind, on, more) => ({ kind: `CHANGE_KIND_${kind}`, on, ...more });
  const settled = planId => until (`/v1/plans/${planId}`, body => body.done);

  async function applied (plan) {
    await must ('POST', `/v1/plans/${plan.planId}:apply`, { json: { hash: plan.hash } });
    const done = await settled (plan.planId);
    expect (done, done.error).toMatchObject ({ state: 'PLAN_STATE_APPLIED' });
    return done;
  }

  test ('are previewed, looked at, applied, and undone', async () => {
    const { organisation, top, group, person } = await makeWorld ();
    await until (`/v1/organs/${group.organId}/members`, body => body.members.length === 1);
    const code = unique ('new');
    const plan = await must ('POST', '/v1/plans', { json: {
      organisationId: organisation.organisationId, title: 'A new district', reason: 'decided by the board',
      changes: [
        change ('CREATE', '2026-01-01', { parent: organisation.organisationId, code, name: 'New' }),
        change ('MOVE', '2026-01-01', { organ: group.organId, parent: `code:${code}` })] } });
    expect (plan).toMatchObject ({ state: 'PLAN_STATE_PREVIEWED', personCount: '1', movingCount: '1', organCount: '2' });
    expect (plan.texts.length).toBe (2);
    const { effects } = await must ('GET', `/v1/plans/${plan.planId}/effects`);
    expect (effects.map (row => [row.organName, row.joins, row.leaves])).toEqual (
      expect.arrayContaining ([['New', '1', '0'], [top.name, '0', '1']]));
    const { persons } = await must ('GET', `/v1/plans/${plan.planId}/persons`, { query: { effect: 'joins' } });
    expect (persons).toMatchObject ([{ personId: person.personId, organName: 'New', after: ['2026-01-01/'] }]);

    await applied (plan);
    const { memberships } = await must ('GET', `/v1/persons/${person.personId}/memberships`);
    expect (memberships.map (row => row.organName)).toContain ('New');
    expect ((await must ('GET', '/v1/plans', { query: { organisationId: organisation.organisationId } })).plans.map (row => row.planId))
      .toEqual ([plan.planId]);

    await must ('POST', `/v1/plans/${plan.planId}:undo`, { json: {} });
    expect ((await settled (plan.planId)).state).toBe ('PLAN_STATE_UNDONE');
    expect ((await must ('GET', `/v1/organs/${top.organId}/members`)).members.length).toBe (1);
  });

  test ('name the change that is not valid, and its reason', async () => {
    const { organisation, top, group } = await makeWorld ();
    const refused = await call ('POST', '/v1/plans', { json: { organisationId: organisation.organisationId, changes: [
      change ('END', '2026-01-01', { organ: group.organId }),
      change ('MOVE', '2026-01-01', { organ: top.organId, parent: group.organId })] } });
    expect (refused.status).toBe (400);
    expect (refused.body.violations).toMatchObject ([{ field: 'changes[1].parent', reason: 'PARENT_NOT_IN_TREE' }]);
  });

  test ('are put aside', async () => {
    const { organisation, group } = await makeWorld ();
    const plan = await must ('POST', '/v1/plans', { json: { organisationId: organisation.organisationId,
      changes: [change ('END', '2027-01-01', { organ: group.organId })] } });
    expect ((await must ('POST', `/v1/plans/${plan.planId}:discard`, { json: {} })).state).toBe ('PLAN_STATE_DISCARDED');
    const answer = await call ('POST', `/v1/plans/${plan.planId}:apply`, { json: { hash: plan.hash } });
    expect (answer.body.reason).toBe ('PLAN_STATE');
  });

  test ('make and end exceptions', async () => {
    const { organisation, type, group, person: guest } = await makeWorld ();
    await until (`/v1/organs/${group.organId}/members`, body => body.members.length === 1);
    const top = await makeOrgan (organisation);
    await applied (await must ('POST', '/v1/plans', { json: { organisationId: organisation.organisationId, changes: [
      change ('ADD_EXCEPTION', '2026-01-01', { organ: top.organId, typeId: type.typeId, personId: guest.personId,
        reason: 'honorary member' })] } }));
    const { exceptions: [exception] } = await must ('GET', '/v1/exceptions', { query: { personId: guest.personId } });
    expect (exception).toMatchObject ({ organId: top.organId, reason: 'honorary member', validFrom: '2026-01-01' });
    expect ((await must ('GET', `/v1/organs/${top.organId}/members`)).members.map (row => row.personId)).toContain (guest.personId);
    await applied (await must ('POST', '/v1/plans', { json: { organisationId: organisation.organisationId, changes: [
      change ('END_EXCEPTION', '2026-06-01', { exceptionId: exception.exceptionId })] } }));
    expect ((await must ('GET', '/v1/exceptions', { query: { personId: guest.personId } })).exceptions)
      .toMatchObject ([{ validTo: '2026-06-01' }]);
  });
});

describe ('runs', () => {
  test ('an evaluation is a run that ends, with outcomes', async () => {
    await makeWorld ();
    const { runId } = await must ('POST', '/v1/evaluations', { json: {} });
    const run = await until (`/v1/hierarchy/runs/${runId}`, body => body.done);
    expect (run.state).toBe ('RUN_STATE_SUCCEEDED');
    expect ((await must ('GET', '/v1/hierarchy/runs')).runs.map (row => row.runId)).toContain (runId);
    await must ('GET', `/v1/hierarchy/runs/${runId}/outcomes`);
    const cancelled = await call ('POST', `/v1/hierarchy/runs/${runId}:cancel`, { json: {} });
    expect ([200, 400, 409]).toContain (cancelled.status);
  });

  test ('status and changes are told by each service', async () => {
    for (const service of ['membership', 'hierarchy']) {
      expect ((await must ('GET', `/v1/${service}/status`)).ready).toBe (true);
      await must ('GET', `/v1/${service}/changes`);
    }
  });
});

describe ('imports', () => {
  const csv = prefix => Buffer.from ([
    'key,given_name,family_name,birth_date,email',
    `${prefix}-1,Väinö,Räisänen,1990-01-31,vaino@example.org`,
    `${prefix}-2,Åsa,Öhman,1985-12-01,asa@example.org`, ''].join ('\n'));

  test ('are checked, applied and undone as one', async () => {
    const prefix = unique ('csv');
    const file = await uploadCsv (csv (prefix));
    expect ((await must ('GET', `/v1/import-files/${file.fileId}`)).fileId).toBe (file.fileId);
    const created = await must ('POST', '/v1/imports', { json: { fileId: file.fileId } });
    const checked = await finishedImport (created.importId);
    expect (checked).toMatchObject ({ state: 'IMPORT_STATE_CHECKED', created: '2', errors: '0' });

    const path = `/v1/imports/${created.importId}`;
    await must ('POST', `${path}:apply`, { json: { planHash: checked.planHash } });
    expect ((await finishedImport (created.importId)).state).toBe ('IMPORT_STATE_APPLIED');
    const search = async () => (await must ('GET', '/v1/persons:search', { query: { query: `${prefix}-1` } })).persons;
    expect (await search ()).toMatchObject ([{ givenName: 'Väinö' }]);

    await must ('POST', `${path}:undo`, { json: {} });
    expect ((await finishedImport (created.importId)).state).toBe ('IMPORT_STATE_UNDONE');
    expect (await search ()).toEqual ([]);
    expect ((await must ('GET', '/v1/imports')).imports.map (row => row.importId)).toContain (created.importId);
  });
});

describe ('actions', () => {
  test ('make a group of every organ, give rights, and award jubilees', async () => {
    const { organisation, group, person } = await makeWorld ();
    const path = `/v1/organisations/${organisation.organisationId}/actions`;
    await makeFact (person, { kind: 'FACT_KIND_POSITION', value: 'secretary', organId: group.organId, validFrom: '2021-01-01' });
    const members = await must ('POST', path, { json: { kind: 'ACTION_KIND_MEMBER_GROUP', title: 'Members', validFrom: FOUNDED } });
    await must ('POST', path, { json: { kind: 'ACTION_KIND_ACCESS', title: 'Secretaries', position: 'secretary', rights: ['members.read'] } });
    await must ('POST', path, { json: { kind: 'ACTION_KIND_JUBILEE', title: 'Five years', years: [5], validFrom: FOUNDED } });
    expect ((await must ('GET', path)).actions.map (({ title }) => title)).toEqual (['Members', 'Secretaries', 'Five years']);

    const { groups: [made] } = await until ('/v1/groups', body => body.groups.length === 1,
      { query: { organId: group.organId, actionId: members.actionId } });
    expect (made).toMatchObject ({ title: 'Members', organName: group.name, open: true });
    const inside = await until (`/v1/groups/${made.groupId}/members`, body => body.members.length === 1);
    expect (inside.members[0].personId).toBe (person.personId);
    const { rights: [right] } = await until (`/v1/persons/${person.personId}/rights`, body => body.rights.length === 1);
    expect (right).toMatchObject ({ right: 'members.read', organId: group.organId, position: 'secretary', validFrom: '2021-01-01' });
    const { jubilees: [jubilee] } = await until ('/v1/jubilees', body => body.jubilees.length === 1,
      { query: { organisationId: organisation.organisationId } });
    expect (jubilee).toMatchObject ({ personId: person.personId, years: 5, reachedOn: '2025-01-01' });

    const ended = await must ('PATCH', `/v1/actions/${members.actionId}`, { query: { updateMask: 'validTo' }, json: { validTo: today } });
    expect (ended.validTo).toBe (today);
    await until ('/v1/groups', body => body.groups.length === 0, { query: { actionId: members.actionId } });
  });
});

describe ('area changes', () => {
  test ('move a postal code from a day on, and back', async () => {
    const { code, person } = await makePlace ();
    const area = await must ('POST', '/v1/area-changes', { json: { title: 'Merger', on: '2024-01-01',
      rows: [{ postalCode: code, municipality: 'Uusi' }] } });
    expect (area).toMatchObject ({ state: 'AREA_CHANGE_STATE_CHECKED', placeCount: '1', personCount: '1' });
    const path = `/v1/area-changes/${area.areaChangeId}`;
    expect ((await must ('GET', `${path}/places`)).places).toMatchObject ([
      { postalCode: code, oldMunicipality: 'Vanha', municipality: 'Uusi', personCount: '1' }]);
    expect ((await must ('GET', '/v1/area-changes')).areaChanges.map (({ areaChangeId }) => areaChangeId)).toContain (area.areaChangeId);

    await must ('POST', `${path}:apply`, { json: {} });
    expect ((await until (path, body => body.done)).state).toBe ('AREA_CHANGE_STATE_APPLIED');
    expect ((await must ('GET', `/v1/persons/${person.personId}`)).address.municipality).toBe ('Uusi');
    await must ('POST', `${path}:undo`, { json: {} });
    expect ((await until (path, body => body.done)).state).toBe ('AREA_CHANGE_STATE_UNDONE');
    expect ((await must ('GET', `/v1/persons/${person.personId}`)).address.municipality).toBe ('Vanha');
  });
});

test ('every operation of the contract was answered with a success', () => {
  const missing = operations.filter (({ id }) => ![...seen.get (id) ?? []].some (status => status < 300)).map (({ id }) => id);
  // What a run that has ended answers to cancel depends on how fast it was.
  expect (missing.filter (id => id !== 'cancelRun')).toEqual ([]);
});
