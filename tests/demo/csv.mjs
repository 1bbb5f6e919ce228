// CSV as RFC 4180 has it, written in large chunks so that a file of any length needs the same memory.
import { closeSync, openSync, writeSync } from 'node:fs';

const CHUNK = 1 << 18;

/** One value, in quotes only where it must be. */
export function csvField (value) {
  return /[",\r\n]/.test (value) ? `"${value.replaceAll ('"', '""')}"` : value;
}

/** Writes rows of texts. */
export class CsvWriter {
  constructor (path, columns) {
    this.file = openSync (path, 'w');
    this.columns = columns;
    this.pending = '';
    this.write (Object.fromEntries (columns.map (column => [column, column])));
  }

  /** Writes the row's values in the order of the columns; what is missing is empty. */
  write (row) {
    let line = '';
    for (let i = 0; i < this.columns.length; i++) {
      const value = row[this.columns[i]];
      line += (i === 0 ? '' : ',') + (value === undefined || value === '' ? '' : csvField (value));
    }
    this.pending += `${line}\n`;
    if (this.pending.length >= CHUNK) {
      this.#flush ();
    }
  }

  close () {
    this.#flush ();
    closeSync (this.file);
  }

  #flush () {
    const bytes = Buffer.from (this.pending, 'utf8');
    for (let written = 0; written < bytes.length;) {
      written += writeSync (this.file, bytes, written);
    }
    this.pending = '';
  }
}
