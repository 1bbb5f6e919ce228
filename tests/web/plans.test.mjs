// A reorganisation, from the tree to the board's paper to the card of a person, and back.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readFile } from 'node:fs/promises';
import { inflateSync } from 'node:zlib';
import { Browser, eventually, expectAccessible, settled } from './browser.mjs';

let browser;
let organisation;
let districts;
const mark = Math.random ().toString (36).slice (2, 8);
const LATER = '2027-01-01';

beforeAll (async () => {
  browser = await Browser.start ();
  // Where the organs below the top hold whoever those below them hold, whole branches can move.
  const { organisations } = await browser.ask ('/v1/organisations');
  for (const candidate of organisations) {
    const { organs } = await browser.ask (`/v1/organs?parentId=${candidate.organisationId}`);
    const large = organs.filter (({ memberCount, hasRule }) => Number (memberCount) > 20 && !hasRule);
    if (large.length > 1) {
      organisation = candidate;
      districts = large;
    }
  }
});
afterAll (() => browser.stop ());

const button = (page, name) => page.getByRole ('button', { name, exact: true });
const draft = page => page.getByRole ('complementary');
const menu = async (page, name, act) => {
  await button (page, `Change ${name}`).first ().click ();
  await page.getByRole ('menuitem', { name: act }).click ();
  await page.getByRole ('dialog').waitFor ();
};
const pick = async (page, label, text) => {
  await page.getByRole ('dialog').getByRole ('combobox', { name: label }).fill (text);
  await page.locator ('[role=option]:visible').first ().click ();
};
/** The day of the dialog, typed as a person would: day, month, year. */
const setDay = async (page, day) => {
  const [year, month, date] = day.split ('-');
  const field = page.getByRole ('dialog').locator ('#field-on');
  await field.getByRole ('spinbutton').first ().focus ();
  await page.keyboard.type (`${date}${month}${year}`);
};
const add = async page => {
  await button (page, 'Add to the draft').click ();
  await page.getByRole ('dialog').waitFor ({ state: 'detached' });
};
const openTree = (run, options) => browser.visit (`/organs?open=${organisation.organisationId}`, run, options);

/** The words of a PDF that Chromium made: glyph numbers of each font through the font's own table to letters. */
function pdfWords (buffer) {
  const source = buffer.toString ('latin1');
  const streams = [...source.matchAll (/(\d+) 0 obj\s*<<((?:(?!endobj).)*?)>>\s*stream\r?\n/gs)].map (match => {
    const begin = match.index + match[0].length;
    const bytes = buffer.subarray (begin, source.indexOf ('endstream', begin));
    return { id: match[1], text: match[2].includes ('FlateDecode') ? inflateSync (bytes, { finishFlush: 2 }).toString ('latin1') : bytes.toString ('latin1') };
  });
  const tables = new Map (streams.filter (({ text }) => text.includes ('begincmap')).map (({ id, text }) => {
    const letters = new Map ();
    const letter = hex => String.fromCharCode (...hex.match (/.{4}/g).map (code => parseInt (code, 16)));
    for (const [, body] of text.matchAll (/beginbfchar(.*?)endbfchar/gs)) {
      for (const [, glyph, code] of body.matchAll (/<(\w+)>\s*<(\w+)>/g)) {
        letters.set (parseInt (glyph, 16), letter (code));
      }
    }
    for (const [, body] of text.matchAll (/beginbfrange(.*?)endbfrange/gs)) {
      for (const [, from, to, code] of body.matchAll (/<(\w+)>\s*<(\w+)>\s*<(\w+)>/g)) {
        for (let glyph = parseInt (from, 16); glyph <= parseInt (to, 16); glyph++) {
          letters.set (glyph, String.fromCharCode (parseInt (code, 16) + glyph - parseInt (from, 16)));
        }
      }
    }
    return [id, letters];
  }));
  const fonts = new Map ([...source.matchAll (/(\d+) 0 obj\s*<<[^>]*?\/ToUnicode (\d+) 0 R/gs)].map (([, font, table]) => [font, tables.get (table)]));
  const named = new Map ([...source.matchAll (/\/(F\d+) (\d+) 0 R/g)].map (([, name, font]) => [name, fonts.get (font)]));
  return streams.filter (({ text }) => text.includes ('BT')).map (({ text }) => {
    let font;
    let words = '';
    for (const [, name, hex, up] of text.matchAll (/\/(F\d+) [\d.]+ Tf|<([0-9A-Fa-f]+)>|(ET)/g)) {
      font = name ? named.get (name) : font;
      words += hex ? hex.match (/.{4}/g).map (glyph => font?.get (parseInt (glyph, 16)) ?? '').join ('') : up ? '\n' : '';
    }
    // Ligatures back to their letters.
    return words.normalize ('NFKC');
  }).join ('\n');
}

