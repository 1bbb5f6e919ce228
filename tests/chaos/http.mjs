// One request over HTTP, and the patience of a careful client: what is not known to have happened or not is asked
// again with the same key until it is.
import { Agent, request as httpRequest } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const TIMEOUT_MS = 15000;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1000;

const parse = bytes => {
  try {
    return bytes.length === 0 ? {} : JSON.parse (bytes.toString ('utf8'));
  } catch {
    return { title: `not JSON: ${bytes.toString ('utf8').slice (0, 200)}` };
  }
};

export class Http {
  constructor (url) {
    this.base = new URL (url);
    this.agent = new Agent ({ keepAlive: true });
  }

  close () {
    this.agent.destroy ();
  }

  /** {status, body}; status 0 when no answer came. */
  once (method, path, { body, key, type = 'application/json' } = {}) {
    const bytes = body === undefined ? null : Buffer.isBuffer (body) ? body : Buffer.from (JSON.stringify (body));
    const headers = { Accept: 'application/json' };
    if (bytes) {
      Object.assign (headers, { 'Content-Type': type, 'Content-Length': bytes.length });
    }
    if (key) {
      headers['Idempotency-Key'] = key;
    }
    return new Promise (resolve => {
      const nothing = error => resolve ({ status: 0, body: { title: error.code ?? error.message }, retryAfter: 0 });
      const stream = httpRequest (new URL (path, this.base), { method, agent: this.agent, headers });
      const timer = setTimeout (() => stream.destroy (new Error ('timed out')), TIMEOUT_MS);
      stream.on ('error', error => {
        clearTimeout (timer);
        nothing (error);
      });
      stream.on ('response', response => {
        const chunks = [];
        response.on ('data', chunk => chunks.push (chunk));
        response.on ('error', nothing);
        response.on ('close', () => {
          clearTimeout (timer);
          if (!response.complete) {
            nothing (new Error ('answer cut off'));
          } else {
            resolve ({ status: response.statusCode, body: parse (Buffer.concat (chunks)),
              retryAfter: Number (response.headers['retry-after'] ?? 0) * 1000 });
          }
        });
      });
      stream.end (bytes ?? undefined);
    });
  }

  /**
   * Sends until the outcome is known. `told` hears of every attempt: 'answer', 'not-done' (an answer that says so),
   * 'unknown'. Null when the patience is over.
   */
  async untilKnown (method, path, options, { patience, told = () => {} }) {
    const deadline = Date.now () + patience;
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min (2 * pause, LONGEST_PAUSE_MS)) {
      const answer = await this.once (method, path, options);
      const kind = kindOf (answer);
      told (kind, answer);
      if (kind === 'answer') {
        return answer;
      }
      if (Date.now () > deadline) {
        return null;
      }
      // Retry-After has whole seconds; a second is longer than most of the faults here.
      await sleep (Math.min (answer.retryAfter > 0 ? Math.min (answer.retryAfter, pause * 2) : pause, LONGEST_PAUSE_MS));
    }
  }
}

/** What an answer says of the command. */
export function kindOf ({ status, body }) {
  if (status === 0 || body.reason === 'OUTCOME_UNKNOWN') {
    return 'unknown';
  }
  if (status === 429 || status === 503 || (status === 409 && body.reason === 'CONFLICT')) {
    return 'not-done';
  }
  return status >= 500 ? 'unknown' : 'answer';
}
