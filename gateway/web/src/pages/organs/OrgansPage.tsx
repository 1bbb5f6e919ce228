// Organisations and their organs: the tree, a search for an organ, and what to do when there is nothing yet.
import { useQueries, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useMemo, useState } from 'react';
import { childrenQuery, organisationsQuery, organQuery, organSearchQuery } from '../../api/queries';
import { count, type Organisation } from '../../api/types';
import { useTexts } from '../../i18n';
import { knownOrgans } from '../../lib/draft';
import { overlaid, type Branch } from '../../lib/overlay';
import { useDebounced } from '../../lib/useDebounced';
import { useDraft } from '../../lib/useDraft';
import { useToday } from '../../lib/useToday';
import { Button, ButtonLink } from '../../ui/Button';
import { TextField } from '../../ui/Field';
import { PlusIcon } from '../../ui/icons';
import { Empty, PageTitle, Skeleton } from '../../ui/parts';
import { Problem } from '../../ui/Problem';
import { useChanging, type Changing } from '../plans/useChanging';
import { kindOf, useKind } from './kind';
import { CreateOrganisationDialog } from './lazyDialogs';
import { OrganTree } from './OrganTree';
import { treeRows } from './rows';
import { TableBox } from '../../ui/TableBox';

// What the first look does not need comes after it.
const DayBar = lazy(() => import('../../ui/DayBar'));
const DraftPanel = lazy(() => import('../plans/DraftPanel'));

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

/** What is loaded of the tree on the day, and what the draft makes of it. */
function useRows(organisations: Organisation[], on: string, today: string) {
  const { ids, toggle } = useOpen(organisations);
  const [pages, setPages] = useState<Record<string, number>>({});
  const cache = useQueryClient();
  const { draft } = useDraft();
  const asked = ids.filter(id => !id.startsWith('code:'));
  const branchQuery = (id: string) => {
    const wanted = pages[id] ?? 1;
    const query = childrenQuery(id, wanted, on);
    // While more is fetched, what there is stays.
    const before = wanted > 1 ? cache.getQueryData(childrenQuery(id, wanted - 1, on).queryKey) : undefined;
    return before ? { ...query, placeholderData: before } : query;
  };
  const replies = useQueries({ queries: asked.map(branchQuery) });
  const rootReplies = useQueries({
    queries: organisations.map(({ organisationId }) => ({
      ...organQuery(organisationId, on),
      enabled: on !== '',
    })),
  });
  const branches = new Map<string, Branch>();
  replies.forEach((reply, index) => {
    const id = asked[index];
    if (id && reply.data) branches.set(id, reply.data);
  });
  const roots = new Map(rootReplies.flatMap(({ data }) => (on && data ? [[data.organId, data]] : [])));
  const changed = overlaid(branches, draft, draft ? knownOrgans(draft) : {}, on || today);
  return {
    rows: treeRows(organisations, new Set(ids), changed.branches, roots, changed),
    failed: replies.find(reply => reply.error),
    stale: replies.some(reply => reply.isPlaceholderData),
    toggle,
    more: (id: string) => setPages(before => ({ ...before, [id]: (before[id] ?? 1) + 1 })),
  };
}

function Tree({ organisations, changing }: { organisations: Organisation[]; changing: Changing }) {
  const { t } = useTexts();
  const today = useToday();
  const { on = '' } = useSearch({ from: '/organs' });
  const navigate = useNavigate({ from: '/organs' });
  const { rows, failed, stale, toggle, more } = useRows(organisations, on, today);
  const firsts = organisations.map(({ validFrom }) => validFrom).filter(Boolean);
  const setDay = (day: string) =>
    void navigate({ search: before => ({ ...before, on: day }), replace: true, resetScroll: false });
  return (
    <>
      <div className="day-place">
        <Suspense>
          <DayBar day={on} today={today} first={firsts.toSorted()[0] ?? today} onChange={setDay} />
        </Suspense>
      </div>
      {failed && <Problem error={failed.error} onRetry={() => void failed.refetch()} />}
      <div className="tree-box" data-stale={stale || undefined}>
        <OrganTree
          rows={rows}
          on={on}
          onToggle={toggle}
          onMore={more}
          onMenu={changing.menu}
          onDrop={changing.move}
        />
      </div>
      <p className="hint no-print">{t('organs.treeHint')}</p>
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
            <th scope="col" className="wide">
              {t('organ.parent')}
            </th>
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
                <span className="narrow muted small">
                  {[organ.parentName, kind(kindOf(organ))].filter(Boolean).join(' · ')}
                </span>
              </th>
              <td className="wide">{organ.parentName}</td>
              <td className="wide">{kind(kindOf(organ))}</td>
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

function Actions({ onCreate }: { onCreate: () => void }) {
  const { t } = useTexts();
  return (
    <div className="actions">
      <Button onPress={onCreate}>
        <PlusIcon />
        {t('organisation.create')}
      </Button>
    </div>
  );
}

export default function OrgansPage() {
  const { t } = useTexts();
  const today = useToday();
  const { q = '', on = '' } = useSearch({ from: '/organs' });
  const navigate = useNavigate({ from: '/organs' });
  const organisations = useQuery(organisationsQuery());
  const [creating, setCreating] = useState(false);
  const changing = useChanging(on || today);
  const { draft } = useDraft();
  const text = useDebounced(q.trim());
  const setText = (next: string) =>
    void navigate({ search: before => ({ ...before, q: next }), replace: true, resetScroll: false });
  const some = (organisations.data?.length ?? 0) > 0;

  return (
    <div className="page">
      <div className="page-head">
        <PageTitle text={t('nav.organs')} />
        {some && <Actions onCreate={() => setCreating(true)} />}
      </div>
      {organisations.error && (
        <Problem error={organisations.error} onRetry={() => void organisations.refetch()} />
      )}
      {organisations.isPending && <Skeleton lines={12} />}
      {organisations.data && !some && <Nothing onCreate={() => setCreating(true)} />}
      {organisations.data && some && (
        <div className={draft ? 'with-draft' : 'stack'}>
          {draft && (
            <Suspense>
              <DraftPanel onEdit={changing.edit} />
            </Suspense>
          )}
          <div className="stack">
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
            {text.length >= LEAST_LETTERS ? (
              <Found text={text} />
            ) : (
              <Tree organisations={organisations.data} changing={changing} />
            )}
          </div>
        </div>
      )}
      {creating && <CreateOrganisationDialog onClose={() => setCreating(false)} />}
      {changing.shown}
    </div>
  );
}
