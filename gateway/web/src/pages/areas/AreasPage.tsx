// Area changes: postal codes and municipalities that belong elsewhere from a day on.
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { areaChangesQuery } from '../../api/areas';
import { count, type AreaChange } from '../../api/types';
import { useTexts } from '../../i18n';
import { Button, ButtonLink } from '../../ui/Button';
import { Empty, PageTitle, Skeleton } from '../../ui/parts';
import { Problem } from '../../ui/Problem';
import { TableBox } from '../../ui/TableBox';
import { AreaState } from './AreaState';

const BUSY_POLL_MS = 2000;

function Row({ area }: { area: AreaChange }) {
  const { t, tryText, date, time, number } = useTexts();
  return (
    <tr>
      <th scope="row">
        <Link to="/area-changes/$areaChangeId" params={{ areaChangeId: area.areaChangeId }}>
          {area.title}
        </Link>
        <span className="narrow muted small">{t('area.from', { day: date(area.on) })}</span>
      </th>
      <td>
        <AreaState state={area.state} />
      </td>
      <td className="wide nowrap">{date(area.on)}</td>
      <td className="wide numbers">{number(count(area.placeCount))}</td>
      <td className="wide numbers">{number(count(area.personCount))}</td>
      <td className="wide small">
        {tryText(`actor.${area.author}`) ?? area.author}, {time(area.createTime)}
      </td>
    </tr>
  );
}

export default function AreasPage() {
  const { t } = useTexts();
  const areas = useInfiniteQuery({
    ...areaChangesQuery(),
    refetchInterval: query =>
      query.state.data?.pages.some(page => page.areaChanges.some(({ done }) => !done)) ? BUSY_POLL_MS : false,
  });
  const list = areas.data?.pages.flatMap(page => page.areaChanges) ?? [];
  return (
    <div className="page">
      <div className="page-head">
        <PageTitle text={t('nav.areas')} />
        <div className="actions">
          <ButtonLink to="/area-changes/new" look="primary">
            {t('area.new')}
          </ButtonLink>
        </div>
      </div>
      <p className="muted">{t('area.intro')}</p>
      {areas.error && <Problem error={areas.error} onRetry={() => void areas.refetch()} />}
      {areas.isPending && <Skeleton />}
      {areas.data && list.length === 0 && (
        <Empty title={t('area.none')}>
          <p>{t('area.none.text')}</p>
        </Empty>
      )}
      {list.length > 0 && (
        <TableBox>
          <table>
            <caption className="visually-hidden">{t('nav.areas')}</caption>
            <thead>
              <tr>
                <th scope="col">{t('action.title')}</th>
                <th scope="col">{t('run.state')}</th>
                <th scope="col" className="wide">
                  {t('area.on')}
                </th>
                <th scope="col" className="wide numbers">
                  {t('area.places')}
                </th>
                <th scope="col" className="wide numbers">
                  {t('import.people')}
                </th>
                <th scope="col" className="wide">
                  {t('history.actor')}
                </th>
              </tr>
            </thead>
            <tbody>
              {list.map(area => (
                <Row key={area.areaChangeId} area={area} />
              ))}
            </tbody>
          </table>
        </TableBox>
      )}
      {areas.hasNextPage && (
        <div className="actions">
          <Button onPress={() => void areas.fetchNextPage()} isPending={areas.isFetchingNextPage}>
            {t('common.more')}
          </Button>
        </div>
      )}
    </div>
  );
}
