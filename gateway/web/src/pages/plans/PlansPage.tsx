// Every plan: what it is called, where it stands, when it holds, who made it.
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { plansQuery } from '../../api/queries';
import { count, type Plan, type PlanState } from '../../api/types';
import { useTexts } from '../../i18n';
import { useDebounced } from '../../lib/useDebounced';
import { ButtonLink } from '../../ui/Button';
import { SelectField, TextField } from '../../ui/Field';
import { ListPage } from '../../ui/ListPage';
import { StateTag } from '../../ui/StateTag';

const BUSY_POLL_MS = 2000;
const STATES: PlanState[] = [
  'PLAN_STATE_PREVIEWED',
  'PLAN_STATE_STALE',
  'PLAN_STATE_APPLYING',
  'PLAN_STATE_APPLIED',
  'PLAN_STATE_UNDOING',
  'PLAN_STATE_UNDONE',
  'PLAN_STATE_DISCARDED',
];
const isState = (value: string): value is PlanState => STATES.some(state => state === value);

/** "1 Jan 2027", or the first and the last day of several. */
export function usePlanDays() {
  const { t, date } = useTexts();
  return ({ firstDay, lastDay }: Pick<Plan, 'firstDay' | 'lastDay'>) =>
    firstDay === lastDay ? date(firstDay) : t('period.between', { from: date(firstDay), to: date(lastDay) });
}

function Row({ plan }: { plan: Plan }) {
  const { t, tryText, time } = useTexts();
  const days = usePlanDays();
  return (
    <tr>
      <th scope="row">
        <Link to="/plans/$planId" params={{ planId: plan.planId }}>
          {plan.title || t('plan.untitled')}
        </Link>
        {plan.reason && <span className="line muted small">{plan.reason}</span>}
        <span className="narrow muted small">{days(plan)}</span>
      </th>
      <td>
        <StateTag state={plan.state} />
      </td>
      <td className="wide nowrap">{days(plan)}</td>
      <td className="wide small">
        {t('plan.changeCount', { count: plan.changeCount })}
        {' · '}
        {t('plan.personCount', { count: count(plan.personCount) })}
      </td>
      <td className="wide">{tryText(`actor.${plan.author}`) ?? plan.author}</td>
      <td className="wide nowrap">
        <time dateTime={plan.createTime}>{time(plan.createTime)}</time>
      </td>
    </tr>
  );
}

function Filters() {
  const { t, tryText } = useTexts();
  const { q = '', state = '' } = useSearch({ from: '/plans' });
  const navigate = useNavigate({ from: '/plans' });
  const [text, setText] = useState(q);
  const still = useDebounced(text.trim(), 250);
  const choose = (more: { q?: string; state?: string }) =>
    void navigate({ search: before => ({ ...before, ...more }), replace: true, resetScroll: false });
  useEffect(() => {
    if (still !== q) choose({ q: still });
    // Only what was typed moves the address; the address does not move itself.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [still]);
  return (
    <search className="filters">
      <TextField
        type="search"
        label={t('plans.filter')}
        name="q"
        value={text}
        onChange={setText}
        maxLength={100}
      />
      <SelectField
        label={t('run.state')}
        name="state"
        value={state}
        onChange={next => choose({ state: next })}
        options={[
          { value: '', label: t('plans.allStates') },
          ...STATES.map(value => ({ value, label: tryText(`state.${value}`) ?? value })),
        ]}
      />
    </search>
  );
}

export default function PlansPage() {
  const { t } = useTexts();
  const { q = '', state = '' } = useSearch({ from: '/plans' });
  const filter = { query: q, ...(isState(state) && { state }) };
  const plans = useInfiniteQuery({
    ...plansQuery(filter),
    refetchInterval: query =>
      query.state.data?.pages.some(page => page.plans.some(plan => !plan.done)) ? BUSY_POLL_MS : false,
  });
  const list = plans.data?.pages.flatMap(page => page.plans) ?? [];
  const filtered = q !== '' || state !== '';
  return (
    <ListPage
      title={t('nav.plans')}
      intro={t('plans.intro')}
      actions={<ButtonLink to="/plans/file">{t('plan.fromFile')}</ButtonLink>}
      filters={<Filters />}
      lists={[plans]}
      rows={list.map(plan => (
        <Row key={plan.planId} plan={plan} />
      ))}
      columns={[
        { label: t('plan.title') },
        { label: t('run.state') },
        { label: t('plan.days'), wide: true },
        { label: t('plan.what'), wide: true },
        { label: t('history.actor'), wide: true },
        { label: t('plan.created'), wide: true },
      ]}
      empty={t(filtered ? 'plans.nothing' : 'plans.empty')}
      emptyText={
        !filtered && (
          <>
            <p>{t('plans.empty.text')}</p>
            <ButtonLink to="/organs">{t('nav.organs')}</ButtonLink>
          </>
        )
      }
    />
  );
}
