import type { Organ } from '../../api/types';
import { useTexts } from '../../i18n';

/** The kind of an organ; an organisation has none of its own. */
export const kindOf = ({ kind, parentId }: Pick<Organ, 'kind' | 'parentId'>) =>
  kind || (parentId ? 'organ' : 'organisation');

/** What an organ is called. Federations name their own; the usual names are translated. */
export function useKind() {
  const { tryText } = useTexts();
  return (kind: string) => tryText(`kind.${kind}`) ?? kind;
}
