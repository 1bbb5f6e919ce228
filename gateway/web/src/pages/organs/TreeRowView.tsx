// One row of the tree.
import { Link } from '@tanstack/react-router';
import { useRef, type RefObject } from 'react';
import { useDrag, useDrop } from 'react-aria-components';
import { useTexts } from '../../i18n';
import { ChevronIcon, MoreIcon } from '../../ui/icons';
import { isPending, isRoot, type Subject } from '../plans/subject';
import { useKind } from './kind';
import type { TreeRow } from './rows';

const ORGAN = 'application/x-heimo-organ';

interface RowProps {
  row: TreeRow;
  index: number;
  on: string;
  current: boolean;
  /** What is being dragged, for all rows. */
  draggedRef: RefObject<Subject | null>;
  onFocus: () => void;
  onToggle: () => void;
  onMore: () => void;
  onMenu: (organ: Subject, anchor: HTMLElement) => void;
  onDrop: (organ: Subject, target: Subject) => void;
}

/** An organ goes under another of the same organisation: not under itself, not where it is already. */
const mayDrop = (organ: Subject | null, target: Subject | null) =>
  organ !== null &&
  target !== null &&
  organ.organId !== target.organId &&
  organ.parentId !== target.organId &&
  organ.organisationId === target.organisationId;

function useDragging({ row, draggedRef, onToggle, onDrop }: RowProps) {
  const element = useRef<HTMLDivElement>(null);
  const { subject } = row;
  const fixed = !subject || isRoot(subject) || isPending(subject);
  const { dragProps, isDragging } = useDrag({
    getItems: () => [{ [ORGAN]: row.id, 'text/plain': row.name }],
    getAllowedDropOperations: () => ['move'],
    // Dragging is for the mouse; the keyboard has "Move to …" in the menu.
    hasDragButton: true,
    isDisabled: fixed,
    onDragStart: () => {
      draggedRef.current = subject;
    },
    onDragEnd: () => {
      draggedRef.current = null;
    },
  });
  const { dropProps, isDropTarget } = useDrop({
    ref: element,
    isDisabled: !subject,
    getDropOperation: types => (types.has(ORGAN) && mayDrop(draggedRef.current, subject) ? 'move' : 'cancel'),
    onDropActivate: () => {
      if (row.expandable && !row.expanded) onToggle();
    },
    onDrop: () => {
      if (draggedRef.current && subject) onDrop(draggedRef.current, subject);
    },
  });
  return { element, props: { ...(!fixed && dragProps), ...dropProps }, isDragging, isDropTarget };
}

function Marks({ row }: { row: TreeRow }) {
  const { t, date } = useTexts();
  return (
    <>
      {row.mark && <span className={`tag mark-${row.mark}`}>{t(`mark.${row.mark}`)}</span>}
      {row.validTo && <span className="tag">{t('organ.ends', { date: date(row.validTo) })}</span>}
    </>
  );
}

function Cells({ row, on, current, onToggle, onMenu }: RowProps) {
  const { t, number } = useTexts();
  const kind = useKind();
  const { subject } = row;
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
        {subject && isPending(subject) ? (
          <span className="tree-link">{row.name}</span>
        ) : (
          <Link
            to="/organs/$organId"
            params={{ organId: row.id }}
            search={on ? { on } : {}}
            tabIndex={-1}
            preload={false}
            draggable={false}
            className="tree-link"
          >
            {row.name}
          </Link>
        )}
        <Marks row={row} />
        {row.loading && <span className="muted small">{t('common.loading')}</span>}
      </span>
      <span role="gridcell" className="tree-kind muted">
        {kind(row.kind)}
      </span>
      <span role="gridcell" className="tree-code muted">
        {row.code}
      </span>
      <span role="gridcell" className="numbers tree-count">
        {row.mark === 'new' ? '' : number(row.memberCount)}
      </span>
      <span role="gridcell" className="tree-acts no-print">
        {subject && (
          <button
            type="button"
            className="tree-menu"
            tabIndex={current ? 0 : -1}
            aria-haspopup="menu"
            aria-label={t('organ.actsOf', { name: row.name })}
            onClick={event => onMenu(subject, event.currentTarget)}
          >
            <MoreIcon />
          </button>
        )}
      </span>
    </>
  );
}

export function RowView(props: RowProps) {
  const { row, index, current, onFocus, onMore } = props;
  const { t } = useTexts();
  const { element, props: dragging, isDragging, isDropTarget } = useDragging(props);
  return (
    <div
      {...dragging}
      ref={element}
      role="row"
      className="tree-row"
      data-row={index}
      data-level={row.level}
      data-mark={row.mark ?? undefined}
      data-dragging={isDragging || undefined}
      data-drop-target={isDropTarget || undefined}
      aria-rowindex={index + 2}
      aria-level={row.level}
      aria-posinset={row.position}
      aria-setsize={row.siblings}
      aria-keyshortcuts={row.subject ? 'Shift+F10' : undefined}
      {...(row.expandable && { 'aria-expanded': row.expanded })}
      tabIndex={current ? 0 : -1}
      onFocus={onFocus}
      style={{ '--level': row.level - 1 } as React.CSSProperties}
    >
      {row.more ? (
        <span role="gridcell" className="tree-name tree-more">
          <button type="button" tabIndex={-1} className="button button-quiet" onClick={onMore}>
            {t('organs.more')}
          </button>
        </span>
      ) : (
        <Cells {...props} />
      )}
    </div>
  );
}
