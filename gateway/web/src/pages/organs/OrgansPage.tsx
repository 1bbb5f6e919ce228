// Organisations and their organs: the tree, a search for an organ, and what to do when there is nothing yet.
import { useQueries, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { childrenQuery, organisationsQuery, organSearchQuery } from '../../api/queries';
import { count, type Organisation } from '../../api/types';
import { useTexts } from '../../i18n';
import { useDebounced } from '../../lib/useDebounced';
import { Button, ButtonLink } from '../../ui/Button';
import { TextField } from '../../ui/Field';
import { PlusIcon } from '../../ui/icons';
import { Empty, PageTitle, Skeleton } from '../../ui/parts';
import { Problem } from '../../ui/Problem';
import { useKind } from './kind';
import { CreateOrganDialog, CreateOrganisationDialog } from './lazyDialogs';
import { OrganTree } from './OrganTree';
import { treeRows, type Branch } from './rows';
import { TableBox } from '../../ui/TableBox';

const LEAST_LETTERS = 2;
/** So many organisations are shown opened at first. */
const FEW = 3;
/** The address remembers so many open organs, so that it stays an address. */
const MOST_OPEN = 40;
const NONE = '-';

function useOpen(organisations: Organisation[]) {
  const { open } = useSearch({ from: '/organs' });
  const navigate = useNavigate({ from: '/organs' });
  const ids = useMemo(() => {
    const first =
      organisations.length <= FEW ? organisations.map(({ organisationId }) => organisationId) : [];
    return open === undefined ? first : open.split(' ').filter(id => id !== NONE);
  }, [open, organisations]);
  const toggle = (id: string) => {
    const next = ids.includes(id) ? ids.filter(other => other !== id) : [...ids, id];
    const text = next.slice(-MOST_OPEN).join(' ') || NONE;
    void navigate({ search: before => ({ ...before, open: text }), replace: true, resetScroll: false });
  };
  return { ids, toggle };
}

function Tree({ organisations }: { organisations: Organisation[] }) {
  const { ids, toggle } = useOpen(organisations);
  const [pages, setPages] = useState<Record<string, number>>({});
  const cache = useQueryClient();
  const branchQuery = (id: string) => {
    const wanted = pages[id] ?? 1;
    // While more is fetched, what there is stays.
    const before = wanted > 1 ? cache.getQueryData(childrenQuery(id, wanted - 1).queryKey) : undefined;
    return { ...childrenQuery(id, wanted), placeholderData: before };
  };
  const replies = useQueries({ queries: ids.map(branchQuery) });
  const failed = replies.find(reply => reply.error);
  const branches = new Map<string, Branch>();
  replies.forEach((reply, index) => {
    const id = ids[index];
    if (id && reply.data) branches.set(id, reply.data);
  });
  const rows = treeRows(organisations, new Set(ids), branches);
  return (
    <>
      {failed && <Problem error={failed.error} onRetry={() => void failed.refetch()} />}
      <OrganTree
        rows={rows}
        onToggle={toggle}
        onMore={id => setPages(before => ({ ...before, [id]: (before[id] ?? 1) + 1 }))}
      />
    </>
  );
}

function Found({ text }: { text: string }) {
  const { t, number } = useTexts();
  const kind = useKind();
  const { data, error, refetch, isPending } = useQuery(organSearchQuery(text));
  if (error) return <Problem error={error} onRetry={() => void refetch()} />;
  if (isPending) return <Skeleton />;
  if (data.organs.length === 0) return <Empty title={t('organs.nothing', { text })} />;
  return (
    <TableBox>
      <table>
        <caption className="visually-hidden">{t('search.found', { count: data.organs.length })}</caption>
        <thead>
          <tr>
            <th scope="col">{t('organ.name')}</th>
            <th scope="col">{t('organ.parent')}</th>
            <th scope="col" className="wide">
              {t('organ.kind')}
            </th>
            <th scope="col" className="numbers">
              {t('organ.members')}
            </th>
          </tr>
        </thead>
        <tbody>
          {data.organs.map(organ => (
            <tr key={organ.organId}>
              <th scope="row">
                <Link to="/organs/$organId" params={{ organId: organ.organId }}>
                  {organ.name}
                </Link>
              </th>
              <td>{organ.parentName}</td>
              <td className="wide">{kind(organ.kind)}</td>
              <td className="numbers">{number(count(organ.memberCount))}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {data.nextPageToken && <p className="muted small table-note">{t('organs.narrow')}</p>}
    </TableBox>
  );
}

function Nothing({ onCreate }: { onCreate: () => void }) {
  const { t } = useTexts();
  return (
    <Empty title={t('organs.empty')}>
      <p>{t('organs.empty.text')}</p>
      <div className="actions">
        <Button look="primary" onPress={onCreate}>
          {t('organisation.create')}
        </Button>
        <ButtonLink to="/imports/new">{t('import.new')}</ButtonLink>
      </div>
    </Empty>
  );
}

export default function OrgansPage() {
  const { t } = useTexts();
  const { q = '' } = useSearch({ from: '/organs' });
  const navigate = useNavigate({ from: '/organs' });
  const organisations = useQuery(organisationsQuery());
  const [dialog, setDialog] = useState<'organisation' | 'organ' | null>(null);
  const text = useDebounced(q.trim());
  const setText = (next: string) =>
    void navigate({ search: before => ({ ...before, q: next }), replace: true, resetScroll: false });
  const some = (organisations.data?.length ?? 0) > 0;
  const first = organisations.data?.[0];

  return (
    <div className="page">
      <div className="page-head">
        <PageTitle text={t('nav.organs')} />
        {some && (
          <div className="actions">
            <Button onPress={() => setDialog('organ')}>
              <PlusIcon />
              {t('organ.create')}
            </Button>
            <Button onPress={() => setDialog('organisation')}>
              <PlusIcon />
              {t('organisation.create')}
            </Button>
          </div>
        )}
      </div>
      {some && (
        <search className="filters">
          <TextField
            type="search"
            label={t('organs.search')}
            name="q"
            value={q}
            onChange={setText}
            maxLength={100}
          />
        </search>
      )}
      {organisations.error && (
        <Problem error={organisations.error} onRetry={() => void organisations.refetch()} />
      )}
      {organisations.isPending && <Skeleton lines={12} />}
      {organisations.data && !some && <Nothing onCreate={() => setDialog('organisation')} />}
      {organisations.data && some && text.length >= LEAST_LETTERS && <Found text={text} />}
      {organisations.data && some && text.length < LEAST_LETTERS && (
        <Tree organisations={organisations.data} />
      )}
      {dialog === 'organisation' && <CreateOrganisationDialog onClose={() => setDialog(null)} />}
      {dialog === 'organ' && first && (
        <CreateOrganDialog
          parent={{ organId: first.organisationId, name: first.name }}
          onClose={() => setDialog(null)}
        />
      )}
    </div>
  );
}
