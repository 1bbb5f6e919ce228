// A person's card: who they are, where they belong over time, what is on record, and every change of it.
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { membershipsQuery, personQuery } from '../../api/queries';
import type { Person } from '../../api/types';
import { useTexts } from '../../i18n';
import { ageOn } from '../../lib/timeline';
import { useToday } from '../../lib/useToday';
import { Button, ButtonLink } from '../../ui/Button';
import { PageTitle, Skeleton } from '../../ui/parts';
import { PageProblem, Problem } from '../../ui/Problem';
import { TabLink, Tabs } from '../../ui/Tabs';
import { ExplanationPanel } from '../members/ExplanationPanel';
import { ContactPanel } from './ContactPanel';
import { ExceptionsPanel } from './ExceptionsPanel';
import { FactsPanel } from './FactsPanel';
import { HistoryView } from './HistoryView';
import { JubileesPanel } from './JubileesPanel';
import { RelationsPanel } from './RelationsPanel';
import { RightsPanel } from './RightsPanel';
import { Timeline } from './Timeline';

const EditPersonDialog = lazy(() => import('./EditPersonDialog'));
const AddressDialog = lazy(() => import('./AddressDialog'));
const AddFactDialog = lazy(() => import('./AddFactDialog'));
const EndPersonDialog = lazy(() => import('./EndPersonDialog'));

/** In the address: the question is open, the organ is not chosen yet. */
const ASK = 'any';

type Open = 'edit' | 'address' | 'fact' | 'end' | null;

function FactsLine({ person }: { person: Person }) {
  const { t, date } = useTexts();
  const today = useToday();
  const { birthDate, memberNumber, endDate, endReason } = person;
  return (
    <p className="facts-line">
      <span>{t('person.numberIs', { number: memberNumber })}</span>
      {birthDate && (
        <>
          <span aria-hidden="true"> · </span>
          <span>{t('person.bornAge', { date: date(birthDate), age: ageOn(birthDate, today) })}</span>
        </>
      )}
      {endDate && (
        <span className="tag tag-warn">{t('person.ended', { date: date(endDate), reason: endReason })}</span>
      )}
    </p>
  );
}

function Memberships({ personId }: { personId: string }) {
  const { t } = useTexts();
  const today = useToday();
  const { data, error, refetch } = useQuery(membershipsQuery(personId));
  return (
    <section className="panel" aria-labelledby="memberships">
      <div className="section-head">
        <h2 id="memberships">{t('timeline.title')}</h2>
        <div className="actions">
          <ButtonLink
            to="/persons/$personId"
            params={{ personId }}
            search={{ organ: ASK }}
            resetScroll={false}
            look="quiet"
          >
            {t('explain.whyNot')}
          </ButtonLink>
        </div>
      </div>
      {error && <Problem error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton lines={5} />}
      {data && <Timeline memberships={data} personId={personId} today={today} />}
    </section>
  );
}

function Dialogs({ open, person, onClose }: { open: Open; person: Person; onClose: () => void }) {
  return (
    <Suspense>
      {open === 'edit' && <EditPersonDialog person={person} onClose={onClose} />}
      {open === 'address' && <AddressDialog person={person} onClose={onClose} />}
      {open === 'fact' && <AddFactDialog person={person} onClose={onClose} />}
      {open === 'end' && <EndPersonDialog person={person} onClose={onClose} />}
    </Suspense>
  );
}

export default function PersonPage() {
  const { t } = useTexts();
  const { personId } = useParams({ from: '/persons/$personId' });
  const search = useSearch({ from: '/persons/$personId' });
  const navigate = useNavigate({ from: '/persons/$personId' });
  const { data: person, error, refetch } = useQuery(personQuery(personId));
  const [open, setOpen] = useState<Open>(null);
  const history = search.view === 'history';

  if (error && !person) {
    return (
      <PageProblem
        title={t('person.title')}
        list={<Link to="/persons">{t('nav.persons')}</Link>}
        error={error}
        onRetry={() => void refetch()}
      />
    );
  }
  if (!person) return <Skeleton lines={12} />;
  return (
    <div className="page" key={personId}>
      <div className="page-head">
        <div>
          <PageTitle text={`${person.givenName} ${person.familyName}`} />
          <FactsLine person={person} />
        </div>
        <div className="actions">
          <Button onPress={() => setOpen('edit')}>{t('person.edit')}</Button>
          <Button onPress={() => setOpen('address')}>{t('address.new')}</Button>
          <Button onPress={() => setOpen('fact')}>{t('fact.add')}</Button>
          {!person.endDate && (
            <Button look="danger" onPress={() => setOpen('end')}>
              {t('person.end')}
            </Button>
          )}
        </div>
      </div>
      <Tabs label={t('person.views')}>
        <TabLink to="." search={{} as never} current={!history}>
          {t('person.view.card')}
        </TabLink>
        <TabLink to="." search={{ view: 'history' } as never} current={history}>
          {t('person.view.history')}
        </TabLink>
      </Tabs>
      {history ? (
        <HistoryView personId={personId} />
      ) : (
        <div className="card">
          <div className="card-side">
            <ContactPanel person={person} />
            <RelationsPanel person={person} />
          </div>
          <div className="card-main">
            <Memberships personId={personId} />
            <ExceptionsPanel person={person} />
            <FactsPanel person={person} onAdd={() => setOpen('fact')} />
            <RightsPanel personId={personId} />
            <JubileesPanel personId={personId} />
          </div>
        </div>
      )}
      <Dialogs open={open} person={person} onClose={() => setOpen(null)} />
      {search.organ && (
        <ExplanationPanel
          onCard
          organId={search.organ === ASK ? '' : search.organ}
          personId={personId}
          typeId={search.type ?? ''}
          on={search.on ?? ''}
          known={search.known ?? ''}
          onAsk={({ organId, typeId, on, known }) =>
            void navigate({
              search: before => ({
                ...before,
                ...(organId !== undefined && { organ: organId }),
                ...(typeId !== undefined && { type: typeId }),
                ...(on !== undefined && { on }),
                ...(known !== undefined && { known }),
              }),
              replace: true,
              resetScroll: false,
            })
          }
          onClose={() => void navigate({ search: {}, resetScroll: false })}
        />
      )}
    </div>
  );
}
