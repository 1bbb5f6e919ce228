// What a registrar does in an evening, on whatever data there is.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readFile } from 'node:fs/promises';
import { Browser, eventually, settled } from './browser.mjs';

let browser;
let places;
const mark = Math.random ().toString (36).slice (2, 8);

beforeAll (async () => {
  browser = await Browser.start ();
  places = await browser.places ();
});
afterAll (() => browser.stop ());

const rows = page => page.locator ('tbody tr');
const button = (page, name) => page.getByRole ('button', { name, exact: true });
const focusedText = page => page.evaluate (() => document.activeElement?.textContent?.trim ());

describe ('organisations', () => {
  test ('the tree opens level by level, and an organ leads to its members and back', async () => {
    await browser.visit (`/organs?open=${places.organisation.organisationId}`, async page => {
      const top = page.getByRole ('row', { name: places.organisation.name });
      expect (await top.getAttribute ('aria-expanded')).toBe ('true');
      const organ = page.getByRole ('row', { name: places.organ.name }).first ();
      await organ.locator ('button.tree-toggle').click ();
      await eventually (() => organ.getAttribute ('aria-expanded')).toBe ('true');
      expect (page.url ()).toContain (places.organ.organId);
      const below = page.locator ('[role=row][aria-level="3"]').first ();
      const name = await below.locator ('a').innerText ();
      await below.locator ('a').click ();
      await eventually (() => page.locator ('h1').innerText ()).toBe (name);
      await page.getByRole ('navigation', { name: 'Where this organ is' }).getByRole ('link', { name: places.organ.name }).click ();
      await eventually (() => page.locator ('h1').innerText ()).toBe (places.organ.name);
      await page.goBack ();
      await page.goBack ();
      await below.waitFor ();
    });
  });

  test ('an organ is found by a part of its name', async () => {
    await browser.visit ('/organs', async page => {
      await page.getByRole ('searchbox', { name: 'Find an organ' }).fill (places.organ.name.slice (0, 5).toUpperCase ());
      await page.getByRole ('link', { name: places.organ.name }).first ().click ();
      await eventually (() => page.locator ('h1').innerText ()).toBe (places.organ.name);
    });
  });

  test ('an organisation, then an organ with a rule, are created', async () => {
    await browser.visit ('/organs', async page => {
      await button (page, 'New organisation').click ();
      await page.getByLabel ('Name', { exact: true }).fill (`Trial ${mark}`);
      await page.getByRole ('dialog').getByRole ('button', { name: 'New organisation' }).click ();
      await eventually (() => page.locator ('h1').innerText ()).toBe (`Trial ${mark}`);
      await button (page, 'Change …').click ();
      await page.getByRole ('menuitem', { name: 'New organ below' }).click ();
      const dialog = page.getByRole ('dialog');
      await dialog.getByLabel ('Name', { exact: true }).fill ('Turku section');
      expect (await dialog.getByLabel ('Code').inputValue ()).toBe ('turku-section');
      await dialog.getByRole ('button', { name: 'Add a condition' }).click ();
      await dialog.getByRole ('button', { name: 'Create at once' }).click ();
      await dialog.getByRole ('alert').getByRole ('link', { name: /condition has no value/ }).waitFor ();
      await dialog.getByRole ('combobox', { name: 'Values' }).fill ('turku');
      await page.keyboard.press ('Enter');
      await dialog.getByText ('Whoever lives in the municipality Turku.').waitFor ();
      await dialog.getByRole ('button', { name: 'Create at once' }).click ();
      await eventually (() => page.locator ('h1').innerText ()).toBe ('Turku section');
      await page.getByRole ('link', { name: 'Rules' }).click ();
      await page.getByRole ('cell', { name: 'lives in the municipality Turku' }).waitFor ();
    });
  });
});

