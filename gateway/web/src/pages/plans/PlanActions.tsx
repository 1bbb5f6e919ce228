// What can be done with a plan: apply, undo, preview again, edit, put aside, print.
import { useQueries, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { ask, client } from '../../api/client';
import { asApiError } from '../../api/problem';
import { planQuery } from '../../api/queries';
import { count, type Plan, type PlanState } from '../../api/types';
import { useTexts } from '../../i18n';
import { knownOf } from './subject';
import { sentChange } from '../../lib/draft';
import { plansNamed } from '../../lib/planErrors';
import { changeDraft } from '../../lib/useDraft';
import { useWrite } from '../../lib/useWrite';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { Problem } from '../../ui/Problem';
import { useWords } from './useWords';

const OPEN = new Set<PlanState>(['PLAN_STATE_PREVIEWED', 'PLAN_STATE_STALE']);

type Act = 'apply' | 'undo' | 'discard';

function useAct(plan: Plan, act: Act, done: () => void) {
  const cache = useQueryClient();
  const params = { path: { plan_id: plan.planId } };
  const send = (): Promise<unknown> => {
    if (act === 'apply')
      return ask(client.POST('/v1/plans/{plan_id}:apply', { params, body: { hash: plan.hash } }));
    if (act === 'undo') return ask(client.POST('/v1/plans/{plan_id}:undo', { params, body: {} }));
    return ask(client.POST('/v1/plans/{plan_id}:discard', { params, body: {} }));
  };
  return useWrite({
    send: async () => {
      try {
        return (await send()) as Plan;
      } catch (error) {
        // A refusal may have made the plan stale: what it says now must be seen.
        void cache.invalidateQueries({ queryKey: planQuery(plan.planId).queryKey });
        throw error;
      }
    },
    touches: [['plans', 'list']],
    done: next => {
      cache.setQueryData(planQuery(plan.planId).queryKey, next);
      done();
    },
  });
}

/** The later plans that stand in the way of an undo, by name. */
function Blocking({ error, planId }: { error: unknown; planId: string }) {
  const { t } = useTexts();
  const problem = asApiError(error);
  const texts = [
    problem.message,
    ...problem.violations.flatMap(({ field, description }) => [field, description]),
  ];
  const ids = plansNamed(texts, planId);
  const plans = useQueries({ queries: ids.map(id => planQuery(id)) });
  if (ids.length === 0) return null;
  return (
    <>
      <p>{t('plan.undo.blocked')}</p>
      <ul className="bullets">
        {ids.map((id, index) => (
          <li key={id}>
            <Link to="/plans/$planId" params={{ planId: id }}>
              {plans[index]?.data?.title || t('plan.untitled')}
            </Link>
          </li>
        ))}
      </ul>
    </>
  );
}

function Confirm({ plan, act, onClose }: { plan: Plan; act: Act; onClose: () => void }) {
  const { t } = useTexts();
  const write = useAct(plan, act, onClose);
  const people = { count: count(plan.personCount) };
  return (
    <Dialog title={t(`plan.${act}.title`)} open alert onClose={onClose}>
      <p>{t(`plan.${act}.text`, people)}</p>
      {write.error && (
        <div className="stack">
          <Problem error={write.error} />
          {act === 'undo' && <Blocking error={write.error} planId={plan.planId} />}
        </div>
      )}
      <div className="actions">
        <Button
          look={act === 'apply' ? 'primary' : 'danger'}
          onPress={() => write.mutate(undefined)}
          isPending={write.isPending}
        >
          {t(`plan.${act}.confirm`, people)}
        </Button>
        <Button onPress={onClose}>{t('common.cancel')}</Button>
      </div>
    </Dialog>
  );
}

/** The changes back into the draft: a plan that is not applied is replaced by its next preview. */
function useEdit(plan: Plan) {
  const navigate = useNavigate();
  const { known, people } = useWords(plan.organisationId, plan.changes);
  return () => {
    const names = Object.entries(known).map(([id, organ]) => {
      const whole = { kind: '', code: '', memberCount: '0', childCount: '0', ...organ };
      return [id, knownOf(whole)] as const;
    });
    const persons = Object.entries(people).map(([id, name]) => [
      `person:${id}`,
      { name, kind: '', code: '', memberCount: '0', childCount: '0' },
    ]);
    const { organisationId, organisationName, title, reason, changes } = plan;
    const planId = OPEN.has(plan.state) ? plan.planId : '';
    const all = Object.fromEntries([...names, ...persons]);
    const draft = { organisationId, organisationName, title, reason, planId, known: all };
    changeDraft({ type: 'load', draft, changes });
    void navigate({ to: '/organs' });
  };
}

function usePreviewAgain(plan: Plan) {
  const { t } = useTexts();
  const cache = useQueryClient();
  return useWrite({
    send: async () => {
      const { organisationId, title, reason, planId } = plan;
      const body = { organisationId, title, reason, planId, changes: plan.changes.map(sentChange) };
      return (await ask(client.POST('/v1/plans', { body }))) as Plan;
    },
    touches: [['plans', 'list']],
    notice: t('plan.previewed'),
    done: next => cache.setQueryData(planQuery(next.planId).queryKey, next),
  });
}

export function PlanActions({ plan }: { plan: Plan }) {
  const { t } = useTexts();
  const [asked, setAsked] = useState<Act | null>(null);
  const again = usePreviewAgain(plan);
  const edit = useEdit(plan);
  const { state } = plan;
  const open = OPEN.has(state);
  return (
    <>
      {again.error && <Problem error={again.error} />}
      <div className="actions no-print">
        {state === 'PLAN_STATE_PREVIEWED' && (
          <Button look="primary" onPress={() => setAsked('apply')}>
            {t('plan.apply')}
          </Button>
        )}
        {open && (
          <Button
            look={state === 'PLAN_STATE_STALE' ? 'primary' : 'plain'}
            onPress={() => again.mutate(undefined)}
            isPending={again.isPending}
          >
            {t('plan.again')}
          </Button>
        )}
        {plan.done && <Button onPress={edit}>{t(open ? 'plan.edit' : 'plan.copy')}</Button>}
        <Button onPress={() => window.print()}>{t('plan.print')}</Button>
        {state === 'PLAN_STATE_APPLIED' && (
          <Button look="danger" onPress={() => setAsked('undo')}>
            {t('plan.undo')}
          </Button>
        )}
        {open && (
          <Button look="danger" onPress={() => setAsked('discard')}>
            {t('plan.discard')}
          </Button>
        )}
      </div>
      {asked && <Confirm plan={plan} act={asked} onClose={() => setAsked(null)} />}
    </>
  );
}
