import { describe, expect, test } from 'vitest';
import type { RuleNode } from '../src/api/types';
import { en } from '../src/i18n/en';
import { fill, type MessageKey, type Values } from '../src/i18n/messages';
import { ruleText } from '../src/lib/rule';
import {
  asksAdmission,
  either,
  isComplete,
  isWhole,
  newCondition,
  newGroup,
  nodesOf,
  treeOf,
  withPart,
} from '../src/lib/ruleTree';

const say = (key: MessageKey, values?: Values) => fill(en[key], 'en-GB', values);
const text = (nodes: RuleNode[]) => ruleText(nodes, say, 'en-GB');
const node = (op: string, values: string[] = [], field = 'UNSPECIFIED', operands = 0) =>
  ({ op: `RULE_OP_${op}`, operands, field: `RULE_FIELD_${field}`, values }) as RuleNode;
const all = (count: number) => node('ALL', [], 'UNSPECIFIED', count);
const any = (count: number) => node('ANY', [], 'UNSPECIFIED', count);
const not = node('NOT', [], 'UNSPECIFIED', 1);

describe('nodesOf', () => {
  test('nothing makes no rule', () => expect(nodesOf(newGroup())).toEqual([]));

  test('one condition stands alone, its values trimmed', () => {
    expect(nodesOf(newGroup('any', [newCondition('province', { values: [' Uusimaa ', ''] })]))).toEqual([
      node('EQUALS', ['Uusimaa'], 'PROVINCE'),
    ]);
  });

  test('a subscription keeps its commas: it is one name', () => {
    const rule = nodesOf(newGroup('all', [newCondition('subscription', { values: ['Member, full'] })]));
    expect(rule[0]?.values).toEqual(['Member, full']);
  });

  test('conditions and groups in preorder, turned round where asked', () => {
    const rule = nodesOf(
      newGroup('all', [
        newCondition('age', { from: '7', to: '16' }),
        {
          ...newGroup('any', [newCondition('admitted'), newCondition('position', { values: ['leader'] })]),
          not: true,
        },
        newCondition('tag', { values: ['a', 'b'], not: true }),
      ]),
    );
    expect(rule).toEqual([
      all(3),
      node('BETWEEN', ['7', '16'], 'AGE'),
      not,
      any(2),
      node('ADMITTED'),
      node('POSITION', ['leader']),
      not,
      node('IN', ['a', 'b'], 'TAG'),
    ]);
  });
});

describe('treeOf', () => {
  test.each<[string, RuleNode[]]>([
    ['nothing', []],
    ['one', [node('EQUALS', ['Salo'], 'TOWN')]],
    ['not one', [not, node('IN', ['1', '2'], 'POSTAL_CODE')]],
    ['a range', [node('BETWEEN', ['', '2010-01-01'], 'BIRTH_DATE')]],
    ['ages one by one', [node('IN', ['7', '9'], 'AGE')]],
    [
      'deep',
      [
        any(2),
        node('ADMITTED'),
        not,
        all(2),
        node('POSITION'),
        any(2),
        not,
        node('SUBSCRIPTION', ['M']),
        node('EQUALS', ['FI'], 'COUNTRY'),
      ],
    ],
    ['not all', [not, all(2), node('ADMITTED', ['1']), node('EQUALS', ['x'], 'TAG')]],
  ])('and back is the same: %s', (_, nodes) => expect(nodesOf(treeOf(nodes)!)).toEqual(nodes));

  test('twice turned round is as it was', () => {
    expect(nodesOf(treeOf([not, not, node('ADMITTED')])!)).toEqual([node('ADMITTED')]);
  });

  test.each<[string, RuleNode[]]>([
    ['an operand too few', [all(2), node('ADMITTED')]],
    ['a node too many', [node('ADMITTED'), node('ADMITTED')]],
    ['a field nobody knows', [node('EQUALS', ['x'], 'SHOE_SIZE')]],
    ['nothing to turn round', [not]],
  ])('%s is no tree', (_, nodes) => expect(treeOf(nodes)).toBe(null));
});

