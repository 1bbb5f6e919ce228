// An area change from its rows to its undoing, as a registrar meets it: faults at their places, a file, the old rules.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Browser, eventually, expectAccessible } from './browser.mjs';

let browser;
let known;
const mark = Math.random ().toString (36).slice (2, 8);

beforeAll (async () => {
  browser = await Browser.start ();
  const { places } = await browser.ask ('/v1/places?pageSize=200');
  known = places.filter (({ municipality }) => municipality !== '');
});
afterAll (() => browser.stop ());

const button = (page, name) => page.getByRole ('button', { name, exact: true });

/** The first day is written segment by segment, as a person does. */
async function writeDay (page, year) {
  await page.getByRole ('group', { name: 'First day' }).getByRole ('spinbutton').first ().click ();
  await page.keyboard.type (`0101${year}`);
}

async function fillHead (page, title) {
  await page.getByLabel ('Title').fill (title);
  await writeDay (page, 2031);
}

const rowField = (page, row, name) => page.getByRole ('group', { name: `Row ${row}` }).getByLabel (name, { exact: true });

describe ('faults', () => {
  test ('of rows stand at their fields, whatever rows are empty between them', async () => {
    await browser.visit ('/area-changes/new', async page => {
      await button (page, 'Check').click ();
      await page.getByRole ('link', { name: 'Title: This is needed.' }).waitFor ();
      await fillHead (page, `Faults ${mark}`);
      await button (page, 'Add a row').click ();
      await button (page, 'Add a row').click ();
      await rowField (page, 1, 'Postal code').fill (known[0].postalCode);
      await rowField (page, 1, 'New municipality').fill ('Uusi');
      await rowField (page, 3, 'Postal code').fill ('00000');
      await rowField (page, 3, 'New municipality').fill ('Uusi');
      await button (page, 'Check').click ();
      const link = page.getByRole ('link', { name: 'Row 3, What moves: The gazetteer does not know this postal code.' });
      await link.click ();
      expect (await page.evaluate (() => document.activeElement?.id)).toBe ('field-row-2-place');
      expect (await rowField (page, 3, 'Postal code').getAttribute ('aria-invalid')).toBe ('true');
      expect (await rowField (page, 1, 'Postal code').getAttribute ('aria-invalid')).not.toBe ('true');
      await expectAccessible (page);
      await button (page, 'Remove row 2').click ();
      await page.getByRole ('link', { name: /^Row 2, What moves/ }).waitFor ();
    }, { failures: true });
  });

  test ('of CSV are told by line and column', async () => {
    await browser.visit ('/area-changes/new', async page => {
      await fillHead (page, `CSV ${mark}`);
      await page.getByLabel ('as CSV').check ();
      await page.getByLabel ('Rows as CSV').fill ('postal_code;colour;town\n00100;red;X\n');
      await button (page, 'Check').click ();
      await page.getByRole ('link', { name: 'line 1, column 2: There is no such column.' }).click ();
      expect (await page.evaluate (() => document.activeElement?.id)).toBe ('field-csv');
      await page.getByLabel ('Rows as CSV').fill (`postal_code;town\n${known[0].postalCode};X\n\n00000;X\n`);
      await page.getByText ('2 rows').waitFor ();
      await button (page, 'Check').click ();
      await page.getByRole ('link', { name: 'line 4, Postal code: The gazetteer does not know this postal code.' }).waitFor ();
      await expectAccessible (page);
    }, { failures: true });
  });
});

test ('a file is read in the browser, checked, applied with its old rules told, and undone', async () => {
  // One organ in the stand-in is called after its municipality and has a rule that names it; so it is in the demo.
  const place = known[0];
  const csv = `\uFEFFpostal_code;municipality\r\n${place.postalCode};Lintukylä\r\n`;
  await browser.visit ('/area-changes', async page => {
    await page.locator ('main').getByRole ('link', { name: 'New area change' }).click ();
    await fillHead (page, `Merger ${mark}`);
    await page.getByLabel ('Reason').fill ('Decided.');
    await page.getByLabel ('as CSV').check ();
    // Windows-1252, as spreadsheets write it.
    await page.locator ('input[type=file]').setInputFiles ({ name: 'merger.csv', mimeType: 'text/csv', buffer: Buffer.from (csv.replace ('\uFEFF', ''), 'latin1') });
    await page.getByText ('merger.csv: 1 row').waitFor ();
    expect (await page.getByLabel ('Rows as CSV').inputValue ()).toContain ('Lintukylä');
    await button (page, 'Check').click ();
    await eventually (() => page.locator ('h1').innerText ()).toBe (`Merger ${mark}`);
    await page.getByText ('Everything is in order.').waitFor ();
    const row = page.getByRole ('row').filter ({ hasText: place.postalCode });
    await row.getByText (place.municipality).first ().waitFor ();
    await row.getByText ('Lintukylä').waitFor ();

    await button (page, 'Apply from 1 Jan 2031 on').click ();
    await page.getByText ('The area change is done.').waitFor ({ timeout: 20000 });
    const hint = page.getByRole ('region', { name: 'Do rules still name the old places?' });
    await hint.getByText ('Rules cannot be searched by what they name').waitFor ();
    await hint.getByRole ('link', { name: place.municipality }).first ().waitFor ();
    await page.reload ();
    await hint.getByRole ('link', { name: place.municipality }).first ().waitFor ();
    await expectAccessible (page);

    await button (page, 'Undo the area change').click ();
    await button (page, 'Yes, undo it').click ();
    await page.getByText ('The area change was undone.').waitFor ({ timeout: 20000 });
    await page.getByRole ('link', { name: 'Run', exact: true }).click ();
    await eventually (() => page.locator ('h1').innerText ()).toBe ('Undoing of an area change');
    await page.getByRole ('link', { name: 'Open the area change' }).click ();
    await eventually (() => page.locator ('h1').innerText ()).toBe (`Merger ${mark}`);
  });
});

test ('an address recorded elsewhere since stays when the area change is undone', async () => {
  const { area, from } = await browser.area ();
  const post = (path, json) => browser.ask (path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify (json) });
  const path = `/v1/area-changes/${area.areaChangeId}`;
  const until = state => eventually (async () => (await browser.ask (path)).state).toBe (`AREA_CHANGE_STATE_${state}`);
  await post (`${path}:apply`, {});
  await until ('APPLIED');
  const { persons: [person] } = await browser.ask (`/v1/persons?postalCode=${from.postalCode}`);
  await post (`/v1/persons/${person.personId}/addresses`, { street: 'Muualla 1', postalCode: known.at (-1).postalCode });
  await browser.visit (`/area-changes/${area.areaChangeId}`, async page => {
    await button (page, 'Undo the area change').click ();
    await button (page, 'Yes, undo it').click ();
    await until ('UNDONE');
    await page.reload ();
    await page.getByRole ('heading', { level: 1 }).waitFor ();
    expect (await button (page, 'Undo the area change').count ()).toBe (0);
    await expectAccessible (page);
  });
  expect ((await browser.ask (`/v1/persons/${person.personId}`)).address).toMatchObject ({ street: 'Muualla 1', postalCode: known.at (-1).postalCode });
});
