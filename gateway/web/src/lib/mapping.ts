// Which column of a file is which field of a person. Pure.
import type { ColumnMapping } from '../api/types';

export const IMPORT_FIELDS = [
  'key',
  'given_name',
  'family_name',
  'birth_date',
  'personal_identity_code',
  'language',
  'email',
  'phone',
  'street',
  'postal_code',
  'town',
  'country',
  'family',
  'guardian_keys',
  'subscription',
  'subscription_from',
  'organ_code',
  'admitted_from',
  'member_type',
  'position',
  'position_from',
] as const;
export type ImportField = (typeof IMPORT_FIELDS)[number];
export const IGNORE = 'ignore';

/** One entry for every column, in the file's order: as proposed, else ignored. A column named twice counts twice. */
export function completeMapping(columns: string[], proposed: ColumnMapping[]): ColumnMapping[] {
  const left = [...proposed];
  return columns.map(column => {
    const at = left.findIndex(entry => entry.column === column);
    const [found] = at < 0 ? [] : left.splice(at, 1);
    return found ?? { column, field: IGNORE };
  });
}

export interface MappingFaults {
  /** Fields that more than one column is said to be. */
  doubled: string[];
  /** Fields without which nobody can be recorded. */
  missing: ImportField[];
}

export function mappingFaults(mapping: ColumnMapping[]): MappingFaults {
  const used = mapping.map(({ field }) => field).filter(field => field !== IGNORE);
  const doubled = [...new Set(used.filter((field, index) => used.indexOf(field) !== index))];
  const needed: ImportField[] = ['given_name', 'family_name'];
  return { doubled, missing: needed.filter(field => !used.includes(field)) };
}

/** The values of one column in the sample, the first few that are not empty. */
export function samplesOf(rows: { values: string[] }[], column: number, most = 3) {
  const values = rows.map(({ values: cells }) => cells[column] ?? '').filter(value => value.trim() !== '');
  return [...new Set(values)].slice(0, most);
}
