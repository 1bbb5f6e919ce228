// One run: how far it is, what became of each subject.
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { ask, client } from '../../api/client';
import { useRun } from '../../api/follow';
import { isService, outcomesQuery, type ServiceName } from '../../api/queries';
import { count, type Run } from '../../api/types';
import { useTexts } from '../../i18n';
import { useWrite } from '../../lib/useWrite';
import { Button } from '../../ui/Button';
import { DownloadLink } from '../../ui/DownloadLink';
import { SelectField } from '../../ui/Field';
import { Pager } from '../../ui/Pager';
import { Crumbs, PageTitle, Progress, Skeleton } from '../../ui/parts';
import { PageProblem, Problem } from '../../ui/Problem';
import { StateTag } from '../../ui/StateTag';
import { Missing } from '../../ui/Crashed';
import { useRunName } from './RunsPage';
import { TableBox } from '../../ui/TableBox';

const RESULTS = ['', 'succeeded', 'skipped', 'warning', 'failed'] as const;

function Outcomes({ service, run }: { service: ServiceName; run: Run }) {
  const { t, tryText } = useTexts();
  const { result = '', page = '' } = useSearch({ from: '/runs/$service/$runId' });
  const navigate = useNavigate({ from: '/runs/$service/$runId' });
  const outcomes = useQuery(outcomesQuery(service, run.runId, result, page));
  const rows = outcomes.data?.outcomes ?? [];
  if (outcomes.data && rows.length === 0 && result === '') return null;
  return (
    <section className="stack" aria-labelledby="outcomes">
      <div className="section-head">
        <h2 id="outcomes">{t('run.outcomes')}</h2>
        <div className="actions">
          <SelectField
            label={t('run.result')}
            name="result"
            value={result}
            onChange={next => void navigate({ search: { result: next }, replace: true, resetScroll: false })}
            options={RESULTS.map(value => ({
              value,
              label: t(value ? `result.${value}` : 'run.allResults'),
            }))}
          />
          <DownloadLink
            path={`/v1/${run.service}/runs/${run.runId}/outcomes`}
            parameters={{ result }}
            fileName={`${run.type}.csv`}
            label={t('members.csv')}
          />
        </div>
      </div>
      {outcomes.error && <Problem error={outcomes.error} onRetry={() => void outcomes.refetch()} />}
      {outcomes.isPending && <Skeleton />}
      {rows.length > 0 && (
        <TableBox>
          <table>
            <caption className="visually-hidden">{t('run.outcomes')}</caption>
            <thead>
              <tr>
                <th scope="col">{t('run.subject')}</th>
                <th scope="col">{t('run.result')}</th>
                <th scope="col">{t('history.field')}</th>
                <th scope="col">{t('import.reason')}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map(({ position, subject, result: became, field, reason, description }) => (
                <tr key={`${position} ${field} ${reason}`}>
                  <td>{subject}</td>
                  <td>{tryText(`result.${became}`) ?? became}</td>
                  <td>{field}</td>
                  <td>
                    {reason &&
                      (tryText(`reason.${reason}`) ?? <span lang="en">{description || reason}</span>)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableBox>
      )}
      <Pager page={page} next={outcomes.isPlaceholderData ? '' : (outcomes.data?.nextPageToken ?? '')} />
    </section>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Details({ run }: { run: Run }) {
  const { t, tryText, time, number, date } = useTexts();
  const isImport = run.type.startsWith('import-') && run.subject;
  const isArea = run.type.startsWith('area-') && run.subject;
  return (
    <section className="panel">
      {!run.done && (
        <Progress label={t('run.progress')} value={count(run.processed)} total={count(run.total)} />
      )}
      <dl className="facts facts-wide">
        <Fact name={t('run.service')}>{tryText(`service.${run.service}`) ?? run.service}</Fact>
        <Fact name={t('history.actor')}>{tryText(`actor.${run.actor}`) ?? run.actor}</Fact>
        {run.target && <Fact name={t('run.target')}>{date(run.target)}</Fact>}
        <Fact name={t('run.started')}>{time(run.startTime || run.createTime)}</Fact>
        {run.endTime && <Fact name={t('run.ended')}>{time(run.endTime)}</Fact>}
        <Fact name={t('run.progress')}>
          {number(count(run.processed))} / {number(count(run.total))}
        </Fact>
        <Fact name={t('result.succeeded')}>{number(count(run.succeeded))}</Fact>
        <Fact name={t('result.skipped')}>{number(count(run.skipped))}</Fact>
        <Fact name={t('result.failed')}>{number(count(run.failed))}</Fact>
      </dl>
      {run.error && (
        <p className="verdict verdict-no">
          {tryText(`reason.${run.errorReason}`) ?? <span lang="en">{run.error}</span>}
        </p>
      )}
      {isArea && (
        <p>
          <Link to="/area-changes/$areaChangeId" params={{ areaChangeId: run.subject }}>
            {t('area.toChange')}
          </Link>
        </p>
      )}
      {isImport && (
        <p>
          <Link to="/imports/$importId" params={{ importId: run.subject }}>
            {t('run.toImport')}
          </Link>
        </p>
      )}
    </section>
  );
}

function RunView({ service, runId }: { service: ServiceName; runId: string }) {
  const { t } = useTexts();
  const name = useRunName();
  const { data: run, error, refetch } = useRun(service, runId);
  const cancel = useWrite({
    send: () =>
      ask(
        client.POST('/v1/{service}/runs/{run_id}:cancel', {
          params: { path: { service, run_id: runId } },
          body: {},
        }),
      ),
    touches: [['runs'], ['imports']],
    notice: t('run.cancelled'),
  });
  if (error && !run) {
    return (
      <PageProblem
        title={t('nav.runs')}
        list={<Link to="/runs">{t('nav.runs')}</Link>}
        error={error}
        onRetry={() => void refetch()}
      />
    );
  }
  if (!run) return <Skeleton lines={8} />;
  return (
    <div className="page">
      <Crumbs>
        <Link to="/runs">{t('nav.runs')}</Link>
      </Crumbs>
      <div className="page-head">
        <div>
          <PageTitle text={name(run)} />
          <p className="facts-line">
            <StateTag state={run.state} />
          </p>
        </div>
        {!run.done && (
          <Button onPress={() => cancel.mutate(undefined)} isPending={cancel.isPending}>
            {t('run.cancel')}
          </Button>
        )}
      </div>
      {cancel.error && <Problem error={cancel.error} />}
      <Details run={run} />
      <Outcomes service={service} run={run} />
    </div>
  );
}

export default function RunPage() {
  const { service, runId } = useParams({ from: '/runs/$service/$runId' });
  return isService(service) ? <RunView service={service} runId={runId} /> : <Missing />;
}
