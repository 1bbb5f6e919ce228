// A rule as the editor sees it: groups of conditions, "all of" or "any of", each possibly turned round. The API's list
// in preorder becomes such a tree and back; what it means stays the same. Pure.
import type { RuleNode } from '../api/types';

export type ConditionKind =
  | 'subscription'
  | 'admitted'
  | 'province'
  | 'municipality'
  | 'town'
  | 'postalCode'
  | 'country'
  | 'age'
  | 'birthDate'
  | 'position'
  | 'tag';

export interface Condition {
  type: 'condition';
  id: number;
  not: boolean;
  kind: ConditionKind;
  /** Compares with two ends, either may be open, instead of with values. */
  range: boolean;
  values: string[];
  from: string;
  to: string;
}
export interface Group {
  type: 'group';
  id: number;
  not: boolean;
  op: 'all' | 'any';
  parts: Part[];
}
export type Part = Condition | Group;

type Field = RuleNode['field'];
const FIELDS: Partial<Record<ConditionKind, Field>> = {
  province: 'RULE_FIELD_PROVINCE',
  municipality: 'RULE_FIELD_MUNICIPALITY',
  town: 'RULE_FIELD_TOWN',
  postalCode: 'RULE_FIELD_POSTAL_CODE',
  country: 'RULE_FIELD_COUNTRY',
  age: 'RULE_FIELD_AGE',
  birthDate: 'RULE_FIELD_BIRTH_DATE',
  tag: 'RULE_FIELD_TAG',
};
const KIND_OF = new Map(Object.entries(FIELDS).map(([kind, field]) => [field, kind as ConditionKind]));

export const CONDITION_KINDS: ConditionKind[] = [
  'municipality',
  'town',
  'province',
  'postalCode',
  'country',
  'subscription',
  'admitted',
  'age',
  'birthDate',
  'position',
  'tag',
];
/** Kinds that can be compared with two ends. */
export const mayRange = (kind: ConditionKind) =>
  kind === 'age' || kind === 'birthDate' || kind === 'postalCode';
/** Kinds that hold without a value: "admitted to this organ", "holds a position". */
export const mayBeEmpty = (kind: ConditionKind) => kind === 'admitted' || kind === 'position';
/** Kinds with one value only. */
export const isSingle = (kind: ConditionKind) => kind === 'subscription';
/** Deeper than this the editor offers no further group; the service allows 32. */
export const DEEPEST = 6;

let last = 0;
const newId = () => ++last;

export const newCondition = (kind: ConditionKind, more: Partial<Condition> = {}): Condition => ({
  type: 'condition',
  id: newId(),
  not: false,
  kind,
  range: kind === 'age' || kind === 'birthDate',
  values: [],
  from: '',
  to: '',
  ...more,
});
export const newGroup = (op: Group['op'] = 'all', parts: Part[] = []): Group => ({
  type: 'group',
  id: newId(),
  not: false,
  op,
  parts,
});

function conditionOf({ op, field, values }: RuleNode, not: boolean): Condition | null {
  const made = (kind: ConditionKind, more: Partial<Condition> = {}) =>
    newCondition(kind, { not, range: false, values, ...more });
  if (op === 'RULE_OP_SUBSCRIPTION') return made('subscription');
  if (op === 'RULE_OP_ADMITTED') return made('admitted');
  if (op === 'RULE_OP_POSITION') return made('position');
  const kind = KIND_OF.get(field);
  if (!kind) return null;
  if (op === 'RULE_OP_EQUALS' || op === 'RULE_OP_IN') return made(kind);
  if (op !== 'RULE_OP_BETWEEN') return null;
  const [from = '', to = ''] = values;
  return made(kind, { range: true, values: [], from, to });
}

/** The rule as a group, or null when its nodes do not make one tree or ask something the editor does not know. */
export function treeOf(nodes: RuleNode[]): Group | null {
  if (nodes.length === 0) return newGroup();
  let next = 0;
  const take = (not: boolean): Part | null => {
    const here = nodes[next++];
    if (!here) return null;
    if (here.op === 'RULE_OP_NOT') return take(!not);
    if (here.op !== 'RULE_OP_ALL' && here.op !== 'RULE_OP_ANY') return conditionOf(here, not);
    const parts: Part[] = [];
    for (let left = here.operands; left > 0; left--) {
      const part = take(false);
      if (!part) return null;
      parts.push(part);
    }
    return { ...newGroup(here.op === 'RULE_OP_ALL' ? 'all' : 'any', parts), not };
  };
  const top = take(false);
  if (!top || next !== nodes.length) return null;
  return top.type === 'group' ? top : newGroup('all', [top]);
}

