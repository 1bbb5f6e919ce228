// An embedded set of its own: started with `./dev run` in a folder of its own, asked with psql, hurt by signals to
// the processes that s6 names as its own. Nothing outside that folder is touched.
import { execFile, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, readdirSync, realpathSync, rmSync, chmodSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const TOP = join (dirname (fileURLToPath (import.meta.url)), '..', '..');
const PSQL = '/usr/lib/postgresql/15/bin/psql';
const run = promisify (execFile);

export const SERVICES = ['membership', 'hierarchy'];
export const PROCESSES = [...SERVICES, 'gateway'];

const freePort = () => new Promise ((resolve, reject) => {
  const server = createServer ();
  server.once ('error', reject);
  server.listen (0, '127.0.0.1', () => {
    const { port } = server.address ();
    server.close (() => resolve (port));
  });
});

export class HeimoSet {
  static async create ({ environment = {} } = {}) {
    const set = new HeimoSet ();
    set.dir = mkdtempSync (join (tmpdir (), 'heimo-chaos.'));
    chmodSync (set.dir, 0o711);   // PostgreSQL's user walks through
    set.port = await freePort ();
    set.url = `http://127.0.0.1:${set.port}`;
    // The clients are one client that asks more than a person would.
    set.environment = { ...process.env, HEIMO_DIR: set.dir, HEIMO_PORT: String (set.port), HEIMO_RATE: '0',
      HEIMO_CALLS_PER_CLIENT: '0', ...environment };
    return set;
  }

  /** A verb of ./dev; its output goes to a file of the folder, for what it starts would keep a pipe open. */
  dev (...words) {
    const file = join (this.dir, 'dev.log');
    const log = openSync (file, 'a');
    return new Promise ((resolve, reject) => {
      const child = spawn (join (TOP, 'dev'), words, { env: this.environment, stdio: ['ignore', log, log] });
      child.on ('error', reject);
      child.on ('exit', code => {
        closeSync (log);
        if (code === 0) {
          resolve ();
        } else {
          reject (new Error (`./dev ${words.join (' ')} ended with ${code}:\n${readFileSync (file, 'utf8').slice (-2000)}`));
        }
      });
    });
  }

  async start () {
    await this.dev ('run', '--detach', '--no-demo');
    this.run = realpathSync (join (this.dir, 'run'));
    this.federation = readFileSync (join (this.dir, 'federation'), 'utf8').trim ();
  }

  async stop () {
    await this.dev ('stop');
  }

  remove () {
    rmSync (this.dir, { recursive: true, force: true });
  }

  #service (name) {
    return join (this.run, 'service', name);
  }

  /** The process id; 0 when it is down right now. */
  async pid (name) {
    const { stdout } = await run ('s6-svstat', ['-o', 'up,pid', this.#service (name)]);
    const [up, pid] = stdout.trim ().split (' ');
    return up === 'true' ? Number (pid) : 0;
  }

  /** Sends a signal; false when there was no process to get it. */
  async signal (name, signal) {
    const pid = name === 'postgres' ? this.#postmaster () : await this.pid (name);
    if (pid <= 0) {
      return false;
    }
    try {
      process.kill (pid, signal);
      return true;
    } catch (error) {
      if (error.code === 'ESRCH') {
        return false;
      }
      throw error;
    }
  }

  #postmaster () {
    try {
      return Number (readFileSync (join (this.dir, 'cluster', 'postmaster.pid'), 'utf8').split ('\n')[0]);
    } catch {
      return 0;
    }
  }

  async down (name) {
    await run ('s6-svc', ['-d', this.#service (name)]);
  }

  async up (name) {
    await run ('s6-svc', ['-u', this.#service (name)]);
  }

  /** Memory of a process in MiB: now and at its highest; null when it is down. */
  async memory (name) {
    try {
      const status = readFileSync (`/proc/${await this.pid (name)}/status`, 'utf8');
      const of = field => Number (new RegExp (`^${field}:\\s+(\\d+)`, 'm').exec (status)?.[1] ?? 0) / 1024;
      return { now: of ('VmRSS'), peak: of ('VmHWM') };
    } catch {
      return null;
    }
  }

  /** Whether the process answers: a service by its status through the gateway. */
  async ready (name) {
    const path = name === 'gateway' ? '/openapi.json' : `/v1/${name}/status`;
    try {
      const response = await fetch (this.url + path, { signal: AbortSignal.timeout (2000) });
      await response.arrayBuffer ();
      return response.status === 200;
    } catch {
      return false;
    }
  }

  /** Waits until the process answers again; milliseconds, or null after the limit. */
  async untilReady (name, limit) {
    const begin = Date.now ();
    while (Date.now () - begin < limit) {
      if (await this.ready (name)) {
        return Date.now () - begin;
      }
      await sleep (50);
    }
    return null;
  }

  /** The rows of a query in a service's database, each an object, one after another. */
  async * rows (name, query) {
    const child = spawn (PSQL, ['-X', '-A', '-t', '-q', '-v', 'ON_ERROR_STOP=1', '-h', join (this.run, 'postgres'),
      '-p', '5432', '-U', 'postgres', '-d', `heimo_${name}`,
      '-c', `SELECT row_to_json (row) FROM (${query}) AS row`], { stdio: ['ignore', 'pipe', 'pipe'] });
    let complaint = '';
    child.stderr.on ('data', chunk => { complaint += chunk; });
    const ended = new Promise (resolve => child.on ('close', resolve));
    for await (const line of createInterface ({ input: child.stdout })) {
      if (line !== '') {
        yield JSON.parse (line);
      }
    }
    if (await ended !== 0) {
      throw new Error (`${name}: ${complaint}`);
    }
  }

  async sql (name, query) {
    const rows = [];
    for await (const row of this.rows (name, query)) {
      rows.push (row);
    }
    return rows;
  }

  /** Changes something; fails when no row was touched. */
  async execute (name, statement) {
    const { stdout } = await run (PSQL, ['-X', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-h', join (this.run, 'postgres'),
      '-p', '5432', '-U', 'postgres', '-d', `heimo_${name}`, '-c', statement]);
    if (/ 0\s*$/.test (stdout)) {
      throw new Error (`${name}: touched nothing: ${statement}`);
    }
  }

  /** Every log file of the set. */
  logs () {
    const folder = join (this.dir, 'log');
    return existsSync (folder)
      ? readdirSync (folder, { recursive: true, withFileTypes: true }).filter (entry => entry.isFile ())
        .map (entry => join (entry.path ?? entry.parentPath, entry.name))
      : [];
  }
}
