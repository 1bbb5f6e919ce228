// Subscriptions, admissions, positions and tags: what the memberships rest on.
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { factsQuery } from '../../api/queries';
import type { Person, PersonFact } from '../../api/types';
import { useTexts } from '../../i18n';
import { useToday } from '../../lib/useToday';
import { Button } from '../../ui/Button';
import { Skeleton, usePeriod } from '../../ui/parts';
import { Problem } from '../../ui/Problem';
import { TableBox } from '../../ui/TableBox';

const ChangeFactDialog = lazy(() => import('./ChangeFactDialog'));

/** "Admission: Kotkat, member type 2". */
export function useFactWords() {
  const { t } = useTexts();
  return ({ kind, value, organName }: PersonFact) => {
    if (kind === 'FACT_KIND_ADMISSION') return value ? t('fact.memberType', { type: value }) : '';
    return organName && value ? value : value || organName;
  };
}

function Row({ fact, onChange }: { fact: PersonFact; onChange: () => void }) {
  const { t, tryText } = useTexts();
  const today = useToday();
  const period = usePeriod();
  const words = useFactWords();
  const over = fact.validTo !== '' && fact.validTo <= today;
  const name = [tryText(`fact.${fact.kind}`), words(fact), fact.organName].filter(Boolean).join(', ');
  return (
    <tr className={over ? 'over' : undefined}>
      <td className="wide">{tryText(`fact.${fact.kind}`) ?? fact.kind}</td>
      <td>
        <span className="narrow muted small">
          {tryText(`fact.${fact.kind}`)} · {period(fact.validFrom, fact.validTo)}
        </span>
        {words(fact)}
        {fact.organId && (
          <Link className="line" to="/organs/$organId" params={{ organId: fact.organId }}>
            {fact.organName || t('common.unknown')}
          </Link>
        )}
      </td>
      <td className="wide">
        {period(fact.validFrom, fact.validTo)}
        {fact.validFrom > today && <span className="tag tag-busy">{t('period.future')}</span>}
        {over && <span className="tag">{t('period.over')}</span>}
      </td>
      <td className="row-action no-print">
        <Button look="quiet" onPress={onChange} aria-label={t('fact.changeOf', { name })}>
          {t('fact.change')}
        </Button>
      </td>
    </tr>
  );
}

export function FactsPanel({ person, onAdd }: { person: Person; onAdd: () => void }) {
  const { t } = useTexts();
  const { data, error, refetch } = useQuery(factsQuery(person.personId));
  const [changing, setChanging] = useState<PersonFact | null>(null);
  return (
    <section className="panel" aria-labelledby="facts">
      <div className="section-head">
        <h2 id="facts">{t('fact.title')}</h2>
        <Button look="quiet" onPress={onAdd}>
          {t('common.add')}
        </Button>
      </div>
      {error && <Problem error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton lines={3} />}
      {data?.length === 0 && <p className="muted">{t('fact.none')}</p>}
      {data && data.length > 0 && (
        <TableBox plain>
          <table>
            <caption className="visually-hidden">{t('fact.title')}</caption>
            <thead>
              <tr>
                <th scope="col" className="wide">
                  {t('fact.kind')}
                </th>
                <th scope="col">{t('fact.what')}</th>
                <th scope="col" className="wide">
                  {t('period.column')}
                </th>
                <th scope="col" className="no-print">
                  <span className="visually-hidden">{t('fact.change')}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {data.map(fact => (
                <Row key={fact.factId} fact={fact} onChange={() => setChanging(fact)} />
              ))}
            </tbody>
          </table>
        </TableBox>
      )}
      <Suspense>
        {changing && <ChangeFactDialog person={person} fact={changing} onClose={() => setChanging(null)} />}
      </Suspense>
    </section>
  );
}
