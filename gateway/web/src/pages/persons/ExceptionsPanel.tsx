// Memberships by exception: who placed the person where, why, until when. Beginning and ending one is a plan of one
// change, so that its effect is seen first and it can be undone.
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { exceptionsQuery } from '../../api/queries';
import type { MembershipException, Person } from '../../api/types';
import { useTexts } from '../../i18n';
import { useToday } from '../../lib/useToday';
import { Button } from '../../ui/Button';
import { Skeleton, usePeriod } from '../../ui/parts';
import { Problem } from '../../ui/Problem';
import { TableBox } from '../../ui/TableBox';

const AddExceptionDialog = lazy(() => import('./AddExceptionDialog'));
const EndExceptionDialog = lazy(() => import('./EndExceptionDialog'));

function Row({ entry, onEnd }: { entry: MembershipException; onEnd: () => void }) {
  const { t } = useTexts();
  const period = usePeriod();
  const today = useToday();
  const over = entry.validTo !== '' && entry.validTo <= today;
  return (
    <tr className={over ? 'over' : undefined}>
      <th scope="row">
        <Link to="/organs/$organId" params={{ organId: entry.organId }}>
          {entry.organName}
        </Link>
        <span className="line muted small">{entry.typeName}</span>
      </th>
      <td>{entry.reason}</td>
      <td>{period(entry.validFrom, entry.validTo)}</td>
      <td className="row-action no-print">
        {!over && (
          <Button look="quiet" onPress={onEnd} aria-label={t('exception.endOf', { name: entry.organName })}>
            {t('relation.end')}
          </Button>
        )}
      </td>
    </tr>
  );
}

export function ExceptionsPanel({ person }: { person: Person }) {
  const { t } = useTexts();
  const exceptions = useInfiniteQuery(exceptionsQuery({ personId: person.personId }));
  const [adding, setAdding] = useState(false);
  const [ending, setEnding] = useState<MembershipException | null>(null);
  const rows = exceptions.data?.pages.flatMap(page => page.exceptions) ?? [];
  return (
    <section className="panel" aria-labelledby="exceptions">
      <div className="section-head">
        <h2 id="exceptions">{t('exception.title')}</h2>
        <Button look="quiet" onPress={() => setAdding(true)}>
          {t('exception.add')}
        </Button>
      </div>
      {exceptions.error && <Problem error={exceptions.error} onRetry={() => void exceptions.refetch()} />}
      {exceptions.isPending && <Skeleton lines={2} />}
      {exceptions.data && rows.length === 0 && <p className="muted">{t('exception.none')}</p>}
      {rows.length > 0 && (
        <TableBox plain>
          <table>
            <caption className="visually-hidden">{t('exception.title')}</caption>
            <thead>
              <tr>
                <th scope="col">{t('fact.organ')}</th>
                <th scope="col">{t('plan.reason')}</th>
                <th scope="col">{t('period.column')}</th>
                <th scope="col" className="no-print">
                  <span className="visually-hidden">{t('relation.end')}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map(entry => (
                <Row key={entry.exceptionId} entry={entry} onEnd={() => setEnding(entry)} />
              ))}
            </tbody>
          </table>
        </TableBox>
      )}
      <Suspense>
        {adding && <AddExceptionDialog person={person} onClose={() => setAdding(false)} />}
        {ending && <EndExceptionDialog entry={ending} onClose={() => setEnding(null)} />}
      </Suspense>
    </section>
  );
}
