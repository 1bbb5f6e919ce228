// Area changes: rows as they are sent, faults with their places, lines of CSV, rules that name what is no more, files.
import { describe, expect, test } from 'vitest';
import type { AreaPlace, Rule, RuleNode } from '../src/api/types';
import {
  countRows,
  faultsOf,
  linesOfRows,
  oldNamesOf,
  rowsToSend,
  rulesNaming,
  type RowDraft,
} from '../src/lib/areas';
import { textOf } from '../src/lib/textFile';

const row = (more: Partial<RowDraft>): RowDraft => ({
  id: 1,
  by: 'postalCode',
  country: 'FI',
  place: '',
  town: '',
  municipality: '',
  province: '',
  ...more,
});

test('rows are sent trimmed, without those in which nothing was written', () => {
  expect(
    rowsToSend([
      row({ place: ' 00100 ', municipality: 'Uusi ' }),
      row({}),
      row({ by: 'fromMunicipality', place: 'Vanha', country: 'fi', province: 'Häme' }),
    ]),
  ).toEqual([
    { country: 'FI', postalCode: '00100', town: '', municipality: 'Uusi', province: '' },
    { country: 'FI', fromMunicipality: 'Vanha', town: '', municipality: '', province: 'Häme' },
  ]);
});

describe('faults', () => {
  const CASES = [
    ['rows[2].postalCode', 'Unknown', { row: 2, field: 'place' }],
    ['rows[0].municipality', 'Needed', { row: 0, field: 'municipality' }],
    ['title', 'Needed', { field: 'title' }],
    ['csv', 'Line 3, column 2: Too long', { line: 3, column: 2, field: 'csv', description: 'Too long' }],
    ['csv', 'Line 7, postalCode: Unknown', { line: 7, field: 'postalCode', description: 'Unknown' }],
    ['csv', 'The file has no rows', { field: 'csv', description: 'The file has no rows' }],
  ] as const;
  test.each(CASES)('%s: %s', (field, description, expected) => {
    const [fault] = faultsOf([{ field, reason: 'R', description }]);
    expect(fault).toMatchObject({ reason: 'R', ...expected });
    expect(fault && 'line' in fault).toBe('line' in expected);
  });
});

test.each([
  ['a;b\n1;2\n3;4\n', [2, 3]],
  ['a\r\n1\r\n\r\n2', [2, 4]],
  ['a\n"1\n\n1"\n2', [2, 5]],
  ['a\n"x""y\n"\n2\n', [2, 4]],
  ['a', []],
  ['\n\na\n1', [4]],
  ['', []],
])('rows of %j begin on lines %j', (csv, lines) => {
  expect(linesOfRows(csv)).toEqual(lines);
  expect(countRows(csv)).toBe(lines.length);
});

describe('faults of a file of changes', () => {
  test.each([
    ['Line 3, on: There is no such day', { line: 3, field: 'on', description: 'There is no such day' }],
    ['Line 4, rule[0].values: Is empty', { line: 4, field: 'rule', description: 'Is empty' }],
    [
      'Line 1, column 2: No such: column',
      { line: 1, column: 2, field: 'csv', description: 'No such: column' },
    ],
    ['Line up, please: now', { field: 'csv', description: 'Line up, please: now' }],
  ])('%s', (description, expected) => {
    const faults = faultsOf([{ field: 'csv', reason: 'R', description }]);
    expect(faults).toEqual([{ reason: 'R', ...expected }]);
  });
});

describe('old names', () => {
  const place = (more: Partial<AreaPlace>): AreaPlace => ({
    country: 'FI',
    postalCode: '00100',
    oldTown: 'Kylä',
    oldMunicipality: 'Vanha',
    oldProvince: 'Häme',
    town: 'Kylä',
    municipality: 'Uusi',
    province: 'Häme',
    personCount: '1',
    ...more,
  });
  const node = (more: Partial<RuleNode>): RuleNode =>
    ({
      op: 'RULE_OP_IN',
      operands: 0,
      field: 'RULE_FIELD_MUNICIPALITY',
      values: ['Vanha'],
      ...more,
    }) as RuleNode;
  const rule = (nodes: RuleNode[], validTo = ''): Rule =>
    ({
      ruleId: 'r',
      organId: 'o',
      typeId: '',
      nodes,
      validFrom: '',
      validTo,
      recordTime: '',
      text: '',
    }) as Rule;

  test('are those that some postal code loses, each once', () => {
    const places = [
      place({}),
      place({ postalCode: '00200' }),
      place({ oldTown: '', town: 'X' }),
      place({ province: 'Savo' }),
    ];
    expect(oldNamesOf(places)).toEqual([
      { field: 'RULE_FIELD_MUNICIPALITY', name: 'Vanha' },
      { field: 'RULE_FIELD_PROVINCE', name: 'Häme' },
    ]);
  });

  const OLD = oldNamesOf([place({})]);
  const RULES = [
    ['names it', rule([node({})]), ['Vanha']],
    [
      'names it among others, deep down',
      rule([node({ op: 'RULE_OP_ALL', values: [] }), node({ values: ['Muu', 'Vanha'] })]),
      ['Vanha'],
    ],
    ['names a town of that name', rule([node({ field: 'RULE_FIELD_TOWN' })]), []],
    ['names another', rule([node({ values: ['Uusi'] })]), []],
    ['has ended by the day', rule([node({})], '2027-01-01'), []],
    ['ends after the day', rule([node({})], '2027-01-02'), ['Vanha']],
  ] as const;
  test.each(RULES)('a rule that %s', (_, known, names) => {
    expect(rulesNaming([known], OLD, '2027-01-01')).toEqual(names);
  });
});

describe('a file as text', () => {
  const bytes = (...list: number[]) => new Uint8Array(list).buffer;
  const utf8 = (text: string) => new TextEncoder().encode(text).buffer as ArrayBuffer;
  test.each([
    ['UTF-8', utf8('ä;b\n'), 'ä;b\n'],
    ['UTF-8 with a mark and CRLF', utf8('\uFEFFä\r\nb\r\n'), 'ä\nb\n'],
    ['Windows-1252', bytes(0xe4, 0xd6, 0x3b), 'äÖ;'],
    ['UTF-16, little-endian', bytes(0xff, 0xfe, 0xe4, 0x00, 0x3b, 0x00), 'ä;'],
    ['UTF-16, big-endian', bytes(0xfe, 0xff, 0x00, 0xe4, 0x00, 0x3b), 'ä;'],
    ['line ends of old', utf8('a\rb'), 'a\nb'],
    ['nothing', bytes(), ''],
  ])('%s', (_, buffer, text) => expect(textOf(buffer)).toBe(text));
});
