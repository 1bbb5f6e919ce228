// Reports as a registrar reads them: the numbers add up, each leads to the people behind it, and what is wrong is said.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Browser, eventually, expectAccessible, settled } from './browser.mjs';

let browser;
let organisation;
let organ;
const PERIOD = 'from=2000-01-01&to=2026-12-31';

beforeAll (async () => {
  browser = await Browser.start ();
  ({ organisation, organ } = await browser.places ());
});
afterAll (() => browser.stop ());

const numberOf = async locator => Number ((await locator.innerText ()).replace (/\D/g, ''));

test ('the members of an organ on a day lead to the list of them', async () => {
  await browser.visit ('/organs', async page => {
    await page.locator ('footer').getByRole ('link', { name: 'Reports' }).click ();
    await page.getByRole ('heading', { level: 1 }).waitFor ();
    await page.goto (`/reports?organisation=${organisation.organisationId}&organ=${organ.organId}`);
    const row = page.getByRole ('row').filter ({ has: page.getByRole ('link', { name: organ.name, exact: true }) }).first ();
    const link = row.getByRole ('link', { name: / members of / });
    const many = await numberOf (link);
    expect (many).toBeGreaterThan (0);
    await link.click ();
    await page.getByRole ('heading', { name: organ.name, level: 1 }).waitFor ();
    const type = new URL (page.url ()).searchParams.get ('type');
    const { members } = await browser.ask (`/v1/organs/${organ.organId}/members?typeId=${type}&pageSize=1000`);
    expect (members.length).toBe (many);
    await page.goto (`/reports?organisation=${organisation.organisationId}&known=1999-01-01`);
    await settled (page);
    expect (await page.getByRole ('link', { name: / members of / }).count ()).toBe (0);
  });
});

test ('who joined is behind the number, and as a file', async () => {
  await browser.visit (`/reports?view=changes&organ=${organ.organId}&${PERIOD}`, async page => {
    const row = page.getByRole ('row').nth (1);
    const cells = row.locator ('td.numbers');
    const [before, joined, left, after] = await Promise.all ([0, 1, 2, 3].map (i => numberOf (cells.nth (i))));
    expect (joined).toBeGreaterThan (0);
    expect (before + joined - left).toBe (after);
    await cells.nth (1).getByRole ('link').click ();
    await page.getByRole ('heading', { name: `Who joined: ${organ.name}` }).waitFor ();
    await settled (page);
    expect (await page.locator ('tbody tr').count ()).toBe (Math.min (joined, 50));
    const csv = await page.getByRole ('link', { name: 'Download as CSV' }).getAttribute ('href');
    const text = await (await fetch (browser.base + csv)).text ();
    expect (text.trim ().split ('\n').length - 1).toBe (joined);
    await page.getByRole ('link', { name: 'Back to the numbers' }).click ();
    await page.getByRole ('columnheader', { name: 'At the end' }).waitFor ();
    expect (page.url ()).toContain (organ.organId);
  });
});

test ('a period that ends before it begins is told', async () => {
  await browser.visit ('/reports?view=changes&from=2026-05-01&to=2026-04-01', async page => {
    await page.getByText ('The period ends before it begins.').waitFor ();
    await expectAccessible (page);
  }, { failures: true });
});

const post = body => ({ method: 'POST', headers: { 'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID () }, body: JSON.stringify (body) });

test ('the history of an organ tells which plan superseded its place', async () => {
  const [from, to] = (await browser.ask (`/v1/organs?parentId=${organisation.organisationId}&pageSize=2`)).organs;
  const { organs: [moving] } = await browser.ask (`/v1/organs?parentId=${from.organId}&pageSize=1`);
  const title = `Moves ${Math.random ().toString (36).slice (2, 8)}`;
  const changes = [{ kind: 'CHANGE_KIND_MOVE', on: '2027-01-01', organ: moving.organId, parent: to.organId }];
  const plan = await browser.ask ('/v1/plans', post ({ organisationId: organisation.organisationId, title, changes }));
  await browser.ask (`/v1/plans/${plan.planId}:apply`, post ({ hash: plan.hash }));
  await eventually (async () => (await browser.ask (`/v1/plans/${plan.planId}`)).state).toBe ('PLAN_STATE_APPLIED');
  await browser.visit (`/organs/${moving.organId}`, async page => {
    await page.locator ('.tabs').getByRole ('link', { name: 'History' }).click ();
    const old = page.locator ('tbody tr.over').filter ({ hasText: from.name });
    await old.getByRole ('link', { name: title }).waitFor ();
    const made = page.locator ('tbody tr:not(.over)').filter ({ hasText: to.name });
    await made.getByText ('still believed').filter ({ visible: true }).waitFor ();
    await made.getByText ('1 Jan 2027').filter ({ visible: true }).waitFor ();
    await expectAccessible (page);
    await made.getByRole ('link', { name: title }).click ();
    await page.getByRole ('heading', { name: title, level: 1 }).waitFor ();
  });
  const { state } = await browser.ask (`/v1/plans/${plan.planId}:undo`, post ({}));
  expect (state).toBe ('PLAN_STATE_UNDOING');
});
