import { describe, expect, test } from 'vitest';
import type { RuleNode } from '../src/api/types';
import { en } from '../src/i18n/en';
import { fill, type MessageKey, type Values } from '../src/i18n/messages';
import { isComplete, newCondition, ruleOf, ruleText } from '../src/lib/rule';

const say = (key: MessageKey, values?: Values) => fill(en[key], 'en-GB', values);
const text = (nodes: RuleNode[]) => ruleText(nodes, say, 'en-GB');
const node = (op: string, values: string[] = [], field = 'UNSPECIFIED', operands = 0) =>
  ({ op: `RULE_OP_${op}`, operands, field: `RULE_FIELD_${field}`, values }) as RuleNode;

describe('ruleOf', () => {
  test('nothing makes no rule', () => expect(ruleOf([])).toEqual([]));

  test('one condition stands alone', () => {
    expect(ruleOf([{ ...newCondition('province'), values: ' Uusimaa ' }])).toEqual([
      node('EQUALS', ['Uusimaa'], 'PROVINCE'),
    ]);
  });

  test('several values become "in"', () => {
    expect(ruleOf([{ ...newCondition('town'), values: 'X, Y ,, Z' }])).toEqual([
      node('IN', ['X', 'Y', 'Z'], 'TOWN'),
    ]);
  });

  test('a subscription keeps its commas: it is one name', () => {
    expect(ruleOf([{ ...newCondition('subscription'), values: 'Member, full' }])[0]?.values).toEqual([
      'Member, full',
    ]);
  });

  test('several conditions stand under "all", in preorder', () => {
    const rule = ruleOf([
      { ...newCondition('age'), from: '7', to: '16' },
      newCondition('admitted'),
      { ...newCondition('position'), values: 'leader' },
    ]);
    expect(rule).toEqual([
      node('ALL', [], 'UNSPECIFIED', 3),
      node('BETWEEN', ['7', '16'], 'AGE'),
      node('ADMITTED'),
      node('POSITION', ['leader']),
    ]);
  });
});

describe('isComplete', () => {
  test.each([
    ['province', '', '', '', false],
    ['province', ' , ', '', '', false],
    ['province', 'X', '', '', true],
    ['age', '', '', '', false],
    ['age', '', '7', '', true],
    ['age', '', '', '16', true],
    ['admitted', '', '', '', true],
    ['position', '', '', '', true],
    ['subscription', ' ', '', '', false],
  ] as const)('%s %j %j %j', (kind, values, from, to, expected) => {
    expect(isComplete({ kind, values, from, to })).toBe(expected);
  });
});

describe('ruleText', () => {
  test.each<[string, RuleNode[], string | undefined]>([
    ['a value', [node('EQUALS', ['Uusimaa'], 'PROVINCE')], 'province is Uusimaa'],
    ['values', [node('IN', ['X', 'Y', 'Z'], 'TOWN')], 'town is X, Y or Z'],
    ['open below', [node('BETWEEN', ['', '16'], 'AGE')], 'age is at most 16'],
    ['open above', [node('BETWEEN', ['7', ''], 'AGE')], 'age is at least 7'],
    ['not', [node('NOT', [], 'UNSPECIFIED', 1), node('EQUALS', ['FI'], 'COUNTRY')], 'not: country is FI'],
    [
      'any inside all',
      [
        node('ALL', [], 'UNSPECIFIED', 2),
        node('SUBSCRIPTION', ['Member']),
        node('ANY', [], 'UNSPECIFIED', 2),
        node('ADMITTED', ['1']),
        node('POSITION'),
      ],
      'has an active subscription of Member and (is admitted to this organ as member type 1 or holds a position)',
    ],
    ['nothing', [], undefined],
    ['an operand too few', [node('ALL', [], 'UNSPECIFIED', 2), node('ADMITTED')], undefined],
    ['a node too many', [node('ADMITTED'), node('ADMITTED')], undefined],
  ])('%s', (_, nodes, expected) => expect(text(nodes)).toBe(expected));
});
