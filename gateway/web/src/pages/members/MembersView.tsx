// The members of an organ on a day: filtered, sorted, paged; everything chosen stands in the address.
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { membersQuery, typesQuery } from '../../api/queries';
import type { Member, Organ } from '../../api/types';
import { useTexts } from '../../i18n';
import { useDebounced } from '../../lib/useDebounced';
import { DateField } from '../../ui/DateField';
import { DownloadLink } from '../../ui/DownloadLink';
import { SelectField, TextField } from '../../ui/Field';
import { Pager } from '../../ui/Pager';
import { Empty, PersonLink, Skeleton, usePeriod } from '../../ui/parts';
import { Problem } from '../../ui/Problem';
import { SortHeader } from '../../ui/SortHeader';
import { TableBox } from '../../ui/TableBox';

const ROUTE = '/organs/$organId';

/** What is typed shows at once, the address follows when typing rests. */
function useTextFilter() {
  const { q = '' } = useSearch({ from: ROUTE });
  const navigate = useNavigate({ from: ROUTE });
  const [text, setText] = useState(q);
  const still = useDebounced(text.trim(), 250);
  useEffect(() => {
    if (still !== q) {
      void navigate({
        search: before => ({ ...before, q: still, page: '' }),
        replace: true,
        resetScroll: false,
      });
    }
    // Only what was typed moves the address; the address does not move itself.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [still]);
  return [text, setText] as const;
}

function Filters({ organ }: { organ: Organ }) {
  const { t } = useTexts();
  const search = useSearch({ from: ROUTE });
  const navigate = useNavigate({ from: ROUTE });
  const [text, setText] = useTextFilter();
  const { data: types = [] } = useQuery(typesQuery(organ.organisationId || organ.organId));
  const choose = (chosen: { type?: string; on?: string; known?: string }) =>
    void navigate({
      search: before => ({ ...before, ...chosen, page: '' }),
      replace: true,
      resetScroll: false,
    });
  return (
    <search className={search.known ? 'filters filters-four' : 'filters'}>
      <TextField
        type="search"
        label={t('members.filter')}
        name="q"
        value={text}
        onChange={setText}
        maxLength={100}
      />
      <SelectField
        label={t('members.type')}
        name="type"
        size="short"
        value={search.type ?? ''}
        onChange={type => choose({ type })}
        options={[
          { value: '', label: t('members.allTypes') },
          ...types.map(({ typeId, name }) => ({ value: typeId, label: name })),
        ]}
      />
      <DateField label={t('members.on')} name="on" value={search.on ?? ''} onChange={on => choose({ on })} />
      {search.known && (
        <DateField
          label={t('explain.known')}
          name="known"
          value={search.known}
          onChange={known => choose({ known })}
        />
      )}
    </search>
  );
}

function Row({ member }: { member: Member }) {
  const { t, date } = useTexts();
  const period = usePeriod();
  return (
    <tr>
      <th scope="row">
        <PersonLink personId={member.personId} name={`${member.familyName}, ${member.givenName}`} />
        <span className="narrow muted small">
          {[member.memberNumber, member.typeName, period(member.validFrom, member.validTo)].join(' · ')}
        </span>
      </th>
      <td className="numbers wide">{member.memberNumber}</td>
      <td className="wide">{member.birthDate && date(member.birthDate)}</td>
      <td className="wide">{member.town}</td>
      <td className="wide">{member.typeName}</td>
      <td className="wide">
        {period(member.validFrom, member.validTo)}
        {member.origin === 'MEMBERSHIP_ORIGIN_EXCEPTION' && (
          <span className="tag">{t('origin.MEMBERSHIP_ORIGIN_EXCEPTION')}</span>
        )}
      </td>
      <td className="row-action no-print">
        <Link
          to="."
          search={before => ({ ...before, why: member.personId, whyType: member.typeId })}
          resetScroll={false}
          aria-label={t('members.whyOf', { name: `${member.givenName} ${member.familyName}` })}
        >
          {t('members.why')}
        </Link>
      </td>
    </tr>
  );
}

export function MembersView({ organ }: { organ: Organ }) {
  const { t } = useTexts();
  const search = useSearch({ from: ROUTE });
  const { q = '', type = '', on = '', known = '', sort = 'name', page = '' } = search;
  const filter = { query: q, typeId: type, on, asKnownOn: known, orderBy: sort };
  const members = useQuery(membersQuery({ organId: organ.organId, ...filter, pageToken: page }));
  const filtered = q !== '' || type !== '';

  return (
    <>
      <Filters organ={organ} />
      {members.error && <Problem error={members.error} onRetry={() => void members.refetch()} />}
      {members.isPending && <Skeleton lines={10} />}
      {members.data?.members.length === 0 && (
        <Empty title={t(filtered ? 'members.nothing' : 'members.empty')}>
          {!filtered && <p>{t(organ.hasRule ? 'members.empty.rule' : 'members.empty.noRule')}</p>}
        </Empty>
      )}
      {members.data && members.data.members.length > 0 && (
        <TableBox stale={members.isPlaceholderData}>
          <table>
            <caption className="visually-hidden">{t('members.caption', { name: organ.name })}</caption>
            <thead>
              <tr>
                <SortHeader field="name" sort={sort} label={t('person.name')} />
                <SortHeader field="memberNumber" sort={sort} label={t('person.number')} numbers wide />
                <th scope="col" className="wide">
                  {t('person.birthDate')}
                </th>
                <th scope="col" className="wide">
                  {t('address.town')}
                </th>
                <th scope="col" className="wide">
                  {t('members.type')}
                </th>
                <SortHeader field="validFrom" sort={sort} label={t('members.since')} wide />
                <th scope="col" className="no-print">
                  <span className="visually-hidden">{t('members.why')}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {members.data.members.map(member => (
                <Row key={`${member.personId} ${member.typeId}`} member={member} />
              ))}
            </tbody>
          </table>
        </TableBox>
      )}
      <div className="below-table no-print">
        <Pager page={page} next={members.isPlaceholderData ? '' : (members.data?.nextPageToken ?? '')} />
        <DownloadLink
          path={`/v1/organs/${organ.organId}/members`}
          parameters={filter}
          fileName={`${organ.code || 'members'}.csv`}
          label={t('members.csv')}
        />
      </div>
    </>
  );
}
