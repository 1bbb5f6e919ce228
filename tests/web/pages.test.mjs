// Every page in every dress: no accessibility faults, nothing wider than the window, a title, one heading.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Browser, eventually, expectAccessible, settled } from './browser.mjs';

let browser;
let paths;

const NAMES = ['organs', 'an organ open', 'a search for organs', 'members', 'organs below', 'rules', 'why', 'groups', 'a group', 'the history of an organ', 'actions', 'jubilees', 'reports', 'joined and left', 'who joined', 'persons', 'a search for persons', 'a card', 'history',
  'a new person', 'plans', 'a plan from a file', 'a plan', 'people of a plan', 'the chart', 'the tree on another day', 'imports', 'a new import', 'area changes', 'a new area change',
  'an area change', 'runs', 'status', 'nowhere'];

beforeAll (async () => {
  browser = await Browser.start ();
  const { organisation, organ, member } = await browser.places ();
  const { group } = await browser.actions (organisation, organ);
  const { area } = await browser.area ();
  const top = organisation.organisationId;
  const { organs } = await browser.ask (`/v1/organs?parentId=${organ.organId}&pageSize=2`);
  const plan = await preview ('Looked at in every dress', top, [{ kind: 'CHANGE_KIND_END', on: '2027-01-01', organ: organs[0].organId }]);
  paths = {
    organs: '/organs',
    'an organ open': `/organs?open=${top}+${organ.organId}`,
    'a search for organs': '/organs?q=sc',
    members: `/organs/${organ.organId}`,
    'organs below': `/organs/${top}?view=organs`,
    rules: `/organs/${organ.organId}?view=rules`,
    why: `/organs/${organ.organId}?why=${member.personId}&whyType=${member.typeId}`,
    groups: `/organs/${top}?view=groups`,
    'a group': `/organs/${organ.organId}?view=groups&closed=yes&group=${group.groupId}`,
    'the history of an organ': `/organs/${organ.organId}?view=history`,
    actions: `/organisations/${top}/actions`,
    jubilees: '/jubilees',
    reports: '/reports',
    'joined and left': `/reports?view=changes&organ=${organ.organId}&from=2000-01-01`,
    'who joined': `/reports?view=changes&of=${organ.organId}&as=${member.typeId}&change=joined&from=2000-01-01`,
    persons: '/persons',
    'a search for persons': `/persons?q=${encodeURIComponent (member.familyName)}`,
    'a card': `/persons/${member.personId}`,
    history: `/persons/${member.personId}?view=history`,
    'a new person': '/persons/new',
    plans: '/plans',
    'a plan from a file': '/plans/file',
    'a plan': `/plans/${plan.planId}`,
    'people of a plan': `/plans/${plan.planId}?organ=${organs[0].organId}&effect=leaves&sort=-leaves`,
    'the chart': `/organisations/${top}/chart`,
    'the tree on another day': `/organs?on=2020-05-01&open=${top}`,
    imports: '/imports',
    'a new import': '/imports/new',
    'area changes': '/area-changes',
    'a new area change': '/area-changes/new',
    'an area change': `/area-changes/${area.areaChangeId}`,
    runs: '/runs',
    status: '/status',
    nowhere: '/nowhere',
  };
});
afterAll (() => browser.stop ());

const preview = (title, organisationId, changes) => browser.ask ('/v1/plans', { method: 'POST', headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify ({ organisationId, title, changes }) });

async function check (name, options) {
  await browser.visit (paths[name], async page => {
    if (name === 'why') {
      await page.getByRole ('dialog').locator ('.verdict').waitFor ();
    }
    await expectAccessible (page);
    expect (await page.title ()).toMatch (/\S.* · Heimo$/);
    expect (await page.locator ('h1').count ()).toBe (1);
    const width = await page.evaluate (() => document.documentElement.scrollWidth);
    expect (width).toBeLessThanOrEqual (options.width);
  }, { ...options, share: true });
}

describe.each ([['light', 1280], ['dark', 1280], ['light', 360], ['dark', 360]]) ('%s, %d px', (scheme, width) => {
  test.each (NAMES) ('%s', name => check (name, { scheme, width }));
});

describe.each (['fi', 'sv', 'nl']) ('%s, the narrowest window', language => {
  test.each (NAMES) ('%s', name => check (name, { language, width: 320 }));
});

describe ('dialogs', () => {
  const DIALOGS = [
    ['organs', 'New organisation'],
    ['a card', 'Change details'],
    ['a card', 'New address'],
    ['a card', 'Add to the card'],
    ['a card', 'End'],
    ['rules', 'Change the rule'],
    ['a plan', 'Apply …'],
    ['a plan', 'Put aside …'],
    ['actions', 'New action'],
  ];
  test.each (DIALOGS.flatMap (dialog => [[...dialog, 'light', 1280], [...dialog, 'dark', 360]])) ('%s: %s, %s, %d px', async (name, button, scheme, width) => {
    await browser.visit (paths[name], async page => {
      await page.locator ('main').getByRole ('button', { name: button, exact: true }).first ().click ();
      const dialog = page.locator ('[role=dialog], [role=alertdialog]');
      await dialog.waitFor ();
      await expectAccessible (page);
      await eventually (() => dialog.evaluate (element => element.contains (document.activeElement))).toBe (true);
      await page.keyboard.press ('Escape');
      await dialog.waitFor ({ state: 'detached' });
      await eventually (() => page.evaluate (() => document.activeElement?.textContent?.trim ())).toBe (button);
    }, { scheme, width, share: true });
  });

  const ACTS = ['New organ below …', 'Rename …', 'Move to …', 'Change the rule …', 'Place a person by exception …', 'Merge into another …', 'Split …', 'End …'];
  test.each (ACTS.flatMap (act => [[act, 'light', 1280], [act, 'dark', 320]])) ('the menu of an organ: %s, %s, %d px', async (act, scheme, width) => {
    await browser.visit (paths.members, async page => {
      const opener = page.getByRole ('button', { name: 'Change …', exact: true });
      await opener.focus ();
      await page.keyboard.press ('Enter');
      await page.getByRole ('menuitem').first ().waitFor ();
      await expectAccessible (page);
      await page.getByRole ('menuitem', { name: act }).click ();
      const dialog = page.getByRole ('dialog');
      await dialog.waitFor ();
      await page.getByRole ('menu').waitFor ({ state: 'detached' });
      await expectAccessible (page);
      expect (await page.evaluate (() => document.documentElement.scrollWidth)).toBeLessThanOrEqual (width);
      await page.keyboard.press ('Escape');
      await dialog.waitFor ({ state: 'detached' });
      await eventually (() => page.evaluate (() => document.activeElement?.textContent?.trim ())).toBe ('Change …');
    }, { scheme, width, share: true });
  });
});

test ('the printed card has neither menu nor buttons', async () => {
  await browser.visit (paths['a card'], async page => {
    await page.emulateMedia ({ media: 'print' });
    await settled (page);
    expect (await page.locator ('.bar').isVisible ()).toBe (false);
    expect (await page.locator ('.page-head .actions').isVisible ()).toBe (false);
    expect (await page.locator ('.timeline').isVisible ()).toBe (true);
  });
});
