// Fields that several forms of changes share.
import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import { ownRulesQuery, typeRulesQuery } from '../../../api/queries';
import type { Organ, Rule, RuleNode } from '../../../api/types';
import { useTexts } from '../../../i18n';
import { knownOrgans } from '../../../lib/draft';
import { newGroup, treeOf, type Group } from '../../../lib/ruleTree';
import { useDraft } from '../../../lib/useDraft';
import { OrganPicker } from '../../../ui/OrganPicker';
import { RuleEditor } from '../../rules/RuleEditor';
import type { FormProps } from './form';

/** Organs that the draft creates, as if they were on record. */
function usePending(organisationId: string): Organ[] {
  const { draft } = useDraft();
  return useMemo(() => {
    if (!draft || draft.organisationId !== organisationId) return [];
    return Object.entries(knownOrgans(draft))
      .filter(([id]) => id.startsWith('code:'))
      .map(([organId, known]) => ({
        ...known,
        organId,
        organisationId,
        parentId: '',
        parentName: '',
        validFrom: '',
        validTo: '',
        etag: '',
        hasRule: false,
      }));
  }, [draft, organisationId]);
}

interface PickProps extends Pick<FormProps, 'change' | 'set' | 'errors' | 'organ' | 'remember'> {
  field: 'parent' | 'target' | 'organ';
  label: string;
  hint?: string;
  initialText: string;
}

/** An organ of the same organisation, one that the draft creates included. */
export function PickOrgan({
  field,
  label,
  hint,
  initialText,
  change,
  set,
  errors,
  organ,
  remember,
}: PickProps) {
  const pending = usePending(organ.organisationId);
  return (
    <OrganPicker
      label={label}
      name={field}
      {...(hint && { hint })}
      initialText={initialText}
      organisationId={organ.organisationId}
      on={change.on}
      more={pending}
      error={errors[field]}
      required
      onChange={chosen => {
        set({ [field]: chosen?.organId ?? '' });
        if (chosen) remember(chosen.organId, chosen);
      }}
    />
  );
}

/** The version in force on a day; an organ's general one, or that for a type. */
export const ruleOn = (rules: Rule[], typeId: string, on: string): RuleNode[] =>
  rules.find(
    rule =>
      rule.typeId === typeId &&
      (!rule.validFrom || rule.validFrom <= on) &&
      (!rule.validTo || on < rule.validTo),
  )?.nodes ?? [];

/** The rule of an organ (general, or for a type), or of a type, as it is on a day; undefined while it is not known. */
export function useRuleOn(organId: string, typeId: string, on: string): RuleNode[] | undefined {
  const own = useQuery(ownRulesQuery(organId));
  const type = useQuery(typeRulesQuery(organId ? '' : typeId));
  if (organId.startsWith('code:')) return [];
  const { data } = organId ? own : type;
  return data && ruleOn(data, typeId, on);
}

interface RuleFieldProps extends Pick<FormProps, 'rules' | 'setRule' | 'errors'> {
  name: string;
  /** What it begins with; undefined while that is still looked up. */
  first: RuleNode[] | undefined;
  organId: string;
  on: string;
  legend?: string;
  none?: string;
}

/** The rule editor with what is in force as its beginning. */
export function RuleField({ name, first, rules, setRule, errors, ...more }: RuleFieldProps) {
  const { t } = useTexts();
  const tree: Group | undefined = rules[name];
  const told = first && treeOf(first);
  useEffect(() => {
    if (tree === undefined && first !== undefined) setRule(name, treeOf(first) ?? newGroup());
    // Only the first arrival of what is in force fills the editor.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [first === undefined, tree === undefined, name]);
  if (!tree) return null;
  return (
    <>
      {told === null && <p className="notice">{t('rule.tooOdd')}</p>}
      <RuleEditor
        {...more}
        name={name}
        tree={tree}
        onChange={next => setRule(name, next)}
        error={errors[name]}
      />
    </>
  );
}
