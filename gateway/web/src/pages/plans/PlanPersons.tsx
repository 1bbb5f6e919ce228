// The people behind the numbers of a plan: all, or those of one organ, type and effect.
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { planEffectsQuery, planPersonsQuery } from '../../api/queries';
import type { Plan, PlanPerson } from '../../api/types';
import { useTexts } from '../../i18n';
import { periodOf } from '../../lib/effects';
import { Button } from '../../ui/Button';
import { DownloadLink } from '../../ui/DownloadLink';
import { SelectField } from '../../ui/Field';
import { Pager } from '../../ui/Pager';
import { Empty, PersonLink, Skeleton, usePeriod } from '../../ui/parts';
import { Problem } from '../../ui/Problem';
import { TableBox } from '../../ui/TableBox';

const ROUTE = '/plans/$planId';
const EFFECTS = ['', 'joins', 'leaves', 'changes'] as const;

function Periods({ periods }: { periods: string[] }) {
  const { t } = useTexts();
  const period = usePeriod();
  if (periods.length === 0) return <span className="muted">{t('effect.nothing')}</span>;
  return (
    <ul>
      {periods.map(text => (
        <li key={text}>{period(...periodOf(text))}</li>
      ))}
    </ul>
  );
}

function Row({ person, organ }: { person: PlanPerson; organ: boolean }) {
  const { tryText } = useTexts();
  return (
    <tr>
      <th scope="row">
        <PersonLink personId={person.personId} name={`${person.familyName}, ${person.givenName}`} />
        <span className="narrow muted small">
          {[person.memberNumber, person.organName].filter(Boolean).join(' · ')}
        </span>
      </th>
      <td className="numbers wide">{person.memberNumber}</td>
      {organ && <td className="wide">{person.organName}</td>}
      <td className="wide">{person.typeName}</td>
      <td>{tryText(`effect.${person.effect}`) ?? person.effect}</td>
      <td className="wide small">
        <Periods periods={person.before} />
      </td>
      <td className="small">
        <Periods periods={person.after} />
      </td>
    </tr>
  );
}

/** The heading takes the focus when a number in the table above was followed. */
function useFocusOnChoice(choice: string) {
  const heading = useRef<HTMLHeadingElement>(null);
  const before = useRef(choice);
  useEffect(() => {
    if (before.current !== choice && choice.trim() !== '') {
      heading.current?.focus({ preventScroll: true });
      heading.current?.scrollIntoView({ block: 'start' });
    }
    before.current = choice;
  }, [choice]);
  return heading;
}

export function PlanPersons({ plan }: { plan: Plan }) {
  const { t } = useTexts();
  const { organ = '', type = '', effect = '', page = '' } = useSearch({ from: ROUTE });
  const navigate = useNavigate({ from: ROUTE });
  const filter = { organId: organ, typeId: type, effect };
  const persons = useQuery(planPersonsQuery(plan.planId, plan.hash, filter, page));
  const { data: effects = [] } = useQuery(planEffectsQuery(plan.planId, plan.hash));
  const heading = useFocusOnChoice(`${organ} ${type}`);
  const of = effects.find(({ organId, typeId }) => organId === organ && (!type || typeId === type));
  const choose = (more: { organ?: string; type?: string; effect?: string }) =>
    void navigate({ search: before => ({ ...before, ...more, page: '' }), resetScroll: false });
  const rows = persons.data?.persons ?? [];
  return (
    <section className={organ ? 'stack' : 'stack no-print'} aria-labelledby="people">
      <div className="section-head">
        <h2 id="people" ref={heading} tabIndex={-1}>
          {of ? t('plan.peopleOf', { name: of.organName, type: of.typeName }) : t('plan.people')}
        </h2>
        <DownloadLink
          path={`/v1/plans/${plan.planId}/persons`}
          parameters={filter}
          fileName="people.csv"
          label={t('members.csv')}
        />
      </div>
      <div className="filters no-print">
        <SelectField
          label={t('effect.filter')}
          name="effect"
          value={effect}
          onChange={next => choose({ effect: next })}
          options={EFFECTS.map(value => ({ value, label: t(value ? `effect.${value}` : 'effect.any') }))}
        />
        {organ && <Button onPress={() => choose({ organ: '', type: '' })}>{t('plan.allPeople')}</Button>}
      </div>
      {persons.error && <Problem error={persons.error} onRetry={() => void persons.refetch()} />}
      {persons.isPending && <Skeleton />}
      {persons.data && rows.length === 0 && <Empty title={t('plan.nobody')} />}
      {rows.length > 0 && (
        <TableBox stale={persons.isPlaceholderData}>
          <table>
            <caption className="visually-hidden">{t('plan.people')}</caption>
            <thead>
              <tr>
                <th scope="col">{t('person.name')}</th>
                <th scope="col" className="numbers wide">
                  {t('person.number')}
                </th>
                {!organ && (
                  <th scope="col" className="wide">
                    {t('fact.organ')}
                  </th>
                )}
                <th scope="col" className="wide">
                  {t('members.type')}
                </th>
                <th scope="col">{t('effect.filter')}</th>
                <th scope="col" className="wide">
                  {t('effect.was')}
                </th>
                <th scope="col">{t('effect.becomes')}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map(person => (
                <Row
                  key={`${person.personId} ${person.organId} ${person.typeId}`}
                  person={person}
                  organ={!organ}
                />
              ))}
            </tbody>
          </table>
        </TableBox>
      )}
      <Pager page={page} next={persons.isPlaceholderData ? '' : (persons.data?.nextPageToken ?? '')} />
    </section>
  );
}
