// Rules as the API carries them (nodes in preorder) <-> sentences and the simple editor. Pure.
import type { RuleNode } from '../api/types';
import type { MessageKey, Values } from '../i18n/messages';

export type ConditionKind =
  | 'subscription'
  | 'admitted'
  | 'province'
  | 'municipality'
  | 'town'
  | 'postalCode'
  | 'age'
  | 'position'
  | 'tag';

/** One line of the editor: "lives in municipality [Turku, Kaarina]", "postal code from [20100] to [20900]". */
export interface Condition {
  kind: ConditionKind;
  /** Values, separated by commas. */
  values: string;
  from: string;
  to: string;
}

const FIELDS: Partial<Record<ConditionKind, RuleNode['field']>> = {
  province: 'RULE_FIELD_PROVINCE',
  municipality: 'RULE_FIELD_MUNICIPALITY',
  town: 'RULE_FIELD_TOWN',
  postalCode: 'RULE_FIELD_POSTAL_CODE',
  age: 'RULE_FIELD_AGE',
  tag: 'RULE_FIELD_TAG',
};
export const CONDITION_KINDS: ConditionKind[] = [
  'subscription',
  'admitted',
  'province',
  'municipality',
  'town',
  'postalCode',
  'age',
  'position',
  'tag',
];
export const isRange = (kind: ConditionKind) => kind === 'postalCode' || kind === 'age';
/** Kinds that hold without a value: "admitted to this organ", "holds a position". */
export const mayBeEmpty = (kind: ConditionKind) => kind === 'admitted' || kind === 'position';

export const newCondition = (kind: ConditionKind): Condition => ({ kind, values: '', from: '', to: '' });

const listOf = (text: string) =>
  text
    .split(',')
    .map(value => value.trim())
    .filter(Boolean);

const node = (
  op: RuleNode['op'],
  values: string[],
  field: RuleNode['field'] = 'RULE_FIELD_UNSPECIFIED',
): RuleNode => ({
  op,
  operands: 0,
  field,
  values,
});

function conditionNode({ kind, values, from, to }: Condition): RuleNode {
  const list = listOf(values);
  if (kind === 'subscription') return node('RULE_OP_SUBSCRIPTION', [values.trim()]);
  if (kind === 'admitted') return node('RULE_OP_ADMITTED', list);
  if (kind === 'position') return node('RULE_OP_POSITION', list);
  const field = FIELDS[kind];
  if (isRange(kind)) return node('RULE_OP_BETWEEN', [from.trim(), to.trim()], field);
  return node(list.length > 1 ? 'RULE_OP_IN' : 'RULE_OP_EQUALS', list, field);
}

/** True when nothing is missing in the line. */
export function isComplete({ kind, values, from, to }: Condition) {
  if (isRange(kind)) return from.trim() !== '' || to.trim() !== '';
  return mayBeEmpty(kind) || listOf(values).length > 0;
}

/** All of the conditions, in preorder; empty for none. */
export function ruleOf(conditions: Condition[]): RuleNode[] {
  const nodes = conditions.map(conditionNode);
  if (nodes.length < 2) return nodes;
  return [{ ...node('RULE_OP_ALL', []), operands: nodes.length }, ...nodes];
}

type Say = (key: MessageKey, values?: Values) => string;

function conditionText(
  { op, field, values }: RuleNode,
  say: Say,
  list: (values: string[]) => string,
): string {
  const words = list(values);
  if (op === 'RULE_OP_SUBSCRIPTION') return say('rule.subscription', { values: words });
  if (op === 'RULE_OP_ADMITTED')
    return values.length ? say('rule.admittedAs', { values: words }) : say('rule.admitted');
  if (op === 'RULE_OP_POSITION')
    return values.length ? say('rule.position', { values: words }) : say('rule.anyPosition');
  const name = say(`rule.${field}` as MessageKey);
  if (op !== 'RULE_OP_BETWEEN') return say('rule.is', { name, values: words });
  const [from = '', to = ''] = values;
  if (!to) return say('rule.from', { name, from });
  if (!from) return say('rule.upTo', { name, to });
  return say('rule.between', { name, from, to });
}

/** A rule in words, or undefined when its nodes do not make one tree. */
export function ruleText(nodes: RuleNode[], say: Say, locale: string): string | undefined {
  const list = (values: string[]) => new Intl.ListFormat(locale, { type: 'disjunction' }).format(values);
  let next = 0;
  const take = (inner: boolean): string | undefined => {
    const here = nodes[next++];
    if (!here) return undefined;
    if (here.op === 'RULE_OP_NOT') {
      const what = take(true);
      return what === undefined ? undefined : say('rule.not', { what });
    }
    if (here.op !== 'RULE_OP_ALL' && here.op !== 'RULE_OP_ANY') return conditionText(here, say, list);
    const parts = Array.from({ length: here.operands }, () => take(true));
    if (parts.includes(undefined)) return undefined;
    const type = here.op === 'RULE_OP_ALL' ? 'conjunction' : 'disjunction';
    const text = new Intl.ListFormat(locale, { type }).format(parts as string[]);
    return inner && parts.length > 1 ? `(${text})` : text;
  };
  const text = nodes.length > 0 ? take(false) : undefined;
  return next === nodes.length ? text : undefined;
}
