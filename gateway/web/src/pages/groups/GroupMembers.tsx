// Who is in a group on a day: paged, and whole as a file.
import { useQuery } from '@tanstack/react-query';
import { groupMembersQuery } from '../../api/actions';
import type { OrganGroup } from '../../api/types';
import { useTexts } from '../../i18n';
import { codeFrom } from '../../lib/required';
import { DownloadLink } from '../../ui/DownloadLink';
import { Pager } from '../../ui/Pager';
import { PersonLink, Skeleton, usePeriod } from '../../ui/parts';
import { Problem } from '../../ui/Problem';
import { TableBox } from '../../ui/TableBox';
import { useRightWords } from '../actions/actionWords';

interface Props {
  group: OrganGroup;
  on: string;
  page: string;
}

export function GroupMembers({ group, on, page }: Props) {
  const { t } = useTexts();
  const period = usePeriod();
  const rightWords = useRightWords();
  const members = useQuery(groupMembersQuery(group.groupId, on, page));
  const rows = members.data?.members ?? [];
  const name = t('group.of', { title: group.title, organ: group.organName });
  return (
    <section className="stack" aria-labelledby="group-members">
      <h2 id="group-members">{name}</h2>
      {group.rights.length > 0 && (
        <p className="muted">
          {t('group.rights', { rights: rightWords(group.rights), organ: group.organName })}
        </p>
      )}
      {members.error && <Problem error={members.error} onRetry={() => void members.refetch()} />}
      {members.isPending && <Skeleton />}
      {members.data && rows.length === 0 && (
        <p className="muted">{t(group.open ? 'group.empty' : 'group.emptyClosed')}</p>
      )}
      {rows.length > 0 && (
        <TableBox stale={members.isPlaceholderData}>
          <table>
            <caption className="visually-hidden">{name}</caption>
            <thead>
              <tr>
                <th scope="col">{t('person.name')}</th>
                <th scope="col" className="numbers">
                  {t('person.number')}
                </th>
                <th scope="col">{t('period.column')}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map(({ personId, familyName, givenName, memberNumber, validFrom, validTo }) => (
                <tr key={personId}>
                  <th scope="row">
                    <PersonLink personId={personId} name={`${familyName}, ${givenName}`} />
                  </th>
                  <td className="numbers">{memberNumber}</td>
                  <td>{period(validFrom, validTo)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableBox>
      )}
      <div className="below-table no-print">
        <Pager page={page} next={members.isPlaceholderData ? '' : (members.data?.nextPageToken ?? '')} />
        <DownloadLink
          path={`/v1/groups/${group.groupId}/members`}
          parameters={{ on }}
          fileName={`${codeFrom(name) || 'group'}.csv`}
          label={t('members.csv')}
        />
      </div>
    </section>
  );
}