describe ('members', () => {
  test ('are sorted, filtered and paged by the address, which can be sent on', async () => {
    await browser.visit (`/organs/${places.organ.organId}`, async page => {
      const first = await rows (page).first ().locator ('th').innerText ();
      await page.getByRole ('link', { name: 'Name' }).click ();
      await eventually (() => page.url ()).toContain ('sort=-name');
      await eventually (() => rows (page).first ().locator ('th').innerText ()).not.toBe (first);
      expect (await page.getByRole ('columnheader', { name: 'Name' }).getAttribute ('aria-sort')).toBe ('descending');
      const before = await rows (page).first ().locator ('th').innerText ();
      await page.getByRole ('link', { name: 'Next' }).click ();
      await eventually (() => page.url ()).toContain ('page=');
      const second = page.url ();
      // The first page stays until the second is there.
      await eventually (() => rows (page).first ().locator ('th').innerText ()).not.toBe (before);
      const shown = await rows (page).first ().locator ('th').innerText ();
      await page.goto (second);
      await settled (page);
      expect (await rows (page).first ().locator ('th').innerText ()).toBe (shown);
      await page.getByRole ('link', { name: 'Previous' }).click ();
      await eventually (() => page.url ()).not.toContain ('page=');
      await page.getByRole ('searchbox', { name: 'Filter by name or number' }).fill (places.member.memberNumber);
      await eventually (() => rows (page).count ()).toBeLessThan (5);
      await page.getByRole ('link', { name: `${places.member.familyName}, ${places.member.givenName}` }).first ().waitFor ();
      expect (page.url ()).toContain (`q=${places.member.memberNumber}`);
    });
  });

  test ('come as a file', async () => {
    await browser.visit (`/organs/${places.organ.organId}?q=${places.member.memberNumber}`, async page => {
      const [download] = await Promise.all ([page.waitForEvent ('download'), page.getByRole ('link', { name: 'Download as CSV' }).click ()]);
      const text = await readFile (await download.path (), 'utf8');
      expect (text).toContain (places.member.memberNumber);
      expect (text.trim ().split ('\n').length).toBeLessThan (6);
    });
  });

  test ('each has a reason, told condition by condition', async () => {
    await browser.visit (`/organs/${places.organ.organId}`, async page => {
      const why = page.getByRole ('link', { name: /^Why is/ }).first ();
      await why.focus ();
      await page.keyboard.press ('Enter');
      const panel = page.getByRole ('dialog', { name: /^Why\?/ });
      await panel.getByText ('Is a member').waitFor ();
      await panel.getByText ('Yes').first ().waitFor ();
      expect (page.url ()).toContain ('why=');
      await eventually (() => panel.evaluate (element => element.contains (document.activeElement))).toBe (true);
      await page.keyboard.press ('Escape');
      await panel.waitFor ({ state: 'detached' });
      expect (page.url ()).not.toContain ('why=');
    });
  });

  test ('each has its reason in one sentence first, in the language that the page has by then', async () => {
    const path = `/v1/organs/${places.organ.organId}/members/${places.member.personId}:explain?typeId=${places.member.typeId}`;
    const sentence = async language => (await browser.ask (path, { headers: { 'Accept-Language': language } })).text;
    const [english, finnish] = await Promise.all (['en', 'fi'].map (sentence));
    expect (finnish).not.toBe (english);
    const link = page => page.locator (`tbody a[href*="${places.member.personId}"][href*="why="]`).first ();
    await browser.visit (`/organs/${places.organ.organId}?q=${places.member.memberNumber}`, async page => {
      const told = page.getByRole ('dialog').locator ('.explain > :first-child');
      await link (page).click ();
      await eventually (() => told.innerText ()).toBe (english);
      await page.keyboard.press ('Escape');
      await page.locator ('.language select').selectOption ('fi');
      await link (page).click ();
      await eventually (() => told.innerText ()).toBe (finnish);
    });
  });
});

