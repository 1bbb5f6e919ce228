// Actions, their groups and rights in the reader's language.
import type { Action, ActionKind, MembershipType, OrganGroup } from '../../api/types';
import { useTexts } from '../../i18n';
import { useKind } from '../organs/kind';

export const ACTION_KINDS = [
  'ACTION_KIND_MEMBER_GROUP',
  'ACTION_KIND_POSITION_GROUP',
  'ACTION_KIND_ACCESS',
  'ACTION_KIND_JUBILEE',
] as const satisfies ActionKind[];
export type KnownKind = (typeof ACTION_KINDS)[number];

export const RIGHTS = [
  'members.read',
  'members.edit',
  'groups.read',
  'organs.edit',
  'reports.read',
  'letters.send',
] as const;

/** "see members, send letters". */
export function useRightWords() {
  const { tryText, locale } = useTexts();
  const list = new Intl.ListFormat(locale, { type: 'conjunction' });
  return (rights: string[]) => list.format(rights.map(right => tryText(`right.${right}`) ?? right));
}

type Made = Pick<Action | OrganGroup, 'kind' | 'position' | 'typeId' | 'rights'>;

/** What an action makes of an organ, in a line: "A group of those who hold the position secretary". */
export function useMadeWords(types: MembershipType[]) {
  const { t } = useTexts();
  const rightWords = useRightWords();
  return ({ kind, position, typeId, rights }: Made, years: number[] = []) => {
    const type = types.find(known => known.typeId === typeId)?.name ?? '';
    if (kind === 'ACTION_KIND_POSITION_GROUP') return t('action.makes.position', { position });
    if (kind === 'ACTION_KIND_ACCESS') {
      return t('action.makes.access', { position, rights: rightWords(rights) });
    }
    if (kind === 'ACTION_KIND_JUBILEE') {
      const values = { years: years.join(', '), type };
      return t(type ? 'action.makes.jubileeOf' : 'action.makes.jubilee', values);
    }
    return type ? t('action.makes.membersOf', { type }) : t('action.makes.members');
  };
}

/** Which organs it is for. */
export function useForWords() {
  const { t } = useTexts();
  const kind = useKind();
  return ({ kind: makes, organKind }: Pick<Action, 'kind' | 'organKind'>) => {
    if (organKind) return t('action.for.kind', { kind: kind(organKind) });
    return t(makes === 'ACTION_KIND_JUBILEE' ? 'action.for.organisation' : 'action.for.all');
  };
}