const node = (
  op: RuleNode['op'],
  values: string[] = [],
  field: Field = 'RULE_FIELD_UNSPECIFIED',
  operands = 0,
): RuleNode => ({ op, operands, field, values });

const trimmed = (values: string[]) => values.map(value => value.trim()).filter(Boolean);

function conditionNode({ kind, range, values, from, to }: Condition): RuleNode {
  const list = trimmed(values);
  if (kind === 'subscription') return node('RULE_OP_SUBSCRIPTION', list.slice(0, 1));
  if (kind === 'admitted') return node('RULE_OP_ADMITTED', list);
  if (kind === 'position') return node('RULE_OP_POSITION', list);
  const field = FIELDS[kind] ?? 'RULE_FIELD_UNSPECIFIED';
  if (range) return node('RULE_OP_BETWEEN', [from.trim(), to.trim()], field);
  return node(list.length > 1 ? 'RULE_OP_IN' : 'RULE_OP_EQUALS', list, field);
}

function partNodes(part: Part): RuleNode[] {
  const turned = part.not ? [node('RULE_OP_NOT', [], 'RULE_FIELD_UNSPECIFIED', 1)] : [];
  if (part.type === 'condition') return [...turned, conditionNode(part)];
  const only = part.parts.length === 1 ? part.parts[0] : undefined;
  if (only) return [...turned, ...partNodes(only)];
  const op = part.op === 'all' ? 'RULE_OP_ALL' : 'RULE_OP_ANY';
  const top = node(op, [], 'RULE_FIELD_UNSPECIFIED', part.parts.length);
  return [...turned, top, ...part.parts.flatMap(partNodes)];
}

/** In preorder; a group without parts makes no rule. */
export const nodesOf = (tree: Group): RuleNode[] => (tree.parts.length === 0 ? [] : partNodes(tree));

/** True when nothing is missing in it. */
export function isComplete(part: Part): boolean {
  if (part.type === 'group') return part.parts.length > 0 && part.parts.every(isComplete);
  if (part.range) return part.from.trim() !== '' || part.to.trim() !== '';
  return mayBeEmpty(part.kind) || trimmed(part.values).length > 0;
}
/** A rule without any condition is complete too: it is no rule. */
export const isWhole = (tree: Group) => tree.parts.length === 0 || isComplete(tree);

/** The tree with one part replaced; null takes it away. */
export function withPart(tree: Group, id: number, next: (part: Part) => Part | null): Group {
  const inside = (group: Group): Group => ({
    ...group,
    parts: group.parts.flatMap(part => {
      if (part.id === id) return next(part) ?? [];
      return part.type === 'group' ? inside(part) : part;
    }),
  });
  if (tree.id !== id) return inside(tree);
  const made = next(tree);
  return made?.type === 'group' ? made : newGroup();
}

const isPlain = ({ op }: RuleNode) => op === 'RULE_OP_EQUALS' || op === 'RULE_OP_IN';

/** What stands under "any" at the top, or the rule itself. */
const anyOf = (nodes: RuleNode[]) =>
  nodes[0]?.op === 'RULE_OP_ANY'
    ? { parts: nodes.slice(1), count: nodes[0].operands }
    : { parts: nodes, count: 1 };

/** A rule that holds for whomever one of the two holds: what takes over after a merge. */
export function either(a: RuleNode[], b: RuleNode[]): RuleNode[] {
  const [one, two] = [a[0], b[0]];
  if (!one || !two) return one ? a : b;
  if (JSON.stringify(a) === JSON.stringify(b)) return a;
  if (a.length === 1 && b.length === 1 && isPlain(one) && isPlain(two) && one.field === two.field) {
    const values = [...new Set([...one.values, ...two.values])];
    return [node(values.length > 1 ? 'RULE_OP_IN' : 'RULE_OP_EQUALS', values, one.field)];
  }
  const top = node('RULE_OP_ANY', [], 'RULE_FIELD_UNSPECIFIED', anyOf(a).count + anyOf(b).count);
  return [top, ...anyOf(a).parts, ...anyOf(b).parts];
}

/** True when the rule asks who is admitted to the organ that carries it: no other organ can take that over. */
export const asksAdmission = (nodes: RuleNode[]) => nodes.some(({ op }) => op === 'RULE_OP_ADMITTED');