describe ('persons', () => {
  test ('the keyboard alone: skip link, tree, search, card', async () => {
    await browser.visit (`/organs?open=${places.organisation.organisationId}`, async page => {
      await page.keyboard.press ('Tab');
      expect (await focusedText (page)).toBe ('Skip to content');
      await page.keyboard.press ('Enter');
      expect (await page.evaluate (() => document.activeElement?.id)).toBe ('main');
      for (let i = 0; i < 16 && await page.evaluate (() => document.activeElement?.getAttribute ('role')) !== 'row'; i++) {
        await page.keyboard.press ('Tab');
      }
      await page.locator ('[role=row][aria-level="2"]').first ().waitFor ();
      await page.keyboard.press ('Home');
      await page.keyboard.press ('ArrowRight');
      const inTree = () => page.evaluate (() => [document.activeElement?.getAttribute ('aria-level'), document.activeElement?.getAttribute ('aria-expanded')]);
      await eventually (inTree).toEqual (['2', 'false']);
      await page.keyboard.press ('ArrowRight');
      await eventually (inTree).toEqual (['2', 'true']);
      await page.locator ('[role=row][aria-level="3"]').first ().waitFor ();
      await page.keyboard.press ('ArrowDown');
      await eventually (async () => (await inTree ())[0]).toBe ('3');
      await page.keyboard.press ('ArrowLeft');
      await eventually (inTree).toEqual (['2', 'true']);
      await page.keyboard.press ('ArrowLeft');
      await eventually (inTree).toEqual (['2', 'false']);
      await page.keyboard.press ('Enter');
      await eventually (() => page.evaluate (() => document.activeElement?.tagName)).toBe ('H1');
      await page.keyboard.press ('/');
      await page.keyboard.type (places.member.memberNumber);
      await page.locator ('[role=option]').first ().waitFor ();
      await page.keyboard.press ('ArrowDown');
      await page.keyboard.press ('Enter');
      await eventually (() => page.url ()).toContain (places.member.personId);
      await eventually (() => focusedText (page)).toContain (places.member.familyName);
    });
  });

  test ('a search without a choice shows all that match', async () => {
    await browser.visit ('/', async page => {
      await page.getByRole ('combobox', { name: 'Search for a person' }).fill (places.member.familyName.slice (0, 4));
      await page.keyboard.press ('Enter');
      await eventually (() => page.url ()).toContain ('/persons?q=');
      await rows (page).first ().waitFor ();
    });
  });

  test ('contact details are changed, and the history tells', async () => {
    await browser.visit (`/persons/${places.member.personId}`, async page => {
      await button (page, 'Change details').click ();
      const dialog = page.getByRole ('dialog');
      await dialog.getByLabel ('E-mail').fill ('not an address');
      await dialog.getByRole ('button', { name: 'Save' }).click ();
      await dialog.getByRole ('alert').getByRole ('link').click ();
      expect (await page.evaluate (() => document.activeElement?.getAttribute ('aria-invalid'))).toBe ('true');
      await dialog.getByLabel ('E-mail').fill (`${mark}@example.org`);
      await dialog.getByRole ('button', { name: 'Save' }).click ();
      await page.getByRole ('link', { name: `${mark}@example.org` }).waitFor ();
      await page.getByText ('The changes were saved.').waitFor ();
      await page.getByRole ('link', { name: 'History' }).click ();
      await rows (page).filter ({ hasText: `${mark}@example.org` }).first ().waitFor ();
    }, { failures: true });
  });

  test ('a new address changes the memberships without a reload', async () => {
    const { addresses } = await browser.ask (`/v1/persons/${places.member.personId}/addresses`);
    const { places: known } = await browser.ask ('/v1/places?pageSize=1000');
    const target = known.find (({ municipality, province }) => municipality !== addresses[0]?.municipality && province !== addresses[0]?.province);
    await browser.visit (`/persons/${places.member.personId}`, async page => {
      await button (page, 'New address').click ();
      const dialog = page.getByRole ('dialog');
      await dialog.getByLabel ('Street and number').fill ('Uusikuja 1');
      await dialog.getByLabel ('Postal code').fill (target.postalCode);
      await dialog.getByText (`${target.municipality}, ${target.province}`).waitFor ();
      await dialog.getByRole ('button', { name: 'Save the address' }).click ();
      await dialog.waitFor ({ state: 'detached' });
      await page.locator ('.timeline').getByRole ('link', { name: target.municipality, exact: true }).first ().waitFor ();
      await page.getByText ('Uusikuja 1').waitFor ();
    });
  });

  test ('a fact is added and taken back by the notice', async () => {
    await browser.visit (`/persons/${places.member.personId}`, async page => {
      await button (page, 'Add to the card').click ();
      const dialog = page.getByRole ('dialog');
      await dialog.getByLabel ('Kind').selectOption ('FACT_KIND_TAG');
      await dialog.getByLabel ('Tag').fill (`tag-${mark}`);
      await dialog.getByRole ('button', { name: 'Add to the card' }).click ();
      const fact = page.getByRole ('row').filter ({ hasText: `tag-${mark}` });
      await fact.waitFor ();
      await button (page, 'Undo').click ();
      await fact.waitFor ({ state: 'detached' });
    });
  });

  test ('a new person is recorded, made a member, ended', async () => {
    await browser.visit ('/persons/new', async page => {
      await button (page, 'Record the person').click ();
      expect (await focusedText (page)).toContain ('Please check these fields');
      await page.getByLabel ('Given names').fill (`Testi-${mark}`);
      await page.getByLabel ('Family name').fill ('Kokeilija');
      await page.getByLabel ('Telephone').fill ('040 123 4567');
      await page.getByRole ('combobox', { name: 'Admitted to' }).fill (places.organ.name.slice (0, 4));
      await page.locator ('[role=option]').first ().click ();
      await button (page, 'Record the person').click ();
      await eventually (() => page.locator ('h1').innerText ()).toBe (`Testi-${mark} Kokeilija`);
      await page.getByRole ('link', { name: '+358401234567' }).waitFor ();
      await button (page, 'End').click ();
      await page.getByLabel ('Reason').fill ('resigned');
      await button (page, 'Yes, end').click ();
      await page.getByText (/left .*: resigned/).waitFor ();
    });
  });
});

