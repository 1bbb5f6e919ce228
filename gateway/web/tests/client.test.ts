// Writes are sent again with the same key when the answer is lost or "later"; reads are not.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { steadyFetch } from '../src/api/client';
import { asApiError, problemOf } from '../src/api/problem';

const reply = (status: number, headers: Record<string, string> = {}) =>
  new Response('{}', { status, headers });

describe('steadyFetch', () => {
  let seen: (string | null)[];
  let answers: (() => Response)[];

  beforeEach(() => {
    vi.useFakeTimers();
    seen = [];
    vi.stubGlobal('fetch', (request: Request) => {
      seen.push(request.headers.get('Idempotency-Key'));
      const answer = answers.shift();
      return answer ? Promise.resolve().then(answer) : Promise.reject(new TypeError('no more answers'));
    });
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  const lost = () => {
    throw new TypeError('connection lost');
  };
  const send = async (method: string) => {
    const call = steadyFetch(new Request('http://localhost/v1/persons', { method })).catch(asApiError);
    await vi.runAllTimersAsync();
    return call;
  };

  test.each<[string, string, (() => Response)[], number, number]>([
    ['a write that passes', 'POST', [() => reply(200)], 1, 200],
    [
      'a write told to come later',
      'POST',
      [() => reply(503, { 'Retry-After': '1' }), () => reply(200)],
      2,
      200,
    ],
    ['a write whose answer was lost', 'PATCH', [lost, () => reply(200)], 2, 200],
    ['a write that never passes', 'POST', [() => reply(503), () => reply(503), () => reply(503)], 3, 503],
    ['a write that is refused', 'POST', [() => reply(400)], 1, 400],
    ['a read told to come later', 'GET', [() => reply(503)], 1, 503],
    ['a lost read', 'GET', [lost], 1, 0],
    ['a write lost for good', 'POST', [lost, lost, lost], 3, 0],
  ])('%s', async (_, method, given, sent, status) => {
    answers = given;
    expect((await send(method)).status).toBe(status);
    expect(seen.length).toBe(sent);
    expect(new Set(seen).size).toBe(1);
    expect(seen[0] !== null).toBe(method !== 'GET');
  });
});

describe('problemOf', () => {
  test('reads problem details', () => {
    const violations = [{ field: 'person.email', reason: 'INVALID_EMAIL', description: 'x' }];
    const error = problemOf(400, { detail: 'd', reason: 'INVALID_FIELD', violations, traceId: 't' });
    expect(error).toMatchObject({
      status: 400,
      reason: 'INVALID_FIELD',
      message: 'd',
      violations,
      traceId: 't',
    });
  });
  test.each([['text'], [undefined], [null], [{ violations: 'no list' }]])('survives %j', body => {
    expect(problemOf(502, body)).toMatchObject({ status: 502, violations: [], passing: true });
  });
});
