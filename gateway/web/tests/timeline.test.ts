import { describe, expect, test } from 'vitest';
import type { Membership } from '../src/api/types';
import { ageOn, dayNumber, tickStep, timelineOf } from '../src/lib/timeline';

const TODAY = '2026-11-21';
const membership = (organ: string, validFrom: string, validTo = '', more: Partial<Membership> = {}) =>
  ({
    organId: organ,
    organName: organ,
    organKind: '',
    typeId: 't',
    typeName: 'Member',
    organisationId: 'o',
    organisationName: 'Org',
    depth: 1,
    validFrom,
    validTo,
    ...more,
  }) as Membership;

describe('timelineOf', () => {
  test('nobody is a member of anything', () => expect(timelineOf([], TODAY).groups).toEqual([]));

  test('two periods of one organ are two bars of one row', () => {
    const { groups } = timelineOf(
      [membership('A', '2020-01-01', '2021-01-01'), membership('A', '2022-01-01')],
      TODAY,
    );
    const bars = groups[0]!.rows[0]!.bars;
    expect(groups[0]!.rows.length).toBe(1);
    expect(bars.map(bar => bar.open)).toEqual([false, true]);
    expect(bars[0]!.end).toBeLessThan(bars[1]!.start);
    expect(bars[1]!.end).toBe(1);
  });

  test('two types in one organ are two rows', () => {
    const two = [membership('A', '2020-01-01'), membership('A', '2020-01-01', '', { typeId: 'u' })];
    expect(timelineOf(two, TODAY).groups[0]!.rows.length).toBe(2);
  });

  test('organisations are groups; organs above come first, then by the day they begin', () => {
    const list = [
      membership('New', '2024-01-01', '', { depth: 2 }),
      membership('Old', '2020-01-01', '2024-01-01', { depth: 2 }),
      membership('Top', '2020-01-01', '', { depth: 0 }),
      membership('Other', '2020-01-01', '', { organisationId: 'p', organisationName: 'P' }),
    ];
    const { groups } = timelineOf(list, TODAY);
    expect(groups.map(({ rows }) => rows.map(row => row.organName))).toEqual([
      ['Top', 'Old', 'New'],
      ['Other'],
    ]);
  });

  test.each([
    ['past', '2020-01-01', '2021-01-01', false],
    ['ends today: no longer', '2020-01-01', TODAY, false],
    ['begins today', TODAY, '', true],
    ['future', '2027-01-01', '', false],
    ['running', '2020-01-01', '2027-01-01', true],
  ])('%s', (_, from, to, now) => {
    const { groups, today } = timelineOf([membership('A', from, to)], TODAY);
    const [bar] = groups[0]!.rows[0]!.bars;
    expect(groups[0]!.rows[0]!.now).toBe(now);
    expect(bar!.start).toBeLessThanOrEqual(bar!.future);
    expect(bar!.future).toBeLessThanOrEqual(bar!.end);
    if (now) expect(bar!.future).toBeCloseTo(Math.max(today, bar!.start));
  });

  test('everything lies inside the picture', () => {
    const { groups, ticks, today } = timelineOf([membership('A', '1950-03-01', '2031-01-01')], TODAY);
    const [bar] = groups[0]!.rows[0]!.bars;
    for (const share of [bar!.start, bar!.end, today, ...ticks.map(({ at }) => at)]) {
      expect(share).toBeGreaterThanOrEqual(0);
      expect(share).toBeLessThanOrEqual(1);
    }
    expect(ticks.length).toBeLessThanOrEqual(8);
  });
});

test.each([
  [1, 1],
  [7, 1],
  [8, 2],
  [30, 5],
  [90, 20],
])('%d years: a tick every %d', (years, step) => expect(tickStep(years)).toBe(step));

test('days are whole across a change of clocks', () => {
  expect(dayNumber('2026-03-30') - dayNumber('2026-03-28')).toBe(2);
});

test.each([
  ['2008-02-29', '2026-02-28', 17],
  ['2008-02-29', '2026-03-01', 18],
  ['2010-11-21', TODAY, 16],
  ['2010-11-22', TODAY, 15],
])('born %s is on %s %d years', (born, day, age) => expect(ageOn(born, day)).toBe(age));
