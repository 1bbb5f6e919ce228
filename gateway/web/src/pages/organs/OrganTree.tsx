// The tree of organs as a treegrid: one row an organ, columns for the figures, opened level by level. Rows outside the
// window are not drawn, so ten thousand organs scroll like ten.
import { Link, useNavigate } from '@tanstack/react-router';
import { Fragment, useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent } from 'react';
import { useTexts } from '../../i18n';
import { ChevronIcon } from '../../ui/icons';
import { useKind } from './kind';
import type { TreeRow } from './rows';

const OVERSCAN = 12;
const ALWAYS_WHOLE = 150;

interface Props {
  rows: TreeRow[];
  onToggle: (organId: string) => void;
  onMore: (parentId: string) => void;
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

function Cells({ row, onToggle }: { row: TreeRow; onToggle: () => void }) {
  const { t, number } = useTexts();
  const kind = useKind();
  return (
    <>
      <span role="gridcell" className="tree-name">
        {row.expandable ? (
          // The row itself carries aria-expanded and the keys; this is the same for the mouse.
          <button type="button" tabIndex={-1} className="tree-toggle" aria-hidden="true" onClick={onToggle}>
            <ChevronIcon />
          </button>
        ) : (
          <span className="tree-toggle" />
        )}
        <Link to="/organs/$organId" params={{ organId: row.id }} tabIndex={-1} preload={false}>
          {row.name}
        </Link>
        {row.loading && <span className="muted small">{t('common.loading')}</span>}
      </span>
      <span role="gridcell" className="tree-kind muted">
        {kind(row.kind)}
      </span>
      <span role="gridcell" className="tree-code muted">
        {row.code}
      </span>
      <span role="gridcell" className="numbers tree-count">
        {number(row.memberCount)}
      </span>
    </>
  );
}

export function OrganTree({ rows, onToggle, onMore }: Props) {
  const { t } = useTexts();
  const navigate = useNavigate();
  const body = useRef<HTMLDivElement>(null);
  const [focused, setFocused] = useState(rows[0]?.id ?? '');
  const [rowHeight, setRowHeight] = useState(40);
  const wantsFocus = useRef(false);
  const awaited = useRef<number | null>(null);
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
    } else void navigate({ to: '/organs/$organId', params: { organId: row.id } });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const row = rows[current];
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
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
    };
    const act = keys[event.key];
    if (!act || (event.target as HTMLElement).tagName === 'A') return;
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
        </div>
      </div>
      <div role="rowgroup" ref={body}>
        {drawn.map((index, at) => {
          const row = rows[index];
          if (!row) return null;
          const gap = index - (at === 0 ? 0 : (drawn[at - 1] ?? 0) + 1);
          return (
            <Fragment key={row.id}>
              {gap > 0 && <div role="presentation" style={{ height: gap * rowHeight }} />}
              <div
                role="row"
                className="tree-row"
                data-row={index}
                data-level={row.level}
                aria-rowindex={index + 2}
                aria-level={row.level}
                aria-posinset={row.position}
                aria-setsize={row.siblings}
                {...(row.expandable && { 'aria-expanded': row.expanded })}
                tabIndex={index === current ? 0 : -1}
                onFocus={() => setFocused(row.id)}
                style={{ '--level': row.level - 1 } as React.CSSProperties}
              >
                {row.more ? (
                  <span role="gridcell" className="tree-name tree-more">
                    <button
                      type="button"
                      tabIndex={-1}
                      className="button button-quiet"
                      onClick={() => activate(row)}
                    >
                      {t('organs.more')}
                    </button>
                  </span>
                ) : (
                  <Cells row={row} onToggle={() => onToggle(row.id)} />
                )}
              </div>
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
