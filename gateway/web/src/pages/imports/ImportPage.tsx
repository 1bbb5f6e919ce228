// One import: its check with every error, its carrying out, its undoing; each with a bar that moves.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useParams, useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { ask, client } from '../../api/client';
import { useRun } from '../../api/follow';
import { importQuery, outcomesQuery, runQuery } from '../../api/queries';
import { count, type Import, type Run } from '../../api/types';
import { useTexts } from '../../i18n';
import { useWrite } from '../../lib/useWrite';
import { Button, ButtonLink } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { DownloadLink } from '../../ui/DownloadLink';
import { Pager } from '../../ui/Pager';
import { Crumbs, PageTitle, Progress, Skeleton } from '../../ui/parts';
import { PageProblem, Problem } from '../../ui/Problem';
import { StateTag } from '../../ui/StateTag';
import { Steps, type Step } from './Steps';
import { TableBox } from '../../ui/TableBox';

const STEP: Partial<Record<Import['state'], Step>> = {
  IMPORT_STATE_CHECKING: 'check',
  IMPORT_STATE_CHECKED: 'check',
  IMPORT_STATE_REFUSED: 'check',
};

/** The run that is under way, if any. */
function activeRun({ state, checkRunId, applyRunId, undoRunId }: Import) {
  if (state === 'IMPORT_STATE_CHECKING') return checkRunId;
  if (state === 'IMPORT_STATE_APPLYING') return applyRunId;
  if (state === 'IMPORT_STATE_UNDOING') return undoRunId;
  return '';
}

function Counts({ entry }: { entry: Import }) {
  const { t, number } = useTexts();
  const planned = entry.state === 'IMPORT_STATE_CHECKED' || entry.state === 'IMPORT_STATE_REFUSED';
  const figures = [
    ['created', entry.created],
    ['updated', entry.updated],
    ['unchanged', entry.unchanged],
    ['errors', entry.errors],
  ] as const;
  return (
    <dl className="figures">
      {figures.map(([name, value]) => (
        <div key={name} data-bad={(name === 'errors' && count(value) > 0) || undefined}>
          <dt>{t(planned ? `import.will.${name}` : `import.did.${name}`)}</dt>
          <dd>{number(count(value))}</dd>
        </div>
      ))}
    </dl>
  );
}

interface FindingsProps {
  entry: Import;
  result: 'failed' | 'warning';
  title: string;
  page: string;
}

