// A draft change set: what somebody wants to change in the tree, collected before it is previewed. Pure: state in, state
// out; lib/useDraft.ts keeps it for the tab.
import type { ChangeKind, Organ, OrganChange } from '../api/types';

/** What is worth remembering of an organ that a change names, so that it can be told without asking again. */
export type KnownOrgan = Pick<Organ, 'name' | 'kind' | 'code' | 'memberCount' | 'childCount'>;

export interface DraftEntry {
  id: number;
  change: OrganChange;
}
export interface Draft {
  organisationId: string;
  organisationName: string;
  title: string;
  reason: string;
  /** The plan that the next preview replaces; empty for a new one. */
  planId: string;
  entries: DraftEntry[];
  /** By id, or by "code:XYZ" for those that the draft itself creates. */
  known: Record<string, KnownOrgan>;
}
export interface DraftState {
  draft: Draft | null;
  /** What there was before each step, newest last. */
  past: (Draft | null)[];
  nextId: number;
}

export const EMPTY: DraftState = { draft: null, past: [], nextId: 1 };
const MOST_STEPS = 50;

export interface Organisation {
  organisationId: string;
  name: string;
}
export type DraftAction =
  | {
      type: 'add';
      organisation: Organisation;
      changes: OrganChange[];
      known: Record<string, KnownOrgan>;
    }
  | { type: 'replace'; id: number; changes: OrganChange[]; known: Record<string, KnownOrgan> }
  | { type: 'remove'; id: number }
  | { type: 'move'; id: number; by: -1 | 1 }
  | { type: 'describe'; title: string; reason: string }
  | { type: 'load'; draft: Omit<Draft, 'entries'>; changes: OrganChange[] }
  | { type: 'clear' }
  | { type: 'undo' };

const NOTHING: OrganChange = {
  kind: 'CHANGE_KIND_UNSPECIFIED',
  on: '',
  organ: '',
  parent: '',
  target: '',
  code: '',
  name: '',
  organKind: '',
  rule: [],
  typeId: '',
  parts: [],
  exceptionsTo: '',
  personId: '',
  validTo: '',
  reason: '',
  exceptionId: '',
};

export const newChange = (kind: ChangeKind, on: string, more: Partial<OrganChange> = {}): OrganChange => ({
  ...NOTHING,
  kind,
  on,
  ...more,
});

/** How a change names an organ that an earlier one of the set creates. */
export const byCode = (code: string) => `code:${code}`;

/** Without what is empty, as it is sent. */
export const sentChange = (change: OrganChange) =>
  Object.fromEntries(
    Object.entries(change).filter(
      ([, value]) => value !== '' && !(Array.isArray(value) && value.length === 0),
    ),
  ) as unknown as OrganChange;

const created = (code: string, name: string, kind: string): [string, KnownOrgan] => [
  byCode(code),
  { name, code, kind, memberCount: '0', childCount: '0' },
];

/** The organs that a change brings into being, by the name under which later changes refer to them. */
export function createdBy(change: OrganChange): Record<string, KnownOrgan> {
  if (change.kind === 'CHANGE_KIND_CREATE')
    return Object.fromEntries([created(change.code, change.name, change.organKind)]);
  if (change.kind === 'CHANGE_KIND_SPLIT')
    return Object.fromEntries(change.parts.map(part => created(part.code, part.name, part.organKind)));
  return {};
}

/** Every organ that is known while a draft is written: those it names and those it creates. */
export const knownOrgans = (draft: Draft): Record<string, KnownOrgan> =>
  Object.assign({}, draft.known, ...draft.entries.map(({ change }) => createdBy(change)));

/** The organs that a change names. */
export const organsOf = ({ organ, parent, target, parts }: OrganChange) =>
  [organ, parent, target, ...parts.flatMap(({ children }) => children)].filter(Boolean);

function step(state: DraftState, draft: Draft | null, used = 0): DraftState {
  return {
    draft: draft && draft.entries.length > 0 ? draft : null,
    past: [...state.past, state.draft].slice(-MOST_STEPS),
    nextId: state.nextId + used,
  };
}

const entriesOf = (changes: OrganChange[], first: number): DraftEntry[] =>
  changes.map((change, index) => ({ id: first + index, change }));

/** The entry one place up or down; where there is no such place, all stays. */
function moved(entries: DraftEntry[], id: number, by: -1 | 1) {
  const at = entries.findIndex(entry => entry.id === id);
  const other = entries[at + by];
  const here = entries[at];
  if (!here || !other) return entries;
  return entries.with(at, other).with(at + by, here);
}

function add(state: DraftState, action: Extract<DraftAction, { type: 'add' }>): DraftState {
  const { organisation, changes, known } = action;
  const before = state.draft ?? {
    organisationId: organisation.organisationId,
    organisationName: organisation.name,
    title: '',
    reason: '',
    planId: '',
    entries: [],
    known: {},
  };
  // One set concerns one organisation; whoever offers the dialog asks `isForeign` first.
  if (isForeign(state, organisation.organisationId)) return state;
  const entries = [...before.entries, ...entriesOf(changes, state.nextId)];
  return step(state, { ...before, entries, known: { ...before.known, ...known } }, changes.length);
}

/** True when a draft of another organisation is under way. */
export const isForeign = (state: DraftState, organisationId: string) =>
  state.draft !== null && state.draft.organisationId !== organisationId;

export function reduceDraft(state: DraftState, action: DraftAction): DraftState {
  const { draft } = state;
  switch (action.type) {
    case 'add':
      return add(state, action);
    case 'load': {
      const entries = entriesOf(action.changes, state.nextId);
      return step(state, { ...action.draft, entries }, entries.length);
    }
    case 'undo':
      return state.past.length === 0
        ? state
        : { ...state, draft: state.past.at(-1) ?? null, past: state.past.slice(0, -1) };
    default:
  }
  if (!draft) return state;
  switch (action.type) {
    case 'replace': {
      const entries = draft.entries.flatMap(entry =>
        entry.id === action.id
          ? action.changes.map((change, index) => ({
              id: index === 0 ? entry.id : state.nextId + index - 1,
              change,
            }))
          : [entry],
      );
      const known = { ...draft.known, ...action.known };
      return step(state, { ...draft, entries, known }, action.changes.length - 1);
    }
    case 'remove':
      return step(state, { ...draft, entries: draft.entries.filter(({ id }) => id !== action.id) });
    case 'move': {
      const entries = moved(draft.entries, action.id, action.by);
      return entries === draft.entries ? state : step(state, { ...draft, entries });
    }
    case 'describe':
      return { ...state, draft: { ...draft, title: action.title, reason: action.reason } };
    case 'clear':
      return step(state, null);
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/** What was kept of a draft; anything that is not one is none. */
export function restored(text: string | null): DraftState {
  try {
    const kept: unknown = text ? JSON.parse(text) : null;
    if (!isRecord(kept) || !isRecord(kept['draft'])) return EMPTY;
    const draft = kept['draft'];
    if (!Array.isArray(draft['entries']) || !isRecord(draft['known'])) return EMPTY;
    const entries = draft['entries'].filter(
      (entry): entry is DraftEntry => isRecord(entry) && isRecord(entry['change']),
    );
    const whole = entries.map(({ id, change }) => ({ id, change: { ...NOTHING, ...change } }));
    const nextId = Math.max(0, ...whole.map(({ id }) => id)) + 1;
    return { draft: { ...(draft as unknown as Draft), entries: whole }, past: [], nextId };
  } catch {
    return EMPTY;
  }
}
