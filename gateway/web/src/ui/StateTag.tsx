import type { ImportState, PlanState, Run } from '../api/types';
import { useTexts } from '../i18n';

const LOOKS: Record<string, string> = {
  IMPORT_STATE_CHECKING: 'tag-busy',
  IMPORT_STATE_CHECKED: 'tag-good',
  IMPORT_STATE_REFUSED: 'tag-bad',
  IMPORT_STATE_APPLYING: 'tag-busy',
  IMPORT_STATE_APPLIED: 'tag-good',
  IMPORT_STATE_UNDOING: 'tag-busy',
  IMPORT_STATE_STOPPED: 'tag-warn',
  PLAN_STATE_PREVIEWED: 'tag-busy',
  PLAN_STATE_APPLYING: 'tag-busy',
  PLAN_STATE_APPLIED: 'tag-good',
  PLAN_STATE_STALE: 'tag-warn',
  PLAN_STATE_UNDOING: 'tag-busy',
  RUN_STATE_QUEUED: 'tag-busy',
  RUN_STATE_RUNNING: 'tag-busy',
  RUN_STATE_SUCCEEDED: 'tag-good',
  RUN_STATE_FAILED: 'tag-bad',
  RUN_STATE_CANCELLED: 'tag-warn',
};

/** Where an import, a plan or a run stands, in a word. */
export function StateTag({ state }: { state: ImportState | PlanState | Run['state'] }) {
  const { tryText } = useTexts();
  return <span className={`tag tag-state ${LOOKS[state] ?? ''}`}>{tryText(`state.${state}`) ?? state}</span>;
}
