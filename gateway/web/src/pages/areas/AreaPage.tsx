// One area change: what moves and how many people live there; its carrying out, its undoing, and what became of each.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useParams, useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { areaChangeQuery, areaPlacesQuery } from '../../api/areas';
import { ask, client } from '../../api/client';
import { useRun } from '../../api/follow';
import { runQuery } from '../../api/queries';
import { count, type AreaChange, type AreaPlace, type Run } from '../../api/types';
import { useTexts } from '../../i18n';
import { codeFrom } from '../../lib/required';
import { useWrite } from '../../lib/useWrite';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { DownloadLink } from '../../ui/DownloadLink';
import { Pager } from '../../ui/Pager';
import { Crumbs, PageTitle, Progress, Skeleton } from '../../ui/parts';
import { PageProblem, Problem } from '../../ui/Problem';
import { TableBox } from '../../ui/TableBox';
import { AreaState } from './AreaState';
import { OldRules } from './OldRules';
import { UndoOutcomes } from './UndoOutcomes';

const ROUTE = '/area-changes/$areaChangeId';

function activeRun({ state, applyRunId, undoRunId }: AreaChange) {
  if (state === 'AREA_CHANGE_STATE_APPLYING') return applyRunId;
  if (state === 'AREA_CHANGE_STATE_UNDOING') return undoRunId;
  return '';
}

/** What a postal code belonged to and belongs to; what stays is said once. */
function Moved({ before, after }: { before: string; after: string }) {
  const { t } = useTexts();
  if (before === after) return before;
  return (
    <>
      <del>
        <span className="visually-hidden">{t('history.before')}: </span>
        {before || '–'}
      </del>{' '}
      <span aria-hidden="true">→ </span>
      <ins>
        <span className="visually-hidden">{t('history.after')}: </span>
        <strong>{after || '–'}</strong>
      </ins>
    </>
  );
}

function PlaceRow({ place }: { place: AreaPlace }) {
  const { t, number } = useTexts();
  const people = number(count(place.personCount));
  const town = <Moved before={place.oldTown} after={place.town} />;
  const province = <Moved before={place.oldProvince} after={place.province} />;
  return (
    <tr>
      <th scope="row" className="nowrap">
        {place.country !== 'FI' && `${place.country} `}
        {place.postalCode}
        <span className="narrow muted small">
          {t('import.people')}: {people}
        </span>
      </th>
      <td>
        <Moved before={place.oldMunicipality} after={place.municipality} />
        {place.oldTown !== place.town && <span className="narrow small">{town}</span>}
        {place.oldProvince !== place.province && <span className="narrow small">{province}</span>}
      </td>
      <td className="wide">{town}</td>
      <td className="wide">{province}</td>
      <td className="numbers wide">{people}</td>
    </tr>
  );
}

function Places({ area, page }: { area: AreaChange; page: string }) {
  const { t } = useTexts();
  const places = useQuery(areaPlacesQuery(area.areaChangeId, page));
  return (
    <section className="stack" aria-labelledby="places">
      <div className="section-head">
        <h2 id="places">{t('area.places')}</h2>
        <DownloadLink
          path={`/v1/area-changes/${area.areaChangeId}/places`}
          fileName={`${codeFrom(area.title) || 'area-change'}.csv`}
          label={t('members.csv')}
        />
      </div>
      {places.error && <Problem error={places.error} onRetry={() => void places.refetch()} />}
      {places.isPending && <Skeleton />}
      {places.data && (
        <TableBox stale={places.isPlaceholderData}>
          <table>
            <caption className="visually-hidden">{t('area.places')}</caption>
            <thead>
              <tr>
                <th scope="col">{t('address.postalCode')}</th>
                <th scope="col">{t('fact.FACT_KIND_MUNICIPALITY')}</th>
                <th scope="col" className="wide">
                  {t('fact.FACT_KIND_TOWN')}
                </th>
                <th scope="col" className="wide">
                  {t('fact.FACT_KIND_PROVINCE')}
                </th>
                <th scope="col" className="numbers wide">
                  {t('import.people')}
                </th>
              </tr>
            </thead>
            <tbody>
              {places.data.places.map(place => (
                <PlaceRow key={`${place.country} ${place.postalCode}`} place={place} />
              ))}
            </tbody>
          </table>
        </TableBox>
      )}
      <Pager page={page} next={places.isPlaceholderData ? '' : (places.data?.nextPageToken ?? '')} />
    </section>
  );
}

function Working({ area, run }: { area: AreaChange; run: Run | undefined }) {
  const { t } = useTexts();
  const label = t(area.state === 'AREA_CHANGE_STATE_UNDOING' ? 'area.undoing' : 'area.applying');
  return (
    <section className="panel" aria-label={label}>
      <Progress label={label} value={count(run?.processed)} total={count(run?.total)} />
      <p className="muted small">{t('import.mayLeave')}</p>
    </section>
  );
}

