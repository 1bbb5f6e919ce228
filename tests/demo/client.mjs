// A small client of the HTTP API: JSON, Idempotency-Key derived from the content, patience with services that
// restart, and errors that say what the server said. Every write carries a key, so sending one again is
// always safe.
import { createHash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { Agent, request as httpRequest } from 'node:http';
import { pipeline } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

const PATIENCE_MS = 60000;
const REQUEST_TIMEOUT_MS = 120000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2000;
const PASSING = new Set ([429, 502, 503, 504]);
const BROKEN_CONNECTION = new Set ([
  'ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN']);

/** A UUID (version 8: of the sender's own making) that is the same for the same content. */
export function keyOf (...parts) {
  const hash = createHash ('sha256').update (JSON.stringify (parts)).digest ();
  hash[6] = (hash[6] & 0x0f) | 0x80;
  hash[8] = (hash[8] & 0x3f) | 0x80;
  return hash.toString ('hex', 0, 16).replace (/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** A refusal of the server (RFC 9457), or no answer at all (status 0). */
export class ApiError extends Error {
  constructor (what, status, problem) {
    const lines = [`${what}: ${status || 'no answer'} ${problem.title ?? ''}`.trim ()];
    if (problem.detail) {
      lines.push (`  ${problem.detail}`);
    }
    for (const { field, pointer, description, detail, reason } of problem.violations ?? problem.errors ?? []) {
      lines.push (`  ${field ?? pointer ?? ''}: ${description ?? detail ?? reason ?? ''}`);
    }
    super (lines.join ('\n'));
    this.status = status;
    this.problem = problem;
  }
}

export class Client {
  constructor (url, { patience = PATIENCE_MS } = {}) {
    this.base = new URL (url);
    if (this.base.protocol !== 'http:') {
      throw new RangeError (`--url must begin with http://, not "${url}"`);
    }
    this.patience = patience;
    this.agent = new Agent ({ keepAlive: true });
  }

  close () {
    this.agent.destroy ();
  }

  /** Reads; the query's members become parameters. */
  get (path, query = {}) {
    const parameters = new URLSearchParams (query).toString ();
    return this.#patiently ('GET', parameters ? `${path}?${parameters}` : path);
  }

  /** All rows of a paged list. */
  async list (path, field, query = {}) {
    const rows = [];
    for (let pageToken = ''; ;) {
      const page = await this.get (path, pageToken ? { ...query, pageToken } : query);
      rows.push (...(page[field] ?? []));
      pageToken = page.nextPageToken;
      if (!pageToken) {
        return rows;
      }
    }
  }

  /** Writes; the key makes two requests with the same content one. */
  post (path, body, key = keyOf (path, body)) {
    const bytes = Buffer.from (JSON.stringify (body));
    return this.#patiently ('POST', path, {
      headers: { 'Content-Type': 'application/json', 'Content-Length': bytes.length, 'Idempotency-Key': key },
      send: stream => stream.end (bytes),
    });
  }

  /** Sends a file as it is on disk; `progress` is told the bytes sent so far. */
  upload (path, file, { type, key, progress = () => {} }) {
    return this.#patiently ('POST', path, {
      headers: { 'Content-Type': type, 'Content-Length': statSync (file).size, 'Idempotency-Key': key },
      send: stream => {
        let sent = 0;
        const source = createReadStream (file, { highWaterMark: 1 << 18 });
        source.on ('data', chunk => progress (sent += chunk.length));
        pipeline (source, stream, () => {});   // errors arrive as errors of the request
      },
    });
  }

  async #patiently (method, path, options = {}) {
    const deadline = Date.now () + this.patience;
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min (pause * 2, LONGEST_PAUSE_MS)) {
      const { status, headers, body, error } = await this.#once (method, path, options);
      const passing = error ? BROKEN_CONNECTION.has (error.code) : PASSING.has (status);
      if (!error && status >= 200 && status < 300) {
        return body;
      }
      if (!passing || Date.now () >= deadline) {
        throw new ApiError (`${method} ${this.base.origin}${path.split ('?')[0]}`, status ?? 0,
          error ? { title: error.message || error.code } : body);
      }
      const asked = Number (headers?.['retry-after']) * 1000;
      await sleep (Math.min (asked > 0 ? asked : pause, Math.max (0, deadline - Date.now ())));
    }
  }

  #once (method, path, { headers = {}, send = stream => stream.end () }) {
    return new Promise (resolve => {
      const stream = httpRequest (new URL (path, this.base), {
        method,
        agent: this.agent,
        timeout: REQUEST_TIMEOUT_MS,
        headers: { Accept: 'application/json', ...headers },
      });
      stream.on ('timeout', () => {
        stream.destroy (Object.assign (new Error ('timed out'), { code: 'ETIMEDOUT' }));
      });
      stream.on ('error', error => resolve ({ error }));
      stream.on ('response', response => {
        const chunks = [];
        response.on ('data', chunk => chunks.push (chunk));
        response.on ('error', error => resolve ({ error }));
        response.on ('end', () => resolve ({
          status: response.statusCode,
          headers: response.headers,
          body: parseBody (Buffer.concat (chunks).toString ('utf8')),
        }));
      });
      send (stream);
    });
  }
}

function parseBody (text) {
  try {
    return text === '' ? {} : JSON.parse (text);
  } catch {
    return { title: 'not JSON', detail: text.slice (0, 200) };
  }
}
