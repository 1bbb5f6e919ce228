// Uploads a CSV file and waits for what becomes of it.
import { call, must, until } from './contract.mjs';

const AT_WORK = ['IMPORT_STATE_CHECKING', 'IMPORT_STATE_APPLYING', 'IMPORT_STATE_UNDOING'];

export const uploadAnswer = (bytes, options = {}) => call ('POST', '/v1/import-files', {
  query: { fileName: 'people.csv' }, body: bytes, headers: { 'Content-Type': 'text/csv' }, ...options });

export const uploadCsv = bytes => must ('POST', '/v1/import-files', {
  query: { fileName: 'people.csv' }, body: bytes, headers: { 'Content-Type': 'text/csv' } });

/** The import when nothing is under way any more. */
export const finishedImport = importId =>
  until (`/v1/imports/${importId}`, body => !AT_WORK.includes (body.state), { seconds: 60 });
