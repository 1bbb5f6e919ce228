import { describe, expect, test } from 'vitest';
import type { Organ, PlanEffect } from '../src/api/types';
import { BOX, chartFile, chartOf, cutSheets, lettersBeside, wrapped } from '../src/lib/chart';
import { effectRows, filterEffects, periodOf, sortEffects } from '../src/lib/effects';
import { firstOfMonth, monthOf } from '../src/ui/DayBar';

const organ = (organId: string, parentId: string, kind = '') =>
  ({ organId, parentId, kind, name: organId, memberCount: '3', childCount: '0' }) as Organ;
/** A federation of so many districts with so many associations each. */
const federation = (districts: number, each: number) => [
  organ('F', '', 'federation'),
  ...Array.from({ length: districts }, (_, d) => [
    organ(`D${d}`, 'F', 'district'),
    ...Array.from({ length: each }, (_unused, a) => organ(`D${d}A${a}`, `D${d}`, 'association')),
  ]).flat(),
];

describe('chartOf', () => {
  test('an organ that is not there has no chart', () =>
    expect(chartOf(federation(1, 1), 'X')).toBe(undefined));

  test('parents stand in the middle of what is below, one column to the left', () => {
    const { sheets } = chartOf(federation(2, 3), 'F')!;
    const at = (id: string) => sheets[0]!.nodes.find(node => node.id === id)!;
    expect(sheets.length).toBe(1);
    expect(at('D0').y).toBe(at('D0A1').y);
    expect(at('D0A0').x - at('D0').x).toBe(BOX.width + BOX.gapX);
    expect(at('F').y).toBe((at('D0').y + at('D1').y) / 2);
    const rows = sheets[0]!.nodes.filter(({ id }) => id.includes('A')).map(({ y }) => y);
    expect(new Set(rows).size).toBe(6);
  });

  test('750 organs: as deep as one look takes, the rest as a number', () => {
    const chart = chartOf(federation(20, 37), 'F')!;
    expect([chart.depth, chart.deepest, chart.organs]).toEqual([1, 2, 761]);
    expect(chart.sheets.flatMap(({ nodes }) => nodes).filter(({ hidden }) => hidden === 37).length).toBe(20);
    expect(chart.levels).toEqual(['federation', 'district']);
  });

  test('all 750 fill sheets: each organ once, those above again with a mark', () => {
    const { sheets } = chartOf(federation(20, 37), 'F', 2)!;
    expect(sheets.length).toBeGreaterThan(20);
    const nodes = sheets.flatMap(sheet => sheet.nodes);
    expect(nodes.filter(({ id }) => id.includes('A')).length).toBe(740);
    expect(nodes.filter(({ id, continued }) => id === 'F' && !continued).length).toBe(1);
    expect(Math.max(...sheets.map(({ width, height }) => height / width))).toBeLessThan(1.45);
  });

  test('a circle in the data ends', () => {
    expect(chartOf([organ('A', 'B'), organ('B', 'A')], 'A')!.organs).toBe(2);
  });
});

describe('cutSheets', () => {
  test.each<[string, number[], number, [number, number][]]>([
    ['all fits', [0, 0, 1], 5, [[0, 3]]],
    [
      'a branch that fits stays whole',
      [0, 0, 0, 1, 1, 1],
      4,
      [
        [0, 3],
        [3, 6],
      ],
    ],
    [
      'a branch longer than a sheet is cut',
      [0, 0, 0, 0, 0],
      2,
      [
        [0, 2],
        [2, 4],
        [4, 5],
      ],
    ],
    ['nothing', [], 4, []],
  ])('%s', (_, branches, rows, expected) => expect(cutSheets(branches, rows)).toEqual(expected));
});

test.each([
  ['Short', ['Short']],
  ['Hämeenlinnan Eräpojat ja Erätytöt', ['Hämeenlinnan Eräpojat ja', 'Erätytöt']],
  ['Aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', ['Aaaaaaaaaaaaaaaaaaaaaaa…']],
  [
    'One two three four five six seven eight nine ten',
    ['One two three four five', 'six seven eight nine ten'],
  ],
])('%s in two lines', (name, lines) => expect(wrapped(name, 24)).toEqual(lines));

test('the file has every name as text, nothing unescaped', () => {
  const chart = chartOf([organ('F', ''), { ...organ('A', 'F'), name: 'Ström & <Co>' }], 'F')!;
  const texts = { title: 'T', members: String, hidden: String, level: String };
  const file = chartFile(chart, texts);
  expect(file).toContain('>Ström &amp; &lt;Co&gt;</text>');
  expect(file).not.toContain('<Co>');
  expect(file.match(/<rect /g)?.length).toBe(2);
});

describe('effects', () => {
  const effect = (organName: string, typeName: string, joins: string, leaves = '0') =>
    ({
      organId: organName,
      organName,
      organCode: organName,
      typeId: typeName,
      typeName,
      joins,
      leaves,
      before: '1',
      after: '2',
      stays: '0',
    }) as PlanEffect;
  const rows = effectRows([effect('Åbo 10', 'M', '9'), effect('Åbo 9', 'M', '10'), effect('Esbo', 'S', '9')]);
  const names = (list: typeof rows) => list.map(row => row.effect.organName);
  test.each([
    ['organ', ['Åbo 9', 'Åbo 10', 'Esbo']],
    ['-organ', ['Esbo', 'Åbo 10', 'Åbo 9']],
    ['joins', ['Åbo 10', 'Esbo', 'Åbo 9']],
    ['-joins', ['Åbo 9', 'Åbo 10', 'Esbo']],
    ['nonsense', ['Åbo 9', 'Åbo 10', 'Esbo']],
  ])('by %s: numbers as numbers', (order, expected) =>
    expect(names(sortEffects(rows, order, 'en-GB'))).toEqual(expected),
  );
  test('filtered without accents, and by type', () => {
    expect(names(filterEffects(rows, 'abo 1', ''))).toEqual(['Åbo 10']);
    expect(names(filterEffects(rows, '', 'S'))).toEqual(['Esbo']);
  });
  test.each([
    ['2020-01-01/2026-12-31', ['2020-01-01', '2026-12-31']],
    ['2020-01-01/', ['2020-01-01', '']],
    ['', ['', '']],
  ])('%j', (text, expected) => expect(periodOf(text)).toEqual(expected));
});

test.each([
  ['2026-11-21', '2026-11-01'],
  ['1910-01-01', '1910-01-01'],
  ['0999-12-31', '0999-12-01'],
])('the month of %s begins on %s', (day, first) => expect(firstOfMonth(monthOf(day))).toBe(first));

test.each([
  [0, 23],
  [99, 22],
  [11690, 18],
  [1234567, 16],
])('beside the number %d there is room for a name of %d letters', (members, letters) => {
  expect(lettersBeside(members)).toBe(letters);
  // The widest letters of a bold system font, so that neither runs into the other.
  expect(letters * 7.5 + String(members).length * 7).toBeLessThan(BOX.width - 2 * BOX.padding);
});
