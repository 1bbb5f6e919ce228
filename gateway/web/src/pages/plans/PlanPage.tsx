// A plan as a page that a board can read, decide on and print: what changes, what that does, to whom.
import { Link, useParams } from '@tanstack/react-router';
import { usePlan } from '../../api/follow';
import { count, type Plan } from '../../api/types';
import { useTexts } from '../../i18n';
import { changeWords, ruleOfChange } from '../../lib/changeWords';
import { usePrintFrame } from '../../lib/usePrint';
import { Crumbs, PageTitle, Skeleton } from '../../ui/parts';
import { PageProblem } from '../../ui/Problem';
import { StateTag } from '../../ui/StateTag';
import { PlanActions } from './PlanActions';
import { PlanEffects } from './PlanEffects';
import { PlanPersons } from './PlanPersons';
import { PlanProgress } from './PlanProgress';
import { usePlanDays } from './PlansPage';
import { useWords } from './useWords';

function FactsLine({ plan }: { plan: Plan }) {
  const { t, tryText, time } = useTexts();
  const days = usePlanDays();
  const facts = [
    plan.organisationName,
    t('plan.holds', { days: days(plan) }),
    t('plan.by', { author: tryText(`actor.${plan.author}`) ?? plan.author, time: time(plan.previewTime) }),
    plan.applyTime && t('plan.appliedAt', { time: time(plan.applyTime) }),
    plan.undoTime && t('plan.undoneAt', { time: time(plan.undoTime) }),
  ];
  return (
    <ul className="facts-line facts-dots">
      {facts.filter(Boolean).map(fact => (
        <li key={fact}>{fact}</li>
      ))}
      <li>
        <StateTag state={plan.state} />
      </li>
    </ul>
  );
}

function Totals({ plan }: { plan: Plan }) {
  const { t, number } = useTexts();
  const figures = [
    [t('plan.persons'), plan.personCount],
    [t('plan.joining'), plan.joiningCount],
    [t('plan.leaving'), plan.leavingCount],
    [t('plan.moving'), plan.movingCount],
    [t('plan.organs'), plan.organCount],
  ] as const;
  return (
    <dl className="figures">
      {figures.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{number(count(value))}</dd>
        </div>
      ))}
    </dl>
  );
}

function Changes({ plan }: { plan: Plan }) {
  const { t, date } = useTexts();
  const context = useWords(plan.organisationId, plan.changes);
  return (
    <section className="panel" aria-labelledby="changes">
      <h2 id="changes">{t('plan.changes', { count: plan.changes.length })}</h2>
      <ol className="plan-changes">
        {plan.changes.map((change, place) => (
          // Changes have no identity but their place.
          // oxlint-disable-next-line react/no-array-index-key
          <li key={place}>
            <time dateTime={change.on}>{date(change.on)}</time>
            <div>
              <p>{changeWords(change, context) || plan.texts[place]}</p>
              {ruleOfChange(change, context).map(text => (
                <p key={text} className="muted small">
                  {text}
                </p>
              ))}
              {change.kind === 'CHANGE_KIND_ADD_EXCEPTION' && change.reason && (
                <p className="muted small">{change.reason}</p>
              )}
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}

function PlanView({ plan }: { plan: Plan }) {
  const { t, time } = useTexts();
  const title = plan.title || t('plan.untitled');
  usePrintFrame({
    topLeft: `${plan.organisationName} · ${title}`,
    topRight: t('plan.hash', { hash: plan.hash.slice(0, 16) }),
    bottomLeft: t('plan.previewedAt', { time: time(plan.previewTime) }),
  });
  return (
    <div className="page plan">
      <Crumbs>
        <Link to="/plans">{t('nav.plans')}</Link>
      </Crumbs>
      <div className="page-head">
        <div>
          <PageTitle text={title} />
          <FactsLine plan={plan} />
        </div>
      </div>
      {plan.reason && <p className="plan-reason">{plan.reason}</p>}
      <PlanProgress plan={plan} />
      <PlanActions plan={plan} />
      <Totals plan={plan} />
      <Changes plan={plan} />
      <PlanEffects plan={plan} />
      <PlanPersons plan={plan} />
      <p className="muted small plan-hash">{t('plan.hash', { hash: plan.hash })}</p>
    </div>
  );
}

export default function PlanPage() {
  const { t } = useTexts();
  const { planId } = useParams({ from: '/plans/$planId' });
  const { data: plan, error, refetch } = usePlan(planId);
  if (error && !plan) {
    return (
      <PageProblem
        title={t('nav.plans')}
        list={<Link to="/plans">{t('nav.plans')}</Link>}
        error={error}
        onRetry={() => void refetch()}
      />
    );
  }
  return plan ? <PlanView plan={plan} key={planId} /> : <Skeleton lines={12} />;
}