describe ('a reorganisation', () => {
  test ('is scheduled, previewed, printed, applied, seen on a card, undone', async () => {
    const [from, to] = districts;
    const { organs: below } = await browser.ask (`/v1/organs?parentId=${from.organId}`);
    const moved = below.find (({ memberCount }) => Number (memberCount) > 0);
    const { members } = await browser.ask (`/v1/organs/${moved.organId}/members?pageSize=1`);
    await browser.visit (`/organs?open=${organisation.organisationId}+${from.organId}`, async page => {
      await menu (page, moved.name, 'Move to');
      await pick (page, 'Under which organ', to.name);
      await setDay (page, LATER);
      await add (page);
      await draft (page).getByText (`Moves: ${moved.name} → ${to.name}`).waitFor ();
      await expectAccessible (page);
      await draft (page).getByLabel ('Title').fill (`Reorganisation ${mark}`);
      await draft (page).getByLabel ('Reason').fill ('The board decided on the first of May.');
      await button (page, 'Preview').click ();
      await eventually (() => page.locator ('h1').innerText ()).toBe (`Reorganisation ${mark}`);
      await settled (page);
      await page.getByText ('Nothing has changed yet').waitFor ();
      const row = page.locator ('.effects tbody tr').filter ({ has: page.getByRole ('rowheader', { name: to.name, exact: true }) }).first ();
      const joins = await row.getByRole ('link', { name: new RegExp (`^[\\d,]+ joins? ${to.name}`) }).innerText ();
      expect (Number (joins.replaceAll (',', ''))).toBeGreaterThan (0);
      await row.getByRole ('link', { name: /joins?/ }).click ();
      await page.getByRole ('heading', { name: `People concerned: ${to.name}` }).waitFor ();
      await eventually (() => page.url ()).toContain ('effect=joins');
      await eventually (() => page.evaluate (() => document.activeElement?.id)).toBe ('people');
      const [download] = await Promise.all ([page.waitForEvent ('download'), page.locator ('section').filter ({ has: page.locator ('#people') }).getByRole ('link', { name: 'Download as CSV' }).click ()]);
      expect ((await readFile (await download.path (), 'utf8')).trim ().split ('\n').length).toBe (Number (joins.replaceAll (',', '')) + 1);

      await page.getByRole ('button', { name: 'Show everybody' }).click ();
      const paper = pdfWords (await page.pdf ({ preferCSSPageSize: true }));
      for (const words of [`Reorganisation ${mark}`, organisation.name, 'The board decided on the first of May.', moved.name, 'Fingerprint']) {
        expect (paper).toContain (words);
      }
      expect (paper).not.toContain ('Throw');

      await button (page, 'Apply …').click ();
      await expectAccessible (page);
      await page.getByRole ('alertdialog').getByRole ('button', { name: /^Apply to [\d,]+ (person|people)$/ }).click ();
      await page.getByText ('The plan was applied.').waitFor ({ timeout: 30000 });
      const plan = page.url ();
      await page.goto (`/persons/${members[0].personId}`);
      await settled (page);
      await page.locator ('.timeline').getByRole ('link', { name: to.name, exact: true }).first ().waitFor ();
      await page.locator ('.timeline').getByRole ('link', { name: `Reorganisation ${mark}` }).first ().waitFor ();
      await expectAccessible (page);

      await page.goto (plan);
      await settled (page);
      await button (page, 'Undo …').click ();
      await button (page, 'Yes, undo it').click ();
      await page.getByText ('The plan was undone.').waitFor ({ timeout: 30000 });
      await page.goto (`/persons/${members[0].personId}`);
      await settled (page);
      expect (await page.locator ('.timeline').getByRole ('link', { name: `Reorganisation ${mark}` }).count ()).toBe (0);
      await page.goto (`/plans?q=${mark}`);
      await page.getByRole ('row').filter ({ hasText: `Reorganisation ${mark}` }).getByText ('undone').waitFor ();
    });
  });
});

