// What a report is about: an organisation or one organ of it, a type, and a day or a period.
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { organisationsQuery, organQuery, typesQuery } from '../../api/queries';
import { useTexts } from '../../i18n';
import type { Period } from '../../lib/reports';
import { DateField } from '../../ui/DateField';
import { SelectField } from '../../ui/Field';
import { OrganPicker } from '../../ui/OrganPicker';

const ROUTE = '/reports';

interface Props {
  organisationId: string;
  /** Of a report over a period. */
  period: Period | null;
}

export function ReportFilters({ organisationId, period }: Props) {
  const { t } = useTexts();
  const search = useSearch({ from: ROUTE });
  const navigate = useNavigate({ from: ROUTE });
  const { data: organisations = [] } = useQuery(organisationsQuery());
  const { data: types = [] } = useQuery(typesQuery(organisationId));
  const { organ: organId = '' } = search;
  // The name of the organ in the address comes later than the field; after that the field knows best.
  const [first] = useState(organId);
  const named = useQuery({ ...organQuery(first), enabled: first !== '' });
  const choose = (chosen: Partial<typeof search>) =>
    void navigate({
      search: before => ({ ...before, ...chosen, page: '' }),
      replace: true,
      resetScroll: false,
    });
  return (
    <search className="filters filters-five">
      <SelectField
        label={t('report.organisation')}
        name="organisation"
        value={organisationId}
        onChange={organisation => choose({ organisation, organ: '', type: '' })}
        options={organisations.map(({ organisationId: value, name }) => ({ value, label: name }))}
      />
      <OrganPicker
        key={`${organisationId} ${named.data ? 'named' : 'unnamed'}`}
        label={t('report.organ')}
        name="organ"
        initialText={organId === first ? (named.data?.name ?? '') : ''}
        organisationId={organisationId}
        on={period ? period.last : (search.on ?? '')}
        onChange={chosen => {
          if ((chosen?.organId ?? '') !== organId) choose({ organ: chosen?.organId ?? '' });
        }}
      />
      <SelectField
        label={t('members.type')}
        name="type"
        value={search.type ?? ''}
        onChange={type => choose({ type })}
        options={[
          { value: '', label: t('members.allTypes') },
          ...types.map(({ typeId, name }) => ({ value: typeId, label: name })),
        ]}
      />
      {period ? (
        <>
          <DateField
            label={t('jubilee.from')}
            name="from"
            value={period.from}
            onChange={from => choose({ from })}
          />
          <DateField label={t('jubilee.to')} name="to" value={period.last} onChange={to => choose({ to })} />
        </>
      ) : (
        <>
          <DateField
            label={t('members.on')}
            name="on"
            value={search.on ?? ''}
            onChange={on => choose({ on })}
          />
          <DateField
            label={t('explain.known')}
            name="known"
            value={search.known ?? ''}
            onChange={known => choose({ known })}
          />
        </>
      )}
    </search>
  );
}
