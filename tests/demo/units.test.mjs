// The small parts of the generator, each against cases worked out by hand or by another route.
import { describe, expect, it } from 'vitest';
import { apportion } from './associations.mjs';
import { ageOn, dateOf, dayOf, isoOf, parseIso } from './calendar.mjs';
import { csvField } from './csv.mjs';
import { IdentityCodes, checkCharacter, identityCode, isArtificialCode } from './identity-code.mjs';
import { plainLetters } from './names.mjs';
import { loadCountry, titleCase } from './places.mjs';
import { Random, Weighted } from './random.mjs';

describe ('calendar', () => {
  it ('agrees with Date on every day of two centuries', () => {
    for (let day = dayOf (1900, 1, 1); day < dayOf (2100, 1, 1); day++) {
      expect (isoOf (day)).toBe (new Date (day * 86400000).toISOString ().slice (0, 10));
      const { year, month, day: dayOfMonth } = dateOf (day);
      expect (dayOf (year, month, dayOfMonth)).toBe (day);
    }
  });
  it.each (['2023-02-29', '2024-13-01', '2024-00-01', '2024-1-1', '', '2024-04-31', 'today'])
    ('refuses "%s"', text => expect (() => parseIso (text)).toThrow (RangeError));
  it.each ([
    ['2000-05-10', '2017-05-09', 16], ['2000-05-10', '2017-05-10', 17], ['2004-02-29', '2021-02-28', 16],
    ['2004-02-29', '2021-03-01', 17], ['2004-02-29', '2024-02-29', 20],
  ]) ('born %s is on %s aged %i', (birth, on, age) =>
    expect (ageOn (parseIso (birth), parseIso (on))).toBe (age));
});

describe ('identity codes', () => {
  it ('have the check character of the published example, 131052-308T', () => {
    expect (checkCharacter ('131052', 308)).toBe ('T');
    // 908 is 600 more than 308, 600 mod 31 is 11, T is number 25, and 25 + 11 - 31 is 5.
    expect (identityCode (parseIso ('1952-10-13'), 908)).toBe ('131052-9085');
  });
  it.each ([['1952-10-13', '-'], ['2010-01-01', 'A'], ['1899-12-31', '+']])
    ('of %s have the sign %s', (birth, sign) => expect (identityCode (parseIso (birth), 900)[6]).toBe (sign));
  it.each ([0, 2, 899, 1000, NaN])
    ('refuse the individual number %s', number =>
      expect (() => identityCode (0, number)).toThrow (RangeError));
  it.each (['131052-308T', '131052-9088', '131052-908', '131052B9087', ''])
    ('"%s" is none', code => expect (isArtificialCode (code)).toBe (false));
  it ('are handed out once, odd to men, even to women, and run out at fifty', () => {
    const codes = new IdentityCodes ();
    const of = sex => Array.from ({ length: 51 }, () => codes.next (parseIso ('1961-03-02'), sex));
    const [men, women] = [of ('male'), of ('female')];
    expect (new Set ([...men, ...women]).size).toBe (101);
    expect ([men.at (-1), women.at (-1)]).toEqual (['', '']);
    const areAll = (list, remainder) => list.slice (0, 50).every (code =>
      isArtificialCode (code) && Number (code[9]) % 2 === remainder);
    expect ([areAll (men, 1), areAll (women, 0)]).toEqual ([true, true]);
  });
});

describe ('random numbers', () => {
  it ('are those of the seed and the stream', () => {
    const first = (seed, stream) => {
      const random = new Random (seed, stream);
      return [random.next (), random.next (), random.next ()];
    };
    expect (first ('1', 'a')).toEqual (first ('1', 'a'));
    expect (first ('1', 'a')).not.toEqual (first ('2', 'a'));
    expect (first ('1', 'a')).not.toEqual (first ('1', 'b'));
  });
  it ('never change from one version to the next', () => {
    const random = new Random ('1', 'frozen');
    expect ([random.next (), random.next (), random.next ()]).toMatchInlineSnapshot (`
      [
        941763182,
        726913415,
        1993368413,
      ]
    `);
  });
  it ('follow the weights', () => {
    const random = new Random ('weights');
    const choice = new Weighted (['a', 'b', 'c', 'never'], [1, 2, 7, 0]);
    const counts = { a: 0, b: 0, c: 0, never: 0 };
    for (let i = 0; i < 100000; i++) {
      counts[choice.pick (random)]++;
    }
    expect (counts.never).toBe (0);
    expect (counts.a / 10000).toBeCloseTo (1, 1);
    expect (counts.b / 10000).toBeCloseTo (2, 1);
  });
  it.each ([[[], []], [[1], [0]], [[1, 2], [1]]])
    ('refuse the choice of %j by %j', (items, weights) =>
      expect (() => new Weighted (items, weights)).toThrow (RangeError));
});

describe ('texts', () => {
  it.each ([
    ['ITÄ-KARTTULA', 'Itä-Karttula'], ['HEINÄVESI AS', 'Heinävesi as'], ['ÅVA', 'Åva'], ['KOSKI TL', 'Koski tl'],
  ])
    ('%s becomes %s', (posti, written) => expect (titleCase (posti)).toBe (written));
  it.each ([['Väinö', 'vaino'], ['Åsa', 'asa'], ['Linnéa', 'linnea'], ["O'Neil Jr.", 'oneiljr']])
    ('%s in an address is %s', (name, plain) => expect (plainLetters (name)).toBe (plain));
  it.each ([['a', 'a'], ['a,b', '"a,b"'], ['a"b', '"a""b"'], ['a\nb', '"a\nb"']])
    ('%j in a file is %j', (value, field) => expect (csvField (value)).toBe (field));
});

describe ('places', () => {
  const { gazetteer, municipalities } = loadCountry ();
  it ('are sorted, complete and unique', () => {
    const codes = gazetteer.map (({ postal_code }) => postal_code);
    expect (codes).toEqual ([...new Set (codes)].sort ());
    expect (gazetteer.filter (place => !place.town || !place.municipality || !place.province)).toEqual ([]);
  });
  it ('make up a country of five and a half million in nine districts', () => {
    const residents = municipalities.reduce ((sum, municipality) => sum + municipality.residents, 0);
    expect (residents).toBeGreaterThan (5.2e6);
    expect (residents).toBeLessThan (5.9e6);
    expect (new Set (municipalities.map (({ district }) => district)).size).toBe (9);
    expect (municipalities.filter (({ homes }) => homes.length === 0)).toEqual ([]);
  });
});

describe ('apportioning', () => {
  it.each ([[10, [1, 1, 1], [4, 3, 3]], [7, [0, 5, 2], [0, 5, 2]], [0, [1], [0]]])
    ('%i by %j is %j', (count, weights, shares) => expect (apportion (count, weights)).toEqual (shares));
});
