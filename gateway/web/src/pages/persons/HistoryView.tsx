// Every change of a person: when, by whom, what it was and what it became.
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { historyQuery } from '../../api/queries';
import type { HistoryEntry } from '../../api/types';
import { useTexts } from '../../i18n';
import { isLanguage, LANGUAGES } from '../../i18n/messages';
import { Button } from '../../ui/Button';
import { Empty, Skeleton, usePeriod } from '../../ui/parts';
import { Problem } from '../../ui/Problem';
import { TableBox } from '../../ui/TableBox';

function Author({ entry }: { entry: HistoryEntry }) {
  const { t, tryText } = useTexts();
  return (
    <>
      {tryText(`actor.${entry.actor}`) ?? entry.actor}
      {entry.runId && (
        <Link
          className="line small"
          to="/runs/$service/$runId"
          params={{ service: 'membership', runId: entry.runId }}
        >
          {t('history.run')}
        </Link>
      )}
    </>
  );
}

/** What stands in a field, as a person would say it. */
function useValue(field: string) {
  const { date } = useTexts();
  return (value: string) => (field === 'language' && isLanguage(value) ? LANGUAGES[value].name : date(value));
}

function Row({ entry }: { entry: HistoryEntry }) {
  const { t, tryText, time } = useTexts();
  const period = usePeriod();
  const said = useValue(entry.field);
  const field = tryText(`field.${entry.field}`) ?? entry.field;
  return (
    <tr>
      <td>
        <time dateTime={entry.recordTime}>{time(entry.recordTime)}</time>
        <span className="narrow muted small">
          <Author entry={entry} />
        </span>
      </td>
      <td className="wide">
        <Author entry={entry} />
      </td>
      <td className="wide">{field}</td>
      <td>
        <span className="narrow muted small">{field}</span>
        {entry.oldValue && (
          <>
            <del className="muted">
              <span className="visually-hidden">{t('history.before')}: </span>
              {said(entry.oldValue)}
            </del>{' '}
            <span aria-hidden="true">→ </span>
          </>
        )}
        <ins>
          {entry.oldValue && <span className="visually-hidden">{t('history.after')}: </span>}
          {entry.newValue ? said(entry.newValue) : <span className="muted">{t('history.removed')}</span>}
        </ins>
        {(entry.validFrom || entry.validTo) && (
          <span className="line muted small">{period(entry.validFrom, entry.validTo)}</span>
        )}
      </td>
    </tr>
  );
}

export function HistoryView({ personId }: { personId: string }) {
  const { t } = useTexts();
  const history = useInfiniteQuery(historyQuery(personId));
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = history;
  if (error) return <Problem error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton lines={8} />;
  const entries = data.pages.flatMap(page => page.entries);
  if (entries.length === 0) return <Empty title={t('history.empty')} />;
  return (
    <>
      <TableBox>
        <table>
          <caption className="visually-hidden">{t('person.view.history')}</caption>
          <thead>
            <tr>
              <th scope="col">{t('history.time')}</th>
              <th scope="col" className="wide">
                {t('history.actor')}
              </th>
              <th scope="col" className="wide">
                {t('history.field')}
              </th>
              <th scope="col">{t('history.change')}</th>
            </tr>
          </thead>
          <tbody>
            {entries.map((entry, index) => (
              // Entries have no identity of their own and never move: newest first, more at the end.
              // oxlint-disable-next-line react/no-array-index-key
              <Row key={`${entry.recordTime} ${entry.field} ${index}`} entry={entry} />
            ))}
          </tbody>
        </table>
      </TableBox>
      {hasNextPage && (
        <div className="actions">
          <Button onPress={() => void fetchNextPage()} isPending={isFetchingNextPage}>
            {t('common.more')}
          </Button>
        </div>
      )}
    </>
  );
}
