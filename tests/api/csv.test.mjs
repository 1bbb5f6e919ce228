// The files of demo/dirty.mjs, as they come out of spreadsheets, other registers and broken disks. Each is read as its
// fixture says or refused where it says; what is refused stores nothing.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FIXTURES } from '../demo/dirty.mjs';
import { call, must } from './contract.mjs';
import { finishedImport, uploadAnswer } from './import.mjs';

/** Why a file as a whole is refused; the others are read. */
const REFUSED = {
  'cp1252.csv': 'ENCODING_NOT_UTF8',
  'utf16le.csv': 'ENCODING_NOT_UTF8',
  'utf16be.csv': 'ENCODING_NOT_UTF8',
  'utf16-odd.csv': 'ENCODING_NOT_UTF8',
  'broken-utf8.csv': 'ENCODING_NOT_UTF8',
  'excel-fi.csv': 'ENCODING_NOT_UTF8',
  'excel-sep.csv': 'MISSING_COLUMN',
  'missing-column.csv': 'MISSING_COLUMN',
  'doubled-column.csv': 'DUPLICATE_COLUMN',
  'many-columns.csv': 'TOO_MANY_COLUMNS',
  'empty.csv': 'EMPTY_FILE',
  'bom-only.csv': 'EMPTY_FILE',
  'header-only.csv': 'NO_ROWS',
  'nul-only.csv': 'NUL_BYTE',
  'not-csv.csv': 'NUL_BYTE',
};

/** What is wrong with rows: the line and the reason. */
const WRONG_ROWS = {
  'short-row.csv': { 5: 'WRONG_COLUMN_COUNT' },
  'long-row.csv': { 5: 'WRONG_COLUMN_COUNT' },
  'date-american.csv': Object.fromEntries (Array.from ({ length: 12 }, (_, i) => [i + 2, 'INVALID_DATE'])),
  'date-serial.csv': { 4: 'INVALID_DATE' },
  'date-words.csv': { 4: 'TOO_LONG' },
  'date-2023-02-29.csv': { 4: 'IMPOSSIBLE_DATE' },
  'date-2024-13-01.csv': { 4: 'IMPOSSIBLE_DATE' },
  'date-2024-00-10.csv': { 4: 'IMPOSSIBLE_DATE' },
  'date-year-0.csv': { 4: 'IMPOSSIBLE_DATE' },
  'date-future.csv': { 4: 'FUTURE_DATE' },
  'duplicate-key.csv': { 6: 'DUPLICATE_KEY' },
  'bad-email.csv': { 5: 'INVALID_EMAIL' },
  'bad-country.csv': { 5: 'TOO_LONG' },
  'big-field.csv': { 5: 'FIELD_TOO_LONG' },
  'nul.csv': { 5: 'NUL_BYTE' },
  'unterminated-quote.csv': { 14: 'QUOTE_NOT_CLOSED' },
  'quote-inside.csv': { 14: 'QUOTE_IN_FIELD' },
};

/** Uploads a file and has it checked: what the check found, or why it was not begun. */
async function check (bytes, settings = {}) {
  const { body: file } = await uploadAnswer (bytes);
  const created = await call ('POST', '/v1/imports', { json: { fileId: file.fileId, ...settings } });
  if (created.status >= 300) {
    return { status: created.status, refused: created.body.violations[0].reason, file };
  }
  const { importId, checkRunId } = created.body;
  const { state } = await finishedImport (importId);
  const { outcomes } = await must ('GET', `/v1/membership/runs/${checkRunId}/outcomes`,
    { query: { result: 'failed', pageSize: 1000 } });
  return { state, rows: Object.fromEntries (outcomes.map (({ subject, reason }) => [subject, reason])), file };
}

const personCount = async () => {
  const answer = await call ('GET', '/v1/persons', { headers: { Accept: 'application/x-ndjson' } });
  return answer.text.split ('\n').length;
};

describe ('CSV', () => {
  let before;
  beforeAll (async () => {
    before = await personCount ();
  });

  test.each (Object.entries (FIXTURES)) ('%s', { timeout: 60000 }, async (name, { bytes }) => {
    const result = await check (bytes ());
    if (REFUSED[name]) {
      expect (result).toMatchObject ({ status: 400, refused: REFUSED[name] });
    } else {
      expect (result.rows).toEqual (WRONG_ROWS[name] ?? {});
      expect (result.state).toBe (WRONG_ROWS[name] ? 'IMPORT_STATE_REFUSED' : 'IMPORT_STATE_CHECKED');
    }
  });

  const ENCODED = Object.entries (FIXTURES).filter (([, { encoding, whole }]) => /^(WIN|UTF-16)/.test (encoding) && !whole);
  test.each (ENCODED) ('%s is read when its encoding is confirmed', async (_, { bytes, encoding }) => {
    expect (await check (bytes (), { encoding })).toMatchObject ({ state: 'IMPORT_STATE_CHECKED', rows: {} });
  });

  const CUT = ['utf16-odd.csv', 'broken-utf8.csv'];
  test.each (CUT) ('%s is refused under any encoding it could have', async name => {
    const encoding = name.startsWith ('utf16') ? 'UTF-16LE' : 'UTF-8';
    const result = await check (FIXTURES[name].bytes (), { encoding });
    expect (['IMPORT_STATE_REFUSED', 'IMPORT_STATE_STOPPED', undefined]).toContain (result.state);
  });

  afterAll (async () => {
    expect (await personCount ()).toBe (before);
  });
});