/** What the check found, by line and column, and the same as a file. */
function Findings({ entry, result, title, page }: FindingsProps) {
  const { t, tryText } = useTexts();
  const outcomes = useQuery(outcomesQuery('membership', entry.checkRunId, result, page));
  if (outcomes.error) return <Problem error={outcomes.error} onRetry={() => void outcomes.refetch()} />;
  if (!outcomes.data) return <Skeleton />;
  if (outcomes.data.outcomes.length === 0) return null;
  const name = `${entry.fileName.replace(/\.csv$/i, '')}-${result}.csv`;
  return (
    <section aria-labelledby={result} className="stack">
      <div className="section-head">
        <h2 id={result}>{title}</h2>
        <DownloadLink
          path={`/v1/membership/runs/${entry.checkRunId}/outcomes`}
          parameters={{ result }}
          fileName={name}
          label={result === 'failed' ? t('import.errorsCsv') : t('members.csv')}
        />
      </div>
      <TableBox stale={outcomes.isPlaceholderData}>
        <table>
          <caption className="visually-hidden">{title}</caption>
          <thead>
            <tr>
              <th scope="col" className="numbers">
                {t('import.line')}
              </th>
              <th scope="col">{t('import.column')}</th>
              <th scope="col">{t('import.reason')}</th>
            </tr>
          </thead>
          <tbody>
            {outcomes.data.outcomes.map(({ position, subject, field, reason, description }) => (
              <tr key={`${position} ${field} ${reason}`}>
                <td className="numbers">{subject}</td>
                <td>{field || <span className="muted">{t('import.wholeLine')}</span>}</td>
                <td>{tryText(`reason.${reason}`) ?? <span lang="en">{description || reason}</span>}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableBox>
      {result === 'failed' ? (
        <Pager page={page} next={outcomes.isPlaceholderData ? '' : outcomes.data.nextPageToken} />
      ) : (
        outcomes.data.nextPageToken && (
          <p>
            <Link
              to="/runs/$service/$runId"
              params={{ service: 'membership', runId: entry.checkRunId }}
              search={{ result }}
            >
              {t('common.more')}
            </Link>
          </p>
        )
      )}
    </section>
  );
}

function Working({ run, entry }: { run: Run | undefined; entry: Import }) {
  const { t } = useTexts();
  const cancel = useWrite({
    send: (runId: string) =>
      ask(
        client.POST('/v1/{service}/runs/{run_id}:cancel', {
          params: { path: { service: 'membership', run_id: runId } },
          body: {},
        }),
      ),
    touches: [['imports'], ['runs']],
    notice: t('run.cancelled'),
  });
  const name = {
    IMPORT_STATE_CHECKING: t('import.checking'),
    IMPORT_STATE_APPLYING: t('import.applying'),
    IMPORT_STATE_UNDOING: t('import.undoing'),
  }[entry.state as string];
  return (
    <section className="panel" aria-label={name}>
      <Progress label={name ?? ''} value={count(run?.processed)} total={count(run?.total)} />
      <p className="muted small">{t('import.mayLeave')}</p>
      {cancel.error && <Problem error={cancel.error} />}
      {run && entry.state !== 'IMPORT_STATE_UNDOING' && (
        <div className="actions">
          <Button onPress={() => cancel.mutate(run.runId)} isPending={cancel.isPending}>
            {t('run.cancel')}
          </Button>
        </div>
      )}
    </section>
  );
}

function Undo({ entry }: { entry: Import }) {
  const { t } = useTexts();
  const [asking, setAsking] = useState(false);
  const undo = useWrite({
    send: () => {
      const { importId } = entry;
      const params = { path: { import_id: importId } };
      return ask(client.POST('/v1/imports/{import_id}:undo', { params, body: {} }));
    },
    touches: [['imports']],
    done: () => setAsking(false),
  });
  const rows = count(entry.created) + count(entry.updated);
  return (
    <>
      <Button look="danger" onPress={() => setAsking(true)}>
        {t('import.undo')}
      </Button>
      <Dialog title={t('import.undo')} open={asking} alert onClose={() => setAsking(false)}>
        <p>{t('import.undo.text', { count: rows })}</p>
        {undo.error && <Problem error={undo.error} />}
        <div className="actions">
          <Button look="danger" onPress={() => undo.mutate(undefined)} isPending={undo.isPending}>
            {t('import.undo.confirm')}
          </Button>
          <Button onPress={() => setAsking(false)}>{t('common.cancel')}</Button>
        </div>
      </Dialog>
    </>
  );
}

function NextStep({ entry }: { entry: Import }) {
  const { t } = useTexts();
  const apply = useWrite({
    send: () => {
      const { importId, planHash } = entry;
      const params = { path: { import_id: importId } };
      return ask(client.POST('/v1/imports/{import_id}:apply', { params, body: { planHash } }));
    },
    touches: [['imports']],
  });
  const rows = count(entry.created) + count(entry.updated);
  return (
    <>
      {apply.error && <Problem error={apply.error} />}
      <div className="actions">
        {entry.state === 'IMPORT_STATE_CHECKED' && (
          <Button look="primary" onPress={() => apply.mutate(undefined)} isPending={apply.isPending}>
            {t('import.apply', { count: rows })}
          </Button>
        )}
        {entry.state === 'IMPORT_STATE_CHECKED' && (
          <ButtonLink to="/imports/new" search={{ file: entry.fileId }}>
            {t('import.changeColumns')}
          </ButtonLink>
        )}
        {entry.state === 'IMPORT_STATE_REFUSED' && (
          <>
            <ButtonLink to="/imports/new" look="primary">
              {t('import.otherFile')}
            </ButtonLink>
            <ButtonLink to="/imports/new" search={{ file: entry.fileId }}>
              {t('import.changeColumns')}
            </ButtonLink>
          </>
        )}
        {entry.state === 'IMPORT_STATE_APPLIED' && (
          <ButtonLink to="/organs" look="primary">
            {t('import.seeMembers')}
          </ButtonLink>
        )}
        {(entry.state === 'IMPORT_STATE_APPLIED' || entry.state === 'IMPORT_STATE_STOPPED') &&
          entry.applyRunId && <Undo entry={entry} />}
      </div>
    </>
  );
}

/** Why the run stopped, when it was not a person who stopped it. */
function Stopped({ entry }: { entry: Import }) {
  const { tryText } = useTexts();
  const last = entry.undoRunId || entry.applyRunId || entry.checkRunId;
  const { data: run } = useQuery({ ...runQuery('membership', last), enabled: last !== '' });
  if (!run?.error) return null;
  return (
    <p className="field-error">
      {tryText(`reason.${run.errorReason}`) ?? <span lang="en">{run.error}</span>}
    </p>
  );
}

const MESSAGE: Partial<Record<Import['state'], 'checked' | 'refused' | 'applied' | 'undone' | 'stopped'>> = {
  IMPORT_STATE_CHECKED: 'checked',
  IMPORT_STATE_REFUSED: 'refused',
  IMPORT_STATE_APPLIED: 'applied',
  IMPORT_STATE_UNDONE: 'undone',
  IMPORT_STATE_STOPPED: 'stopped',
};

export default function ImportPage() {
  const { t, time, tryText } = useTexts();
  const { importId } = useParams({ from: '/imports/$importId' });
  const { page = '' } = useSearch({ from: '/imports/$importId' });
  const cache = useQueryClient();
  const { data: entry, error, refetch } = useQuery(importQuery(importId));
  const runId = entry ? activeRun(entry) : '';
  const run = useRun('membership', runId);
  const done = run.data?.done ?? false;

  // The run has ended: the import stands elsewhere now, and so do people and organs.
  useEffect(() => {
    if (!done || runId === '') return undefined;
    const askAgain = () => void cache.invalidateQueries();
    askAgain();
    const timer = setInterval(askAgain, 1000);
    return () => clearInterval(timer);
  }, [cache, done, runId]);

  if (error && !entry) {
    return (
      <PageProblem
        title={t('nav.imports')}
        list={<Link to="/imports">{t('nav.imports')}</Link>}
        error={error}
        onRetry={() => void refetch()}
      />
    );
  }
  if (!entry) return <Skeleton lines={8} />;
  const message = MESSAGE[entry.state];
  return (
    <div className="page">
      <Crumbs>
        <Link to="/imports">{t('nav.imports')}</Link>
      </Crumbs>
      <div>
        <PageTitle text={entry.fileName || t('import.unnamed')} />
        <p className="facts-line">
          <StateTag state={entry.state} /> <span>{time(entry.createTime)}</span>
          <span aria-hidden="true"> · </span>
          <span>{tryText(`actor.${entry.actor}`) ?? entry.actor}</span>
        </p>
      </div>
      <Steps current={STEP[entry.state] ?? 'apply'} />
      <div role="status" className="stack">
        {message && <p className={`verdict verdict-${message}`}>{t(`import.message.${message}`)}</p>}
      </div>
      {entry.state === 'IMPORT_STATE_STOPPED' && <Stopped entry={entry} />}
      {runId && <Working run={run.data} entry={entry} />}
      {entry.state !== 'IMPORT_STATE_CHECKING' && <Counts entry={entry} />}
      {!runId && <NextStep entry={entry} />}
      {!runId && count(entry.errors) > 0 && (
        <Findings entry={entry} result="failed" title={t('import.errorList')} page={page} />
      )}
      {!runId && entry.checkRunId && (
        <Findings entry={entry} result="warning" title={t('import.warningList')} page="" />
      )}
    </div>
  );
}
