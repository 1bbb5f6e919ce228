// The period of a report. People name its last day, the service the first one after it. Pure.
import { plusDays } from './days';

export interface Period {
  from: string;
  /** The last day. */
  last: string;
}

/** What was chosen; else this year until today, or the whole year of a day that was chosen alone. */
export function periodOf(from: string, last: string, today: string): Period {
  if (from && last) return { from, last };
  if (from) return { from, last: today > from ? today : `${from.slice(0, 4)}-12-31` };
  const end = last || today;
  return { from: `${end.slice(0, 4)}-01-01`, last: end };
}

/** The period as the service takes it. */
export const asAsked = ({ from, last }: Period) => ({ from, to: plusDays(last, 1) });
