// Actions and what follows from them, as a registrar meets it: set, changed, ended, taken back; groups, rights, jubilees.
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Browser, eventually, expectAccessible, settled } from './browser.mjs';

let browser;
let places;
let actionsPath;
const mark = Math.random ().toString (36).slice (2, 8);

beforeAll (async () => {
  browser = await Browser.start ();
  places = await browser.places ();
  await browser.actions (places.organisation, places.organ);
  actionsPath = `/organisations/${places.organisation.organisationId}/actions`;
});
afterAll (() => browser.stop ());

const button = (page, name) => page.getByRole ('button', { name, exact: true });

/** Records that somebody holds a position at an organ. */
const appoint = (personId, organId, position) => browser.ask (`/v1/persons/${personId}/facts`, { method: 'POST',
  headers: { 'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID () },
  body: JSON.stringify ({ kind: 'FACT_KIND_POSITION', value: position, organId, validFrom: '2025-01-01' }) });

test ('an action is set, carried out, changed, ended, and its end undone', async () => {
  await browser.visit (actionsPath, async page => {
    await button (page, 'New action').click ();
    const dialog = page.getByRole ('dialog');
    await dialog.getByRole ('button', { name: 'New action' }).click ();
    await dialog.getByRole ('link', { name: 'Title: This is needed.' }).waitFor ();
    await dialog.getByLabel ('What it makes').selectOption ('ACTION_KIND_ACCESS');
    await dialog.getByLabel ('Title').fill (`Secretaries ${mark}`);
    await dialog.getByLabel ('Position').fill ('secretary');
    await dialog.getByLabel ('see groups').check ();
    await dialog.getByLabel ('For which organs').selectOption ({ label: `every ${places.organ.kind}` });
    await dialog.getByRole ('button', { name: 'New action' }).click ();
    await dialog.waitFor ({ state: 'detached' });
    const row = page.getByRole ('row').filter ({ hasText: `Secretaries ${mark}` });
    await row.getByText ('see members and see groups').waitFor ();
    await row.getByText (/^[1-9]\d* open groups?$/).last ().waitFor ({ timeout: 20000 });
    await page.getByRole ('status').getByText (/Groups and rights/).first ().waitFor ();

    await row.getByRole ('button', { name: /^Change/ }).click ();
    await expectAccessible (page);
    await dialog.getByLabel ('Title').fill (`Clerks ${mark}`);
    await dialog.getByLabel ('see groups').uncheck ();
    await dialog.getByRole ('button', { name: 'Save' }).click ();
    await dialog.waitFor ({ state: 'detached' });
    const changed = page.getByRole ('row').filter ({ hasText: `Clerks ${mark}` });
    await changed.getByText ('For the position secretary: see members', { exact: true }).waitFor ();

    await changed.getByRole ('button', { name: /^End/ }).click ();
    await expectAccessible (page);
    await dialog.getByRole ('button', { name: 'End the action' }).click ();
    await changed.getByText ('ended').waitFor ();
    await changed.getByRole ('button', { name: /^Undo the end/ }).click ();
    await changed.getByText ('ended').waitFor ({ state: 'detached' });
    await changed.getByRole ('button', { name: /^End/ }).waitFor ();
  });
});

test ('years that are none are refused before they are sent', async () => {
  await browser.visit (actionsPath, async page => {
    await button (page, 'New action').click ();
    const dialog = page.getByRole ('dialog');
    await dialog.getByLabel ('What it makes').selectOption ('ACTION_KIND_JUBILEE');
    await dialog.getByLabel ('Title').fill ('Never');
    await dialog.getByLabel ('Years').fill ('5, many');
    await dialog.getByRole ('button', { name: 'New action' }).click ();
    await dialog.getByRole ('link', { name: 'Years: Years ascend, from 1 to 100.' }).click ();
    expect (await page.evaluate (() => document.activeElement?.id)).toBe ('field-years');
    await expectAccessible (page);
  });
});

describe ('groups', () => {
  test ('of an organ lead to who is in them, page by page, and to a file', async () => {
    await browser.visit (`/organs/${places.organ.organId}`, async page => {
      await page.getByRole ('link', { name: 'Groups' }).click ();
      await page.getByRole ('link', { name: 'Everybody' }).click ();
      await page.getByRole ('heading', { name: `Everybody, ${places.organ.name}` }).waitFor ();
      const rows = page.getByRole ('table', { name: `Everybody, ${places.organ.name}` }).locator ('tbody tr');
      await rows.first ().waitFor ();
      const first = await rows.first ().innerText ();
      await page.getByRole ('link', { name: 'Next' }).click ();
      await eventually (() => page.url ()).toContain ('page=');
      await eventually (() => rows.first ().innerText ()).not.toBe (first);
      await page.reload ();
      await settled (page);
      expect (page.url ()).toContain ('group=');
      const [download] = await Promise.all ([page.waitForEvent ('download'), page.getByRole ('link', { name: 'Download as CSV' }).click ()]);
      const lines = (await readFile (await download.path (), 'utf8')).trim ().split ('\n');
      expect (lines.length).toBe (Number (places.organ.memberCount) + 1);
    });
  });

  test ('are shown closed on a day on which they are closed', async () => {
    await browser.visit (`/organs/${places.organ.organId}?view=groups&on=1990-01-01`, async page => {
      await page.getByText ('No group of this organ is open on this day').waitFor ();
      await page.getByLabel ('Also closed groups').check ();
      const row = page.getByRole ('row').filter ({ hasText: 'Everybody' });
      await row.getByText ('closed', { exact: true }).waitFor ();
      await row.getByRole ('link').click ();
      await page.getByText ('The group is closed on the day, so nobody is in it.').waitFor ();
    });
  });
});

test ('a card says what its person may do, where and why', async () => {
  await appoint (places.member.personId, places.organ.organId, 'group leader');
  await browser.visit (`/persons/${places.member.personId}`, async page => {
    const panel = page.getByRole ('region', { name: 'Rights by position' });
    await panel.getByText (/May: .*see members/).first ().waitFor ();
    await panel.getByText (`because: group leader, ${places.organ.name}, since 1 Jan 2025`).waitFor ();
    await panel.getByRole ('link', { name: places.organ.name }).first ().click ();
    await eventually (() => page.locator ('h1').innerText ()).toBe (places.organ.name);
  });
});

test ('jubilees of an organ in a period', async () => {
  await browser.visit (`/jubilees?organ=${places.organ.organId}&from=2022-01-01&to=2023-12-31`, async page => {
    const rows = page.locator ('tbody tr');
    await rows.first ().waitFor ();
    const days = await rows.locator ('td:nth-child(4)').allInnerTexts ();
    expect (days.length).toBeGreaterThan (0);
    expect (days.every (day => /202[23]$/.test (day))).toBe (true);
    expect (await page.getByRole ('combobox', { name: 'Members of' }).inputValue ()).toBe (places.organ.name);
    await page.getByRole ('combobox', { name: 'Members of' }).fill ('');
    await eventually (() => page.url ()).not.toContain ('organ=');
    const [download] = await Promise.all ([page.waitForEvent ('download'), page.getByRole ('link', { name: 'Download as CSV' }).click ()]);
    const text = await readFile (await download.path (), 'utf8');
    expect (text.trim ().split ('\n').length).toBeGreaterThan (days.length);
    expect (text).not.toContain ('2024-01-01');
  });
});
