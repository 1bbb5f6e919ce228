// How far the run is that opens and closes groups, or awards jubilees, after an action or the tree has changed.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { newestRunQuery } from '../../api/actions';
import { useRun } from '../../api/follow';
import { count } from '../../api/types';
import { useTexts } from '../../i18n';
import { Progress } from '../../ui/parts';
import { Problem } from '../../ui/Problem';

const BUSY_POLL_MS = 1000;
type RunType = 'actions' | 'jubilees';

/** What the run makes is asked for again when one ends that had not ended when the page was opened. */
function useRefreshAfter(runId: string | undefined, done: boolean) {
  const cache = useQueryClient();
  const last = useRef<string | null>(null);
  useEffect(() => {
    if (runId === undefined) return;
    const known = last.current === null || last.current === runId;
    last.current = done ? runId : '';
    if (!done || known) return;
    for (const key of ['actions', 'groups', 'jubilees']) void cache.invalidateQueries({ queryKey: [key] });
  }, [cache, done, runId]);
}

function One({ type }: { type: RunType }) {
  const { t, tryText, time } = useTexts();
  const newest = useQuery({
    ...newestRunQuery('hierarchy', type),
    refetchInterval: query => (query.state.data && !query.state.data.done ? BUSY_POLL_MS : false),
  });
  const runId = newest.data && !newest.data.done ? newest.data.runId : '';
  const followed = useRun('hierarchy', runId);
  const run = followed.data ?? newest.data;
  useRefreshAfter(newest.data === null ? '' : newest.data?.runId, newest.data?.done ?? true);
  if (newest.error) return <Problem error={newest.error} onRetry={() => void newest.refetch()} />;
  if (!run) return null;
  const name = tryText(`run.type.${type}`) ?? type;
  return (
    <li>
      {run.done ? (
        <span>
          <Link to="/runs/$service/$runId" params={{ service: 'hierarchy', runId: run.runId }}>
            {name}
          </Link>
          {': '}
          {tryText(`state.${run.state}`) ?? run.state}
          {run.endTime && `, ${time(run.endTime)}`}
        </span>
      ) : (
        <Progress label={name} value={count(run.processed)} total={count(run.total)} />
      )}
      {run.error && (
        <p className="field-error">
          {tryText(`reason.${run.errorReason}`) ?? <span lang="en">{run.error}</span>}
        </p>
      )}
      {!run.done && <p className="muted small">{t('import.mayLeave')}</p>}
    </li>
  );
}

export function Carrying() {
  const { t } = useTexts();
  return (
    <section className="panel" aria-labelledby="carrying">
      <h2 id="carrying">{t('action.carrying')}</h2>
      <div role="status">
        <ul className="stack">
          <One type="actions" />
          <One type="jubilees" />
        </ul>
      </div>
    </section>
  );
}
