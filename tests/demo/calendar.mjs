// Days as integers (day 0 is 1970-01-01), because generating half a million people with Date objects is slow
// and depends on the time zone.

/** The day number of a date of the Gregorian calendar. */
export function dayOf (year, month, day) {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor (shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor ((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const leapDays = Math.floor (yearOfEra / 4) - Math.floor (yearOfEra / 100);
  return era * 146097 + yearOfEra * 365 + leapDays + dayOfYear - 719468;
}

/** Year, month and day of a day number. */
export function dateOf (dayNumber) {
  const shifted = dayNumber + 719468;
  const era = Math.floor (shifted / 146097);
  const dayOfEra = shifted - era * 146097;
  const count = days => Math.floor (dayOfEra / days);
  const leapDays = count (1460) - count (36524) + count (146096);
  const yearOfEra = Math.floor ((dayOfEra - leapDays) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor (yearOfEra / 4) - Math.floor (yearOfEra / 100));
  const shiftedMonth = Math.floor ((5 * dayOfYear + 2) / 153);
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor ((153 * shiftedMonth + 2) / 5) + 1,
  };
}

const two = number => (number < 10 ? `0${number}` : `${number}`);

/** "2026-09-01". */
export function isoOf (dayNumber) {
  const { year, month, day } = dateOf (dayNumber);
  return `${String (year).padStart (4, '0')}-${two (month)}-${two (day)}`;
}

/** The day number of "2026-09-01"; an error for anything else, impossible days included. */
export function parseIso (text) {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec (text);
  const day = match ? dayOf (Number (match[1]), Number (match[2]), Number (match[3])) : NaN;
  if (Number.isNaN (day) || isoOf (day) !== text) {
    throw new RangeError (`not a day of the calendar: "${text}"`);
  }
  return day;
}

/** Full years on a day; born on 29 February is a year older on 1 March of a common year. */
export function ageOn (birthDay, dayNumber) {
  const birth = dateOf (birthDay);
  const on = dateOf (dayNumber);
  const before = on.month < birth.month || (on.month === birth.month && on.day < birth.day);
  return on.year - birth.year - (before ? 1 : 0);
}
