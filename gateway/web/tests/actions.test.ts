// Years as people write them, days, and rights gathered by their ground.
import { describe, expect, test } from 'vitest';
import type { PersonRight } from '../src/api/types';
import { plusDays } from '../src/lib/days';
import { grantsOf } from '../src/lib/grants';
import { yearsOf } from '../src/lib/years';

describe('years', () => {
  test.each([
    ['5, 10 25', [5, 10, 25]],
    ['50;10,10', [10, 50]],
    ['1,100', [1, 100]],
    ['', []],
  ])('%j', (text, years) => expect(yearsOf(text)).toEqual(years));
  test.each(['0', '101', '5, ten', '2.5', '-1', '1e1x'])('%j is none', text =>
    expect(yearsOf(text)).toBeUndefined(),
  );
});

test.each([
  ['2024-02-28', 1, '2024-02-29'],
  ['2023-12-31', 1, '2024-01-01'],
  ['2024-03-01', -1, '2024-02-29'],
])('%s and %d days are %s', (day, days, expected) => expect(plusDays(day, days)).toBe(expected));

describe('grants', () => {
  const right = (name: string, more: Partial<PersonRight> = {}): PersonRight => ({
    right: name,
    organId: 'o1',
    organName: 'North',
    position: 'secretary',
    actionId: 'a1',
    actionTitle: 'Secretaries',
    validFrom: '2020-01-01',
    validTo: '',
    ...more,
  });

  test('of one ground are one', () => {
    expect(grantsOf([right('members.read'), right('letters.send')])).toMatchObject([
      { organId: 'o1', rights: ['members.read', 'letters.send'] },
    ]);
  });

  test.each([{ organId: 'o2' }, { actionId: 'a2' }, { position: 'chair' }, { validFrom: '2021-01-01' }])(
    'of another ground stay apart: %j',
    more => {
      const grants = grantsOf([right('members.read'), right('members.read', more), right('groups.read')]);
      expect(grants.map(({ rights }) => rights)).toEqual([['members.read', 'groups.read'], ['members.read']]);
    },
  );
});
