#!/usr/bin/env node
// Writes CSV files that are wrong in one way each, as they come out of spreadsheets, other registers and
// broken disks, and fixtures.json, which says of each what is wrong, where, and how it must be read. Tests of
// the import read both.
import { closeSync, mkdirSync, openSync, realpathSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { isoOf, parseIso } from './calendar.mjs';
import { csvField } from './csv.mjs';
import { FAMILY_NAMES, GIVEN_NAMES, streetAddress } from './names.mjs';
import { Random } from './random.mjs';

export const COLUMNS = [
  'key', 'given_name', 'family_name', 'birth_date', 'email', 'street', 'postal_code', 'town', 'country',
  'subscription', 'subscription_from',
];
const ROWS = 12;
const BIG_FIELD = 1 << 20;
const MANY_COLUMNS = 10000;
const CHUNK_ROWS = 5000;
const BIRTH_DATE = COLUMNS.indexOf ('birth_date');
const FIRST_BIRTH = parseIso ('1960-01-01');

/** A clean row; the first two have letters that every encoding writes differently. */
function cleanRow (random, number) {
  const given = number === 1 ? 'Väinö' : number === 2 ? 'Åsa' : random.pick (GIVEN_NAMES.fi.female.adult);
  const family = number === 1 ? 'Räisänen' : number === 2 ? 'Öhman' : random.pick (FAMILY_NAMES.fi);
  const born = isoOf (FIRST_BIRTH + random.below (16000));
  return [`X${number}`, given, family, born, `person.${number}@example.org`,
    streetAddress (random, 'fi'), '33100', 'Tampere', 'FI', 'Member', '2025-09-01'];
}

function cleanTable () {
  const random = new Random ('dirty');
  return [COLUMNS, ...Array.from ({ length: ROWS }, (_, i) => cleanRow (random, i + 1))];
}

/** The table as text. Lines are numbered from 1, the header being line 1. */
function textOf (table, { separator = ',', lineEnd = '\n' } = {}) {
  const quoted = value => (value.includes (separator) && separator !== ',' ? `"${value}"` : csvField (value));
  return table.map (row => row.map (quoted).join (separator) + lineEnd).join ('');
}

/** The clean table with one value changed; `line` as in the file. */
function withValue (line, column, value) {
  const table = cleanTable ();
  table[line - 1][column] = value;
  return table;
}

function withoutColumn (name) {
  const index = COLUMNS.indexOf (name);
  return cleanTable ().map (row => row.filter ((_, i) => i !== index));
}

const utf8 = text => Buffer.from (text, 'utf8');
const windows1252 = text => Buffer.from (text, 'latin1');   // the same for every letter used here
const utf16le = text => Buffer.from (`\ufeff${text}`, 'utf16le');
const utf16be = text => utf16le (text).swap16 ();
const csv = (table, options) => () => utf8 (textOf (table, options));
const inEveryRow = column => Array.from ({ length: ROWS }, (_, i) => ({ line: i + 2, column }));

function withDates (format) {
  return cleanTable ().map ((row, i) => (i === 0 ? row
    : row.map ((value, column) => (column === BIRTH_DATE ? format (...value.split ('-')) : value))));
}

const finnishDate = (year, month, day) => `${Number (day)}.${Number (month)}.${year}`;
const americanDate = (year, month, day) => `${month}/${day}/${year}`;

/** The clean table with one more column, or other values in the row of line 5. */
const withColumn = (name, value) => cleanTable ().map ((row, i) => [...row, i === 0 ? name : value]);
const withLine5 = change => cleanTable ().map ((row, i) => (i === 4 ? change (row) : row));
const wide = count => [0, 1].map (line =>
  Array.from ({ length: count }, (_, i) => (line ? 'x' : COLUMNS[i] ?? `c${i}`)));
const brokenUtf8 = () => Buffer.concat ([
  utf8 (textOf (cleanTable ().slice (0, 6))),
  Buffer.from ('X99,\xc3\x28,\xed\xa0\x80,1990-01-01\n', 'latin1')]);

const badDate = value => ({
  bytes: csv (withValue (4, BIRTH_DATE, value)),
  problem: 'not a date',
  errors: [{ line: 4, column: 'birth_date' }],
});

/**
 * One row a fixture: `bytes` makes it; `problem` in words; `errors` the places that must be reported; `whole`: the
 * file as a whole must be refused; `encoding` and `separator` as the file has them, when not UTF-8 and a comma.
 */
export const FIXTURES = {
  'clean.csv': { bytes: csv (cleanTable ()), problem: 'none' },
  'windows-line-ends.csv': { bytes: csv (cleanTable (), { lineEnd: '\r\n' }), problem: 'none' },
  'no-last-line-end.csv': { bytes: () => utf8 (textOf (cleanTable ()).trimEnd ()), problem: 'none' },
  'blank-lines.csv': {
    bytes: () => utf8 (textOf (cleanTable ()) + '\n\n\r\n'),
    problem: 'blank lines at the end',
  },
  'quoted.csv': {
    bytes: csv (withValue (3, 5, 'Koivukuja 5,\n"Villa ""Aalto"""')),
    problem: 'none: separator, line end and quotes inside quotes',
  },

  'cp1252.csv': {
    bytes: () => windows1252 (textOf (cleanTable ())),
    problem: 'encoding',
    encoding: 'WINDOWS-1252',
  },
  'utf8-bom.csv': {
    bytes: () => utf8 (`\ufeff${textOf (cleanTable ())}`),
    problem: 'byte order mark',
    encoding: 'UTF-8-BOM',
  },
  'utf16le.csv': { bytes: () => utf16le (textOf (cleanTable ())), problem: 'encoding', encoding: 'UTF-16LE' },
  'utf16be.csv': { bytes: () => utf16be (textOf (cleanTable ())), problem: 'encoding', encoding: 'UTF-16BE' },
  'utf16-odd.csv': {
    bytes: () => utf16le (textOf (cleanTable ())).subarray (0, -1),
    problem: 'half a character at the end',
    encoding: 'UTF-16LE',
    whole: true,
  },
  'broken-utf8.csv': { bytes: brokenUtf8, problem: 'invalid UTF-8 after valid UTF-8', whole: true },

  'semicolon.csv': { bytes: csv (cleanTable (), { separator: ';' }), problem: 'separator', separator: ';' },
  'tab.csv': { bytes: csv (cleanTable (), { separator: '\t' }), problem: 'separator', separator: '\t' },
  'pipe.csv': { bytes: csv (cleanTable (), { separator: '|' }), problem: 'separator', separator: '|' },
  'excel-fi.csv': {
    bytes: () => windows1252 (textOf (withDates (finnishDate), { separator: ';', lineEnd: '\r\n' })),
    problem: 'encoding, separator and dates of a Finnish spreadsheet',
    encoding: 'WINDOWS-1252',
    separator: ';',
  },
  'excel-sep.csv': {
    bytes: () => utf8 (`sep=;\r\n${textOf (cleanTable (), { separator: ';', lineEnd: '\r\n' })}`),
    problem: 'a spreadsheet\'s hint instead of the header',
    separator: ';',
  },

  'missing-column.csv': {
    bytes: csv (withoutColumn ('family_name')),
    problem: 'required column missing',
    whole: true,
  },
  'doubled-column.csv': {
    bytes: csv (cleanTable ().map (row => [...row, row[1]])),
    problem: 'column given_name twice',
    whole: true,
  },
  'unknown-column.csv': { bytes: csv (withColumn ('shoe_size', '41')), problem: 'a column nobody knows' },
  'empty-column-name.csv': { bytes: csv (withColumn ('', 'x')), problem: 'a column without a name' },
  'short-row.csv': {
    bytes: csv (withLine5 (row => row.slice (0, 6))),
    problem: 'a row with too few values',
    errors: [{ line: 5 }],
  },
  'long-row.csv': {
    bytes: csv (withLine5 (row => [...row, 'one', 'more'])),
    problem: 'a row with too many values',
    errors: [{ line: 5 }],
  },
  'many-columns.csv': { bytes: csv (wide (MANY_COLUMNS)), problem: '10,000 columns', whole: true },

  'date-finnish.csv': { bytes: csv (withDates (finnishDate)), problem: 'dates as 31.12.2010' },
  'date-american.csv': {
    bytes: csv (withDates (americanDate)),
    problem: 'dates as 12/31/2010: ambiguous',
    errors: inEveryRow ('birth_date'),
  },
  'date-serial.csv': badDate ('40543'),
  'date-words.csv': badDate ('31 Dec 2010'),
  'date-2023-02-29.csv': badDate ('2023-02-29'),
  'date-2024-13-01.csv': badDate ('2024-13-01'),
  'date-2024-00-10.csv': badDate ('2024-00-10'),
  'date-year-0.csv': badDate ('0000-01-01'),
  'date-future.csv': { ...badDate ('2999-01-01'), problem: 'born in the future' },

  'duplicate-key.csv': {
    bytes: csv (withValue (6, 0, 'X1')),
    problem: 'key of line 2 again',
    errors: [{ line: 6, column: 'key' }],
  },
  'missing-key.csv': {
    bytes: csv (withValue (6, 0, '')),
    problem: 'row without a key',
    errors: [{ line: 6, column: 'key' }],
  },
  'bad-email.csv': {
    bytes: csv (withValue (5, 4, 'not an address')),
    problem: 'not an e-mail address',
    errors: [{ line: 5, column: 'email' }],
  },
  'bad-country.csv': {
    bytes: csv (withValue (5, 8, 'Finland')),
    problem: 'not a country code',
    errors: [{ line: 5, column: 'country' }],
  },
  'formula.csv': {
    bytes: csv (withValue (5, 1, '=HYPERLINK("http://example.org")')),
    problem: 'a formula: kept as text, made harmless on export',
  },
  'big-field.csv': {
    bytes: csv (withValue (5, 1, 'a'.repeat (BIG_FIELD))),
    problem: 'a value of 1 MB',
    errors: [{ line: 5, column: 'given_name' }],
  },

  'empty.csv': { bytes: () => Buffer.alloc (0), problem: 'empty file', whole: true },
  'bom-only.csv': { bytes: () => utf8 ('\ufeff'), problem: 'nothing but a byte order mark', whole: true },
  'header-only.csv': { bytes: csv ([COLUMNS]), problem: 'no rows' },
  'nul.csv': {
    bytes: csv (withValue (5, 1, 'Ma\0ria')),
    problem: 'NUL',
    errors: [{ line: 5, column: 'given_name' }],
  },
  'nul-only.csv': {
    bytes: () => Buffer.alloc (4096),
    problem: 'nothing but NUL, as after a crash',
    whole: true,
  },
  'unterminated-quote.csv': {
    bytes: () => utf8 (textOf (cleanTable ()) + 'X99,"Maria,Virtanen,1990-01-01\n'),
    problem: 'quote without an end',
    errors: [{ line: ROWS + 2 }],
  },
  'quote-inside.csv': {
    bytes: () => utf8 (textOf (cleanTable ()) + 'X99,Maria "Mia" K,Virtanen,1990-01-01,,,,,,,\n'),
    problem: 'quotes inside a value without quotes',
  },
  'cr-only.csv': { bytes: csv (cleanTable (), { lineEnd: '\r' }), problem: 'line ends of old Macs' },
  'not-csv.csv': {
    bytes: () => Buffer.from ('504b0304140006000800000021000000000000000000000000000000', 'hex'),
    problem: 'a spreadsheet file, renamed',
    whole: true,
  },
};

/** Writes a clean file of any length in constant memory. */
export function writeLong (path, rows) {
  const random = new Random ('long');
  const file = openSync (path, 'w');
  writeSync (file, textOf ([COLUMNS]));
  for (let number = 1; number <= rows;) {
    const table = [];
    for (; number <= rows && table.length < CHUNK_ROWS; number++) {
      table.push (cleanRow (random, number));
    }
    writeSync (file, textOf (table));
  }
  closeSync (file);
}

/** Writes every fixture and fixtures.json; with `rows` also long.csv. */
export function writeFixtures (dir, { rows = 0 } = {}) {
  mkdirSync (dir, { recursive: true });
  const list = Object.entries (FIXTURES).map (([name, { bytes, ...rest }]) => {
    writeFileSync (join (dir, name), bytes ());
    return { name, whole: false, errors: [], encoding: 'UTF-8', separator: ',', ...rest };
  });
  writeFileSync (join (dir, 'fixtures.json'), JSON.stringify (list, null, 1) + '\n');
  if (rows > 0) {
    writeLong (join (dir, 'long.csv'), rows);
  }
  return list;
}

function main () {
  const options = { out: { type: 'string' }, rows: { type: 'string', default: '0' } };
  const { values } = parseArgs ({ options });
  const rows = Number (values.rows);
  if (!values.out || !Number.isInteger (rows) || rows < 0) {
    throw new RangeError ('usage: node tests/demo/dirty.mjs --out DIR [--rows 1000000]');
  }
  console.log (`${writeFixtures (values.out, { rows }).length} files in ${values.out}`);
}

if (process.argv[1] && realpathSync (process.argv[1]) === fileURLToPath (import.meta.url)) {
  try {
    main ();
  } catch (error) {
    console.error (error.message);
    process.exitCode = 2;
  }
}
