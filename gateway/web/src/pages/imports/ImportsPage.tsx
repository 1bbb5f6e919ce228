// Every import: what, when, by whom, where it stands.
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { importsQuery } from '../../api/queries';
import { count, type Import } from '../../api/types';
import { useTexts } from '../../i18n';
import { Button, ButtonLink } from '../../ui/Button';
import { Empty, PageTitle, Skeleton } from '../../ui/parts';
import { Problem } from '../../ui/Problem';
import { StateTag } from './StateTag';
import { TableBox } from '../../ui/TableBox';

const BUSY_POLL_MS = 2000;
const isBusy = ({ state }: Import) =>
  state === 'IMPORT_STATE_CHECKING' || state === 'IMPORT_STATE_APPLYING' || state === 'IMPORT_STATE_UNDOING';

function Row({ entry }: { entry: Import }) {
  const { t, tryText, time } = useTexts();
  const counts = [
    t('import.created', { count: count(entry.created) }),
    t('import.updated', { count: count(entry.updated) }),
    t('import.errors', { count: count(entry.errors) }),
  ];
  return (
    <tr>
      <th scope="row">
        <Link to="/imports/$importId" params={{ importId: entry.importId }}>
          {entry.fileName || t('import.unnamed')}
        </Link>
        <span className="narrow muted small">{time(entry.createTime)}</span>
      </th>
      <td>
        <StateTag state={entry.state} />
      </td>
      <td className="wide small">{counts.join(' · ')}</td>
      <td className="wide">{tryText(`actor.${entry.actor}`) ?? entry.actor}</td>
      <td className="wide nowrap">
        <time dateTime={entry.createTime}>{time(entry.createTime)}</time>
      </td>
    </tr>
  );
}

export default function ImportsPage() {
  const { t } = useTexts();
  const imports = useInfiniteQuery({
    ...importsQuery(),
    refetchInterval: query =>
      query.state.data?.pages.some(page => page.imports.some(isBusy)) ? BUSY_POLL_MS : false,
  });
  const list = imports.data?.pages.flatMap(page => page.imports) ?? [];
  return (
    <div className="page">
      <div className="page-head">
        <PageTitle text={t('nav.imports')} />
        <div className="actions">
          <ButtonLink to="/imports/new" look="primary">
            {t('import.new')}
          </ButtonLink>
        </div>
      </div>
      {imports.error && <Problem error={imports.error} onRetry={() => void imports.refetch()} />}
      {imports.isPending && <Skeleton />}
      {imports.data && list.length === 0 && (
        <Empty title={t('import.none')}>
          <p>{t('import.none.text')}</p>
        </Empty>
      )}
      {list.length > 0 && (
        <TableBox>
          <table>
            <caption className="visually-hidden">{t('nav.imports')}</caption>
            <thead>
              <tr>
                <th scope="col">{t('import.file')}</th>
                <th scope="col">{t('run.state')}</th>
                <th scope="col" className="wide">
                  {t('import.people')}
                </th>
                <th scope="col" className="wide">
                  {t('history.actor')}
                </th>
                <th scope="col" className="wide">
                  {t('run.started')}
                </th>
              </tr>
            </thead>
            <tbody>
              {list.map(entry => (
                <Row key={entry.importId} entry={entry} />
              ))}
            </tbody>
          </table>
        </TableBox>
      )}
      {imports.hasNextPage && (
        <div className="actions">
          <Button onPress={() => void imports.fetchNextPage()} isPending={imports.isFetchingNextPage}>
            {t('common.more')}
          </Button>
        </div>
      )}
    </div>
  );
}
