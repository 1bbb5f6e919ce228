// Every piece of long or scheduled work, of all services, newest first.
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { runsQuery, SERVICES, type ServiceName } from '../../api/queries';
import { count, type Run } from '../../api/types';
import { useTexts } from '../../i18n';
import { Button } from '../../ui/Button';
import { Empty, PageTitle, Skeleton } from '../../ui/parts';
import { Problem } from '../../ui/Problem';
import { StateTag } from '../imports/StateTag';
import { TableBox } from '../../ui/TableBox';

const BUSY_POLL_MS = 2000;
const IDLE_POLL_MS = 15_000;

function useRuns(service: ServiceName) {
  return useInfiniteQuery({
    ...runsQuery(service),
    refetchInterval: query =>
      query.state.data?.pages.some(page => page.runs.some(run => !run.done)) ? BUSY_POLL_MS : IDLE_POLL_MS,
  });
}

export function useRunName() {
  const { tryText } = useTexts();
  return ({ type }: Run) => tryText(`run.type.${type}`) ?? type;
}

function Row({ run }: { run: Run }) {
  const { t, tryText, time, number } = useTexts();
  const name = useRunName();
  return (
    <tr>
      <th scope="row">
        <Link to="/runs/$service/$runId" params={{ service: run.service, runId: run.runId }}>
          {name(run)}
        </Link>
        <span className="narrow muted small">{time(run.createTime)}</span>
      </th>
      <td>
        <StateTag state={run.state} />
      </td>
      <td className="numbers">
        {number(count(run.processed))}
        {count(run.total) > 0 && <span className="muted"> / {number(count(run.total))}</span>}
        {count(run.failed) > 0 && (
          <span className="line small field-error">{t('run.failedCount', { count: count(run.failed) })}</span>
        )}
      </td>
      <td className="wide">{tryText(`service.${run.service}`) ?? run.service}</td>
      <td className="wide">{tryText(`actor.${run.actor}`) ?? run.actor}</td>
      <td className="wide nowrap">
        <time dateTime={run.createTime}>{time(run.createTime)}</time>
      </td>
    </tr>
  );
}

export default function RunsPage() {
  const { t } = useTexts();
  const [membership, hierarchy] = [useRuns(SERVICES[0]), useRuns(SERVICES[1])];
  const lists = [membership, hierarchy];
  const runs = lists
    .flatMap(list => list.data?.pages.flatMap(page => page.runs) ?? [])
    .toSorted((a, b) => b.createTime.localeCompare(a.createTime));
  const failed = lists.find(list => list.error);
  const waiting = lists.some(list => list.isPending);
  return (
    <div className="page">
      <PageTitle text={t('nav.runs')} />
      <p className="muted">{t('run.intro')}</p>
      {failed && <Problem error={failed.error} onRetry={() => void failed.refetch()} />}
      {waiting && runs.length === 0 && <Skeleton />}
      {!waiting && !failed && runs.length === 0 && <Empty title={t('run.none')} />}
      {runs.length > 0 && (
        <TableBox>
          <table>
            <caption className="visually-hidden">{t('nav.runs')}</caption>
            <thead>
              <tr>
                <th scope="col">{t('run.what')}</th>
                <th scope="col">{t('run.state')}</th>
                <th scope="col" className="numbers">
                  {t('run.progress')}
                </th>
                <th scope="col" className="wide">
                  {t('run.service')}
                </th>
                <th scope="col" className="wide">
                  {t('history.actor')}
                </th>
                <th scope="col" className="wide">
                  {t('run.started')}
                </th>
              </tr>
            </thead>
            <tbody>
              {runs.map(run => (
                <Row key={run.runId} run={run} />
              ))}
            </tbody>
          </table>
        </TableBox>
      )}
      {lists.some(list => list.hasNextPage) && (
        <div className="actions">
          <Button
            isPending={lists.some(list => list.isFetchingNextPage)}
            onPress={() => lists.forEach(list => list.hasNextPage && void list.fetchNextPage())}
          >
            {t('common.more')}
          </Button>
        </div>
      )}
    </div>
  );
}