describe('completeness', () => {
  test.each([
    ['province', [], '', '', false],
    ['province', [' '], '', '', false],
    ['province', ['X'], '', '', true],
    ['age', [], '', '', false],
    ['age', [], '', '7', true],
    ['age', [], '16', '', true],
    ['admitted', [], '', '', true],
    ['position', [], '', '', true],
    ['subscription', [' '], '', '', false],
  ] as const)('%s %j %j %j', (kind, values, from, to, expected) => {
    expect(isComplete(newCondition(kind, { values: [...values], from, to }))).toBe(expected);
  });
  test('no rule is whole; an empty group inside is not', () => {
    expect(isWhole(newGroup())).toBe(true);
    expect(isWhole(newGroup('all', [newGroup('any')]))).toBe(false);
  });
});

describe('withPart', () => {
  const inner = newCondition('tag', { values: ['x'] });
  const tree = newGroup('all', [
    newCondition('admitted'),
    newGroup('any', [inner, newCondition('position')]),
  ]);
  test('changes a part deep inside, and nothing else', () => {
    const next = withPart(tree, inner.id, part => ({ ...part, not: true }));
    expect(nodesOf(next)).toEqual([
      all(2),
      node('ADMITTED'),
      any(2),
      not,
      node('EQUALS', ['x'], 'TAG'),
      node('POSITION'),
    ]);
    expect(nodesOf(tree).length).toBe(5);
  });
  test('takes a part away', () => {
    expect(nodesOf(withPart(tree, inner.id, () => null))).toEqual([
      all(2),
      node('ADMITTED'),
      node('POSITION'),
    ]);
  });
});

describe('either', () => {
  const hattula = [node('EQUALS', ['Hattula'], 'MUNICIPALITY')];
  const two = [node('IN', ['Lahti', 'Hattula'], 'MUNICIPALITY')];
  test.each<[string, RuleNode[], RuleNode[], RuleNode[]]>([
    ['the same', hattula, hattula, hattula],
    ['values of one field', hattula, two, [node('IN', ['Hattula', 'Lahti'], 'MUNICIPALITY')]],
    ['nothing on one side', [], hattula, hattula],
    ['nothing on the other', hattula, [], hattula],
    ['different fields', hattula, [node('ADMITTED')], [any(2), ...hattula, node('ADMITTED')]],
    [
      'one that is "any" already',
      [any(2), node('ADMITTED'), node('POSITION')],
      hattula,
      [any(3), node('ADMITTED'), node('POSITION'), ...hattula],
    ],
  ])('%s', (_, a, b, expected) => expect(either(a, b)).toEqual(expected));
  test('admission is asked wherever it stands', () => {
    expect(asksAdmission([all(2), node('POSITION'), node('ADMITTED')])).toBe(true);
    expect(asksAdmission(hattula)).toBe(false);
  });
});

describe('ruleText', () => {
  test.each<[string, RuleNode[], string | undefined]>([
    ['a value', [node('EQUALS', ['Uusimaa'], 'PROVINCE')], 'lives in the province Uusimaa'],
    ['values', [node('IN', ['X', 'Y', 'Z'], 'TOWN')], 'lives in the town X, Y or Z'],
    ['open below', [node('BETWEEN', ['', '16'], 'AGE')], 'is at most 16 years old'],
    ['open above', [node('BETWEEN', ['7', ''], 'AGE')], 'is at least 7 years old'],
    [
      'both ends',
      [node('BETWEEN', ['00100', '00990'], 'POSTAL_CODE')],
      'lives in a postal code from 00100 to 00990',
    ],
    ['a range nobody writes', [node('BETWEEN', ['A', 'B'], 'TOWN')], 'town is from A to B'],
    ['not', [not, node('EQUALS', ['FI'], 'COUNTRY')], 'not: lives in the country FI'],
    [
      'any inside all',
      [all(2), node('SUBSCRIPTION', ['Member']), any(2), node('ADMITTED', ['1']), node('POSITION')],
      'has an active subscription of Member and (is admitted to this organ as member type 1 or holds a position)',
    ],
    ['nothing', [], undefined],
    ['an operand too few', [all(2), node('ADMITTED')], undefined],
    ['a node too many', [node('ADMITTED'), node('ADMITTED')], undefined],
  ])('%s', (_, nodes, expected) => expect(text(nodes)).toBe(expected));
});