describe ('imports', () => {
  const upload = async (page, name, text) => {
    await page.locator ('input[type=file]').setInputFiles ({ name, mimeType: 'text/csv', buffer: Buffer.from (text) });
    await page.getByRole ('heading', { name: 'Import people' }).waitFor ();
    await button (page, 'Check the file').waitFor ();
  };
  const HEAD = 'key;etunimi;family_name;email;postal_code;subscription';

  test ('a file with errors is refused, line by line', async () => {
    await browser.visit ('/imports/new', async page => {
      await upload (page, 'errors.csv', `${HEAD}\n${mark}1;Eka;Virhe;eka@example.org;00100;Member\n${mark}2;Toka;Virhe;ei-osoite;00100;Member\n`);
      await page.getByLabel ('Field of the column etunimi').selectOption ('ignore');
      await page.getByText ('Needed: Given names').waitFor ();
      await page.getByLabel ('Field of the column etunimi').selectOption ('given_name');
      await button (page, 'Check the file').click ();
      await page.getByText ('The file has errors.').waitFor ();
      const error = rows (page).filter ({ hasText: 'not a complete e-mail' }).or (rows (page).filter ({ hasText: 'email' })).first ();
      expect (await error.locator ('td').first ().innerText ()).toBe ('3');
      const [download] = await Promise.all ([page.waitForEvent ('download'), page.getByRole ('link', { name: 'Download the errors' }).click ()]);
      expect (await readFile (await download.path (), 'utf8')).toContain ('email');
    });
  });

  test ('a good file is checked, applied and undone', async () => {
    const lines = Array.from ({ length: 40 }, (_, i) => `${mark}k${i};Tuotu${i};Rivi${mark};t${i}@example.org;;Member`);
    await browser.visit ('/imports/new', async page => {
      await upload (page, `good-${mark}.csv`, `${HEAD}\n${lines.join ('\n')}\n`);
      await page.getByLabel ('Field of the column etunimi').selectOption ('given_name');
      await button (page, 'Check the file').click ();
      await page.getByText ('The file is in order.').waitFor ({ timeout: 20000 });
      await button (page, 'Import 40 people').click ();
      await page.getByText ('The import is done.').waitFor ({ timeout: 20000 });
      const { persons } = await browser.ask (`/v1/persons:search?query=Rivi${mark}`);
      expect (persons.length).toBeGreaterThan (0);
      await button (page, 'Undo the whole import').click ();
      await button (page, 'Yes, undo it').click ();
      await page.getByText ('The import was undone.').waitFor ({ timeout: 20000 });
      expect ((await browser.ask (`/v1/persons:search?query=Rivi${mark}`)).persons).toEqual ([]);
      await page.getByRole ('navigation', { name: 'Main' }).getByRole ('link', { name: 'Imports' }).click ();
      await page.getByRole ('link', { name: `good-${mark}.csv` }).first ().waitFor ();
      await page.getByRole ('link', { name: 'Runs' }).click ();
      await page.getByRole ('link', { name: 'Undoing of an import' }).first ().click ();
      await page.getByRole ('link', { name: 'Open the import' }).waitFor ();
    });
  });
});

test ('the language is chosen, remembered and declared', async () => {
  await browser.visit ('/organs', async page => {
    for (const [language, title] of [['fi', 'Organisaatiot'], ['sv', 'Organisationer'], ['nl', 'Organisaties']]) {
      await page.locator ('.language select').selectOption (language);
      await eventually (() => page.locator ('h1').innerText ()).toBe (title);
      expect (await page.evaluate (() => document.documentElement.lang)).toBe (language);
    }
    await page.reload ();
    await settled (page);
    expect (await page.locator ('h1').innerText ()).toBe ('Organisaties');
  });
});
