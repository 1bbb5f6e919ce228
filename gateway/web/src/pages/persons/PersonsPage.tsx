// People: everyone, or those that match; filtered, sorted and paged by the address.
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { personsQuery } from '../../api/queries';
import type { Person } from '../../api/types';
import { useTexts } from '../../i18n';
import { useDebounced } from '../../lib/useDebounced';
import { ButtonLink } from '../../ui/Button';
import { DownloadLink } from '../../ui/DownloadLink';
import { TextField } from '../../ui/Field';
import { PlusIcon } from '../../ui/icons';
import { Pager } from '../../ui/Pager';
import { Empty, PageTitle, PersonLink, Skeleton } from '../../ui/parts';
import { LEAST_LETTERS } from '../../ui/PersonSearch';
import { Problem } from '../../ui/Problem';
import { SortHeader } from '../../ui/SortHeader';
import { TableBox } from '../../ui/TableBox';

const ROUTE = '/persons';
type TextFilter = 'q' | 'municipality' | 'postalCode';

function FilterField({ name, label, hint }: { name: TextFilter; label: string; hint?: string }) {
  const search = useSearch({ from: ROUTE });
  const navigate = useNavigate({ from: ROUTE });
  const inAddress = search[name] ?? '';
  const [text, setText] = useState(inAddress);
  const still = useDebounced(text.trim(), 250);
  // The address changed from elsewhere: a search in the header, the back button.
  useEffect(() => setText(before => (before.trim() === inAddress ? before : inAddress)), [inAddress]);
  useEffect(() => {
    if (still !== inAddress) {
      void navigate({
        search: before => ({ ...before, [name]: still, page: '' }),
        replace: true,
        resetScroll: false,
      });
    }
    // Only what was typed moves the address.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [still]);
  return (
    <TextField
      type="search"
      label={label}
      name={name}
      value={text}
      onChange={setText}
      maxLength={100}
      {...(hint && { hint })}
    />
  );
}

function Filters() {
  const { t } = useTexts();
  const { ended = '' } = useSearch({ from: ROUTE });
  const navigate = useNavigate({ from: ROUTE });
  return (
    <search className="filters">
      <FilterField name="q" label={t('persons.filter')} />
      <FilterField name="municipality" label={t('fact.FACT_KIND_MUNICIPALITY')} />
      <FilterField name="postalCode" label={t('address.postalCode')} />
      <label className="check">
        <input
          type="checkbox"
          checked={ended === '1'}
          onChange={({ target }) =>
            void navigate({
              search: before => ({ ...before, ended: target.checked ? '1' : '', page: '' }),
              replace: true,
              resetScroll: false,
            })
          }
        />
        {t('persons.ended')}
      </label>
    </search>
  );
}

function Row({ person }: { person: Person }) {
  const { t, date } = useTexts();
  const { personId, givenName, familyName, memberNumber, birthDate, address, email, phone, endDate } = person;
  return (
    <tr className={endDate ? 'over' : undefined}>
      <th scope="row">
        <PersonLink personId={personId} name={`${familyName}, ${givenName}`} />
        {endDate && <span className="tag">{t('persons.endedTag')}</span>}
        <span className="narrow muted small">
          {[memberNumber, birthDate && date(birthDate), address?.town].filter(Boolean).join(' · ')}
        </span>
      </th>
      <td className="numbers wide">{memberNumber}</td>
      <td className="wide nowrap">{birthDate && date(birthDate)}</td>
      <td className="wide">{address?.town}</td>
      <td className="wide">{email}</td>
      <td className="wide nowrap">{phone}</td>
    </tr>
  );
}

export default function PersonsPage() {
  const { t } = useTexts();
  const {
    q = '',
    municipality = '',
    postalCode = '',
    ended = '',
    sort = 'name',
    page = '',
  } = useSearch({ from: ROUTE });
  const query = q.length >= LEAST_LETTERS ? q : '';
  const filter = { query, municipality, postalCode, orderBy: sort };
  const persons = useQuery(personsQuery({ ...filter, includeEnded: ended === '1', pageToken: page }));
  const filtered = query !== '' || municipality !== '' || postalCode !== '';
  return (
    <div className="page">
      <div className="page-head">
        <PageTitle text={t('nav.persons')} />
        <div className="actions">
          <ButtonLink to="/persons/new">
            <PlusIcon />
            {t('person.new')}
          </ButtonLink>
        </div>
      </div>
      <Filters />
      {q !== '' && query === '' && <p className="muted">{t('persons.moreLetters')}</p>}
      {persons.error && <Problem error={persons.error} onRetry={() => void persons.refetch()} />}
      {persons.isPending && <Skeleton lines={10} />}
      {persons.data?.persons.length === 0 && (
        <Empty title={t(filtered ? 'persons.nothing' : 'persons.empty')}>
          {!filtered && (
            <div className="actions">
              <ButtonLink to="/imports/new" look="primary">
                {t('import.new')}
              </ButtonLink>
              <ButtonLink to="/persons/new">{t('person.new')}</ButtonLink>
            </div>
          )}
        </Empty>
      )}
      {persons.data && persons.data.persons.length > 0 && (
        <>
          <TableBox stale={persons.isPlaceholderData}>
            <table>
              <caption className="visually-hidden">{t('nav.persons')}</caption>
              <thead>
                <tr>
                  <SortHeader field="name" sort={sort} label={t('person.name')} />
                  <SortHeader field="memberNumber" sort={sort} label={t('person.number')} numbers wide />
                  <SortHeader field="birthDate" sort={sort} label={t('person.birthDate')} wide />
                  <th scope="col" className="wide">
                    {t('address.town')}
                  </th>
                  <th scope="col" className="wide">
                    {t('person.email')}
                  </th>
                  <th scope="col" className="wide">
                    {t('person.phone')}
                  </th>
                </tr>
              </thead>
              <tbody>
                {persons.data.persons.map(person => (
                  <Row key={person.personId} person={person} />
                ))}
              </tbody>
            </table>
          </TableBox>
          <div className="below-table no-print">
            <Pager page={page} next={persons.isPlaceholderData ? '' : persons.data.nextPageToken} />
            <DownloadLink
              path="/v1/persons"
              parameters={{ ...filter, includeEnded: ended === '1' ? 'true' : '' }}
              fileName="persons.csv"
              label={t('members.csv')}
            />
          </div>
        </>
      )}
    </div>
  );
}
