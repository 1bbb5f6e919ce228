// What is wrong with an area change or a file of changes: each fault with its row, or its line and column; those of rows lead to their field.
import { useEffect, useRef } from 'react';
import { asApiError } from '../../api/problem';
import { useTexts } from '../../i18n';
import type { Fault } from '../../lib/areas';
import { problemText } from '../../ui/Problem';

const MOST_SHOWN = 100;

export const fieldId = (row: number, field: string) => `field-row-${row}-${field}`;

/** Some reasons mean something of their own in an area change or in a change of organs. */
export type Scope = 'area' | 'change';

export function useFaultText(scope: Scope = 'area') {
  const { tryText } = useTexts();
  return ({ reason, description }: Fault) =>
    tryText(`reason.${scope}.${reason}`) ?? tryText(`reason.${reason}`) ?? description;
}

interface Props {
  error: unknown;
  faults: Fault[];
  /** Names of the fields. */
  labels: Record<string, string>;
  /** Position in the form of each row that was sent. */
  positions: number[];
  scope?: Scope;
}

export function Faults({ error, faults, labels, positions, scope = 'area' }: Props) {
  const texts = useTexts();
  const { t } = texts;
  const faultText = useFaultText(scope);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (error) box.current?.focus();
  }, [error]);
  if (!error) return null;
  const problem = asApiError(error);
  const where = ({ row, line, column, field }: Fault) =>
    [
      row !== undefined && t('area.row', { count: (positions[row] ?? row) + 1 }),
      line !== undefined && t('area.line', { count: line }),
      column !== undefined && t('area.column', { count: column }),
      column === undefined && field !== 'csv' && field !== 'rows' && (labels[field] ?? field),
    ]
      .filter(Boolean)
      .join(', ');
  const id = ({ row, field }: Fault) =>
    row === undefined
      ? `field-${field === 'rows' ? 'row-0-place' : field}`
      : fieldId(positions[row] ?? row, field);
  const focus = (fault: Fault) => {
    const target = document.querySelector<HTMLElement>(`#${CSS.escape(id(fault))}`);
    (target?.querySelector<HTMLElement>('[tabindex="0"]') ?? target)?.focus();
  };
  return (
    <div className="problem" role="alert" tabIndex={-1} ref={box}>
      <p>
        <strong>
          {t(faults.length > 0 ? 'area.faults' : problem.passing ? 'problem.later' : 'problem.title')}
        </strong>{' '}
        {faults.length === 0 && problemText(problem, texts)}
      </p>
      {faults.length > 0 && (
        <ul>
          {faults.slice(0, MOST_SHOWN).map((fault, index) => (
            // oxlint-disable-next-line react/no-array-index-key -- the list never changes in place
            <li key={index}>
              <a
                href={`#${id(fault)}`}
                onClick={event => {
                  event.preventDefault();
                  focus(fault.line === undefined ? fault : { ...fault, field: 'csv' });
                }}
              >
                {[where(fault), faultText(fault)].filter(Boolean).join(': ')}
              </a>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
