// A whole set of its own for the figures: started by ./dev run in a temporary folder, ended by ./dev stop.
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readlinkSync, rmSync, chmodSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify (execFile);
export const top = resolve (import.meta.dirname, '../..');

function freePort () {
  return new Promise ((done) => {
    const server = createServer ().listen (0, '127.0.0.1', () => {
      const { port } = server.address ();
      server.close (() => done (port));
    });
  });
}

export class Set {
  /** Starts a set with the demo of so many people; tells on standard error how it goes. */
  static async start (people) {
    const folder = mkdtempSync (join (tmpdir (), 'heimo-bench.'));
    chmodSync (folder, 0o711);
    const port = await freePort ();
    const env = { ...process.env, HEIMO_DIR: folder, HEIMO_PORT: String (port), HEIMO_RATE: '0',
      HEIMO_CALLS_PER_CLIENT: '0', HEIMO_SHARED_BUFFERS: '1GB' };
    const set = new Set (folder, port, env);
    await new Promise ((done, fail) => {
      const child = spawn (join (top, 'dev'), ['run', '--detach', '--demo', String (people)],
        { env, stdio: ['ignore', process.stderr, process.stderr] });
      child.on ('exit', (code) => (code === 0 ? done () : fail (new Error (`./dev run ended with ${code}`))));
    });
    return set;
  }

  /** A set that is running already, loaded with its demo; it is left running. */
  static attach (folder) {
    const runtime = readlinkSync (join (folder, 'run'));
    const [, port] = readFileSync (join (runtime, 'service', 'gateway', 'run'), 'utf8').match (/^export HEIMO_PORT=(\d+)$/m);
    const set = new Set (resolve (folder), Number (port), process.env);
    set.stop = async () => {};
    return set;
  }

  constructor (folder, port, env) {
    Object.assign (this, { folder, port, env, url: `http://127.0.0.1:${port}` });
  }

  get runtime () {
    return readlinkSync (join (this.folder, 'run'));
  }

  get sockets () {
    return join (this.runtime, 'postgres');
  }

  conninfo (database) {
    return `host=${this.sockets} port=5432 user=postgres dbname=${database}`;
  }

  /** Rows of a query as arrays of text. */
  async sql (database, query) {
    const { stdout } = await run ('psql', ['-XAtq', '-F', '\t', '-d', this.conninfo (database), '-c', query],
      { maxBuffer: 1 << 28 });
    return stdout.split ('\n').filter (Boolean).map ((line) => line.split ('\t'));
  }

  /** An empty database for what the figures stand beside. */
  async makeBaseline () {
    await this.sql ('postgres', 'DROP DATABASE IF EXISTS bench');
    await this.sql ('postgres', 'CREATE DATABASE bench');
  }

  /** The process id of one process of the set. */
  async pid (name) {
    const { stdout } = await run ('s6-svstat', ['-o', 'pid', join (this.runtime, 'service', name)]);
    return Number (stdout);
  }

  /** A line of /proc/PID/status in MB: VmRSS, VmHWM. */
  async memory (name, line = 'VmRSS') {
    const status = readFileSync (`/proc/${await this.pid (name)}/status`, 'utf8');
    return Number (status.match (new RegExp (`${line}:\\s+(\\d+)`))[1]) / 1024;
  }

  async stop () {
    await run (join (top, 'dev'), ['stop'], { env: this.env });
    rmSync (this.folder, { recursive: true, force: true });
  }
}
