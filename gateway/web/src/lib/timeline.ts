// The picture of memberships over time, as numbers: which rows, which bars, where the years are. Pure.
import type { Membership } from '../api/types';

export interface Bar {
  /** Shares of the width, 0 to 1. */
  start: number;
  end: number;
  /** Goes on beyond the picture: nothing on record ends it. */
  open: boolean;
  /** The share at which the future begins inside the bar; `end` when all of it is past. */
  future: number;
  from: string;
  to: string;
}
export interface TimelineRow {
  key: string;
  organId: string;
  organName: string;
  organKind: string;
  typeId: string;
  typeName: string;
  depth: number;
  bars: Bar[];
  /** True when one of the bars holds today. */
  now: boolean;
}
export interface TimelineGroup {
  organisationId: string;
  organisationName: string;
  rows: TimelineRow[];
}
export interface Tick {
  at: number;
  year: number;
}
export interface Timeline {
  groups: TimelineGroup[];
  ticks: Tick[];
  today: number;
}

const DAY_MS = 86_400_000;
const YEAR_DAYS = 365.25;
const MOST_TICKS = 7;

export const dayNumber = (day: string) => Math.round(Date.parse(`${day}T00:00:00Z`) / DAY_MS);

/** Whole years between ticks so that there are not too many. */
export function tickStep(years: number) {
  return [1, 2, 5, 10, 20, 50, 100].find(step => years / step <= MOST_TICKS) ?? 200;
}

function rangeOf(memberships: Membership[], today: string) {
  const known = memberships.flatMap(({ validFrom, validTo }) => [validFrom, validTo]).filter(Boolean);
  const now = dayNumber(today);
  const days = known.map(dayNumber);
  const first = Math.min(now - YEAR_DAYS, ...days);
  const last = Math.max(now + YEAR_DAYS / 2, ...days);
  const margin = (last - first) * 0.03;
  return { first: first - margin, last: last + margin, now };
}

const yearOf = (day: number) => new Date(day * DAY_MS).getUTCFullYear();

function ticksOf(first: number, last: number): Tick[] {
  const step = tickStep((last - first) / YEAR_DAYS);
  const ticks: Tick[] = [];
  for (let year = Math.ceil((yearOf(first) + 1) / step) * step; year <= yearOf(last); year += step) {
    ticks.push({ year, at: (dayNumber(`${String(year).padStart(4, '0')}-01-01`) - first) / (last - first) });
  }
  return ticks;
}

export function timelineOf(memberships: Membership[], today: string): Timeline {
  const { first, last, now } = rangeOf(memberships, today);
  const share = (day: number) => (day - first) / (last - first);
  const groups = new Map<string, TimelineGroup>();
  const rows = new Map<string, TimelineRow>();
  // Who moved reads downwards: one organ ends where the next begins.
  const inOrder = memberships.toSorted(
    (a, b) =>
      a.depth - b.depth || a.validFrom.localeCompare(b.validFrom) || a.organName.localeCompare(b.organName),
  );
  for (const membership of inOrder) {
    const { organisationId, organisationName, organId, typeId, validFrom, validTo } = membership;
    const key = `${organId} ${typeId}`;
    let group = groups.get(organisationId);
    if (!group) groups.set(organisationId, (group = { organisationId, organisationName, rows: [] }));
    let row = rows.get(key);
    if (!row) {
      const { organName, organKind, typeName, depth } = membership;
      row = { key, organId, organName, organKind, typeId, typeName, depth, bars: [], now: false };
      rows.set(key, row);
      group.rows.push(row);
    }
    const start = validFrom ? share(dayNumber(validFrom)) : 0;
    const end = validTo ? share(dayNumber(validTo)) : 1;
    const future = Math.min(end, Math.max(start, share(now)));
    row.bars.push({ start, end, open: !validTo, future, from: validFrom, to: validTo });
    row.now ||= (!validFrom || validFrom <= today) && (!validTo || today < validTo);
  }
  return { groups: [...groups.values()], ticks: ticksOf(first, last), today: share(now) };
}

/** Full years on a day; born on 29 February: a year older on 1 March of a common year. */
export function ageOn(birthDate: string, day: string) {
  const [year = 0, month = 0, date = 0] = birthDate.split('-').map(Number);
  const [thisYear = 0, thisMonth = 0, thisDate = 0] = day.split('-').map(Number);
  return thisYear - year - (thisMonth < month || (thisMonth === month && thisDate < date) ? 1 : 0);
}
