// A change of a set in the reader's words. Pure.
import type { MembershipType, OrganChange, RuleNode } from '../api/types';
import type { MessageKey, Values } from '../i18n/messages';
import type { KnownOrgan } from './draft';
import { ruleText } from './rule';

export interface WordContext {
  say: (key: MessageKey, values?: Values) => string;
  locale: string;
  known: Record<string, Pick<KnownOrgan, 'name'> & Partial<KnownOrgan>>;
  types: Pick<MembershipType, 'typeId' | 'name'>[];
  /** Persons and exceptions, by id. */
  people: Record<string, string>;
}

export function changeWords(change: OrganChange, context: WordContext): string {
  const { say, locale, known, types, people } = context;
  // An organ that is not known yet is told by its code or, at the worst, its id.
  const organ = (id: string) => known[id]?.name ?? id.replace(/^code:/, '');
  const type = types.find(({ typeId }) => typeId === change.typeId)?.name ?? '';
  const rule = (nodes: RuleNode[]) =>
    nodes.length === 0 ? say('change.noRule') : (ruleText(nodes, say, locale) ?? say('change.someRule'));
  const list = (values: string[]) => new Intl.ListFormat(locale, { type: 'conjunction' }).format(values);
  const name = organ(change.organ);
  switch (change.kind) {
    case 'CHANGE_KIND_CREATE':
      return say('change.create', { name: change.name, parent: organ(change.parent) });
    case 'CHANGE_KIND_MOVE':
      return say('change.move', { name, parent: organ(change.parent) });
    case 'CHANGE_KIND_MERGE':
      return say('change.merge', { name, target: organ(change.target) });
    case 'CHANGE_KIND_SPLIT':
      return say('change.split', { name, parts: list(change.parts.map(part => part.name)) });
    case 'CHANGE_KIND_END':
      return say('change.end', { name });
    case 'CHANGE_KIND_REOPEN':
      return say('change.reopen', { name });
    case 'CHANGE_KIND_RULE':
      if (!change.organ) return say('change.typeRule', { type, rule: rule(change.rule) });
      return change.typeId
        ? say('change.ruleFor', { name, type, rule: rule(change.rule) })
        : say('change.rule', { name, rule: rule(change.rule) });
    case 'CHANGE_KIND_ADD_EXCEPTION':
      return say('change.addException', { person: people[change.personId] ?? '…', name, type });
    case 'CHANGE_KIND_END_EXCEPTION':
      return say('change.endException', { person: people[change.exceptionId] ?? '…' });
    case 'CHANGE_KIND_UNSPECIFIED':
      return '';
  }
}

/** What else there is to say of a change: the rules that come with it. */
export function ruleOfChange(change: OrganChange, { say, locale }: WordContext): string[] {
  const text = (nodes: RuleNode[]) => ruleText(nodes, say, locale) ?? say('change.someRule');
  if (change.kind === 'CHANGE_KIND_CREATE' && change.rule.length > 0)
    return [say('change.itsRule', { rule: text(change.rule) })];
  if (change.kind === 'CHANGE_KIND_SPLIT')
    return change.parts
      .filter(({ rule }) => rule.length > 0)
      .map(({ name, rule }) => say('change.rule', { name, rule: text(rule) }));
  return [];
}
