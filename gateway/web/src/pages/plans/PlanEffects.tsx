// What a plan does to each organ and membership type: sorted, filtered, each number leading to the people behind it.
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { planEffectsQuery, typesQuery } from '../../api/queries';
import type { Plan } from '../../api/types';
import { useTexts } from '../../i18n';
import { effectRows, filterEffects, sortEffects, type EffectRow } from '../../lib/effects';
import { usePrinting } from '../../lib/usePrint';
import { Button } from '../../ui/Button';
import { DownloadLink } from '../../ui/DownloadLink';
import { SelectField, TextField } from '../../ui/Field';
import { Empty, Skeleton } from '../../ui/parts';
import { Problem } from '../../ui/Problem';
import { SortHeader } from '../../ui/SortHeader';
import { TableBox } from '../../ui/TableBox';

const ROUTE = '/plans/$planId';
const SHOWN_AT_FIRST = 100;

function PeopleLink({ row, effect, value }: { row: EffectRow; effect: 'joins' | 'leaves'; value: number }) {
  const { t, number } = useTexts();
  if (value === 0) return <>{number(0)}</>;
  const { organId, typeId, organName } = row.effect;
  return (
    <Link
      to="."
      search={
        ((before: Record<string, unknown>) => ({
          ...before,
          organ: organId,
          type: typeId,
          effect,
          page: '',
        })) as never
      }
      resetScroll={false}
      aria-label={t(`effect.${effect}.of`, { count: value, name: organName })}
    >
      {number(value)}
    </Link>
  );
}

function Row({ row, several }: { row: EffectRow; several: boolean }) {
  const { number } = useTexts();
  const { effect, before, after, joins, leaves, stays } = row;
  return (
    <tr>
      <th scope="row">
        {effect.organName}
        {several && <span className="narrow muted small">{effect.typeName}</span>}
      </th>
      {several && <td className="wide">{effect.typeName}</td>}
      <td className="numbers wide">{number(before)}</td>
      <td className="numbers">
        <PeopleLink row={row} effect="joins" value={joins} />
      </td>
      <td className="numbers">
        <PeopleLink row={row} effect="leaves" value={leaves} />
      </td>
      <td className="numbers wide">{number(stays)}</td>
      <td className="numbers">{number(after)}</td>
    </tr>
  );
}

function Filters({ plan, several }: { plan: Plan; several: boolean }) {
  const { t } = useTexts();
  const { q = '', only = '' } = useSearch({ from: ROUTE });
  const navigate = useNavigate({ from: ROUTE });
  const { data: types = [] } = useQuery(typesQuery(plan.organisationId));
  const choose = (more: { q?: string; only?: string }) =>
    void navigate({ search: before => ({ ...before, ...more }), replace: true, resetScroll: false });
  return (
    <search className="filters">
      <TextField
        type="search"
        label={t('organs.search')}
        name="q"
        value={q}
        onChange={next => choose({ q: next })}
        maxLength={100}
      />
      {several && (
        <SelectField
          label={t('members.type')}
          name="only"
          value={only}
          onChange={next => choose({ only: next })}
          options={[
            { value: '', label: t('members.allTypes') },
            ...types.map(({ typeId, name }) => ({ value: typeId, label: name })),
          ]}
        />
      )}
    </search>
  );
}

function Table({ rows, several, sort }: { rows: EffectRow[]; several: boolean; sort: string }) {
  const { t } = useTexts();
  return (
    <TableBox>
      <table className="effects">
        <caption className="visually-hidden">{t('plan.effects')}</caption>
        <thead>
          <tr>
            <SortHeader field="organ" sort={sort} label={t('fact.organ')} />
            {several && <SortHeader field="type" sort={sort} label={t('members.type')} wide />}
            <SortHeader field="before" sort={sort} label={t('effect.before')} numbers wide />
            <SortHeader field="joins" sort={sort} label={t('effect.joins')} numbers />
            <SortHeader field="leaves" sort={sort} label={t('effect.leaves')} numbers />
            <SortHeader field="stays" sort={sort} label={t('effect.stays')} numbers wide />
            <SortHeader field="after" sort={sort} label={t('effect.after')} numbers />
          </tr>
        </thead>
        <tbody>
          {rows.map(row => (
            <Row key={row.key} row={row} several={several} />
          ))}
        </tbody>
      </table>
    </TableBox>
  );
}

export function PlanEffects({ plan }: { plan: Plan }) {
  const { t, locale, date } = useTexts();
  const { q = '', only = '', sort = 'organ' } = useSearch({ from: ROUTE });
  const { data, error, refetch } = useQuery(planEffectsQuery(plan.planId, plan.hash));
  const [all, setAll] = useState(false);
  const printing = usePrinting();
  const effects = data ?? [];
  const several = new Set(effects.map(({ typeId }) => typeId)).size > 1;
  const rows = sortEffects(filterEffects(effectRows(effects), q, only), sort, locale);
  const shown = all || printing ? rows : rows.slice(0, SHOWN_AT_FIRST);
  return (
    <section className="stack" aria-labelledby="effects">
      <div className="section-head">
        <h2 id="effects">{t('plan.effects')}</h2>
        <DownloadLink
          path={`/v1/plans/${plan.planId}/effects`}
          fileName="effects.csv"
          label={t('members.csv')}
        />
      </div>
      <p className="muted small">{t('plan.effects.hint', { day: date(plan.lastDay) })}</p>
      {error && <Problem error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton />}
      {data && effects.length === 0 && <Empty title={t('plan.effects.none')} />}
      {effects.length > 0 && (
        <>
          <Filters plan={plan} several={several} />
          <p className="visually-hidden" role="status">
            {t('effect.rows', { count: rows.length })}
          </p>
          {rows.length > 0 && <Table rows={shown} several={several} sort={sort} />}
          {shown.length < rows.length && (
            <div className="actions">
              <Button onPress={() => setAll(true)}>{t('effect.all', { count: rows.length })}</Button>
            </div>
          )}
        </>
      )}
    </section>
  );
}
