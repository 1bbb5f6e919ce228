// Jubilees: who has been a member for a round number of years, in a period, of an organ; as a file too.
import { useQueries, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { jubileesQuery } from '../../api/actions';
import { organisationsQuery, organQuery, typesQuery } from '../../api/queries';
import type { Jubilee } from '../../api/types';
import { useTexts } from '../../i18n';
import { plusDays } from '../../lib/days';
import { DateField } from '../../ui/DateField';
import { DownloadLink } from '../../ui/DownloadLink';
import { SelectField } from '../../ui/Field';
import { OrganPicker } from '../../ui/OrganPicker';
import { Pager } from '../../ui/Pager';
import { Empty, PageTitle, PersonLink, Skeleton } from '../../ui/parts';
import { Problem } from '../../ui/Problem';
import { TableBox } from '../../ui/TableBox';

const ROUTE = '/jubilees';

function Filters() {
  const { t } = useTexts();
  const search = useSearch({ from: ROUTE });
  const navigate = useNavigate({ from: ROUTE });
  const { data: organisations = [] } = useQuery(organisationsQuery());
  const { organ: organId = '' } = search;
  // The name of the organ in the address comes later than the field; after that the field knows best.
  const [first] = useState(organId);
  const named = useQuery({ ...organQuery(first), enabled: first !== '' });
  const choose = (chosen: Partial<typeof search>) =>
    void navigate({
      search: before => ({ ...before, ...chosen, page: '' }),
      replace: true,
      resetScroll: false,
    });
  return (
    <search className="filters filters-four">
      <OrganPicker
        key={named.data ? 'named' : 'unnamed'}
        label={t('jubilee.organ')}
        name="organ"
        initialText={named.data?.name ?? ''}
        onChange={chosen => {
          if ((chosen?.organId ?? '') !== organId) choose({ organ: chosen?.organId ?? '' });
        }}
      />
      <SelectField
        label={t('jubilee.organisation')}
        name="organisation"
        value={search.organisation ?? ''}
        onChange={organisation => choose({ organisation })}
        options={[
          { value: '', label: t('jubilee.allOrganisations') },
          ...organisations.map(({ organisationId, name }) => ({ value: organisationId, label: name })),
        ]}
      />
      <DateField
        label={t('jubilee.from')}
        name="from"
        value={search.from ?? ''}
        onChange={from => choose({ from })}
      />
      <DateField label={t('jubilee.to')} name="to" value={search.to ?? ''} onChange={to => choose({ to })} />
    </search>
  );
}

/** Names of membership types, of whatever organisation. */
function useTypeNames() {
  const { data: organisations = [] } = useQuery(organisationsQuery());
  const replies = useQueries({
    queries: organisations.map(({ organisationId }) => typesQuery(organisationId)),
  });
  return new Map(replies.flatMap(({ data = [] }) => data.map(({ typeId, name }) => [typeId, name] as const)));
}

function Row({ jubilee, type }: { jubilee: Jubilee; type: string }) {
  const { t, date } = useTexts();
  const { personId, familyName, givenName, memberNumber, years, organId, organName } = jubilee;
  return (
    <tr className={jubilee.withdrawTime ? 'over' : undefined}>
      <th scope="row">
        <PersonLink personId={personId} name={`${familyName}, ${givenName}`} />
        <span className="narrow muted small">
          {[memberNumber, date(jubilee.reachedOn), organName, type].filter(Boolean).join(' · ')}
        </span>
      </th>
      <td className="numbers wide">{memberNumber}</td>
      <td className="numbers">
        {t('jubilee.years', { count: years })}
        {jubilee.withdrawTime && <span className="tag tag-warn">{t('jubilee.withdrawn')}</span>}
      </td>
      <td className="wide nowrap">{date(jubilee.reachedOn)}</td>
      <td className="wide">
        <Link to="/organs/$organId" params={{ organId }}>
          {organName}
        </Link>
      </td>
      <td className="wide">{type}</td>
    </tr>
  );
}

function Table({ jubilees, stale }: { jubilees: Jubilee[]; stale: boolean }) {
  const { t } = useTexts();
  const types = useTypeNames();
  return (
    <TableBox stale={stale}>
      <table>
        <caption className="visually-hidden">{t('nav.jubilees')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('person.name')}</th>
            <th scope="col" className="numbers wide">
              {t('person.number')}
            </th>
            <th scope="col" className="numbers">
              {t('jubilee.column')}
            </th>
            <th scope="col" className="wide">
              {t('jubilee.reached')}
            </th>
            <th scope="col" className="wide">
              {t('timeline.organ')}
            </th>
            <th scope="col" className="wide">
              {t('members.type')}
            </th>
          </tr>
        </thead>
        <tbody>
          {jubilees.map(jubilee => (
            <Row key={jubilee.jubileeId} jubilee={jubilee} type={types.get(jubilee.typeId) ?? ''} />
          ))}
        </tbody>
      </table>
    </TableBox>
  );
}

export default function JubileesPage() {
  const { t } = useTexts();
  const { organisation = '', organ = '', from = '', to = '', page = '' } = useSearch({ from: ROUTE });
  // People name the last day, the service the first one after it.
  const filter = { organisationId: organisation, organId: organ, from, to: to && plusDays(to, 1) };
  const jubilees = useQuery(jubileesQuery({ ...filter, pageToken: page }));
  const rows = jubilees.data?.jubilees ?? [];
  const filtered = Object.values(filter).some(Boolean);
  return (
    <div className="page">
      <PageTitle text={t('nav.jubilees')} />
      <p className="muted">{t('jubilee.intro')}</p>
      <Filters />
      {jubilees.error && <Problem error={jubilees.error} onRetry={() => void jubilees.refetch()} />}
      {jubilees.isPending && <Skeleton />}
      {jubilees.data && rows.length === 0 && (
        <Empty title={t(filtered ? 'jubilee.nothing' : 'jubilee.none')}>
          {!filtered && <p>{t('jubilee.none.text')}</p>}
        </Empty>
      )}
      {rows.length > 0 && <Table jubilees={rows} stale={jubilees.isPlaceholderData} />}
      <div className="below-table no-print">
        <Pager page={page} next={jubilees.isPlaceholderData ? '' : (jubilees.data?.nextPageToken ?? '')} />
        <DownloadLink
          path="/v1/jubilees"
          parameters={filter}
          fileName="jubilees.csv"
          label={t('members.csv')}
        />
      </div>
    </div>
  );
}