function Undo({ area }: { area: AreaChange }) {
  const { t } = useTexts();
  const [asking, setAsking] = useState(false);
  const undo = useWrite({
    send: () => {
      const params = { path: { area_change_id: area.areaChangeId } };
      return ask(client.POST('/v1/area-changes/{area_change_id}:undo', { params, body: {} }));
    },
    touches: [['area-changes']],
    done: () => setAsking(false),
  });
  return (
    <>
      <Button look="danger" onPress={() => setAsking(true)}>
        {t('area.undo')}
      </Button>
      <Dialog title={t('area.undo')} open={asking} alert onClose={() => setAsking(false)}>
        <p>{t('area.undo.text')}</p>
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

function NextStep({ area }: { area: AreaChange }) {
  const { t, date } = useTexts();
  const apply = useWrite({
    send: () => {
      const params = { path: { area_change_id: area.areaChangeId } };
      return ask(client.POST('/v1/area-changes/{area_change_id}:apply', { params, body: {} }));
    },
    touches: [['area-changes']],
  });
  const canUndo = area.state === 'AREA_CHANGE_STATE_APPLIED' || area.state === 'AREA_CHANGE_STATE_STOPPED';
  return (
    <>
      {apply.error && <Problem error={apply.error} />}
      <div className="actions">
        {area.state === 'AREA_CHANGE_STATE_CHECKED' && (
          <Button look="primary" onPress={() => apply.mutate(undefined)} isPending={apply.isPending}>
            {t('area.apply', { day: date(area.on) })}
          </Button>
        )}
        {canUndo && <Undo area={area} />}
      </div>
    </>
  );
}

/** Why the run stopped. */
function Stopped({ area }: { area: AreaChange }) {
  const { tryText } = useTexts();
  const last = area.undoRunId || area.applyRunId;
  const { data: run } = useQuery({ ...runQuery('membership', last), enabled: last !== '' });
  if (!run?.error) return null;
  return (
    <p className="field-error">
      {tryText(`reason.${run.errorReason}`) ?? <span lang="en">{run.error}</span>}
    </p>
  );
}

const MESSAGE: Partial<Record<AreaChange['state'], 'checked' | 'applied' | 'undone' | 'stopped'>> = {
  AREA_CHANGE_STATE_CHECKED: 'checked',
  AREA_CHANGE_STATE_APPLIED: 'applied',
  AREA_CHANGE_STATE_UNDONE: 'undone',
  AREA_CHANGE_STATE_STOPPED: 'stopped',
};

/** When the run has ended, the change stands elsewhere, and so do people and organs. */
function useRefreshWhen(done: boolean) {
  const cache = useQueryClient();
  useEffect(() => {
    if (!done) return undefined;
    const askAgain = () => void cache.invalidateQueries();
    askAgain();
    const timer = setInterval(askAgain, 1000);
    return () => clearInterval(timer);
  }, [cache, done]);
}

function Head({ area }: { area: AreaChange }) {
  const { t, date, time, tryText } = useTexts();
  const run = area.undoRunId || area.applyRunId;
  return (
    <div>
      <PageTitle text={area.title} />
      <p className="facts-line">
        <AreaState state={area.state} /> <span>{t('area.from', { day: date(area.on) })}</span>
        <span aria-hidden="true"> · </span>
        <span>{time(area.createTime)}</span>
        <span aria-hidden="true"> · </span>
        <span>{tryText(`actor.${area.author}`) ?? area.author}</span>
        {run && (
          <>
            <span aria-hidden="true"> · </span>
            <Link to="/runs/$service/$runId" params={{ service: 'membership', runId: run }}>
              {t('area.run')}
            </Link>
          </>
        )}
      </p>
      {area.reason && <p className="prose">{area.reason}</p>}
    </div>
  );
}

export default function AreaPage() {
  const { t, number } = useTexts();
  const { areaChangeId } = useParams({ from: ROUTE });
  const { page = '' } = useSearch({ from: ROUTE });
  const { data: area, error, refetch } = useQuery(areaChangeQuery(areaChangeId));
  const runId = area ? activeRun(area) : '';
  const run = useRun('membership', runId);
  useRefreshWhen(runId !== '' && (run.data?.done ?? false));

  if (error && !area) {
    return (
      <PageProblem
        title={t('nav.areas')}
        list={<Link to="/area-changes">{t('nav.areas')}</Link>}
        error={error}
        onRetry={() => void refetch()}
      />
    );
  }
  if (!area) return <Skeleton lines={8} />;
  const message = MESSAGE[area.state];
  return (
    <div className="page">
      <Crumbs>
        <Link to="/area-changes">{t('nav.areas')}</Link>
      </Crumbs>
      <Head area={area} />
      <div role="status" className="stack">
        {message && <p className={`verdict verdict-${message}`}>{t(`area.message.${message}`)}</p>}
      </div>
      {area.state === 'AREA_CHANGE_STATE_STOPPED' && <Stopped area={area} />}
      {runId && <Working area={area} run={run.data} />}
      <dl className="figures">
        <div>
          <dt>{t('area.places')}</dt>
          <dd>{number(count(area.placeCount))}</dd>
        </div>
        <div>
          <dt>{t('area.people')}</dt>
          <dd>{number(count(area.personCount))}</dd>
        </div>
      </dl>
      {!runId && <NextStep area={area} />}
      {area.state === 'AREA_CHANGE_STATE_APPLIED' && <OldRules area={area} />}
      {!runId && area.undoRunId && <UndoOutcomes runId={area.undoRunId} />}
      <Places area={area} page={page} />
    </div>
  );
}
