// A real Chromium against a running set (HEIMO_URL), or against the stand-in: where there is no set, and where a test
// needs faults on demand. Whatever a page must never do fails the test in
// which it happens: break the content security policy, write an error to the console, ask another origin.
import axe from 'axe-core';
import { chromium } from 'playwright-core';
import { expect, vi } from 'vitest';
import { Mock } from './mock.mjs';

const REAL = process.env.HEIMO_URL;
vi.setConfig ({ testTimeout: 40000, hookTimeout: 60000 });

/** Waits until what `read` returns is as expected. */
export const eventually = read => expect.poll (read, { timeout: 8000 });

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
/** Failed requests are logged by the browser itself; a test that causes them says so. */
const FAILED_REQUEST = /Failed to load resource|net::ERR/;
/** The machine's network changed (a container came or went): says nothing of the page, which asks again. */
const NETWORK_CHANGED = /ERR_NETWORK_CHANGED/;

const watchPolicy = () => {
  document.addEventListener ('securitypolicyviolation', event => {
    console.error (`policy broken: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
  });
};

export class Browser {
  static async start ({ standIn = !REAL } = {}) {
    const browser = new Browser ();
    browser.mock = standIn ? new Mock () : null;
    browser.base = standIn ? await browser.mock.listen () : REAL;
    browser.chromium = await chromium.launch ({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
    return browser;
  }

  async stop () {
    await this.chromium.close ();
    await this.mock?.close ();
  }

  /** A fresh page; `run` gets it opened at `path`. Fails when the page did what it must never do. */
  async visit (path, run, options = {}) {
    const { width = 1280, scheme = 'light', language = 'en', failures = false, share = false, ...more } = options;
    const dress = { viewport: { width, height: 900 }, colorScheme: scheme, locale: language, baseURL: this.base, reducedMotion: 'reduce',
      timezoneId: 'Europe/Helsinki', ...more };
    const context = share ? await this.#shared (dress) : await this.chromium.newContext (dress);
    context.setDefaultTimeout (8000);
    const wrong = [];
    const page = await context.newPage ();
    try {
      await page.addInitScript (watchPolicy);
      page.on ('pageerror', error => wrong.push (`exception: ${error.message}`));
      page.on ('console', message => {
        const expected = NETWORK_CHANGED.test (message.text ()) || (failures && FAILED_REQUEST.test (message.text ()));
        if (message.type () === 'error' && !expected) {
          wrong.push (`console: ${message.text ()}`);
        }
      });
      page.on ('request', request => {
        if (!request.url ().startsWith (this.base) && !/^(data|blob):/.test (request.url ())) {
          wrong.push (`another origin: ${request.url ()}`);
        }
      });
      await page.goto (path);
      await settled (page);
      await run (page);
    } finally {
      await (share ? page : context).close ();
    }
    expect (wrong).toEqual ([]);
  }

  /** One context for all visits in the same dress: its cache is warm, and pages that only look need no more. */
  #shared (dress) {
    const key = JSON.stringify (dress);
    this.contexts ??= new Map ();
    if (!this.contexts.has (key)) {
      this.contexts.set (key, this.chromium.newContext (dress));
    }
    return this.contexts.get (key);
  }

  /** Asks the API directly, for what a test needs to know of the data. */
  async ask (path, init) {
    const response = await fetch (this.base + path, init);
    expect (response.ok, `${path} answers ${response.status}`).toBe (true);
    return response.json ();
  }

  /** The ids of a page of each sort, on whatever data there is. */
  async places () {
    const { organisations } = await this.ask ('/v1/organisations');
    const { organs } = await this.ask (`/v1/organs?parentId=${organisations[0].organisationId}`);
    const organ = organs.find (({ memberCount }) => Number (memberCount) > 60) ?? organs[0];
    const { members } = await this.ask (`/v1/organs/${organ.organId}/members?pageSize=1`);
    return { organisation: organisations[0], organ, member: members[0] };
  }

  /** An area change that is checked and not applied: the municipality of a postal code joins another. */
  async area () {
    const { places } = await this.ask ('/v1/places?pageSize=200');
    const from = places.find (({ municipality }) => municipality !== '');
    const to = places.find (({ municipality }) => municipality !== '' && municipality !== from.municipality);
    const area = await this.ask ('/v1/area-changes', { method: 'POST', headers: { 'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID () },
      body: JSON.stringify ({ title: `${from.municipality} joins ${to.municipality}`, reason: 'The councils have decided.', on: '2030-01-01',
        rows: [{ postalCode: from.postalCode, municipality: to.municipality }] }) });
    return { area, from, to };
  }

  /** Actions of each kind, made once, and the group of members of an organ that one of them made. */
  async actions (organisation, organ) {
    const path = `/v1/organisations/${organisation.organisationId}/actions`;
    const wanted = [
      { kind: 'ACTION_KIND_MEMBER_GROUP', title: 'Everybody' },
      { kind: 'ACTION_KIND_POSITION_GROUP', title: 'Leaders', position: 'group leader' },
      { kind: 'ACTION_KIND_ACCESS', title: 'Leaders see members', position: 'group leader', rights: ['members.read', 'letters.send'] },
      { kind: 'ACTION_KIND_JUBILEE', title: 'Medals', years: [5, 10] },
    ];
    const { actions } = await this.ask (path);
    for (const action of wanted.filter (({ title }) => !actions.some (known => known.title === title))) {
      await this.ask (path, { method: 'POST', body: JSON.stringify ({ ...action, validFrom: '2000-01-01' }),
        headers: { 'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID () } });
    }
    return vi.waitFor (async () => {
      const { groups } = await this.ask (`/v1/groups?organId=${organ.organId}`);
      const group = groups.find (({ title }) => title === 'Everybody');
      if (!group) {
        throw new Error ('the run has not made the group yet');
      }
      return { group };
    }, { timeout: 20000, interval: 100 });
  }
}

/** Waits until the page shows what it has: a heading, and no grey shapes. */
export async function settled (page) {
  await page.locator ('h1').first ().waitFor ();
  await page.waitForFunction (() => document.querySelectorAll ('.skeleton').length === 0);
}

/** No accessibility faults by WCAG 2.2 AA and the good practice that axe can judge. */
export async function expectAccessible (page) {
  await page.evaluate (axe.source);
  // A button that was pending is announced by an image with the button's name, out of sight and for seconds; when the act led to
  // another page, the button has gone before. (Leave the exclusion out and the journey of a plan fails.)
  const found = await page.evaluate (() => window.axe.run ({ exclude: ['[data-live-announcer] [role=img]'] }, {
    resultTypes: ['violations'],
    rules: { 'target-size': { enabled: true } },
  }));
  expect (found.violations.map (({ id, nodes }) => `${id}: ${nodes.map (({ html, any, all }) => `${html.slice (0, 160)} ${[...any, ...all].map (({ message }) => message).join ('; ')}`).join (' | ')}`)).toEqual ([]);
}
