// What a program that talks to Heimo may rely on: keys that make a request one, tags that make a change safe, pages
// that neither lose nor double, exports, streams.
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { URL_OF_SET, all, call, must, unique } from './contract.mjs';
import { makeOrgan, makeOrganisation, makePerson, makeWorld } from './world.mjs';

describe ('Idempotency-Key', () => {
  const post = (key, json) => call ('POST', '/v1/persons', { json, headers: { 'Idempotency-Key': key } });

  test ('the same request twice is one person, and told to be a repetition', async () => {
    const [key, json] = [randomUUID (), { givenName: 'Kerran', familyName: unique ('Vain') }];
    const first = await post (key, json);
    const second = await post (key, json);
    expect (second.body.personId).toBe (first.body.personId);
    expect (second.headers.get ('idempotent-replayed')).toBe ('true');
    expect (first.headers.get ('idempotent-replayed')).toBe (null);
  });

  test ('twenty at once are one person', async () => {
    const [key, json] = [randomUUID (), { givenName: 'Kerran', familyName: unique ('Samalla') }];
    const answers = await Promise.all (Array.from ({ length: 20 }, () => post (key, json)));
    const made = answers.filter (({ status }) => status < 300);
    expect (made.length).toBeGreaterThan (0);
    expect (new Set (made.map (({ body }) => body.personId)).size).toBe (1);
    const { persons } = await must ('GET', '/v1/persons:search', { query: { query: json.familyName } });
    expect (persons.length).toBe (1);
  });

  test ('another request under the same key is refused', async () => {
    const key = randomUUID ();
    await post (key, { givenName: 'Kerran', familyName: 'Vain' });
    const answer = await post (key, { givenName: 'Toisin', familyName: 'Vain' });
    expect (answer.status).toBe (422);
  });
});

describe ('ETag', () => {
  test ('a change of what has changed is refused and changes nothing', async () => {
    const person = await makePerson ();
    const change = (etag, givenName) => call ('PATCH', `/v1/persons/${person.personId}`, {
      query: { updateMask: 'givenName' }, json: { givenName }, headers: { 'If-Match': etag } });
    expect ((await change (person.etag, 'Eka')).status).toBe (200);
    expect ((await change (person.etag, 'Toka')).status).toBe (412);
    expect ((await must ('GET', `/v1/persons/${person.personId}`)).givenName).toBe ('Eka');
  });

  test ('what has not changed is not sent again', async () => {
    const person = await makePerson ();
    const answer = await fetch (new URL (`/v1/persons/${person.personId}`, URL_OF_SET), {
      headers: { 'If-None-Match': person.etag } });
    expect (answer.status).toBe (304);
  });
});

describe ('lists', () => {
  test ('pages of any size hold the same rows in the same order', async () => {
    const organisation = await makeOrganisation ();
    for (let i = 0; i < 5; i++) {
      await makeOrgan (organisation);
    }
    const ids = async pageSize => (await all ('/v1/organs', 'organs', {
      organisationId: organisation.organisationId, pageSize })).map (({ organId }) => organId);
    const whole = await ids (1000);
    expect (await ids (1)).toEqual (whole);
    expect (await ids (2)).toEqual (whole);
  });

  const TOKENS = ['x', 'AAAA', 'a'.repeat (900), '%', '../..'];
  test.each (TOKENS) ('a page token of ones own making is refused: %s', async pageToken => {
    const answer = await call ('GET', '/v1/persons', { query: { pageToken } });
    expect (answer.status).toBe (400);
  });

  test ('a token goes with its list and its filter', async () => {
    await makePerson ();
    await makePerson ();
    const { nextPageToken } = await must ('GET', '/v1/persons', { query: { pageSize: 1 } });
    expect (nextPageToken).not.toBe ('');
    expect ((await call ('GET', '/v1/organs', { query: { pageToken: nextPageToken } })).status).toBe (400);
  });

  const SIZES = [['-1', 400], ['x', 400], ['99999999999', 400], ['1.5', 400]];
  test.each (SIZES) ('pageSize=%s', async (pageSize, status) => {
    expect ((await call ('GET', '/v1/persons', { query: { pageSize } })).status).toBe (status);
  });

  test ('a parameter nobody knows is refused', async () => {
    expect ((await call ('GET', '/v1/persons', { query: { colour: 'red' } })).status).toBe (400);
  });
});

describe ('exports', () => {
  test ('CSV and NDJSON have the rows of the list', async () => {
    const { group } = await makeWorld ();
    const path = `/v1/organs/${group.organId}/members`;
    let rows = [];
    for (const end = Date.now () + 10000; rows.length === 0 && Date.now () < end;) {
      rows = await all (path, 'members');
    }
    const ndjson = await call ('GET', path, { headers: { Accept: 'application/x-ndjson' } });
    expect (ndjson.type).toBe ('application/x-ndjson');
    expect (ndjson.text.trim ().split ('\n').map (line => JSON.parse (line).personId)).toEqual (rows.map (row => row.personId));
    const csv = await call ('GET', path, { headers: { Accept: 'text/csv' } });
    expect (csv.type).toBe ('text/csv');
    expect (csv.text.trim ().split (/\r?\n/).length).toBe (rows.length + 1);
  });

  test ('a formula does not leave as one', async () => {
    const familyName = unique ('Kaava');
    await makePerson ({ givenName: '=1+1', familyName });
    const csv = await call ('GET', '/v1/persons', { query: { query: familyName }, headers: { Accept: 'text/csv' } });
    expect (csv.text).not.toMatch (/(^|[,;"])=1\+1/m);
  });
});

describe ('event streams', () => {
  test ('a run tells its progress and ends', { timeout: 30000 }, async () => {
    const { runId } = await must ('POST', '/v1/evaluations', { json: {} });
    const answer = await fetch (new URL (`/v1/hierarchy/runs/${runId}`, URL_OF_SET), {
      headers: { Accept: 'text/event-stream' } });
    expect (answer.headers.get ('content-type')).toMatch (/^text\/event-stream/);
    const text = await answer.text ();
    const events = [...text.matchAll (/^data: ?(.*)$/gm)].map (match => JSON.parse (match[1]));
    expect (events.at (-1)).toMatchObject ({ runId, done: true });
  });
});

describe ('what does not exist', () => {
  const NOTHING = '00000000-0000-7000-8000-000000000000';
  test.each ([`/v1/persons/${NOTHING}`, `/v1/organs/${NOTHING}`, `/v1/imports/${NOTHING}`, '/v1/nothing', '/v1/billing/status'])
  ('%s is 404', async path => {
    const answer = await call ('GET', path);
    expect (answer.status).toBe (404);
    expect (answer.type).toBe ('application/problem+json');
  });
});
