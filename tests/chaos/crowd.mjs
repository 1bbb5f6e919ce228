// A crowd at the door: connections that say nothing, requests that arrive byte by byte, bodies that never end. Normal
// requests go on meanwhile, and the gateway stays small.
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Http } from './http.mjs';

const IDLE = 10000;
const DRIPS = 100;
const BODIES = 20;
const OPEN_AT_ONCE = 200;
const MEASURE_MS = 8000;
const CALM_MS = 5000;
const DRIP_MS = 500;
const DRIP_LIMIT_MS = 20000;     // head and body have deadlines of some seconds
const SLOWER_AT_MOST = 5;        // the p99 of normal requests, against that without the crowd
const P99_ALLOWED_MS = 250;      // and this is good enough in any case
const MEMORY_MB = 200;

const percentile = (sorted, share) => sorted[Math.min (sorted.length - 1, Math.floor (sorted.length * share))] ?? Infinity;

/** Asks for a person again and again from four connections. */
async function measure (url, path, ms) {
  const http = new Http (url);
  const result = { times: [], wrong: [] };
  const end = Date.now () + ms;
  await Promise.all (Array.from ({ length: 4 }, async () => {
    while (Date.now () < end) {
      const begin = performance.now ();
      const { status, body } = await http.once ('GET', path);
      if (status === 200) {
        result.times.push (performance.now () - begin);
      } else {
        result.wrong.push (`${status} ${body.reason ?? body.title ?? ''}`);
      }
      await sleep (5);
    }
  }));
  http.close ();
  result.times.sort ((a, b) => a - b);
  result.p99 = percentile (result.times, 0.99);
  result.p50 = percentile (result.times, 0.5);
  return result;
}

class Crowd {
  constructor (port) {
    this.port = port;
    this.sockets = new Set ();
    this.refused = 0;
  }

  /** A connection, once it stands; null when it is refused. */
  open () {
    return new Promise (resolve => {
      const socket = connect ({ port: this.port, host: '127.0.0.1' });
      socket.on ('connect', () => resolve (socket));
      socket.on ('error', () => {
        this.refused += this.sockets.has (socket) ? 0 : 1;
        resolve (null);
      });
      socket.on ('close', () => this.sockets.delete (socket));
      socket.on ('data', () => {});
    });
  }

  async fill (count) {
    for (let n = 0; n < count; n += OPEN_AT_ONCE) {
      const opened = await Promise.all (Array.from ({ length: Math.min (OPEN_AT_ONCE, count - n) }, () => this.open ()));
      opened.filter (socket => socket && !socket.destroyed).forEach (socket => this.sockets.add (socket));
    }
  }

  /** Sends `head`, then `piece` every half second; milliseconds until the gateway has had enough, or null. */
  async nag (head, piece) {
    const socket = await this.open ();
    if (!socket) {
      return 0;
    }
    const begin = Date.now ();
    socket.write (head);
    while (!socket.destroyed && !socket.readableEnded && Date.now () - begin < DRIP_LIMIT_MS) {
      socket.write (piece);
      await sleep (DRIP_MS);
    }
    const ended = socket.destroyed || socket.readableEnded;
    socket.destroy ();
    return ended ? Date.now () - begin : null;
  }

  leave () {
    this.sockets.forEach (socket => socket.destroy ());
  }
}

/** The whole scenario. */
export async function crowd (set, report, say) {
  const http = new Http (set.url);
  const { body: person } = await http.once ('POST', '/v1/persons', { body: { givenName: 'Testi', familyName: 'Testi' } });
  http.close ();
  const path = `/v1/persons/${person.personId}`;
  const alone = await measure (set.url, path, MEASURE_MS);
  say (`alone: ${alone.times.length} requests, p50 ${alone.p50.toFixed (1)} ms, p99 ${alone.p99.toFixed (1)} ms`);
  const before = (await set.memory ('gateway')).now;
  const people = new Crowd (set.port);
  await people.fill (IDLE);
  const standing = people.sockets.size;
  say (`${standing} of ${IDLE} idle connections stand, ${people.refused} were refused`);
  const drips = Array.from ({ length: DRIPS }, () => people.nag ('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ', 'a'));
  const endless = 'POST /v1/persons HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n';
  const chunk = `10000\r\n${' '.repeat (0x10000)}\r\n`;
  const bodies = Array.from ({ length: BODIES }, () => people.nag (endless, chunk));
  const crowded = await measure (set.url, path, MEASURE_MS);
  const memory = await set.memory ('gateway');
  say (`in the crowd: ${crowded.times.length} requests, p50 ${crowded.p50.toFixed (1)} ms, p99 ${crowded.p99.toFixed (1)} ms; gateway ${
    before.toFixed (0)} MB before, ${memory.peak.toFixed (0)} MB at most`);
  const [slow, long] = [await Promise.all (drips), await Promise.all (bodies)];
  people.leave ();
  await sleep (CALM_MS);
  const after = await measure (set.url, path, CALM_MS);
  report.check ('idle connections are let in', standing, standing < IDLE * 0.95 ? [`${standing} of ${IDLE}`] : []);
  report.check ('normal requests are answered in the crowd', crowded.times.length, crowded.wrong);
  const limit = Math.max (SLOWER_AT_MOST * alone.p99, P99_ALLOWED_MS);
  report.check (`their p99 stays below ${limit.toFixed (0)} ms`, crowded.times.length,
    crowded.p99 > limit ? [`${crowded.p99.toFixed (1)} ms, alone ${alone.p99.toFixed (1)} ms`] : []);
  const uncut = times => times.flatMap ((ms, i) => (ms === null ? [`number ${i} goes on after ${DRIP_LIMIT_MS} ms`] : []));
  report.check ('requests that arrive byte by byte are cut', slow.length, uncut (slow));
  report.check ('bodies that never end are cut', long.length, uncut (long));
  report.check (`the gateway stays below ${MEMORY_MB} MB`, 1, memory.peak > MEMORY_MB ? [`${memory.peak.toFixed (0)} MB`] : []);
  report.check ('afterwards all is as before', after.times.length, after.wrong);
}
