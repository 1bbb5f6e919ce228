// What was recorded about an organ: when, by whom, what it says, and what it was superseded by.
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { organHistoryQuery } from '../../api/reports';
import type { Organ, OrganRecord } from '../../api/types';
import { useTexts } from '../../i18n';
import { Button } from '../../ui/Button';
import { Empty, Skeleton, usePeriod } from '../../ui/parts';
import { Problem } from '../../ui/Problem';
import { TableBox } from '../../ui/TableBox';

function What({ record }: { record: OrganRecord }) {
  const { t } = useTexts();
  const { kind, parentId, parentName, typeName, text } = record;
  if (kind === 'life') return t('record.life');
  if (kind === 'place') {
    if (!parentId) return t('record.top');
    return (
      <>
        {t('record.place')}{' '}
        <Link to="/organs/$organId" params={{ organId: parentId }}>
          {parentName}
        </Link>
      </>
    );
  }
  if (kind !== 'rule') return <span lang="en">{kind}</span>;
  return (
    <>
      {t('record.rule')} {typeName && `${t('rule.forType', { type: typeName })} `}
      <span className="line small">{text || t('rule.noneFromHere')}</span>
    </>
  );
}

function PlanLine({ planId, title }: { planId: string; title: string }) {
  const { t } = useTexts();
  if (!planId) return null;
  return (
    <Link className="line small" to="/plans/$planId" params={{ planId }}>
      {title || t('plan.untitled')}
    </Link>
  );
}

function Author({ record }: { record: OrganRecord }) {
  const { tryText } = useTexts();
  return (
    <>
      {tryText(`actor.${record.author}`) ?? record.author}
      <PlanLine planId={record.planId} title={record.planTitle} />
    </>
  );
}

function Superseded({ record }: { record: OrganRecord }) {
  const { t, time } = useTexts();
  if (!record.supersedeTime) return t('record.believed');
  return (
    <>
      <time dateTime={record.supersedeTime}>{time(record.supersedeTime)}</time>
      <PlanLine planId={record.supersedingPlanId} title={record.supersedingPlanTitle} />
    </>
  );
}

function Row({ record }: { record: OrganRecord }) {
  const { t, time } = useTexts();
  const period = usePeriod();
  const days = period(record.validFrom, record.validTo);
  return (
    <tr className={record.supersedeTime ? 'over' : undefined}>
      <td>
        <time dateTime={record.recordTime}>{time(record.recordTime)}</time>
        <span className="narrow muted small">
          <Author record={record} />
        </span>
      </td>
      <td className="wide">
        <Author record={record} />
      </td>
      <td>
        <What record={record} />
        <span className="narrow muted small">{days}</span>
        <span className="narrow muted small">
          {record.supersedeTime && `${t('record.superseded')}: `}
          <Superseded record={record} />
        </span>
      </td>
      <td className="wide">{days}</td>
      <td className="wide">
        <Superseded record={record} />
      </td>
    </tr>
  );
}

export default function OrganHistory({ organ }: { organ: Organ }) {
  const { t, language } = useTexts();
  const history = useInfiniteQuery(organHistoryQuery(organ.organId, language));
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = history;
  if (error) return <Problem error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton lines={8} />;
  const records = data.pages.flatMap(page => page.records);
  if (records.length === 0) return <Empty title={t('record.none')} />;
  return (
    <>
      <p className="muted">{t('record.intro')}</p>
      <TableBox>
        <table>
          <caption className="visually-hidden">{t('organ.view.history')}</caption>
          <thead>
            <tr>
              <th scope="col">{t('history.time')}</th>
              <th scope="col" className="wide">
                {t('history.actor')}
              </th>
              <th scope="col">{t('record.what')}</th>
              <th scope="col" className="wide">
                {t('record.period')}
              </th>
              <th scope="col" className="wide">
                {t('record.superseded')}
              </th>
            </tr>
          </thead>
          <tbody>
            {records.map(record => (
              <Row key={record.recordId} record={record} />
            ))}
          </tbody>
        </table>
      </TableBox>
      {hasNextPage && (
        <div className="actions">
          <Button onPress={() => void fetchNextPage()} isPending={isFetchingNextPage}>
            {t('common.more')}
          </Button>
        </div>
      )}
    </>
  );
}
