import { describe, expect, test } from 'vitest';
import type { ExplanationNode, Rule } from '../src/api/types';
import { en } from '../src/i18n/en';
import { fill, type MessageKey, type Values } from '../src/i18n/messages';
import { explanationTree, wordsOf } from '../src/lib/explanation';

const say = (key: MessageKey, values?: Values) => fill(en[key], 'en-GB', values);
const line = (depth: number, text: string, kind = 'condition', ruleId = 'r') =>
  ({ depth, text, kind, ruleId, holds: true, organName: '', facts: [] }) as unknown as ExplanationNode;

describe('explanationTree', () => {
  const shape = (nodes: ExplanationNode[]): unknown =>
    (function walk(tree: ReturnType<typeof explanationTree>): unknown {
      return tree.map(({ node, children }) =>
        children.length ? { [node.text]: walk(children) } : node.text,
      );
    })(explanationTree(nodes));

  test.each<[string, [number, string][], unknown]>([
    ['empty', [], []],
    [
      'flat',
      [
        [0, 'a'],
        [0, 'b'],
      ],
      ['a', 'b'],
    ],
    [
      'nested',
      [
        [0, 'a'],
        [1, 'b'],
        [2, 'c'],
        [1, 'd'],
        [0, 'e'],
      ],
      [{ a: [{ b: ['c'] }, 'd'] }, 'e'],
    ],
    [
      'a step missing',
      [
        [0, 'a'],
        [2, 'b'],
        [1, 'c'],
      ],
      [{ a: ['b', 'c'] }],
    ],
    [
      'begins deep',
      [
        [3, 'a'],
        [0, 'b'],
      ],
      ['a', 'b'],
    ],
  ])('%s', (_, lines, expected) => {
    expect(shape(lines.map(([depth, text]) => line(depth, text)))).toEqual(expected);
  });
});

describe('wordsOf', () => {
  const rule = {
    ruleId: 'r',
    nodes: [
      { op: 'RULE_OP_ALL', operands: 2, field: 'RULE_FIELD_UNSPECIFIED', values: [] },
      { op: 'RULE_OP_NOT', operands: 1, field: 'RULE_FIELD_UNSPECIFIED', values: [] },
      { op: 'RULE_OP_EQUALS', operands: 0, field: 'RULE_FIELD_TOWN', values: ['X'] },
      { op: 'RULE_OP_ADMITTED', operands: 0, field: 'RULE_FIELD_UNSPECIFIED', values: [] },
    ],
  } as unknown as Rule;
  const lines = [line(1, 'all'), line(2, 'not'), line(3, 'town'), line(2, 'admitted')];

  test.each([
    [0, 'all of these'],
    [1, 'not: lives in the town X'],
    [2, 'lives in the town X'],
    [3, 'is admitted to this organ'],
  ])('line %d', (at, expected) => {
    expect(wordsOf(lines[at]!, lines, [rule], say, 'en-GB')).toBe(expected);
  });

  test('is silent when the lines are not those of the rule', () => {
    expect(wordsOf(lines[0]!, lines.slice(1), [rule], say, 'en-GB')).toBeUndefined();
    expect(wordsOf(lines[0]!, lines, [], say, 'en-GB')).toBeUndefined();
  });
});