describe ('the draft', () => {
  test ('by mouse: an organ is dragged onto another', async () => {
    const [from, to] = districts;
    await openTree (async page => {
      await page.getByRole ('row', { name: from.name }).first ().dragTo (page.getByRole ('row', { name: to.name }).first ());
      const dialog = page.getByRole ('dialog');
      await dialog.waitFor ();
      expect (await dialog.getByRole ('combobox').inputValue ()).toBe (to.name);
      await add (page);
      await page.getByRole ('row', { name: new RegExp (`${to.name}`) }).first ().waitFor ();
      await draft (page).getByText (`Moves: ${from.name} → ${to.name}`).waitFor ();
    });
  });

  test ('by keyboard: menu, dialog, order, undo, edit; it survives a reload', async () => {
    const [first, second] = districts;
    await openTree (async page => {
      await page.getByRole ('row', { name: first.name }).first ().focus ();
      await page.keyboard.press ('Shift+F10');
      await page.getByRole ('menuitem', { name: 'New organ below' }).waitFor ();
      await page.keyboard.press ('Enter');
      const dialog = page.getByRole ('dialog');
      await dialog.getByLabel ('Name', { exact: true }).fill (`New ${mark}`);
      await page.keyboard.press ('Enter');
      await dialog.waitFor ({ state: 'detached' });
      await menu (page, second.name, 'End …');
      await setDay (page, LATER);
      await add (page);
      const changes = draft (page).getByRole ('listitem');
      expect (await changes.count ()).toBe (2);
      await button (page, 'Move change 2 up').click ();
      await eventually (() => changes.first ().innerText ()).toContain (`Ends: ${second.name}`);
      await draft (page).getByRole ('button', { name: 'Undo' }).click ();
      await eventually (() => changes.first ().innerText ()).toContain (`New organ: New ${mark}`);
      await page.reload ();
      await settled (page);
      await eventually (() => changes.count ()).toBe (2);
      await button (page, 'Edit change 1').click ();
      await dialog.getByLabel ('Name', { exact: true }).fill (`Newer ${mark}`);
      await button (page, 'Change the draft').click ();
      await eventually (() => changes.first ().innerText ()).toContain (`New organ: Newer ${mark}`);
      await page.getByRole ('link', { name: 'People' }).click ();
      await page.getByRole ('link', { name: 'A draft with 2 changes is waiting' }).click ();
      await button (page, 'Throw the draft away').click ();
      await button (page, 'Yes, throw it away').click ();
      await draft (page).waitFor ({ state: 'detached' });
    });
  });

  test ('what is refused is told at its change and at its field', async () => {
    const [first, second] = districts;
    await openTree (async page => {
      await menu (page, first.name, 'Move to');
      await pick (page, 'Under which organ', second.name);
      await add (page);
      await menu (page, second.name, 'Move to');
      await pick (page, 'Under which organ', first.name);
      await add (page);
      await button (page, 'Preview').click ();
      await page.getByRole ('alert').getByRole ('link', { name: 'Change 2' }).click ();
      expect (await page.evaluate (() => document.activeElement?.id)).toBe ('draft-1');
      await page.locator ('#draft-1 .field-error').waitFor ();
      await expectAccessible (page);
      await button (page, 'Edit change 2').click ();
      await page.getByRole ('dialog').getByRole ('alert').waitFor ();
      await expectAccessible (page);
    }, { failures: true });
  });

  test ('a merge offers the rule of the organ that takes over', async () => {
    const { organs } = await browser.ask ('/v1/organisations').then (async ({ organisations }) => {
      const other = organisations.find (({ organisationId }) => organisationId !== organisation.organisationId) ?? organisations[0];
      return browser.ask (`/v1/organs?parentId=${other.organisationId}`);
    });
    const [one, two] = organs;
    await browser.visit (`/organs?open=${one.organisationId}`, async page => {
      await menu (page, one.name, 'Merge into');
      await pick (page, 'Which organ takes over', two.name);
      await page.getByRole ('dialog').getByText (new RegExp (`Whoever lives in the province (${one.name} or ${two.name}|${two.name} or ${one.name})`)).waitFor ();
      await eventually (() => page.locator ('.rule-count').innerText ()).toMatch (/^[\d,]+ of [\d,]+ (person|people) match/);
      await add (page);
      await eventually (() => draft (page).getByRole ('listitem').count ()).toBe (2);
    });
  });
});

