// Errors of a change set name the change by its place: "changes[2].on" is the day of the third. Pure.
import type { Violation } from '../api/problem';

const PLACE = /^changes\[(\d+)\]\.?(.*)$/;

export interface PlacedViolation extends Violation {
  /** From 0. */
  place: number;
}

/** Those that belong to a change, with the rest of the path as their field. */
export function placed(violations: Violation[]): PlacedViolation[] {
  return violations.flatMap(violation => {
    const [, place, field = ''] = PLACE.exec(violation.field) ?? [];
    return place === undefined ? [] : [{ ...violation, field, place: Number(place) }];
  });
}

/** Those that belong to the set as a whole. */
export const unplaced = (violations: Violation[]) => violations.filter(({ field }) => !PLACE.test(field));

const UUID = /[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/g;

/** The plans that a refusal names, each once. */
export const plansNamed = (texts: string[], except: string) => [
  ...new Set(texts.flatMap(text => text.match(UUID) ?? []).filter(id => id !== except)),
];
