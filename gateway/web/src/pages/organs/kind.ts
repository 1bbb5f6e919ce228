import { useTexts } from '../../i18n';

/** What an organ is called. Federations name their own; the usual names are translated. */
export function useKind() {
  const { tryText } = useTexts();
  return (kind: string) => tryText(`kind.${kind}`) ?? kind;
}
