// A stand-in for the gateway and the services behind it, for tests of the loader: it keeps what it is sent in
// memory, honours idempotency keys, and can be told to fail.
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';

const json = text => (text === '' ? {} : JSON.parse (text));
const problem = (status, title, detail) => ({ status, body: { status, title, detail } });
const created = body => ({ status: 200, body });

export class FakeServer {
  constructor () {
    this.places = new Map ();
    this.organisations = [];
    this.types = [];
    this.organs = [];
    this.files = new Map ();
    this.imports = [];
    this.answers = new Map ();
    this.requests = [];
    this.people = 0;
    this.refuse = false;         // the dry run finds errors
    this.failures = () => null;  // asked at each request: an answer, 'drop' (after carrying it out) or nothing
    this.lag = [0];              // what the status says, look after look
    this.server = createServer ((request, response) => this.#serve (request, response));
  }

  async listen () {
    await new Promise (resolve => this.server.listen (0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${this.server.address ().port}`;
  }

  close () {
    this.server.closeAllConnections ();
    return new Promise (resolve => this.server.close (resolve));
  }

  async #serve (request, response) {
    const chunks = [];
    for await (const chunk of request) {
      chunks.push (chunk);
    }
    const { pathname, searchParams } = new URL (request.url, 'http://fake');
    const body = Buffer.concat (chunks);
    this.requests.push (`${request.method} ${pathname}`);
    const failure = this.failures (this.requests.length, pathname);
    if (failure && failure !== 'drop') {
      return this.#answer (response, failure);
    }
    const key = request.headers['idempotency-key'];
    const answer = this.answers.get (key) ?? this.#carryOut (request.method, pathname, searchParams, body);
    if (request.method === 'POST') {
      this.answers.set (key, answer);
    }
    return failure === 'drop' ? request.socket.destroy () : this.#answer (response, answer);
  }

  #answer (response, { status, body, headers = {} }) {
    const type = status < 400 ? 'application/json' : 'application/problem+json';
    response.writeHead (status, { 'Content-Type': type, ...headers });
    response.end (JSON.stringify (body));
  }

  #carryOut (method, path, query, body) {
    const row = ROUTES.find (([verb, pattern]) => verb === method && pattern.test (path));
    if (!row) {
      return problem (404, 'Not found', path);
    }
    const [, pattern, handler] = row;
    return handler (this, { body, query, ids: pattern.exec (path).slice (1) });
  }
}

function importPlaces (fake, { body }) {
  const { places } = json (body.toString ());
  if (places.length > 1000) {
    return problem (400, 'Invalid argument', 'at most 1,000 places');
  }
  places.forEach (place => fake.places.set (place.postalCode, place));
  return created ({ recorded: places.length });
}

function batchCreateOrgans (fake, { body, ids: [organisationId] }) {
  const { organs } = json (body.toString ());
  const siblings = fake.organs.filter (organ => organ.organisationId === organisationId);
  const known = new Set (siblings.map (({ code }) => code));
  for (const { code, parentCode } of organs) {
    if (known.has (code) || (parentCode && !known.has (parentCode)) || organs.length > 500) {
      return problem (409, 'Conflict', `organ ${code}`);
    }
    known.add (code);
  }
  organs.forEach (organ => fake.organs.push ({ organisationId, ...organ }));
  return created ({ organs });
}

function listOrgans (fake, { query }) {
  const all = fake.organs.filter (({ organisationId }) => organisationId === query.get ('organisationId'));
  const begin = Number (query.get ('pageToken') ?? 0);
  const end = begin + 300;
  const nextPageToken = end < all.length ? String (end) : '';
  return created ({ organs: all.slice (begin, end), nextPageToken });
}

function takeFile (fake, { body }) {
  const fileId = createHash ('sha256').update (body).digest ('hex');
  fake.files.set (fileId, body);
  return created ({ fileId });
}

function createImport (fake, { body }) {
  const { fileId } = json (body.toString ());
  const importId = `import-${fake.imports.length + 1}`;
  const state = 'IMPORT_STATE_CHECKING';
  fake.imports.unshift ({ importId, fileId, state, checkRunId: `check-${importId}`, planHash: 'h' });
  return created ({ ...fake.imports[0] });
}

function applyImport (fake, { ids: [importId] }) {
  const found = fake.imports.find (item => item.importId === importId);
  Object.assign (found, { state: 'IMPORT_STATE_APPLYING', applyRunId: `apply-${importId}` });
  return created ({ ...found });
}

function getRun (fake, { ids: [kind, importId] }) {
  const found = fake.imports.find (item => item.importId === importId);
  const rows = fake.files.get (found.fileId).toString ().trimEnd ().split ('\n').length - 1;
  if (kind === 'apply') {
    fake.people = rows;
    found.state = 'IMPORT_STATE_APPLIED';
  } else {
    found.state = fake.refuse ? 'IMPORT_STATE_REFUSED' : 'IMPORT_STATE_CHECKED';
  }
  return created ({ state: 'RUN_STATE_SUCCEEDED', done: true, total: String (rows), processed: String (rows) });
}

const status = fake => created ({ service: 'hierarchy', followers: [
  { source: 'membership', lagEvents: String (fake.lag.length > 1 ? fake.lag.shift () : fake.lag[0]) }] });

function listOrganisations (fake, { query }) {
  return created ({ organisations: fake.organisations
    .filter (({ code }) => code === query.get ('code'))
    .map (organisation => ({ ...organisation, memberCount: String (fake.people) })) });
}

function keep (list, idName) {
  return (fake, { body, ids: [organisationId] }) => {
    const row = { organisationId, [idName]: `${idName}-${fake[list].length}`, ...json (body.toString ()) };
    fake[list].push (row);
    return created (row);
  };
}

const ERROR = { position: '3', subject: '4', result: 'failed', field: 'birth_date', reason: 'DATE_INVALID',
  description: 'no such day' };

const ROUTES = [
  ['POST', /^\/v1\/places:import$/, importPlaces],
  ['GET', /^\/v1\/organisations$/, listOrganisations],
  ['POST', /^\/v1\/organisations$/, keep ('organisations', 'organisationId')],
  ['GET', /^\/v1\/organisations\/([^/]+)\/types$/, (fake, { ids: [id] }) =>
    created ({ types: fake.types.filter (({ organisationId }) => organisationId === id) })],
  ['POST', /^\/v1\/organisations\/([^/]+)\/types$/, keep ('types', 'typeId')],
  ['GET', /^\/v1\/organs$/, listOrgans],
  ['POST', /^\/v1\/organisations\/([^/]+)\/organs:batchCreate$/, batchCreateOrgans],
  ['POST', /^\/v1\/import-files$/, takeFile],
  ['GET', /^\/v1\/imports$/, fake => created ({ imports: fake.imports })],
  ['POST', /^\/v1\/imports$/, createImport],
  ['GET', /^\/v1\/imports\/([^/]+)$/, (fake, { ids: [id] }) =>
    created (fake.imports.find (({ importId }) => importId === id))],
  ['POST', /^\/v1\/imports\/([^/]+):apply$/, applyImport],
  ['GET', /^\/v1\/membership\/runs\/([a-z]+)-([^/]+)$/, getRun],
  ['GET', /^\/v1\/membership\/runs\/([^/]+)\/outcomes$/, () => created ({ outcomes: [ERROR] })],
  ['GET', /^\/v1\/hierarchy\/status$/, status],
];
