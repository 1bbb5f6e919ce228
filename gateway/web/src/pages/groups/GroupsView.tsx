// The groups that actions made of an organ, open or closed on a day, and who is in the chosen one.
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { groupsQuery } from '../../api/actions';
import { typesQuery } from '../../api/queries';
import type { Organ, OrganGroup } from '../../api/types';
import { useTexts } from '../../i18n';
import { Button, ButtonLink } from '../../ui/Button';
import { DateField } from '../../ui/DateField';
import { Empty, Skeleton, usePeriod } from '../../ui/parts';
import { Problem } from '../../ui/Problem';
import { TableBox } from '../../ui/TableBox';
import { useMadeWords } from '../actions/actionWords';
import { GroupMembers } from './GroupMembers';

const ROUTE = '/organs/$organId';

function Filters() {
  const { t } = useTexts();
  const search = useSearch({ from: ROUTE });
  const navigate = useNavigate({ from: ROUTE });
  const choose = (chosen: { on?: string; closed?: string }) =>
    void navigate({
      search: before => ({ ...before, ...chosen, page: '' }),
      replace: true,
      resetScroll: false,
    });
  return (
    <search className="filters filters-two">
      <DateField label={t('members.on')} name="on" value={search.on ?? ''} onChange={on => choose({ on })} />
      <label className="check">
        <input
          type="checkbox"
          checked={search.closed === 'yes'}
          onChange={({ target }) => choose({ closed: target.checked ? 'yes' : '' })}
        />
        {t('group.closedToo')}
      </label>
    </search>
  );
}

function Row({ group, made, chosen }: { group: OrganGroup; made: string; chosen: boolean }) {
  const { t } = useTexts();
  const period = usePeriod();
  return (
    <tr className={group.open ? undefined : 'over'}>
      <th scope="row">
        <Link
          to="."
          search={before => ({ ...before, group: group.groupId, page: '' })}
          aria-current={chosen || undefined}
          resetScroll={false}
        >
          {group.title}
        </Link>
        <span className="line muted small">{made}</span>
        <span className="narrow muted small">{period(group.validFrom, group.validTo)}</span>
      </th>
      <td>
        <span className={`tag tag-state ${group.open ? 'tag-good' : ''}`}>
          {t(group.open ? 'group.open' : 'group.closed')}
        </span>
      </td>
      <td className="wide">{period(group.validFrom, group.validTo)}</td>
    </tr>
  );
}

function Nothing({ organ, closed }: { organ: Organ; closed: boolean }) {
  const { t } = useTexts();
  return (
    <Empty title={t(closed ? 'group.none' : 'group.noneOpen')}>
      <p>{t('group.none.text')}</p>
      <div className="actions">
        <ButtonLink
          to="/organisations/$organisationId/actions"
          params={{ organisationId: organ.organisationId || organ.organId }}
        >
          {t('action.list')}
        </ButtonLink>
      </div>
    </Empty>
  );
}

function Table({
  organ,
  groups,
  chosen,
  stale,
}: {
  organ: Organ;
  groups: OrganGroup[];
  chosen: string;
  stale: boolean;
}) {
  const { t } = useTexts();
  const { data: types = [] } = useQuery(typesQuery(organ.organisationId || organ.organId));
  const made = useMadeWords(types);
  return (
    <TableBox stale={stale}>
      <table>
        <caption className="visually-hidden">{t('group.caption', { name: organ.name })}</caption>
        <thead>
          <tr>
            <th scope="col">{t('group.column')}</th>
            <th scope="col">{t('run.state')}</th>
            <th scope="col" className="wide">
              {t('period.column')}
            </th>
          </tr>
        </thead>
        <tbody>
          {groups.map(group => (
            <Row key={group.groupId} group={group} made={made(group)} chosen={group.groupId === chosen} />
          ))}
        </tbody>
      </table>
    </TableBox>
  );
}

export default function GroupsView({ organ }: { organ: Organ }) {
  const { t } = useTexts();
  const { on = '', closed = '', group: chosen = '', page = '' } = useSearch({ from: ROUTE });
  const groups = useInfiniteQuery(groupsQuery({ organId: organ.organId, on, closed: closed === 'yes' }));
  const list = groups.data?.pages.flatMap(reply => reply.groups) ?? [];
  const shown = list.find(({ groupId }) => groupId === chosen);
  return (
    <>
      <div className="section-head">
        <p className="muted">{t('group.intro')}</p>
        <div className="actions no-print">
          <ButtonLink
            to="/organisations/$organisationId/actions"
            params={{ organisationId: organ.organisationId || organ.organId }}
          >
            {t('action.list')}
          </ButtonLink>
          <ButtonLink to="/jubilees" search={{ organ: organ.organId }}>
            {t('nav.jubilees')}
          </ButtonLink>
        </div>
      </div>
      <Filters />
      {groups.error && <Problem error={groups.error} onRetry={() => void groups.refetch()} />}
      {groups.isPending && <Skeleton />}
      {groups.data && list.length === 0 && <Nothing organ={organ} closed={closed === 'yes'} />}
      {list.length > 0 && (
        <Table organ={organ} groups={list} chosen={chosen} stale={groups.isPlaceholderData} />
      )}
      {groups.hasNextPage && (
        <div className="actions">
          <Button onPress={() => void groups.fetchNextPage()} isPending={groups.isFetchingNextPage}>
            {t('common.more')}
          </Button>
        </div>
      )}
      {shown && <GroupMembers group={shown} on={on} page={page} />}
    </>
  );
}
