// Who is behind a number of those who joined or left.
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { organQuery } from '../../api/queries';
import { memberChangesQuery } from '../../api/reports';
import type { MemberChange } from '../../api/types';
import { useTexts } from '../../i18n';
import { asAsked, type Period } from '../../lib/reports';
import { DownloadLink } from '../../ui/DownloadLink';
import { Pager } from '../../ui/Pager';
import { Empty, PersonLink, Skeleton, usePeriod } from '../../ui/parts';
import { Problem } from '../../ui/Problem';
import { TableBox } from '../../ui/TableBox';

function Row({ row }: { row: MemberChange }) {
  const { date } = useTexts();
  const period = usePeriod();
  return (
    <tr>
      <th scope="row">
        <PersonLink personId={row.personId} name={`${row.familyName}, ${row.givenName}`} />
        <span className="narrow muted small">{[row.memberNumber, row.typeName].join(' · ')}</span>
      </th>
      <td className="numbers wide">{row.memberNumber}</td>
      <td className="wide">{row.typeName}</td>
      <td className="nowrap">{date(row.on)}</td>
      <td className="wide">{period(row.validFrom, row.validTo)}</td>
    </tr>
  );
}

interface Props {
  organId: string;
  typeId: string;
  change: 'joined' | 'left';
  period: Period;
  page: string;
}

export function ChangedPersons({ organId, typeId, change, period, page }: Props) {
  const { t, date } = useTexts();
  const filter = { typeId, change, ...asAsked(period) };
  const changes = useQuery(memberChangesQuery({ organId, ...filter, pageToken: page }));
  const organ = useQuery(organQuery(organId, period.last));
  const rows = changes.data?.changes ?? [];
  const title = t(`report.who.${change}`, { name: organ.data?.name ?? '' });
  return (
    <section className="stack" aria-label={title}>
      <div>
        <h2>{title}</h2>
        <p className="muted">{t('period.between', { from: date(period.from), to: date(period.last) })}</p>
        <p className="no-print">
          <Link to="/reports" search={({ of: _of, as: _as, change: _change, page: _page, ...rest }) => rest}>
            {t('report.back')}
          </Link>
        </p>
      </div>
      {changes.error && <Problem error={changes.error} onRetry={() => void changes.refetch()} />}
      {changes.isPending && <Skeleton />}
      {changes.data && rows.length === 0 && <Empty title={t('report.who.none')} />}
      {rows.length > 0 && (
        <TableBox stale={changes.isPlaceholderData}>
          <table>
            <caption className="visually-hidden">{title}</caption>
            <thead>
              <tr>
                <th scope="col">{t('person.name')}</th>
                <th scope="col" className="numbers wide">
                  {t('person.number')}
                </th>
                <th scope="col" className="wide">
                  {t('members.type')}
                </th>
                <th scope="col">{t(`report.${change}.on`)}</th>
                <th scope="col" className="wide">
                  {t('members.since')}
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map(row => (
                <Row key={`${row.personId} ${row.typeId} ${row.on}`} row={row} />
              ))}
            </tbody>
          </table>
        </TableBox>
      )}
      <div className="below-table no-print">
        <Pager page={page} next={changes.isPlaceholderData ? '' : (changes.data?.nextPageToken ?? '')} />
        <DownloadLink
          path={`/v1/organs/${organId}/changes`}
          parameters={filter}
          fileName={`${change}.csv`}
          label={t('members.csv')}
        />
      </div>
    </section>
  );
}