test ('the tree on another day, by the slider and the keyboard', async () => {
  await openTree (async page => {
    const slider = page.getByRole ('slider', { name: 'Through time' });
    await slider.focus ();
    await page.keyboard.press ('ArrowRight');
    await page.keyboard.press ('ArrowRight');
    await eventually (() => page.url ()).toMatch (/on=\d{4}-\d\d-01/);
    await settled (page);
    await button (page, 'Today').click ();
    await eventually (() => page.url ()).not.toContain ('on=');
  });
});

test ('the chart is real text, opens level by level and comes as a file', async () => {
  await browser.visit (`/organisations/${organisation.organisationId}/chart?depth=1`, async page => {
    const svg = page.locator ('.chart-sheet').first ();
    await svg.locator ('text').filter ({ hasText: organisation.name.split (' ')[0] }).first ().waitFor ();
    const [download] = await Promise.all ([page.waitForEvent ('download'), button (page, 'Download as SVG').click ()]);
    const file = await readFile (await download.path (), 'utf8');
    expect (file).toContain ('<svg xmlns="http://www.w3.org/2000/svg"');
    expect (file).toContain (districts[0].name.split (' ')[0]);
    await page.locator ('.chart-more').first ().click ();
    await eventually (() => page.url ()).toContain ('root=');
  });
});

const post = (path, body = {}) => browser.ask (path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify (body) });
const preview = (title, changes) => post ('/v1/plans', { organisationId: organisation.organisationId, title: `${title} ${mark}`, changes });
const until = ({ planId }, state) => expect.poll (async () => (await browser.ask (`/v1/plans/${planId}`)).state, { timeout: 20000 }).toBe (`PLAN_STATE_${state}`);
const applied = async plan => {
  await post (`/v1/plans/${plan.planId}:apply`, { hash: plan.hash });
  await until (plan, 'APPLIED');
};
const undone = async plan => {
  await post (`/v1/plans/${plan.planId}:undo`);
  await until (plan, 'UNDONE');
};

