import type { AreaChangeState } from '../../api/types';
import { useTexts } from '../../i18n';

const LOOKS: Partial<Record<AreaChangeState, string>> = {
  AREA_CHANGE_STATE_CHECKED: 'tag-good',
  AREA_CHANGE_STATE_APPLYING: 'tag-busy',
  AREA_CHANGE_STATE_APPLIED: 'tag-good',
  AREA_CHANGE_STATE_UNDOING: 'tag-busy',
  AREA_CHANGE_STATE_STOPPED: 'tag-warn',
};

/** Where an area change stands, in a word. */
export function AreaState({ state }: { state: AreaChangeState }) {
  const { tryText } = useTexts();
  return <span className={`tag tag-state ${LOOKS[state] ?? ''}`}>{tryText(`state.${state}`) ?? state}</span>;
}
