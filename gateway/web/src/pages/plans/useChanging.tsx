// Opens the menu of an organ and the dialogs behind it, on whatever page the organ is shown.
import { useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useRef, useState, type ReactNode } from 'react';
import type { Violation } from '../../api/problem';
import type { ChangeKind } from '../../api/types';
import type { DraftEntry } from '../../lib/draft';
import type { Act, Subject } from './subject';

const ChangeDialog = lazy(() => import('./ChangeDialog'));
const OrganMenu = lazy(() => import('../organs/OrganMenu'));
const RenameDialog = lazy(() => import('../organs/RenameDialog'));

const KINDS: Partial<Record<Act, ChangeKind>> = {
  create: 'CHANGE_KIND_CREATE',
  move: 'CHANGE_KIND_MOVE',
  rule: 'CHANGE_KIND_RULE',
  merge: 'CHANGE_KIND_MERGE',
  split: 'CHANGE_KIND_SPLIT',
  end: 'CHANGE_KIND_END',
  reopen: 'CHANGE_KIND_REOPEN',
  exception: 'CHANGE_KIND_ADD_EXCEPTION',
};

type Open =
  | { what: 'menu'; organ: Subject; anchor: HTMLElement }
  | { what: 'rename'; organ: Subject }
  | {
      what: 'change';
      organ: Subject;
      kind: ChangeKind;
      target?: Subject;
      entry?: DraftEntry;
      violations?: Violation[];
    };

export interface Changing {
  menu: (organ: Subject, anchor: HTMLElement) => void;
  act: (organ: Subject, act: Act) => void;
  move: (organ: Subject, target: Subject) => void;
  edit: (organ: Subject, entry: DraftEntry, violations: Violation[]) => void;
  /** The menu or dialog that is open. */
  shown: ReactNode;
}

export function useChanging(day: string): Changing {
  const [open, setOpen] = useState<Open | null>(null);
  const navigate = useNavigate();
  const opener = useRef<HTMLElement | null>(null);
  // The item of the menu that opened the dialog is gone by now: the focus goes back to the menu's button.
  const close = () => {
    setOpen(null);
    setTimeout(() => document.activeElement === document.body && opener.current?.focus(), 50);
  };
  const act = (organ: Subject, chosen: Act) => {
    const kind = KINDS[chosen];
    if (chosen === 'rename') setOpen({ what: 'rename', organ });
    else if (kind) setOpen({ what: 'change', organ, kind });
    else
      void navigate({
        to: '/organisations/$organisationId/chart',
        params: { organisationId: organ.organisationId },
        search: { root: organ.organId === organ.organisationId ? '' : organ.organId, on: day } as never,
      });
  };
  return {
    menu: (organ, anchor) => {
      opener.current = anchor;
      setOpen({ what: 'menu', organ, anchor });
    },
    act,
    move: (organ, target) => setOpen({ what: 'change', organ, kind: 'CHANGE_KIND_MOVE', target }),
    edit: (organ, entry, violations) =>
      setOpen({ what: 'change', organ, kind: entry.change.kind, entry, violations }),
    shown: open && (
      <Suspense>
        {open.what === 'menu' && (
          <OrganMenu
            organ={open.organ}
            anchor={open.anchor}
            // The menu closes itself after a choice; what was chosen must not be closed with it.
            onClose={() => setOpen(now => (now?.what === 'menu' ? null : now))}
            onAct={chosen => act(open.organ, chosen)}
          />
        )}
        {open.what === 'rename' && <RenameDialog organ={open.organ} onClose={close} />}
        {open.what === 'change' && <ChangeDialog {...open} day={day} onClose={close} />}
      </Suspense>
    ),
  };
}
