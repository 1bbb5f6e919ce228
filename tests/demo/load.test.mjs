// The loader against a stand-in server: it sends everything once, can be stopped anywhere and started again,
// and says what went wrong.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ApiError, keyOf } from './client.mjs';
import { FakeServer } from './fake-server.mjs';
import { generate } from './generate.mjs';
import { Progress, byDepth, load } from './load.mjs';

const dir = mkdtempSync (join (tmpdir (), 'heimo-load-'));
const { people } = generate ({ people: 300, seed: '1', out: dir });
afterAll (() => rmSync (dir, { recursive: true }));

let fake;
let url;
let printed;
beforeEach (async () => {
  fake = new FakeServer ();
  url = await fake.listen ();
  printed = [];
});
afterEach (() => fake.close ());

const run = options => load ({ url, dir, patience: 1000,
  progress: new Progress ({ isTTY: false, write: text => printed.push (text) }), ...options });

function expectAllThereOnce () {
  expect (fake.places.size).toBe (3614);
  expect (fake.organisations.map (({ code }) => code)).toEqual (['scouts', 'regions']);
  expect (fake.types.map (({ code }) => code).sort ())
    .toEqual (['member', 'member', 'supporter', 'supporter', 'volunteer']);
  const codes = fake.organs.map (({ code }) => code);
  expect (codes.length).toBe (new Set (codes).size);
  expect (codes.length).toBeGreaterThan (760 + 19 + 309);
  expect (fake.people).toBe (people);
  expect (fake.imports.filter (({ state }) => state === 'IMPORT_STATE_APPLIED')).toHaveLength (1);
}

describe ('the loader', () => {
  it ('sends everything', async () => {
    await run ();
    expectAllThereOnce ();
    expect (fake.organs.find (({ code }) => code === 'R01').rule).toEqual (
      [{ op: 'RULE_OP_EQUALS', field: 'RULE_FIELD_PROVINCE', values: [expect.any (String)] }]);
    expect (fake.organs.find (({ code }) => code === 'D01-001').rule).toEqual ([{ op: 'RULE_OP_ADMITTED' }]);
    expect (fake.organs.find (({ code }) => code === 'D01')).not.toHaveProperty ('rule');
    expect (printed.join ('')).not.toMatch (/[\r\x1b]/);
  });

  it ('started again, finds everything and sends nothing new', async () => {
    await run ();
    await run ();
    expectAllThereOnce ();
    expect (printed.join ('')).toContain ('applied before, nothing to do');
  });

  it ('finds everything even when the server no longer remembers the keys', async () => {
    await run ();
    fake.answers.clear ();
    await run ();
    expectAllThereOnce ();
  });

  it ('goes on after being stopped at any request', async () => {
    await run ();
    const requests = fake.requests.length;
    for (let stop = 1; stop <= requests; stop += 3) {
      await fake.close ();
      fake = new FakeServer ();
      url = await fake.listen ();
      fake.failures = number => (number === stop ? { status: 500, body: { title: 'stopped here' } } : null);
      await expect (run ()).rejects.toThrow ('stopped here');
      fake.failures = () => null;
      await run ();
      expectAllThereOnce ();
    }
  }, 60000);

  it ('sends a request again whose answer was lost; it has effect once', async () => {
    fake.failures = (number, path) => (number % 3 === 0 && !path.endsWith ('/runs') ? 'drop' : null);
    await run ({ patience: 5000 });
    expectAllThereOnce ();
  }, 30000);

  it ('waits as long as a busy server asks', async () => {
    let refused = 0;
    fake.failures = () => (refused++ < 3
      ? { status: 503, headers: { 'Retry-After': '0' }, body: { title: 'Unavailable' } } : null);
    await run ();
    expectAllThereOnce ();
  });

  it ('waits until hierarchy has caught up', async () => {
    fake.lag = [500, 20, 0];
    await run ();
    expect (fake.lag).toEqual ([0]);
  });

  it ('does not wait for ever', async () => {
    fake.lag = [7];
    await expect (run ()).rejects.toThrow (/hierarchy does not get further: 7 events behind/);
  });

  it ('names lines and columns when the dry run finds errors, and tries a fresh import next time', async () => {
    fake.refuse = true;
    await expect (run ()).rejects.toThrow (/nothing was applied\n  line 4, birth_date: no such day/);
    expect (fake.people).toBe (0);
    fake.refuse = false;
    await run ();
    expectAllThereOnce ();
  });

  it ('imports again what was undone', async () => {
    await run ();
    fake.imports[0].state = 'IMPORT_STATE_UNDONE';
    fake.people = 0;
    await run ();
    expectAllThereOnce ();
    expect (fake.imports).toHaveLength (2);
  });

  it ('says what the server said', async () => {
    fake.failures = () => ({ status: 400, body: { title: 'Invalid argument', detail: 'no such field',
      violations: [{ field: 'places[0].town', description: 'is required' }] } });
    await expect (run ()).rejects.toThrow ('400 Invalid argument\n  no such field\n  places[0].town: is required');
  });

  it ('says so when nobody answers', async () => {
    await fake.close ();
    await expect (run ()).rejects.toThrow (ApiError);
    await fake.listen ();
  });

  it ('says so when there is nothing to load', async () => {
    await expect (run ({ dir: join (dir, 'missing') })).rejects.toThrow (/federation\.json.*generate\.mjs/);
  });
});

describe ('keys and order', () => {
  it ('keys are UUIDs, the same for the same content', () => {
    expect (keyOf ('a', { b: 1 })).toBe (keyOf ('a', { b: 1 }));
    expect (keyOf ('a', { b: 1 })).not.toBe (keyOf ('a', { b: 2 }));
    expect (keyOf ('a')).toMatch (/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
  it ('organs come after those above them', () => {
    const organs = [
      { code: 'c', parent_code: 'b' }, { code: 'b', parent_code: 'a' }, { code: 'a', parent_code: null }];
    expect (byDepth (organs).map (({ code }) => code)).toEqual (['a', 'b', 'c']);
  });
});
