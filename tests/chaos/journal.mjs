// What the clients asked for and what they were told, on disk before it matters: a command is written before it is
// sent and once more when its outcome is known. What the auditor compares the database with.
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';

export class Journal {
  constructor (file) {
    this.file = file;
    this.descriptor = openSync (file, 'a', 0o600);
    this.commands = [];
  }

  #write (entry) {
    writeSync (this.descriptor, `${JSON.stringify (entry)}\n`);
    fdatasyncSync (this.descriptor);
  }

  /** A command about to be sent; `outcome` is unknown until `end`. */
  begin ({ key, op, method, path, body, client }) {
    const command = { n: this.commands.length, key, op, method, path, body, client, begin: Date.now (),
      outcome: 'unknown', attempts: 0, unknown: 0 };
    this.commands.push (command);
    this.#write ({ n: command.n, key, op, method, path, body, client });
    return command;
  }

  /** The command's outcome: acknowledged or refused. */
  end (command, outcome, status, answer) {
    Object.assign (command, { outcome, status, answer, ms: Date.now () - command.begin });
    this.#write ({ n: command.n, outcome, status, answer });
  }

  close () {
    closeSync (this.descriptor);
  }
}
