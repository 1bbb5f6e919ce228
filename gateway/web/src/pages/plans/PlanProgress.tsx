// Where a plan stands, in words, and how far it is while it is carried out or undone.
import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { useRun } from '../../api/follow';
import { count, type Plan, type PlanState } from '../../api/types';
import { useTexts } from '../../i18n';
import type { MessageKey } from '../../i18n/messages';
import { useToday } from '../../lib/useToday';
import { Progress } from '../../ui/parts';

const LOOKS: Partial<Record<PlanState, string>> = {
  PLAN_STATE_APPLIED: 'verdict-yes',
  PLAN_STATE_STALE: 'verdict-no',
};

/** What a plan changes is asked again once it has been carried out or undone. */
function useRefresh({ done, state }: Plan) {
  const cache = useQueryClient();
  const before = useRef(done);
  useEffect(() => {
    if (done && !before.current)
      for (const key of ['plans', 'organs', 'rules', 'members', 'person', 'exceptions', 'reports'])
        void cache.invalidateQueries({ queryKey: [key] });
    before.current = done;
  }, [cache, done, state]);
}

function Running({ plan }: { plan: Plan }) {
  const { t, tryText } = useTexts();
  const { data: run } = useRun('hierarchy', plan.runId);
  const label = tryText(`state.${plan.state}`) ?? '';
  return (
    <section className="panel" role="status" aria-label={label}>
      <Progress label={label} value={count(run?.processed)} total={count(run?.total)} />
      <p className="muted small">{t('import.mayLeave')}</p>
    </section>
  );
}

export function PlanProgress({ plan }: { plan: Plan }) {
  const { t, tryText, date } = useTexts();
  const today = useToday();
  useRefresh(plan);
  if (!plan.done) return <Running plan={plan} />;
  const future = plan.state === 'PLAN_STATE_APPLIED' && plan.lastDay > today;
  return (
    <div role="status" className={`verdict ${LOOKS[plan.state] ?? ''}`}>
      <p>
        {t(`plan.message.${plan.state}` as MessageKey)}
        {future && ` ${t('plan.message.future', { from: date(plan.firstDay) })}`}
      </p>
      {/* That the plan is stale has just been said. */}
      {plan.error && plan.errorReason !== 'PLAN_STALE' && (
        <p className="small">
          {tryText(`reason.${plan.errorReason}`) ?? <span lang="en">{plan.error}</span>}
        </p>
      )}
      {plan.runId && (
        <p className="small no-print">
          <Link to="/runs/$service/$runId" params={{ service: 'hierarchy', runId: plan.runId }}>
            {t('plan.toRun')}
          </Link>
        </p>
      )}
    </div>
  );
}
