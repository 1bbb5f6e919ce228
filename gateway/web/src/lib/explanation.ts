// An explanation arrives as a flat list in preorder with depths; here it becomes a tree, and its lines are told in the
// reader's language where the rule they come from is at hand. Pure.
import type { ExplanationNode, Rule } from '../api/types';
import type { MessageKey, Values } from '../i18n/messages';
import { ruleText } from './rule';

export interface TreeNode {
  node: ExplanationNode;
  /** Position in the list; the node's identity. */
  place: number;
  children: TreeNode[];
}

export function explanationTree(nodes: ExplanationNode[]): TreeNode[] {
  const top: TreeNode[] = [];
  const open: TreeNode[] = [];
  nodes.forEach((node, place) => {
    const made = { node, place, children: [] };
    while (open.length > 0 && (open.at(-1)?.node.depth ?? 0) >= node.depth) open.pop();
    (open.at(-1)?.children ?? top).push(made);
    open.push(made);
  });
  return top;
}

/** How many nodes the part of a rule that begins at `start` has. */
function span(rule: Rule, start: number): number {
  let size = 1;
  for (let left = rule.nodes[start]?.operands ?? 0; left > 0; left--) size += span(rule, start + size);
  return size;
}

type Say = (key: MessageKey, values?: Values) => string;

/** The line in the reader's language; undefined where only the service's words exist. */
export function wordsOf(
  node: ExplanationNode,
  all: ExplanationNode[],
  rules: Rule[],
  say: Say,
  locale: string,
) {
  if (node.kind === 'organ' && node.organName) return say('explain.organ', { name: node.organName });
  if (node.kind === 'type') return say(node.ruleId ? 'explain.type' : 'explain.noType');
  if (node.kind !== 'condition') return undefined;
  const rule = rules.find(({ ruleId }) => ruleId === node.ruleId);
  const lines = all.filter(other => other.kind === 'condition' && other.ruleId === node.ruleId);
  // Each line is one node of the rule, in the same order; when the numbers differ, the order cannot be trusted.
  if (!rule || lines.length !== rule.nodes.length) return undefined;
  const start = lines.indexOf(node);
  const here = rule.nodes[start];
  if (here?.op === 'RULE_OP_ALL') return say('explain.all');
  if (here?.op === 'RULE_OP_ANY') return say('explain.any');
  return ruleText(rule.nodes.slice(start, start + span(rule, start)), say, locale);
}
