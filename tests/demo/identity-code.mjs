// Finnish personal identity codes of the artificial range: individual numbers 900–999 are never given to a
// person. DDMMYY, century sign, individual number (odd for men, even for women), check character.
import { dateOf, dayOf } from './calendar.mjs';

const CHECK_CHARACTERS = '0123456789ABCDEFHJKLMNPRSTUVWXY';
const CENTURY_SIGNS = { 18: '+', 19: '-', 20: 'A' };
const FIRST_ARTIFICIAL = 900;
const NUMBERS_PER_SEX = 50;
const EPOCH = dayOf (1900, 1, 1);
const DAYS = dayOf (2100, 1, 1) - EPOCH;

/** The check character of "DDMMYY" and an individual number. */
export function checkCharacter (dayMonthYear, individualNumber) {
  return CHECK_CHARACTERS[(Number (dayMonthYear) * 1000 + individualNumber) % 31];
}

/** One code; the number is 900 to 999. */
export function identityCode (birthDay, individualNumber) {
  if (!(individualNumber >= FIRST_ARTIFICIAL && individualNumber <= 999)) {
    throw new RangeError (`individual number ${individualNumber} is outside the artificial range`);
  }
  const { year, month, day } = dateOf (birthDay);
  const digits = [day, month, year % 100].map (part => String (part).padStart (2, '0')).join ('');
  const sign = CENTURY_SIGNS[Math.floor (year / 100)];
  return `${digits}${sign}${individualNumber}${checkCharacter (digits, individualNumber)}`;
}

/** True for a well-formed code of the artificial range whose check character is right. */
export function isArtificialCode (code) {
  const match = /^(\d{6})([-+A])(9\d\d)([0-9A-Y])$/.exec (code);
  return match !== null && checkCharacter (match[1], Number (match[3])) === match[4];
}

/**
 * Hands out each code at most once. Fifty a day and sex exist; when they are used up it answers "" (not every
 * person has one).
 */
export class IdentityCodes {
  constructor () {
    this.used = new Uint8Array (DAYS * 2);
  }

  next (birthDay, sex) {
    const slot = (birthDay - EPOCH) * 2 + (sex === 'male' ? 1 : 0);
    if (this.used[slot] >= NUMBERS_PER_SEX) {
      return '';
    }
    const order = (this.used[slot]++ * 19 + slot * 7) % NUMBERS_PER_SEX;
    return identityCode (birthDay, FIRST_ARTIFICIAL + order * 2 + (sex === 'male' ? 1 : 0));
  }
}
