// Speaks to a running set and holds every answer against the set's own /openapi.json: the status must be described, the
// media type must be one of the described, JSON must have the described form and no member beside it.
import { randomUUID } from 'node:crypto';
import Ajv from 'ajv/dist/2020.js';

export const URL_OF_SET = process.env.HEIMO_URL ?? 'http://127.0.0.1:8080';

/** Described objects are closed here: what is not described must not be answered. */
function close (schema) {
  if (Array.isArray (schema)) {
    return schema.map (close);
  }
  if (schema === null || typeof schema !== 'object') {
    return schema;
  }
  const closed = Object.fromEntries (Object.entries (schema).map (([key, value]) => [key, close (value)]));
  return closed.type === 'object' && closed.properties && closed.additionalProperties === undefined
    ? { ...closed, additionalProperties: false } : closed;
}

async function readContract () {
  const answer = await fetch (`${URL_OF_SET}/openapi.json`);
  if (!answer.ok) {
    throw new Error (`${URL_OF_SET}/openapi.json: ${answer.status}`);
  }
  return answer.json ();
}

export const contract = await readContract ();

const ajv = new Ajv ({ strict: false, allErrors: true, validateFormats: false });
ajv.addSchema ({ $id: 'contract', components: { schemas: close (contract.components.schemas) } });
const validators = new Map ();

function validatorOf (schema) {
  const key = JSON.stringify (schema);
  if (!validators.has (key)) {
    validators.set (key, ajv.compile (JSON.parse (key.replaceAll ('"#/components', '"contract#/components'))));
  }
  return validators.get (key);
}

/** The operations of the contract, with a pattern for their paths. */
export const operations = Object.entries (contract.paths).flatMap (([path, item]) =>
  Object.entries (item).filter (([, operation]) => operation.operationId).map (([method, operation]) => ({
    id: operation.operationId,
    method: method.toUpperCase (),
    path,
    pattern: new RegExp (`^${path.replace (/[.*+?^$()|[\]\\]/g, '\\$&').replace (/\{[^}]+\}/g, '[^/:]+')}$`),
    operation,
  })));

function operationOf (method, path) {
  const matching = operations.filter (entry => entry.method === method && entry.pattern.test (path));
  return matching.sort ((a, b) => (a.path.match (/\{/g) ?? []).length - (b.path.match (/\{/g) ?? []).length)[0];
}

const resolve = node => (node?.$ref
  ? node.$ref.slice (2).split ('/').reduce ((at, key) => at[key], contract) : node);

/** Which operations have been answered, and with which statuses. */
export const seen = new Map ();

/** What is wrong with an answer, as text; '' when nothing is. */
export function faultOf (entry, { status, type, body }) {
  const responses = entry.operation.responses;
  const described = resolve (responses[status] ?? (status >= 400 ? responses.default : undefined));
  if (!described) {
    return `${entry.id}: status ${status} is not described`;
  }
  const media = described.content?.[type];
  if (described.content && !media) {
    return `${entry.id} ${status}: media type ${type} is not described`;
  }
  if (media && /[/+]json$/.test (type)) {
    const validate = validatorOf (media.schema);
    if (!validate (body)) {
      return `${entry.id} ${status}: ${ajv.errorsText (validate.errors)}`;
    }
  }
  return status >= 400 && body.status !== status ? `${entry.id}: the problem says ${body.status}, not ${status}` : '';
}

/**
 * Sends a request and returns {status, headers, type, body, text}. Throws when the answer is not what the contract
 * describes. `json` is sent as JSON, `body` as it is; writes get an Idempotency-Key unless `headers` has one.
 */
export async function call (method, path, { json, body, headers = {}, query = {} } = {}) {
  const url = new URL (path, URL_OF_SET);
  for (const [name, value] of Object.entries (query)) {
    url.searchParams.set (name, value);
  }
  const sent = { ...(method === 'GET' ? {} : { 'Idempotency-Key': randomUUID () }), ...headers };
  if (json !== undefined) {
    sent['Content-Type'] ??= 'application/json';
  }
  const answer = await fetch (url, { method, headers: sent, body: json === undefined ? body : JSON.stringify (json) });
  const text = await answer.text ();
  const type = (answer.headers.get ('content-type') ?? '').split (';')[0];
  const result = {
    status: answer.status,
    headers: answer.headers,
    type,
    text,
    body: /[/+]json$/.test (type) ? JSON.parse (text) : undefined,
  };
  const entry = operationOf (method, url.pathname);
  if (entry) {
    seen.set (entry.id, (seen.get (entry.id) ?? new Set ()).add (answer.status));
    const fault = faultOf (entry, result);
    if (fault) {
      throw new Error (`${method} ${url.pathname}: ${fault}\n${text.slice (0, 500)}`);
    }
  }
  return result;
}

/** The body of an answer that must be a success. */
export async function must (method, path, options) {
  const answer = await call (method, path, options);
  if (answer.status >= 300) {
    throw new Error (`${method} ${path}: ${answer.status} ${answer.text.slice (0, 500)}`);
  }
  return answer.body;
}

/** Asks again until `done` likes the body. */
export async function until (path, done, { seconds = 20, query } = {}) {
  for (const end = Date.now () + seconds * 1000; ;) {
    const body = await must ('GET', path, { query });
    if (done (body)) {
      return body;
    }
    if (Date.now () > end) {
      throw new Error (`${path}: still ${JSON.stringify (body).slice (0, 500)}`);
    }
    await new Promise (resume => setTimeout (resume, 50));
  }
}

/** All pages of a list. */
export async function all (path, member, query = {}) {
  const rows = [];
  for (let pageToken = ''; ;) {
    const page = await must ('GET', path, { query: { ...query, ...(pageToken ? { pageToken } : {}) } });
    rows.push (...page[member]);
    pageToken = page.nextPageToken;
    if (!pageToken) {
      return rows;
    }
  }
}

let counter = 0;

/** A code nobody has used: tests run against sets that have data, and side by side. */
export function unique (prefix = 't') {
  counter += 1;
  return `${prefix}-${process.pid}-${Date.now ().toString (36)}-${counter}`;
}
