// Sets of days as sorted lists of half-open intervals [from, to) of day numbers, ±Infinity for open ends. All that
// the auditor knows of time.

const MS_A_DAY = 86400000;
const OPEN = new Map ([['-infinity', -Infinity], ['infinity', Infinity]]);

export const NEVER = [];

/** The number of a day: days since 1970-01-01. */
export function dayOf (text, open = NaN) {
  if (text === null || text === undefined || text === '') {
    return open;
  }
  return OPEN.get (text) ?? Date.parse (`${text}T00:00:00Z`) / MS_A_DAY;
}

/** The day as PostgreSQL writes it. */
export function textOf (day) {
  if (!Number.isFinite (day)) {
    return day < 0 ? '-infinity' : 'infinity';
  }
  return new Date (day * MS_A_DAY).toISOString ().slice (0, 10);
}

/** Any list of intervals as a set: sorted, without overlaps, neighbours joined. */
export function setOf (intervals) {
  if (intervals.length < 2 && intervals.every (([from, to]) => from < to)) {
    return intervals;
  }
  const sorted = intervals.filter (([from, to]) => from < to).sort ((a, b) => a[0] - b[0]);
  const set = [];
  for (const [from, to] of sorted) {
    const last = set[set.length - 1];
    if (last !== undefined && from <= last[1]) {
      last[1] = Math.max (last[1], to);
    } else {
      set.push ([from, to]);
    }
  }
  return set;
}

export const union = (...sets) => setOf (sets.flat ());

export function intersection (a, b) {
  if (a.length === 0 || b.length === 0) {
    return NEVER;
  }
  const both = [];
  for (const [from, to] of a) {
    for (const [begin, end] of b) {
      if (from < end && begin < to) {
        both.push ([Math.max (from, begin), Math.min (to, end)]);
      }
    }
  }
  return setOf (both);
}

export function complement (set) {
  const gaps = [];
  let from = -Infinity;
  for (const [begin, end] of setOf (set)) {
    gaps.push ([from, begin]);
    from = end;
  }
  gaps.push ([from, Infinity]);
  return gaps.filter (([begin, end]) => begin < end);
}

export const difference = (a, b) => intersection (a, complement (b));
