// The tree of organs as a treegrid: one row an organ, columns for the figures, opened level by level. Rows outside the
// window are not drawn, so ten thousand organs scroll like ten. Each row has a menu of what can be done with its organ,
// and can be dragged onto another; both only propose a change.
import { useNavigate } from '@tanstack/react-router';
import { Fragment, useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent } from 'react';
import { useTexts } from '../../i18n';
import type { Subject } from '../plans/subject';
import type { TreeRow } from './rows';
import { RowView } from './TreeRowView';

const OVERSCAN = 12;
const ALWAYS_WHOLE = 150;

interface Props {
  rows: TreeRow[];
  /** The day shown; empty for today. */
  on: string;
  onToggle: (organId: string) => void;
  onMore: (parentId: string) => void;
  onMenu: (organ: Subject, anchor: HTMLElement) => void;
  onDrop: (organ: Subject, target: Subject) => void;
}

/** Which rows are near the window. */
function useWindow(total: number, rowHeight: number, box: { current: HTMLElement | null }) {
  const [range, setRange] = useState<[number, number]>([0, ALWAYS_WHOLE]);
  useEffect(() => {
    const measure = () => {
      const top = box.current?.getBoundingClientRect().top ?? 0;
      const first = Math.max(0, Math.floor(-top / rowHeight) - OVERSCAN);
      const last = Math.ceil((window.innerHeight - top) / rowHeight) + OVERSCAN;
      setRange(before => (before[0] === first && before[1] === last ? before : [first, last]));
    };
    measure();
    window.addEventListener('scroll', measure, { passive: true });
    window.addEventListener('resize', measure);
    return () => {
      window.removeEventListener('scroll', measure);
      window.removeEventListener('resize', measure);
    };
  }, [box, rowHeight, total]);
  return total <= ALWAYS_WHOLE ? ([0, total] as const) : ([range[0], Math.min(total, range[1])] as const);
}

function Head() {
  const { t } = useTexts();
  return (
    <div role="rowgroup" className="tree-head">
      <div role="row" aria-rowindex={1} className="tree-row">
        <span role="columnheader">{t('organ.name')}</span>
        <span role="columnheader" className="tree-kind">
          {t('organ.kind')}
        </span>
        <span role="columnheader" className="tree-code">
          {t('organ.code')}
        </span>
        <span role="columnheader" className="tree-count">
          {t('organ.members')}
        </span>
        <span role="columnheader" className="tree-acts no-print">
          <span className="visually-hidden">{t('organ.acts')}</span>
        </span>
      </div>
    </div>
  );
}

export function OrganTree({ rows, on, onToggle, onMore, onMenu, onDrop }: Props) {
  const { t } = useTexts();
  const navigate = useNavigate();
  const body = useRef<HTMLDivElement>(null);
  const [focused, setFocused] = useState(rows[0]?.id ?? '');
  const [rowHeight, setRowHeight] = useState(40);
  const wantsFocus = useRef(false);
  const awaited = useRef<number | null>(null);
  const draggedRef = useRef<Subject | null>(null);
  const [first, last] = useWindow(rows.length, rowHeight, body);
  const current = Math.max(
    0,
    rows.findIndex(row => row.id === focused),
  );

  useLayoutEffect(() => {
    const height = body.current?.querySelector('[role="row"]')?.getBoundingClientRect().height;
    if (height && Math.abs(height - rowHeight) > 0.5) setRowHeight(height);
  }, [rowHeight, rows.length]);

  useEffect(() => {
    if (!wantsFocus.current) return;
    const row = body.current?.querySelector<HTMLElement>(`[data-row="${current}"]`);
    if (row) {
      wantsFocus.current = false;
      row.focus();
    }
  });

  useEffect(() => {
    const row = awaited.current === null ? undefined : rows[awaited.current];
    if (!row || row.more) return;
    awaited.current = null;
    wantsFocus.current = true;
    setFocused(row.id);
  }, [rows]);

  // The row with the focus is drawn wherever it is: it cannot be lost by scrolling, and focusing it scrolls there.
  const near = Array.from({ length: Math.max(0, last - first) }, (_, offset) => first + offset);
  const drawn = current < first ? [current, ...near] : current >= last ? [...near, current] : near;

  const moveTo = (index: number) => {
    const row = rows[Math.min(Math.max(index, 0), rows.length - 1)];
    if (!row) return;
    wantsFocus.current = true;
    setFocused(row.id);
  };
  const parentOf = (index: number) => {
    const level = rows[index]?.level ?? 0;
    for (let i = index - 1; i >= 0; i--) if ((rows[i]?.level ?? 0) < level) return i;
    return index;
  };
  const activate = (row: TreeRow) => {
    if (row.more) {
      // The first organ that arrives takes the place of this line, and the focus with it.
      awaited.current = current;
      onMore(row.more);
    } else if (!row.id.startsWith('code:')) {
      const search = on ? { on } : {};
      void navigate({ to: '/organs/$organId', params: { organId: row.id }, search });
    }
  };
  const openMenu = (row: TreeRow, element: HTMLElement) => {
    const anchor = element.querySelector<HTMLElement>('.tree-menu') ?? element;
    if (row.subject) onMenu(row.subject, anchor);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const row = rows[current];
    const onRow = event.target instanceof HTMLElement && event.target.getAttribute('role') === 'row';
    if (!row || !onRow || event.ctrlKey || event.metaKey || event.altKey) return;
    const menu = () => openMenu(row, event.target as HTMLElement);
    const keys: Record<string, () => void> = {
      ArrowDown: () => moveTo(current + 1),
      ArrowUp: () => moveTo(current - 1),
      Home: () => moveTo(0),
      End: () => moveTo(rows.length - 1),
      PageDown: () => moveTo(current + 10),
      PageUp: () => moveTo(current - 10),
      ArrowRight: () =>
        row.expandable && !row.expanded
          ? onToggle(row.id)
          : row.expanded && !row.loading && moveTo(current + 1),
      ArrowLeft: () => (row.expanded ? onToggle(row.id) : moveTo(parentOf(current))),
      Enter: () => activate(row),
      ' ': () => (row.expandable ? onToggle(row.id) : activate(row)),
      ContextMenu: menu,
      ...(event.shiftKey && { F10: menu }),
    };
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };

  return (
    // oxlint-disable-next-line jsx-a11y/interactive-supports-focus -- its rows take the focus, one at a time
    <div
      role="treegrid"
      className="tree"
      aria-label={t('organs.tree')}
      aria-rowcount={rows.length + 1}
      onKeyDown={onKeyDown}
    >
      <Head />
      <div role="rowgroup" ref={body}>
        {drawn.map((index, at) => {
          const row = rows[index];
          if (!row) return null;
          const gap = index - (at === 0 ? 0 : (drawn[at - 1] ?? 0) + 1);
          return (
            <Fragment key={row.id}>
              {gap > 0 && <div role="presentation" style={{ height: gap * rowHeight }} />}
              <RowView
                row={row}
                index={index}
                on={on}
                current={index === current}
                draggedRef={draggedRef}
                onFocus={() => setFocused(row.id)}
                onToggle={() => onToggle(row.id)}
                onMore={() => activate(row)}
                onMenu={onMenu}
                onDrop={onDrop}
              />
            </Fragment>
          );
        })}
        <div
          role="presentation"
          style={{ height: Math.max(0, rows.length - 1 - (drawn.at(-1) ?? 0)) * rowHeight }}
        />
      </div>
    </div>
  );
}
