// One way to the API: typed by the contract, errors as ApiError, writes with an Idempotency-Key so that they can be
// sent again when the answer was lost or the service said "later".
import createClient from 'openapi-fetch';
import { ApiError, problemOf } from './problem';
import type { paths } from './schema';

const ATTEMPTS = 3;
const LONGEST_WAIT_MS = 5000;
const LATER = new Set([502, 503, 504]);

const sleep = (ms: number) => new Promise(resolve => setTimeout(resolve, ms));

/** Random UUIDv4; crypto.randomUUID exists on secure origins only, and a private network may have none. */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

function waitMs(response: Response, attempt: number) {
  const seconds = Number(response.headers.get('Retry-After'));
  return Math.min(seconds > 0 ? seconds * 1000 : 250 * 2 ** attempt, LONGEST_WAIT_MS);
}

/** fetch that sends a write again, with the same key, when it cannot know what became of it. Reads are left to the
 * cache, which repeats them itself. */
export async function steadyFetch(request: Request): Promise<Response> {
  const isWrite = request.method !== 'GET';
  if (isWrite) request.headers.set('Idempotency-Key', newKey());
  // Sentences that the services make come in the language of the page, not in that of the browser.
  const language = typeof document === 'undefined' ? '' : document.documentElement.lang;
  if (language) request.headers.set('Accept-Language', language);
  for (let attempt = 1; ; attempt++) {
    const last = !isWrite || attempt === ATTEMPTS;
    try {
      const response = await fetch(last ? request : request.clone());
      if (last || !LATER.has(response.status)) return response;
      await sleep(waitMs(response, attempt));
    } catch (error) {
      if (request.signal.aborted) throw error;
      if (last) throw new ApiError(0, 'NO_ANSWER', error instanceof Error ? error.message : '');
      await sleep(250 * 2 ** attempt);
    }
  }
}

export const client = createClient<paths>({ baseUrl: '', fetch: steadyFetch });

/** The data of a call, or its problem thrown. */
export async function ask<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await call;
  if (!response.ok) throw problemOf(response.status, error);
  return data as T;
}
