// Ways to measure: requests one after another, a load by wrk, programs that print what they found.
import { execFile } from 'node:child_process';
import { Agent, request } from 'node:http';
import { promisify } from 'node:util';

export const run = promisify (execFile);

export const agent = new Agent ({ keepAlive: true, maxSockets: 64 });

/** One request; resolves to {status, body} with the JSON body. */
export function http (url, method = 'GET', body = undefined, headers = {}) {
  return new Promise ((done, fail) => {
    const text = body === undefined ? undefined : JSON.stringify (body);
    const req = request (url, { method, agent, headers: { accept: 'application/json', ...headers,
      ...(text === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength (text) }) } },
    (answer) => {
      const parts = [];
      answer.on ('data', (part) => parts.push (part));
      answer.on ('end', () => {
        const got = Buffer.concat (parts).toString ();
        done ({ status: answer.statusCode, body: got && JSON.parse (got) });
      });
      answer.on ('error', fail);
    });
    req.on ('error', fail);
    req.end (text);
  });
}

/** Milliseconds that `work` takes. */
export async function timed (work) {
  const begin = process.hrtime.bigint ();
  await work ();
  return Number (process.hrtime.bigint () - begin) / 1e6;
}

/** The value below which the share of the values lies. */
export function percentile (values, share) {
  const sorted = [...values].sort ((a, b) => a - b);
  return sorted[Math.min (sorted.length - 1, Math.ceil (sorted.length * share) - 1)];
}

export const median = (values) => percentile (values, 0.5);

/** Requests per second by wrk with a Lua script that picks paths at random from a file. */
export async function wrk (url, script, seconds, connections) {
  const { stdout } = await run ('wrk', ['-t1', `-c${connections}`, `-d${seconds}s`, '-s', script, url]);
  const failed = stdout.match (/Non-2xx or 3xx responses: (\d+)/);
  if (failed) {
    throw new Error (`wrk: ${failed[0]}`);
  }
  return Number (stdout.match (/Requests\/sec:\s+([\d.]+)/)[1]);
}

/** A small generator of random numbers below n, the same at every run. */
export function randomBelow (seed) {
  let state = seed >>> 0;
  return (n) => {
    state = (Math.imul (state, 1664525) + 1013904223) >>> 0;
    return Math.floor ((state / 2 ** 32) * n);
  };
}
