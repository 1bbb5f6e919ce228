import { describe, expect, test } from 'vitest';
import type { Organ, Organisation } from '../src/api/types';
import { changedFields, differences } from '../src/lib/conflict';
import { completeMapping, mappingFaults, samplesOf } from '../src/lib/mapping';
import { codeFrom, missing } from '../src/lib/required';
import { only, parseSearch, stringifySearch } from '../src/lib/search';
import { treeRows } from '../src/pages/organs/rows';
import { phoneNumber } from '../src/pages/persons/PersonFields';

describe('mapping', () => {
  test('every column has an entry, in the order of the file', () => {
    const proposed = [{ column: 'b', field: 'email' }];
    expect(completeMapping(['a', 'b'], proposed)).toEqual([
      { column: 'a', field: 'ignore' },
      { column: 'b', field: 'email' },
    ]);
  });

  test('a column named twice takes its proposals one by one', () => {
    const proposed = [
      { column: 'x', field: 'email' },
      { column: 'x', field: 'phone' },
    ];
    expect(completeMapping(['x', 'x', 'x'], proposed).map(({ field }) => field)).toEqual([
      'email',
      'phone',
      'ignore',
    ]);
  });

  test.each<[string[], string[], string[]]>([
    [['given_name', 'family_name'], [], []],
    [['given_name', 'ignore', 'ignore'], [], ['family_name']],
    [['email', 'email', 'email', 'given_name', 'family_name'], ['email'], []],
    [[], [], ['given_name', 'family_name']],
  ])('%j', (fields, doubled, needed) => {
    const mapping = fields.map(field => ({ column: 'c', field }));
    expect(mappingFaults(mapping)).toEqual({ doubled, missing: needed });
  });

  test('samples leave out what is empty or said already', () => {
    const rows = ['', 'x', 'x', ' ', 'y', 'z', 'w'].map(value => ({ values: [value] }));
    expect(samplesOf(rows, 0)).toEqual(['x', 'y', 'z']);
    expect(samplesOf(rows, 1)).toEqual([]);
  });
});

describe('conflict', () => {
  test('what someone else changed, with both versions', () => {
    const found = differences({ a: '1', b: '2' }, { a: '1', b: '3' }, { a: '9', b: '2' });
    expect(found).toEqual([{ field: 'b', before: '2', theirs: '3', mine: '2' }]);
  });
  test('only what was changed is sent', () => {
    expect(changedFields({ a: '1', b: '2' }, { a: '1', b: '' })).toEqual(['b']);
  });
});

describe('search', () => {
  test.each([
    [{ q: 'Mäki & Co', page: '' }, '?q=M%C3%A4ki+%26+Co'],
    [{ q: '123', on: undefined, n: 7 }, '?q=123'],
    [{}, ''],
  ])('%j', (search, text) => expect(stringifySearch(search)).toBe(text));
  test('numbers and words that look like JSON stay text', () => {
    expect(parseSearch('?q=123&type=true')).toEqual({ q: '123', type: 'true' });
  });
  test('drops what a page does not know', () => {
    expect(only('q')({ q: 'x', evil: 'y', page: '' })).toEqual({ q: 'x' });
  });
});

test.each([
  ['Hämeenlinnan Eräpojat ry', 'hameenlinnan-erapojat-ry'],
  ['  Åbo–Scouter 1 ', 'abo-scouter-1'],
  ['…', ''],
])('the code of %j', (name, code) => expect(codeFrom(name)).toBe(code));

test.each([
  ['040 123 4567', '+358401234567'],
  ['+46 70-123 45 67', '+46701234567'],
  ['0046 701234567', '+46701234567'],
  ['112', '112'],
  ['', ''],
])('the number %j', (text, number) => expect(phoneNumber(text)).toBe(number));

test('what is missing is told like the API tells it', () => {
  expect(missing({ a: 'x', b: ' ' })?.violations).toEqual([
    { field: 'b', reason: 'REQUIRED', description: '' },
  ]);
  expect(missing({ a: 'x' })).toBeNull();
});

describe('treeRows', () => {
  const organisation = {
    organisationId: 'o',
    name: 'O',
    code: 'o',
    memberCount: '5',
    organCount: '3',
  } as Organisation;
  const organ = (organId: string, childCount = '0') =>
    ({ organId, name: organId, kind: '', code: '', memberCount: '2', childCount }) as Organ;

  test('closed: the organisation alone', () => {
    expect(treeRows([organisation], new Set(), new Map()).map(({ id }) => id)).toEqual(['o']);
  });
  test('open, not loaded: says so', () => {
    const [row] = treeRows([organisation], new Set(['o']), new Map());
    expect([row!.expanded, row!.loading]).toEqual([true, true]);
  });
  test('open: children with level, place and the line that fetches more', () => {
    const branches = new Map([['o', { organs: [organ('a', '1'), organ('b')], more: true }]]);
    const rows = treeRows([organisation], new Set(['o', 'b']), branches);
    expect(rows.map(({ id, level, position }) => [id, level, position])).toEqual([
      ['o', 1, 1],
      ['a', 2, 1],
      ['b', 2, 2],
      ['more-o', 2, 3],
    ]);
    expect(rows.map(({ expandable }) => expandable)).toEqual([true, true, false, false]);
    expect(rows[2]!.expanded).toBe(false);
  });
});
