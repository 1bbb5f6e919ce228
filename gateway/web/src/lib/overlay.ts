// The tree of a day as a draft would make it: what is loaded of the tree, with the draft's changes carried out on it as
// far as they concern that day. Only for the eye: what really follows says the preview. Pure.
import type { Organ, OrganChange } from '../api/types';
import { byCode, organsOf, type Draft, type KnownOrgan } from './draft';

export type Mark = 'new' | 'moved' | 'ends' | 'opens' | 'changes';
/** An organ of the tree, possibly one that does not exist yet. */
export type TreeOrgan = Organ & { mark?: Mark };
export interface Branch {
  organs: TreeOrgan[];
  more: boolean;
}

const pending = (id: string, known: KnownOrgan, draft: Draft, parentId: string): TreeOrgan => ({
  organId: id,
  organisationId: draft.organisationId,
  parentId,
  parentName: '',
  validFrom: '',
  validTo: '',
  etag: '',
  hasRule: false,
  ...known,
});

class Overlay {
  readonly branches: Map<string, Branch>;
  readonly marks = new Map<string, Mark>();
  /** How many organs each has more or fewer below it than is on record. */
  readonly grown = new Map<string, number>();

  constructor(
    branches: Map<string, Branch>,
    readonly draft: Draft,
    readonly known: Record<string, KnownOrgan>,
  ) {
    this.branches = new Map(
      [...branches].map(([id, { organs, more }]) => [id, { organs: [...organs], more }]),
    );
  }

  #grow(parent: string, by: number) {
    this.grown.set(parent, (this.grown.get(parent) ?? 0) + by);
    if (parent.startsWith('code:') && !this.branches.has(parent))
      this.branches.set(parent, { organs: [], more: false });
  }

  /** Takes an organ out of where it is shown; undefined when it is not. */
  take(id: string): TreeOrgan | undefined {
    for (const [parent, branch] of this.branches) {
      const found = branch.organs.find(({ organId }) => organId === id);
      if (!found) continue;
      branch.organs = branch.organs.filter(organ => organ !== found);
      this.#grow(parent, -1);
      return found;
    }
    return undefined;
  }

  put(organ: TreeOrgan, parent: string) {
    this.#grow(parent, 1);
    const branch = this.branches.get(parent);
    if (!branch) return;
    branch.organs = [...branch.organs, { ...organ, parentId: parent }].toSorted((a, b) =>
      a.name.localeCompare(b.name),
    );
  }

  find(id: string) {
    for (const branch of this.branches.values()) {
      const found = branch.organs.find(({ organId }) => organId === id);
      if (found) return found;
    }
    return undefined;
  }

  organ(id: string, parent: string): TreeOrgan | undefined {
    const known = this.known[id];
    return known && pending(id, known, this.draft, parent);
  }

  /** Children of one organ go under another. */
  hand(from: string, to: string) {
    for (const organ of this.branches.get(from)?.organs ?? []) {
      this.take(organ.organId);
      this.put(organ, to);
      this.marks.set(organ.organId, 'moved');
    }
  }

  create(code: string, parent: string) {
    const organ = this.organ(byCode(code), parent);
    if (organ) this.put(organ, parent);
    this.marks.set(byCode(code), 'new');
  }

  apply(change: OrganChange) {
    const { organ } = change;
    switch (change.kind) {
      case 'CHANGE_KIND_CREATE':
        return this.create(change.code, change.parent);
      case 'CHANGE_KIND_MOVE': {
        const moved = this.take(organ) ?? this.organ(organ, change.parent);
        if (moved) this.put(moved, change.parent);
        this.marks.set(organ, 'moved');
        return undefined;
      }
      case 'CHANGE_KIND_MERGE':
        this.hand(organ, change.target);
        this.marks.set(change.target, 'changes');
        this.marks.set(organ, 'ends');
        return undefined;
      case 'CHANGE_KIND_SPLIT': {
        const above = this.find(organ)?.parentId ?? '';
        for (const part of change.parts) {
          this.create(part.code, above);
          for (const child of part.children) {
            const below = this.take(child);
            if (below) this.put(below, byCode(part.code));
            this.marks.set(child, 'moved');
          }
        }
        this.marks.set(organ, 'ends');
        return undefined;
      }
      case 'CHANGE_KIND_END':
        this.marks.set(organ, 'ends');
        return undefined;
      case 'CHANGE_KIND_REOPEN':
        this.marks.set(organ, 'opens');
        return undefined;
      default:
        if (organ) this.marks.set(organ, 'changes');
        return undefined;
    }
  }
}

/** The branches as the draft makes them on a day, the mark of each organ, and how many more or fewer are below each. */
export function overlaid(
  branches: Map<string, Branch>,
  draft: Draft | null,
  known: Record<string, KnownOrgan>,
  on: string,
) {
  if (!draft) return { branches, marks: new Map<string, Mark>(), grown: new Map<string, number>() };
  const overlay = new Overlay(branches, draft, known);
  for (const { change } of draft.entries) {
    if (change.on <= on) overlay.apply(change);
    // Later changes show as a mark only: on this day nothing of them is seen yet.
    else for (const id of organsOf(change)) if (!overlay.marks.has(id)) overlay.marks.set(id, 'changes');
  }
  return { branches: overlay.branches, marks: overlay.marks, grown: overlay.grown };
}
