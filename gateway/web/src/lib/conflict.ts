// What two people changed in the same record at once.
export interface Difference {
  field: string;
  /** As it was when the form was opened. */
  before: string;
  /** As someone else has made it. */
  theirs: string;
  /** As this form would make it. */
  mine: string;
}

/** The fields that someone else changed while the form was open. */
export function differences(
  before: Record<string, string>,
  theirs: Record<string, string>,
  mine: Record<string, string>,
): Difference[] {
  return Object.keys(mine)
    .filter(field => (theirs[field] ?? '') !== (before[field] ?? ''))
    .map(field => ({
      field,
      before: before[field] ?? '',
      theirs: theirs[field] ?? '',
      mine: mine[field] ?? '',
    }));
}

/** The names of the fields that differ, for an update mask. */
export const changedFields = (before: Record<string, string>, after: Record<string, string>) =>
  Object.keys(after).filter(field => (after[field] ?? '') !== (before[field] ?? ''));
