// Each fixture is wrong in the way it says and in no other.
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TextDecoder } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { COLUMNS, FIXTURES, writeFixtures, writeLong } from './dirty.mjs';

const dir = mkdtempSync (join (tmpdir (), 'heimo-dirty-'));
afterAll (() => rmSync (dir, { recursive: true }));
const list = writeFixtures (dir);
const bytes = name => readFileSync (join (dir, name));
const decode = (label, name) => new TextDecoder (label, { fatal: true }).decode (bytes (name));
const textOf = ({ name, encoding }) => decode (encoding.replace ('-BOM', ''), name);

describe ('dirty files', () => {
  it ('are all written and listed', () => {
    expect (readdirSync (dir).sort ()).toEqual ([...Object.keys (FIXTURES), 'fixtures.json'].sort ());
    expect (JSON.parse (bytes ('fixtures.json'))).toEqual (list);
  });
  it ('read as the clean file once encoding, separator and line ends are known', () => {
    const clean = textOf (list.find (({ name }) => name === 'clean.csv'));
    for (const name of ['cp1252.csv', 'utf8-bom.csv', 'utf16le.csv', 'utf16be.csv', 'semicolon.csv', 'tab.csv',
      'pipe.csv', 'cr-only.csv', 'windows-line-ends.csv']) {
      const fixture = list.find (fixture => fixture.name === name);
      const text = textOf (fixture).replace (/\r\n?/g, '\n').replaceAll (fixture.separator, ',');
      expect (text, name).toBe (clean);
    }
  });
  it ('are not UTF-8 where they say so', () => {
    for (const { name, encoding } of list.filter (({ encoding }) => !encoding.startsWith ('UTF-8'))) {
      expect (() => decode ('UTF-8', name), `${name} ${encoding}`).toThrow ();
    }
    expect (() => decode ('UTF-8', 'broken-utf8.csv')).toThrow ();
  });
  it ('name a line that exists and a column of the header for each error', () => {
    for (const { name, errors } of list) {
      const lines = bytes (name).toString ('latin1').trimEnd ().split ('\n').length;
      for (const { line, column } of errors) {
        expect (line, name).toBeLessThanOrEqual (lines);
        expect ([undefined, ...COLUMNS], name).toContain (column);
      }
    }
  });
  it ('are as large as they say', () => {
    expect (statSync (join (dir, 'big-field.csv')).size).toBeGreaterThan (1 << 20);
    expect (bytes ('many-columns.csv').toString ().split ('\n')[0].split (',')).toHaveLength (10000);
    expect (bytes ('empty.csv')).toHaveLength (0);
  });
  it ('can be as long as asked for', () => {
    const path = join (dir, 'long.csv');
    writeLong (path, 12345);
    const lines = readFileSync (path, 'utf8').trimEnd ().split ('\n');
    expect (lines).toHaveLength (12346);
    expect (new Set (lines.map (line => line.split (',')[0])).size).toBe (12346);
    rmSync (path);
  });
});
