// What the page does when the platform does not do what it should. Always on the stand-in: faults on demand.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Browser, eventually, expectAccessible, settled } from './browser.mjs';

describe ('faults', () => {
  let browser;
  let places;
  beforeAll (async () => {
    browser = await Browser.start ({ standIn: true });
    places = await browser.places ();
  });
  afterEach (() => {
    browser.mock.wishes = {};
  });
  afterAll (() => browser.stop ());

  const fail = (path, status, times, more = {}) => {
    browser.mock.wishes = { fail: { path, status, times, ...more } };
  };
  const failures = { failures: true };

  test ('a busy service is asked again and says so when it stays away', async () => {
    fail ('/v1/organisations', 503, 2);
    await browser.visit ('/organs', page => page.getByRole ('treegrid').waitFor (), failures);
    fail ('/v1/organisations', 503, 20);
    await browser.visit ('/organs', async page => {
      await page.getByText ('Please try again in a moment').waitFor ({ timeout: 20000 });
      await expectAccessible (page);
      browser.mock.wishes = {};
      await page.getByRole ('button', { name: 'Try again' }).click ();
      await page.getByRole ('treegrid').waitFor ();
    }, failures);
  });

  test ('a write told to come later is sent again and happens once', async () => {
    await browser.visit ('/persons/new', async page => {
      await page.getByLabel ('Given names').fill ('Once');
      await page.getByLabel ('Family name').fill ('Only');
      fail ('/v1/persons', 503, 1);
      await page.getByRole ('button', { name: 'Record the person' }).click ();
      await eventually (() => page.locator ('h1').innerText ()).toBe ('Once Only');
      const { persons } = await browser.ask ('/v1/persons:search?query=once%20only');
      expect (persons.length).toBe (1);
    }, failures);
  });

  test ('two registrars at once: both versions are shown, the registrar decides', async () => {
    const path = `/v1/persons/${places.member.personId}`;
    const change = phone => browser.ask (`${path}?updateMask=phone`, { method: 'PATCH', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify ({ phone }) });
    await browser.visit (`/persons/${places.member.personId}`, async page => {
      await page.getByRole ('button', { name: 'Change details' }).click ();
      const dialog = page.getByRole ('dialog');
      await dialog.getByLabel ('Telephone').fill ('+358401111111');
      await change ('+358402222222');
      await dialog.getByRole ('button', { name: 'Save', exact: true }).click ();
      await dialog.getByText ('Someone else was quicker.').waitFor ();
      await dialog.getByRole ('cell', { name: '+358402222222' }).waitFor ();
      await dialog.getByRole ('cell', { name: '+358401111111' }).waitFor ();
      await expectAccessible (page);
      await dialog.getByRole ('button', { name: 'Save mine' }).click ();
      await page.getByRole ('link', { name: '+358401111111' }).waitFor ();
    }, failures);
  });

  test ('errors of fields stand in a list and at their fields', async () => {
    await browser.visit ('/persons/new', async page => {
      await page.getByLabel ('Given names').fill ('A');
      await page.getByLabel ('Family name').fill ('B');
      await page.getByLabel ('E-mail').fill ('nothing');
      await page.getByRole ('button', { name: 'Record the person' }).click ();
      const link = page.getByRole ('alert').getByRole ('link', { name: /E-mail: This is not a complete/ });
      await link.waitFor ();
      await expectAccessible (page);
      await link.click ();
      expect (await page.evaluate (() => document.activeElement?.id)).toBe ('field-email');
    }, failures);
  });

  test ('an unknown person, an unknown address, an unknown reason', async () => {
    await browser.visit ('/persons/0192a000-0000-7000-8000-ffffffffffff', page => page.getByText ('This does not exist').waitFor (), failures);
    await browser.visit ('/no/such/page', page => page.getByText ('There is nothing at this address').waitFor ());
    fail ('/v1/organisations', 400, 9, { reason: 'NEVER_HEARD_OF', detail: 'the service says why' });
    await browser.visit ('/organs', page => page.getByText ('the service says why').waitFor (), failures);
  });

  test ('no connection: said at once, gone when it is back', async () => {
    await browser.visit ('/organs', async page => {
      await page.context ().setOffline (true);
      await page.locator ('.offline').waitFor ();
      await page.context ().setOffline (false);
      await page.locator ('.offline').waitFor ({ state: 'detached' });
    }, failures);
  });

  test ('ten thousand organs scroll, by the keyboard too', async () => {
    const top = browser.mock.api.federation.addOrgan ({ name: 'Zz Many', code: 'many' });
    for (let i = 0; i < 3000; i++) {
      browser.mock.api.federation.addOrgan ({ name: `Section ${String (i).padStart (5, '0')}`, code: `s${i}`, parent: top });
    }
    await browser.visit (`/organs?open=${top.organId}`, async page => {
      await eventually (() => page.getByRole ('treegrid').getAttribute ('aria-rowcount')).toBe (String (1000 + 5));
      await page.getByRole ('row', { name: 'Zz Many' }).focus ();
      await page.keyboard.press ('End');
      await page.getByRole ('button', { name: 'Show more organs' }).waitFor ();
      expect (await page.locator ('[role=row]').count ()).toBeLessThan (200);
      await page.keyboard.press ('Enter');
      await eventually (() => page.getByRole ('treegrid').getAttribute ('aria-rowcount')).toBe (String (2000 + 5));
      await eventually (() => page.evaluate (() => document.activeElement?.getAttribute ('aria-posinset'))).toBe ('1001');
      await page.keyboard.press ('Home');
      await eventually (() => page.evaluate (() => document.activeElement?.getAttribute ('aria-rowindex'))).toBe ('2');
    });
  });

  test ('nothing there yet: the page says what to do first', async () => {
    browser.mock.api.reset ({ empty: true });
    await browser.visit ('/organs', async page => {
      await page.getByText ('There are no organisations yet').waitFor ();
      await expectAccessible (page);
      await page.getByRole ('button', { name: 'New organisation' }).waitFor ();
      await page.getByRole ('link', { name: 'Import people' }).click ();
      await page.getByText ('Drop a CSV file here').waitFor ();
    });
    for (const path of ['/persons', '/imports', '/runs']) {
      await browser.visit (path, async page => {
        await settled (page);
        await page.locator ('.empty').waitFor ();
        await expectAccessible (page);
      });
    }
    browser.mock.api.reset ();
  });
});
