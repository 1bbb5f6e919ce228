// Reports: how many members each organ has on a day, and who joined and left in a period; each as a file too.
import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { organisationsQuery } from '../../api/queries';
import { changeCountsQuery, memberCountsQuery } from '../../api/reports';
import type { MemberCount } from '../../api/types';
import { useTexts } from '../../i18n';
import { asAsked, periodOf, type Period } from '../../lib/reports';
import { useToday } from '../../lib/useToday';
import { DownloadLink } from '../../ui/DownloadLink';
import { Pager } from '../../ui/Pager';
import { Empty, PageTitle, Skeleton } from '../../ui/parts';
import { Problem } from '../../ui/Problem';
import { TabLink, Tabs } from '../../ui/Tabs';
import { ChangedPersons } from './ChangedPersons';
import { CountTable } from './CountTable';
import { ReportFilters } from './ReportFilters';

const ROUTE = '/reports';
const VIEWS = ['members', 'changes'] as const;

function Views({ view }: { view: (typeof VIEWS)[number] }) {
  const { t } = useTexts();
  return (
    <Tabs label={t('report.views')}>
      {VIEWS.map(name => (
        <TabLink
          key={name}
          to="."
          search={
            (({ organisation, organ, type }: Record<string, string>) => ({
              organisation,
              organ,
              type,
              ...(name === 'changes' && { view: name }),
            })) as never
          }
          current={view === name}
        >
          {t(`report.view.${name}`)}
        </TabLink>
      ))}
    </Tabs>
  );
}

interface Counted {
  data: { counts: MemberCount[]; nextPageToken: string } | undefined;
  error: unknown;
  isPending: boolean;
  isPlaceholderData: boolean;
  refetch: () => unknown;
}

interface ReportProps {
  counted: Counted;
  on: string;
  known?: string;
  changes?: boolean;
  /** Where the same comes from as a file. */
  path: string;
  parameters: Record<string, string>;
}

function Report({ counted, path, parameters, ...days }: ReportProps) {
  const { t } = useTexts();
  const { page = '' } = useSearch({ from: ROUTE });
  const { data, error, isPending, isPlaceholderData, refetch } = counted;
  const counts = data?.counts ?? [];
  return (
    <>
      {error !== null && <Problem error={error} onRetry={() => void refetch()} />}
      {isPending && <Skeleton />}
      {data && counts.length === 0 && (
        <Empty title={t('report.none')}>
          <p>{t('report.none.text')}</p>
        </Empty>
      )}
      {counts.length > 0 && <CountTable counts={counts} stale={isPlaceholderData} {...days} />}
      <div className="below-table no-print">
        <Pager page={page} next={isPlaceholderData ? '' : (data?.nextPageToken ?? '')} />
        <DownloadLink
          path={path}
          parameters={parameters}
          fileName={`${path.split('/').at(-1)}.csv`}
          label={t('members.csv')}
        />
      </div>
    </>
  );
}

function MembersReport({ organId }: { organId: string }) {
  const { type = '', on = '', known = '', page = '' } = useSearch({ from: ROUTE });
  const filter = { organId, typeId: type, on, asKnownOn: known };
  const counted = useQuery(memberCountsQuery({ ...filter, pageToken: page }));
  return <Report counted={counted} on={on} known={known} path="/v1/reports/members" parameters={filter} />;
}

function ChangesReport({ organId, period }: { organId: string; period: Period }) {
  const { type = '', page = '' } = useSearch({ from: ROUTE });
  const filter = { organId, typeId: type, ...asAsked(period) };
  const counted = useQuery(changeCountsQuery({ ...filter, pageToken: page }));
  return <Report counted={counted} on={period.last} changes path="/v1/reports/changes" parameters={filter} />;
}

export default function ReportsPage() {
  const { t } = useTexts();
  const search = useSearch({ from: ROUTE });
  const { of = '', as = '', change = '', page = '' } = search;
  const organisations = useQuery(organisationsQuery());
  const period = periodOf(search.from ?? '', search.to ?? '', useToday());
  const view = search.view === 'changes' ? 'changes' : 'members';
  const organisationId = search.organisation || organisations.data?.[0]?.organisationId || '';
  const organId = search.organ || organisationId;
  return (
    <div className="page">
      <PageTitle text={t('nav.reports')} />
      <p className="muted">{t('report.intro')}</p>
      <Views view={view} />
      {organisations.error && (
        <Problem error={organisations.error} onRetry={() => void organisations.refetch()} />
      )}
      {organisations.isPending && <Skeleton />}
      {organisations.data?.length === 0 && <Empty title={t('organs.empty')} />}
      {organId && of && (change === 'joined' || change === 'left') ? (
        <ChangedPersons organId={of} typeId={as} change={change} period={period} page={page} />
      ) : (
        organId && (
          <>
            <ReportFilters organisationId={organisationId} period={view === 'changes' ? period : null} />
            {view === 'changes' ? (
              <ChangesReport organId={organId} period={period} />
            ) : (
              <MembersReport organId={organId} />
            )}
          </>
        )
      )}
    </div>
  );
}
