// Area changes: rows as they are written, faults with their places, and which rules name what is no more. Pure.
import type { Violation } from '../api/problem';
import type { AreaPlace, Rule, RuleNode } from '../api/types';

/** One row of the form. */
export interface RowDraft {
  /** For React; has no meaning. */
  id: number;
  by: 'postalCode' | 'fromMunicipality';
  country: string;
  /** The postal code or the municipality. */
  place: string;
  town: string;
  municipality: string;
  province: string;
}

const TARGETS = ['town', 'municipality', 'province'] as const;

export const isBlank = (row: RowDraft) =>
  row.place.trim() === '' && TARGETS.every(field => row[field].trim() === '');

/** Rows as the API takes them; rows in which nothing was written are left out. */
export const rowsToSend = (rows: RowDraft[]) =>
  rows
    .filter(row => !isBlank(row))
    .map(row => ({
      country: row.country.trim().toUpperCase(),
      [row.by]: row.place.trim(),
      town: row.town.trim(),
      municipality: row.municipality.trim(),
      province: row.province.trim(),
    }));

export interface Fault {
  /** Index of the row among those sent; none for what concerns the whole. */
  row?: number;
  /** Line and column of a CSV file, from 1. */
  line?: number;
  column?: number;
  field: string;
  reason: string;
  /** The service's words, without the place. */
  description: string;
}

const asField = (field: string) => (field === 'fromMunicipality' || field === 'postalCode' ? 'place' : field);

/** Where each violation is. */
export function faultsOf(violations: Violation[]): Fault[] {
  return violations.map(({ field, reason, description }) => {
    const row = /^rows\[(\d+)\](?:\.(\w+))?$/.exec(field);
    if (row) return { row: Number(row[1]), field: asField(row[2] ?? 'place'), reason, description };
    const inLine = field === 'csv' && /^Line (\d+), column (\d+): (.*)$/s.exec(description);
    if (inLine) {
      const [, line, column, rest = ''] = inLine;
      return { line: Number(line), column: Number(column), field, reason, description: rest };
    }
    // The line, then the field; "rule[0].values" of a change is told as its rule.
    const ofChange = field === 'csv' && /^Line (\d+), (\w*)[\w.[\]]*: (.*)$/s.exec(description);
    if (ofChange) {
      const [, line, named = '', rest = ''] = ofChange;
      return { line: Number(line), field: named || field, reason, description: rest };
    }
    return { field, reason, description };
  });
}

/** The line, from 1, on which each row of a CSV begins, without the first row and empty lines. */
export function linesOfRows(csv: string): number[] {
  const starts: number[] = [];
  let line = 1;
  let quoted = false;
  let begun = false;
  for (const character of csv) {
    if (character === '\n') {
      line++;
      if (!quoted) begun = false;
    } else if (!begun && character !== '\r') {
      begun = true;
      starts.push(line);
    }
    if (character === '"') quoted = !quoted;
  }
  return starts.slice(1);
}

/** How many rows a CSV has below its first line. */
export const countRows = (csv: string) => linesOfRows(csv).length;

export interface OldName {
  field: RuleNode['field'];
  name: string;
}

const OLD = [
  ['RULE_FIELD_TOWN', 'oldTown', 'town'],
  ['RULE_FIELD_MUNICIPALITY', 'oldMunicipality', 'municipality'],
  ['RULE_FIELD_PROVINCE', 'oldProvince', 'province'],
] as const;

/** The names that some postal code loses, each once. */
export function oldNamesOf(places: AreaPlace[]): OldName[] {
  const names = new Map<string, OldName>();
  for (const place of places) {
    for (const [field, before, after] of OLD) {
      const name = place[before];
      if (name !== '' && name !== place[after]) names.set(`${field} ${name}`, { field, name });
    }
  }
  return [...names.values()];
}

/** The old names that the rules have in a version in force on the day or later. */
export function rulesNaming(rules: Rule[], old: OldName[], on: string): string[] {
  const nodes = rules.filter(({ validTo }) => validTo === '' || validTo > on).flatMap(rule => rule.nodes);
  const named = old.filter(({ field, name }) =>
    nodes.some(node => node.field === field && node.values.includes(name)),
  );
  return [...new Set(named.map(({ name }) => name))];
}
