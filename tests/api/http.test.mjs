// HTTP that no honest client sends, byte by byte on a socket. Each is answered with its status (or cut off), the
// connection is closed where framing is in doubt, and the gateway goes on.
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { URL_OF_SET, call, must } from './contract.mjs';

const { hostname, port } = new URL (URL_OF_SET);
const HOST = `Host: ${hostname}:${port}\r\n`;
const END = '\r\n\r\n';

const open = () => new Promise ((done, failed) => {
  const socket = connect (Number (port), hostname, () => done (socket));
  socket.once ('error', failed);
});

/** Sends bytes and gives back all that comes until the connection closes, or until `quiet` milliseconds are silent. */
async function speak (bytes, { quiet = 1000 } = {}) {
  const socket = await open ();
  return new Promise (done => {
    let text = '';
    const finish = closed => {
      socket.destroy ();
      done ({ text, closed, statuses: [...text.matchAll (/HTTP\/1\.1 (\d{3}) /g)].map (match => Number (match[1])) });
    };
    let timer = setTimeout (finish, quiet, false);
    socket.removeAllListeners ('error');
    socket.on ('error', () => finish (true));
    socket.on ('close', () => finish (true));
    socket.on ('data', chunk => {
      text += chunk.toString ('latin1');
      clearTimeout (timer);
      timer = setTimeout (finish, quiet, false);
    });
    socket.write (bytes, 'latin1');
  });
}

const get = (fields, line = 'GET /healthz HTTP/1.1') => `${line}\r\n${fields}\r\n`;
const post = (fields, body) => `POST /v1/persons HTTP/1.1\r\n${HOST}Content-Type: application/json\r\n${fields}\r\n${body}`;

const CASES = [
  ['no Host', get (''), 400],
  ['two Hosts', get (HOST + HOST), 400],
  ['an empty Host', get ('Host:\r\n'), 400],
  ['somebody else\'s Host', get ('Host: example.org\r\n'), [400, 421]],
  ['a bare LF', `GET /healthz HTTP/1.1\n${HOST}\n`, 400],
  ['a space before the colon', get (`${HOST}Accept : */*\r\n`), 400],
  ['a field without a name', get (`${HOST}: x\r\n`), 400],
  ['a folded field', get (`${HOST}X-A: 1\r\n 2\r\n`), 400],
  ['a control character', get (`${HOST}X-A: \x01\r\n`), 400],
  ['a NUL', get (`${HOST}X-A: \x00\r\n`), 400],
  ['HTTP/2.0', get (HOST, 'GET /healthz HTTP/2.0'), 505],
  ['HTTP/1.2', get (HOST, 'GET /healthz HTTP/1.2'), 505],
  ['http/1.1', get (HOST, 'GET /healthz http/1.1'), [400, 505]],
  ['two spaces in the request line', get (HOST, 'GET  /healthz HTTP/1.1'), 400],
  ['a method nobody knows', get (HOST, 'BREW /v1/persons HTTP/1.1'), [405, 501]],
  ['a target without a slash', get (HOST, 'GET healthz HTTP/1.1'), 400],
  ['a fragment in the target', get (HOST, 'GET /healthz#top HTTP/1.1'), 400],
  ['%00 in the path', get (HOST, 'GET /v1/persons/%00 HTTP/1.1'), 400],
  ['%2F in the path', get (HOST, 'GET /v1/persons%2Fx HTTP/1.1'), [400, 404]],
  ['invalid UTF-8 in the path', get (HOST, 'GET /v1/%ff HTTP/1.1'), 400],
  ['a broken percent sign', get (HOST, 'GET /v1/%zz HTTP/1.1'), 400],
  ['a URI of 10 KB', get (HOST, `GET /${'a'.repeat (10000)} HTTP/1.1`), 414],
  ['2,000 fields', get (HOST + Array.from ({ length: 2000 }, (_, i) => `X-${i}: 1\r\n`).join ('')), 431],
  ['a field of 20 KB', get (`${HOST}X-A: ${'a'.repeat (20000)}\r\n`), 431],
  ['two Content-Lengths', post ('Content-Length: 2\r\nContent-Length: 2\r\n', '{}'), 400],
  ['two that differ', post ('Content-Length: 2\r\nContent-Length: 3\r\n', '{}'), 400],
  ['a list of Content-Lengths', post ('Content-Length: 2, 2\r\n', '{}'), 400],
  ['a signed Content-Length', post ('Content-Length: +2\r\n', '{}'), 400],
  ['a negative Content-Length', post ('Content-Length: -1\r\n', '{}'), 400],
  ['a hexadecimal Content-Length', post ('Content-Length: 0x2\r\n', '{}'), 400],
  ['a Content-Length of 30 digits', post (`Content-Length: ${'9'.repeat (30)}\r\n`, '{}'), [400, 413]],
  ['Content-Length and chunks', post ('Content-Length: 2\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n'), 400],
  ['a coding nobody knows', post ('Transfer-Encoding: gzip, chunked\r\n', '0\r\n\r\n'), [400, 501]],
  ['chunked twice', post ('Transfer-Encoding: chunked, chunked\r\n', '0\r\n\r\n'), [400, 501]],
  ['a coding that looks like chunked', post ('Transfer-Encoding: xchunked\r\n', '0\r\n\r\n'), [400, 501]],
  ['a chunk size that is no number', post ('Transfer-Encoding: chunked\r\n', 'zz\r\n{}\r\n0\r\n\r\n'), 400],
  ['a chunk longer than it says', post ('Transfer-Encoding: chunked\r\n', '1\r\n{}\r\n0\r\n\r\n'), 400],
  ['a chunk size that overflows', post ('Transfer-Encoding: chunked\r\n', `${'f'.repeat (20)}\r\n`), [400, 413]],
  ['a body larger than is taken', post ('Content-Length: 99999999\r\n', ''), 413],
  ['chunks on HTTP/1.0', post ('Transfer-Encoding: chunked\r\n', '0\r\n\r\n').replace ('HTTP/1.1', 'HTTP/1.0'), 400],
  ['an expectation nobody meets', get (`${HOST}Expect: 200-ok\r\n`), [400, 417]],
];

