import type { Organ } from '../../api/types';
import type { KnownOrgan } from '../../lib/draft';

/** The organ that a change is about; one that the draft itself creates is named "code:XYZ". */
export type Subject = Pick<
  Organ,
  | 'organId'
  | 'organisationId'
  | 'name'
  | 'kind'
  | 'code'
  | 'memberCount'
  | 'childCount'
  | 'parentId'
  | 'validTo'
>;

/** What can be done with an organ. */
export type Act =
  'create' | 'rename' | 'move' | 'rule' | 'merge' | 'split' | 'end' | 'reopen' | 'exception' | 'chart';

export const isPending = ({ organId }: Pick<Subject, 'organId'>) => organId.startsWith('code:');
export const isRoot = ({ organId, organisationId }: Subject) => organId === organisationId;

/** What may be done with this organ, in the order of the menu. */
export function actsOf(organ: Subject): Act[] {
  if (isPending(organ)) return ['create', 'exception'];
  if (isRoot(organ)) return ['create', 'rename', 'rule', 'exception', 'chart'];
  const acts: Act[] = ['create', 'rename', 'move', 'rule', 'exception', 'merge', 'split', 'end'];
  return [...acts, ...(organ.validTo ? (['reopen'] as const) : []), 'chart'];
}

export const knownOf = ({ name, kind, code, memberCount, childCount }: KnownOrgan): KnownOrgan => ({
  name,
  kind,
  code,
  memberCount,
  childCount,
});
