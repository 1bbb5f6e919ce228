// Every piece of long or scheduled work, of all services, newest first.
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { runsQuery, SERVICES, type ServiceName } from '../../api/queries';
import { count, type Run } from '../../api/types';
import { useTexts } from '../../i18n';
import { ListPage } from '../../ui/ListPage';
import { StateTag } from '../../ui/StateTag';

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
  return (
    <ListPage
      title={t('nav.runs')}
      intro={t('run.intro')}
      lists={lists}
      rows={runs.map(run => (
        <Row key={run.runId} run={run} />
      ))}
      columns={[
        { label: t('run.what') },
        { label: t('run.state') },
        { label: t('run.progress'), numbers: true },
        { label: t('run.service'), wide: true },
        { label: t('history.actor'), wide: true },
        { label: t('run.started'), wide: true },
      ]}
      empty={t('run.none')}
    />
  );
}
