#!/usr/bin/env node
// Writes the demo federation: people.csv and federation.json. The same seed, number and day give the same
// bytes.
import { mkdirSync, realpathSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildAssociations } from './associations.mjs';
import { parseIso } from './calendar.mjs';
import { CsvWriter } from './csv.mjs';
import { buildFederation } from './federation.mjs';
import { COLUMNS, People } from './people.mjs';
import { loadCountry } from './places.mjs';

export const DEFAULT_TODAY = '2026-09-01';
const MOST_PEOPLE = 9999999;

const USAGE = `usage: node tests/demo/generate.mjs --people N --seed S --out DIR [--today YYYY-MM-DD]

  --people N   rows of people.csv, 1 to ${MOST_PEOPLE} (default 20000)
  --seed S     any text; another seed, another federation (default 1)
  --out DIR    where people.csv and federation.json are written; made if missing
  --today DAY  the day on which ages and dates are plausible (default ${DEFAULT_TODAY})`;

/** Writes both files into `out` and returns how many rows of which sort there are. */
export function generate ({ people, seed, out, today = DEFAULT_TODAY }) {
  const country = loadCountry ();
  const associations = buildAssociations (country, seed);
  mkdirSync (out, { recursive: true });
  const written = { people: 0, members: 0 };
  const unfinished = join (out, 'people.csv.part');
  const csv = new CsvWriter (unfinished, COLUMNS);
  for (const row of new People ({ country, associations, seed, today: parseIso (today) }).rows (people)) {
    csv.write (row);
    written.people++;
    written.members += row.member_type === undefined ? 0 : 1;
  }
  csv.close ();
  const federation = buildFederation (country, associations, seed, written);
  writeFileSync (join (out, 'federation.json'), JSON.stringify (federation, null, 1) + '\n');
  renameSync (unfinished, join (out, 'people.csv'));
  return { ...written, associations: associations.length, postal_codes: country.gazetteer.length };
}

function main () {
  const options = {
    people: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    out: { type: 'string' },
    today: { type: 'string', default: DEFAULT_TODAY },
    help: { type: 'boolean', short: 'h' },
  };
  const { values } = parseArgs ({ options });
  if (values.help) {
    console.log (USAGE);
    return;
  }
  const people = Number (values.people);
  if (!Number.isInteger (people) || people < 1 || people > MOST_PEOPLE) {
    throw new RangeError (`--people must be a whole number from 1 to ${MOST_PEOPLE}, not "${values.people}"`);
  }
  if (!values.out) {
    throw new RangeError ('--out is missing');
  }
  console.log (JSON.stringify (generate ({ ...values, people })));
}

if (process.argv[1] && realpathSync (process.argv[1]) === fileURLToPath (import.meta.url)) {
  try {
    main ();
  } catch (error) {
    console.error (`${error.message}\n\n${USAGE}`);
    process.exitCode = 2;
  }
}
