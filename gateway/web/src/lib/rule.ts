// Rules as the API carries them (nodes in preorder) in the reader's words. Pure.
import type { RuleNode } from '../api/types';
import type { MessageKey, Values } from '../i18n/messages';

type Say = (key: MessageKey, values?: Values) => string;

/** Fields that have sentences of their own: "lives in Turku or Salo", "is at least 7 years old". */
const OWN_SENTENCE = new Set<RuleNode['field']>([
  'RULE_FIELD_POSTAL_CODE',
  'RULE_FIELD_TOWN',
  'RULE_FIELD_MUNICIPALITY',
  'RULE_FIELD_PROVINCE',
  'RULE_FIELD_COUNTRY',
  'RULE_FIELD_BIRTH_DATE',
  'RULE_FIELD_AGE',
  'RULE_FIELD_TAG',
]);
const OWN_RANGE = new Set<RuleNode['field']>([
  'RULE_FIELD_POSTAL_CODE',
  'RULE_FIELD_BIRTH_DATE',
  'RULE_FIELD_AGE',
]);

type RangeKey = 'between' | 'from' | 'upTo';
const key = (field: RuleNode['field'], what: 'is' | RangeKey) => `rule.${what}.${field}` as MessageKey;

function rangeText(field: RuleNode['field'], [from = '', to = '']: string[], say: Say) {
  const what: RangeKey = from && to ? 'between' : from ? 'from' : 'upTo';
  if (OWN_RANGE.has(field)) return say(key(field, what), { from, to });
  return say(`rule.${what}`, { name: say(`rule.${field}` as MessageKey), from, to });
}

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
  if (op === 'RULE_OP_BETWEEN') return rangeText(field, values, say);
  if (OWN_SENTENCE.has(field)) return say(key(field, 'is'), { values: words });
  return say('rule.is', { name: say(`rule.${field}` as MessageKey), values: words });
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