test ('a plan gone stale says so and is previewed again', async () => {
  const { organs: [ending] } = await browser.ask (`/v1/organs?parentId=${districts[0].organId}&pageSize=1`);
  const plan = await preview ('Stale', [{ kind: 'CHANGE_KIND_END', on: LATER, organ: ending.organId }]);
  // Meanwhile somebody from elsewhere is placed in the organ: the plan would end one membership more.
  const { members: [other] } = await browser.ask (`/v1/organs/${districts[1].organId}/members?pageSize=1`);
  const between = await preview ('Between', [{ kind: 'CHANGE_KIND_ADD_EXCEPTION', on: '2026-01-01', organ: ending.organId, personId: other.personId,
    typeId: other.typeId, reason: 'Asked for it.' }]);
  await applied (between);
  try {
    if (browser.mock) {
      browser.mock.api.plans.find (plan.planId).state = 'PLAN_STATE_STALE';
    } else {
      await post (`/v1/plans/${plan.planId}:apply`, { hash: plan.hash });
      await until (plan, 'STALE');
    }
    await browser.visit (`/plans/${plan.planId}`, async page => {
      await page.getByText ('something else would happen now').waitFor ();
      await expectAccessible (page);
      await button (page, 'Preview again').click ();
      await page.getByText ('Nothing has changed yet').waitFor ();
      await button (page, 'Edit').click ();
      await draft (page).getByText (`Ends: ${ending.name}`).waitFor ();
    });
  } finally {
    await undone (between);
  }
});

test ('an undo in the wrong order names the plans in the way', async () => {
  const create = (name, parent) => [{ kind: 'CHANGE_KIND_CREATE', on: LATER, parent, name, code: `${name}-${mark}` }];
  const earlier = await preview ('Earlier', create ('Earlier', organisation.organisationId));
  await applied (earlier);
  const later = await preview ('Later', create ('Later', `code:Earlier-${mark}`));
  await applied (later);
  await browser.visit (`/plans/${earlier.planId}`, async page => {
    await button (page, 'Undo …').click ();
    await button (page, 'Yes, undo it').click ();
    await page.getByRole ('alertdialog').getByRole ('link', { name: `Later ${mark}` }).click ();
    await eventually (() => page.locator ('h1').innerText ()).toBe (`Later ${mark}`);
  }, { failures: true });
  await undone (later);
  await undone (earlier);
});

test ('a file of changes becomes a plan; its faults are told by line', async () => {
  const { organs: [organ] } = await browser.ask (`/v1/organs?parentId=${organisation.organisationId}&pageSize=1`);
  const row = (kind, on, code) => `${kind};${on};${organ.code};${code};File ${code};district\n`;
  const head = 'change;on;parent;code;name;organ_kind\n';
  await browser.visit ('/plans', async page => {
    await page.locator ('main').getByRole ('link', { name: 'From a file' }).click ();
    await button (page, 'Preview').click ();
    await page.getByRole ('link', { name: 'Organisation: This is needed.' }).waitFor ();
    await page.getByLabel ('Organisation', { exact: true }).selectOption (organisation.organisationId);
    await page.getByLabel ('Title').fill (`File ${mark}`);
    await page.getByLabel ('Changes as CSV').fill (head + row ('create', LATER, `fa-${mark}`) + row ('shrink', LATER, `fb-${mark}`));
    await button (page, 'Preview').click ();
    await page.getByRole ('link', { name: 'line 3, column 1: There is no such change.' }).click ();
    expect (await page.evaluate (() => document.activeElement?.id)).toBe ('field-csv');
    await page.getByLabel ('Changes as CSV').fill (`${head}\n${row ('create', '', `fa-${mark}`)}`);
    await button (page, 'Preview').click ();
    await page.getByRole ('link', { name: /^line 3, Day: / }).waitFor ();
    await page.locator ('input[type=file]').setInputFiles ({ name: 'changes.csv', mimeType: 'text/csv', buffer: Buffer.from (head + row ('create', LATER, `fä-${mark}`), 'latin1') });
    await page.getByText ('changes.csv: 1 row').waitFor ();
    expect (await page.getByLabel ('Changes as CSV').inputValue ()).toContain (`fä-${mark}`);
    await page.getByLabel ('Changes as CSV').fill (head + row ('create', LATER, `fa-${mark}`));
    await button (page, 'Preview').click ();
    await eventually (() => page.locator ('h1').innerText ()).toBe (`File ${mark}`);
    await page.getByText ('Nothing has changed yet').waitFor ();
  }, { failures: true });
});