describe ('bad HTTP', () => {
  test.each (CASES) ('%s', async (_, bytes, status) => {
    const answer = await speak (bytes);
    expect ([status].flat (), answer.text.slice (0, 200)).toContain (answer.statuses[0]);
    expect (answer.statuses.length).toBe (1);
  });

  test ('a second request is not found inside the first', async () => {
    const inner = `GET /v1/persons HTTP/1.1\r\n${HOST}\r\n`;
    const answer = await speak (post (`Content-Length: 0\r\nTransfer-Encoding: chunked\r\n`, `0\r\n\r\n${inner}`));
    expect (answer.statuses).toEqual ([400]);
    expect (answer.closed).toBe (true);
  });

  test ('two requests in one go are answered in order', async () => {
    const answer = await speak (get (HOST) + get (HOST, 'GET /v1/nothing HTTP/1.1'));
    expect (answer.statuses).toEqual ([200, 404]);
  });

  test ('HEAD has the length of GET and no body', async () => {
    const answer = await speak (get (HOST, 'HEAD /openapi.json HTTP/1.1'));
    expect (answer.statuses).toEqual ([200]);
    expect (answer.text.split (END)[1]).toBe ('');
  });

  test ('a method that the resource has not is told which it has', async () => {
    const answer = await call ('DELETE', '/v1/persons');
    expect (answer.status).toBe (405);
    expect (answer.headers.get ('allow')).toMatch (/GET/);
  });

  test ('what another site sends is refused', async () => {
    const answer = await call ('POST', '/v1/persons', {
      json: { givenName: 'A', familyName: 'B' }, headers: { Origin: 'https://evil.example' } });
    expect (answer.status).toBe (403);
  });
});

describe ('slow and many', () => {
  test ('a head that comes a byte every half second is cut off', { timeout: 20000 }, async () => {
    const socket = await open ();
    const closed = new Promise (done => socket.on ('close', done));
    socket.on ('error', () => {});
    let text = '';
    socket.on ('data', chunk => {
      text += chunk;
    });
    const begin = Date.now ();
    for (const byte of get (HOST)) {
      if (socket.destroyed || text) {
        break;
      }
      socket.write (byte);
      await sleep (500);
    }
    await closed;
    expect (Date.now () - begin).toBeLessThan (12000);
    expect (text === '' || text.startsWith ('HTTP/1.1 408')).toBe (true);
  });

  test ('a body that never ends is cut off', { timeout: 60000 }, async () => {
    const answer = await speak (post ('Content-Length: 100\r\n', '{'), { quiet: 45000 });
    expect (answer.closed).toBe (true);
    expect (answer.statuses[0] ?? 408).toBe (408);
  });

  test ('2,000 idle connections do not keep others waiting', { timeout: 60000 }, async () => {
    const sockets = await Promise.all (Array.from ({ length: 2000 }, () => open ().catch (() => null)));
    for (const socket of sockets) {
      socket?.on ('error', () => {});
    }
    const begin = Date.now ();
    expect ((await call ('GET', '/v1/persons', { query: { pageSize: 1 } })).status).toBe (200);
    expect (Date.now () - begin).toBeLessThan (2000);
    sockets.forEach (socket => socket?.destroy ());
  });
});

afterEach (async () => {
  expect ((await must ('GET', '/v1/membership/status')).ready).toBe (true);
});
