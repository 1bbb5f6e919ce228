#!/usr/bin/env node
// Stands in for the whole platform while the browser application is developed and where its tests need faults on
// demand: serves the built application under the gateway's headers and answers the API from memory.
//   node tests/web/mock.mjs [PORT]
import { createReadStream, existsSync, realpathSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Api, Fault, ROUTES } from './mock/api.mjs';

const DIST = process.env.HEIMO_WEB_OUT ?? fileURLToPath (new URL ('../../gateway/web/dist', import.meta.url));
export const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; "
  + "form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";
const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.json': 'application/json' };

function serveFile (request, response, path) {
  const file = join (DIST, normalize (path));
  const found = file.startsWith (DIST) && existsSync (file) && statSync (file).isFile ();
  if (!found && !request.headers.accept?.includes ('text/html')) {
    response.writeHead (404).end ();
    return;
  }
  const shown = found ? file : join (DIST, 'index.html');
  response.writeHead (200, { 'Content-Type': TYPES[extname (shown)] ?? 'application/octet-stream', 'Content-Security-Policy': POLICY,
    'X-Content-Type-Options': 'nosniff', 'Referrer-Policy': 'no-referrer', 'Cross-Origin-Opener-Policy': 'same-origin',
    'Cache-Control': path.startsWith ('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache' });
  createReadStream (shown).pipe (response);
}

async function bodyOf (request) {
  const parts = [];
  for await (const part of request) {
    parts.push (part);
  }
  return Buffer.concat (parts).toString ();
}

function csvOf (rows) {
  const quote = value => (/[",\n]/.test (value) ? `"${value.replaceAll ('"', '""')}"` : value);
  const columns = Object.keys (rows[0] ?? {});
  return [columns, ...rows.map (row => columns.map (column => quote (String (row[column] ?? ''))))].map (line => line.join (',')).join ('\r\n') + '\r\n';
}

const sleep = ms => new Promise (resolve => setTimeout (resolve, ms));

export class Mock {
  constructor () {
    this.api = new Api ();
    /** What tests ask for: {fail: {path, status, times}, slow: ms}. */
    this.wishes = {};
    this.keys = new Map ();
    this.server = createServer ((request, response) => this.#answer (request, response));
  }

  listen (port = 0) {
    return new Promise (resolve => this.server.listen (port, '127.0.0.1', () => {
      resolve (`http://127.0.0.1:${this.server.address ().port}`);
    }));
  }

  close () {
    this.server.closeAllConnections ();
    return new Promise (resolve => this.server.close (resolve));
  }

  #wish (path) {
    const { fail } = this.wishes;
    if (!fail || fail.times === 0 || !path.startsWith (fail.path)) {
      return;
    }
    fail.times--;
    throw new Fault (fail.status, fail.reason ?? 'UNAVAILABLE', fail.detail ?? 'the service is restarting');
  }

  async #answer (request, response) {
    const url = new URL (request.url, 'http://localhost');
    if (!url.pathname.startsWith ('/v1/')) {
      serveFile (request, response, url.pathname === '/' ? '/index.html' : url.pathname);
      return;
    }
    try {
      const text = await bodyOf (request);
      await sleep (this.wishes.slow ?? 0);
      this.#wish (url.pathname);
      await this.#call (request, response, url, text);
    } catch (error) {
      this.#refuse (response, error);
    }
  }

  #refuse (response, error) {
    const fault = error instanceof Fault ? error : new Fault (500, 'INTERNAL', 'something failed');
    if (!(error instanceof Fault)) {
      console.error (error);
    }
    const { status, reason, message, violations } = fault;
    response.writeHead (status, { 'Content-Type': 'application/problem+json', ...(status === 503 && { 'Retry-After': '1' }) });
    response.end (JSON.stringify ({ type: `/problems/${reason}`, title: reason, status, detail: message, reason, violations, traceId: '4bf92f3577b34da6' }));
  }

  async #call (request, response, url, text) {
    const path = decodeURI (url.pathname);
    const route = ROUTES.find (({ verb, pattern }) => verb === request.method && pattern.test (path));
    if (!route) {
      throw new Fault (404, 'NOT_FOUND', 'there is no such address');
    }
    const accept = url.searchParams.get ('alt') === 'csv' ? 'text/csv' : request.headers.accept ?? '';
    const call = { path: route.pattern.exec (path).slice (1), query: url.searchParams, headers: request.headers, accept, text,
      body: text && request.headers['content-type']?.includes ('json') ? JSON.parse (text) : {} };
    if (accept.includes ('text/event-stream') && ['getRun', 'getPlan'].includes (route.name)) {
      await this.#stream (request, response, () => this.api[route.name] (call));
      return;
    }
    const key = request.headers['idempotency-key'];
    const reply = this.keys.get (key) ?? this.api[route.name] (call);
    if (key) {
      this.keys.set (key, reply);
    }
    if (reply.csv) {
      response.writeHead (200, { 'Content-Type': 'text/csv; charset=utf-8', 'Content-Disposition': 'attachment; filename="export.csv"' }).end (csvOf (reply.csv));
      return;
    }
    response.writeHead (200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', ...(reply.etag && { ETag: reply.etag }) });
    response.end (JSON.stringify (reply));
  }

  async #stream (request, response, read) {
    response.writeHead (200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
    for (let open = true; open;) {
      const run = read ();
      response.write (`id: ${run.etag.replaceAll ('"', '')}\ndata: ${JSON.stringify (run)}\n\n`);
      open = !run.done && !request.destroyed;
      await sleep (100);
    }
    response.end ();
  }
}

if (process.argv[1] && realpathSync (process.argv[1]) === fileURLToPath (import.meta.url)) {
  console.log (await new Mock ().listen (Number (process.argv[2] ?? 8090)));
}
