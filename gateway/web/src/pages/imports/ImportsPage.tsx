// Every import: what, when, by whom, where it stands.
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { importsQuery } from '../../api/queries';
import { count, type Import } from '../../api/types';
import { useTexts } from '../../i18n';
import { ButtonLink } from '../../ui/Button';
import { ListPage } from '../../ui/ListPage';
import { StateTag } from '../../ui/StateTag';

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
    <ListPage
      title={t('nav.imports')}
      actions={
        <ButtonLink to="/imports/new" look="primary">
          {t('import.new')}
        </ButtonLink>
      }
      lists={[imports]}
      rows={list.map(entry => (
        <Row key={entry.importId} entry={entry} />
      ))}
      columns={[
        { label: t('import.file') },
        { label: t('run.state') },
        { label: t('import.people'), wide: true },
        { label: t('history.actor'), wide: true },
        { label: t('run.started'), wide: true },
      ]}
      empty={t('import.none')}
      emptyText={<p>{t('import.none.text')}</p>}
    />
  );
}
