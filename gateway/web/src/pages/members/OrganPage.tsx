// One organ: where it hangs, its members, the organs below it, its rules.
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Fragment, lazy, Suspense, useRef } from 'react';
import { ancestorsQuery, organQuery } from '../../api/queries';
import { count, type Organ } from '../../api/types';
import { useTexts } from '../../i18n';
import { useToday } from '../../lib/useToday';
import { Button } from '../../ui/Button';
import { MoreIcon } from '../../ui/icons';
import { PageTitle, Skeleton, usePeriod } from '../../ui/parts';
import { PageProblem } from '../../ui/Problem';
import { TabLink, Tabs } from '../../ui/Tabs';
import { kindOf, useKind } from '../organs/kind';
import { useChanging } from '../plans/useChanging';
import { ExplanationPanel } from './ExplanationPanel';
import { MembersView } from './MembersView';
import { OrgansBelow } from './OrgansBelow';
import { RulesView } from './RulesView';

const OrganHistory = lazy(() => import('./OrganHistory'));
const GroupsView = lazy(() => import('../groups/GroupsView'));

function Ancestors({ organId, on }: { organId: string; on: string }) {
  const { t } = useTexts();
  const { data = [] } = useQuery(ancestorsQuery(organId, on));
  return (
    <nav className="crumbs" aria-label={t('organ.path')}>
      <ol>
        <li>
          <Link to="/organs">{t('nav.organs')}</Link>
        </li>
        {data.slice(0, -1).map(organ => (
          <li key={organ.organId}>
            <Link to="/organs/$organId" params={{ organId: organ.organId }}>
              {organ.name}
            </Link>
          </li>
        ))}
      </ol>
    </nav>
  );
}

function FactsLine({ organ }: { organ: Organ }) {
  const { t } = useTexts();
  const kind = useKind();
  const period = usePeriod();
  const facts = [
    kind(kindOf(organ)),
    organ.code,
    period(organ.validFrom, organ.validTo),
    t('organ.memberCount', { count: count(organ.memberCount) }),
  ];
  return (
    <p className="facts-line">
      {facts.filter(Boolean).map((fact, index) => (
        <Fragment key={fact}>
          {index > 0 && <span aria-hidden="true"> · </span>}
          <span>{fact}</span>
        </Fragment>
      ))}
    </p>
  );
}

const VIEWS = ['members', 'organs', 'rules', 'groups', 'history'] as const;
type View = (typeof VIEWS)[number];
const isView = (value: string): value is View => VIEWS.some(view => view === value);

function Views({ view, below }: { view: View; below: number }) {
  const { t, number } = useTexts();
  const shown = VIEWS.filter(name => name !== 'organs' || below > 0);
  return (
    <Tabs label={t('organ.views')}>
      {shown.map(name => (
        <TabLink
          key={name}
          to="."
          search={(name === 'members' ? {} : { view: name }) as never}
          current={view === name}
        >
          {t(`organ.view.${name}`)}
          {name === 'organs' && <span className="badge">{number(below)}</span>}
        </TabLink>
      ))}
    </Tabs>
  );
}

export default function OrganPage() {
  const { t } = useTexts();
  const { organId } = useParams({ from: '/organs/$organId' });
  const search = useSearch({ from: '/organs/$organId' });
  const navigate = useNavigate({ from: '/organs/$organId' });
  const { data: organ, error, refetch } = useQuery(organQuery(organId, search.on));
  const today = useToday();
  const changing = useChanging(search.on || today);
  const actsButton = useRef<HTMLButtonElement>(null);
  const view = isView(search.view ?? '') ? (search.view as View) : 'members';

  if (error) {
    return (
      <PageProblem
        title={t('nav.organs')}
        list={<Link to="/organs">{t('nav.organs')}</Link>}
        error={error}
        onRetry={() => void refetch()}
      />
    );
  }
  return (
    <div className="page" key={organId}>
      <Ancestors organId={organId} on={search.on ?? ''} />
      {!organ ? (
        <Skeleton lines={10} />
      ) : (
        <>
          <div className="page-head">
            <div>
              <PageTitle text={organ.name} />
              <FactsLine organ={organ} />
            </div>
            <div className="actions">
              <Button
                ref={actsButton}
                aria-haspopup="menu"
                onPress={() => actsButton.current && changing.menu(organ, actsButton.current)}
              >
                <MoreIcon />
                {t('organ.acts')}
              </Button>
            </div>
          </div>
          <Views view={view} below={count(organ.childCount)} />
          {view === 'members' && <MembersView organ={organ} />}
          {view === 'organs' && <OrgansBelow organ={organ} />}
          {view === 'rules' && <RulesView organ={organ} onChange={() => changing.act(organ, 'rule')} />}
          {view === 'groups' && (
            <Suspense fallback={<Skeleton />}>
              <GroupsView organ={organ} />
            </Suspense>
          )}
          {view === 'history' && (
            <Suspense fallback={<Skeleton />}>
              <OrganHistory organ={organ} />
            </Suspense>
          )}
          {changing.shown}
          {search.why && (
            <ExplanationPanel
              organId={organId}
              personId={search.why}
              typeId={search.whyType ?? ''}
              on={search.on ?? ''}
              known={search.known ?? ''}
              // About another organ the question is asked on that organ's page.
              onAsk={({ organId: other, typeId, on, known }) =>
                void navigate({
                  to: '/organs/$organId',
                  params: { organId: other ?? organId },
                  search: before => ({
                    ...before,
                    ...(typeId !== undefined && { whyType: typeId }),
                    ...(on !== undefined && { on }),
                    ...(known !== undefined && { known }),
                  }),
                  replace: true,
                  resetScroll: false,
                })
              }
              onClose={() =>
                void navigate({
                  search: ({ why: _why, whyType: _type, ...rest }) => rest,
                  resetScroll: false,
                })
              }
            />
          )}
        </>
      )}
    </div>
  );
}
