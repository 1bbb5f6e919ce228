// The draft of this tab: shared by every page, kept in the session's storage so that a reload does not lose it. It goes
// with the tab; nothing of it is on record before a preview.
import { useSyncExternalStore } from 'react';
import { EMPTY, reduceDraft, restored, type DraftAction, type DraftState } from './draft';

const KEPT_AS = 'heimo.draft';

function kept() {
  try {
    return restored(sessionStorage.getItem(KEPT_AS));
  } catch {
    return EMPTY;
  }
}

let state: DraftState | undefined;
const listeners = new Set<() => void>();
const current = () => (state ??= kept());

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export function changeDraft(action: DraftAction) {
  state = reduceDraft(current(), action);
  try {
    if (state.draft) sessionStorage.setItem(KEPT_AS, JSON.stringify({ draft: state.draft }));
    else sessionStorage.removeItem(KEPT_AS);
  } catch {
    // Without storage, or with too large a draft for it, the draft lasts until the page is loaded anew.
  }
  for (const listener of listeners) listener();
}

export const useDraft = () => useSyncExternalStore(subscribe, current);
