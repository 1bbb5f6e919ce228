// A new area change: what it is called, from which day, and its rows, written or as CSV. It is checked whole first.
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { ask, client } from '../../api/client';
import { ApiError, asApiError } from '../../api/problem';
import type { AreaChange } from '../../api/types';
import { useTexts } from '../../i18n';
import { faultsOf, isBlank, rowsToSend, type RowDraft } from '../../lib/areas';
import { missing } from '../../lib/required';
import { useWrite } from '../../lib/useWrite';
import { Button, ButtonLink } from '../../ui/Button';
import { DateField } from '../../ui/DateField';
import { FieldSet, TextField } from '../../ui/Field';
import { Crumbs, PageTitle } from '../../ui/parts';
import { AREA_COLUMNS, CSV_MOST, CsvEditor } from './CsvEditor';
import { Faults, useFaultText } from './Faults';
import { emptyRow, RowsEditor } from './RowsEditor';

type Way = 'rows' | 'csv';

interface Draft {
  title: string;
  reason: string;
  on: string;
  way: Way;
  rows: RowDraft[];
  csv: string;
}

const withoutEnd = (csv: string) => csv.replace(/\r\n?/g, '\n');

/** What can be said before it is sent. */
function refusal({ title, on, way, rows, csv }: Draft): ApiError | null {
  const written = way === 'csv' ? csv : rows.every(isBlank) ? '' : 'some';
  const lacking = missing({ title, on, [way]: written });
  if (lacking || way === 'rows' || csv.length <= CSV_MOST) return lacking;
  return new ApiError(400, 'INVALID_ARGUMENT', '', [{ field: 'csv', reason: 'TOO_LONG', description: '' }]);
}

const WAYS = ['rows', 'csv'] as const;

export default function NewAreaPage() {
  const { t } = useTexts();
  const navigate = useNavigate();
  const faultText = useFaultText();
  const [draft, setDraft] = useState<Draft>({
    title: '',
    reason: '',
    on: '',
    way: 'rows',
    rows: [emptyRow(1, 'FI')],
    csv: '',
  });
  const [refused, setRefused] = useState<ApiError | null>(null);
  const set = (part: Partial<Draft>) => setDraft(before => ({ ...before, ...part }));
  const write = useWrite({
    send: async ({ title, reason, on, way, rows, csv }: Draft) => {
      const what = way === 'csv' ? { csv: withoutEnd(csv) } : { rows: rowsToSend(rows) };
      const body = { title: title.trim(), reason: reason.trim(), on, ...what };
      return (await ask(client.POST('/v1/area-changes', { body }))) as AreaChange;
    },
    touches: [['area-changes']],
    done: ({ areaChangeId }) =>
      void navigate({ to: '/area-changes/$areaChangeId', params: { areaChangeId } }),
  });
  const error = refused ?? write.error;
  // Faults belong to what was sent, which may have been changed since.
  const sent = refused ? draft : (write.variables ?? draft);
  const faults = error ? faultsOf(asApiError(error).violations) : [];
  const ids = sent.rows.filter(row => !isBlank(row)).map(({ id }) => id);
  const positions = ids.map(id => draft.rows.findIndex(row => row.id === id));
  const errorOf = (field: string) => {
    const fault = faults.find(known => known.row === undefined && known.field === field);
    return fault && faultText(fault);
  };
  const submit = () => {
    const problem = refusal(draft);
    setRefused(problem);
    if (!problem) write.mutate(draft);
  };
  const labels = {
    title: t('action.title'),
    reason: t('area.reason'),
    on: t('area.on'),
    csv: t('area.csv'),
    rows: t('area.rows'),
    place: t('area.what'),
    postalCode: t('address.postalCode'),
    fromMunicipality: t('area.oldMunicipality'),
    country: t('address.country'),
    town: t('area.new.target', { name: t('rule.RULE_FIELD_TOWN') }),
    municipality: t('area.new.target', { name: t('rule.RULE_FIELD_MUNICIPALITY') }),
    province: t('area.new.target', { name: t('rule.RULE_FIELD_PROVINCE') }),
  };
  return (
    <div className="page">
      <Crumbs>
        <Link to="/area-changes">{t('nav.areas')}</Link>
      </Crumbs>
      <PageTitle text={t('area.new')} />
      <form
        className="form"
        noValidate
        onSubmit={event => {
          event.preventDefault();
          if (!write.isPending) submit();
        }}
      >
        <Faults error={error} faults={faults} labels={labels} positions={positions} />
        <div className="field-row">
          <TextField
            label={labels.title}
            name="title"
            hint={t('area.title.hint')}
            value={draft.title}
            onChange={title => set({ title })}
            error={errorOf('title')}
            required
            maxLength={200}
          />
          <DateField
            label={labels.on}
            name="on"
            hint={t('area.on.hint')}
            value={draft.on}
            onChange={on => set({ on })}
            error={errorOf('on')}
            required
          />
        </div>
        <TextField
          label={labels.reason}
          name="reason"
          value={draft.reason}
          onChange={reason => set({ reason })}
          error={errorOf('reason')}
          maxLength={2000}
        />
        <FieldSet legend={t('area.rows')}>
          <div className="actions" role="radiogroup" aria-label={t('area.way')}>
            {WAYS.map(way => (
              <label className="check" key={way}>
                <input type="radio" name="way" checked={draft.way === way} onChange={() => set({ way })} />
                {t(`area.way.${way}`)}
              </label>
            ))}
          </div>
          {draft.way === 'rows' ? (
            <RowsEditor
              rows={draft.rows}
              onChange={rows => set({ rows })}
              faultsAt={index => faults.filter(({ row }) => row !== undefined && positions[row] === index)}
            />
          ) : (
            <CsvEditor
              label={labels.csv}
              columns={AREA_COLUMNS}
              csv={draft.csv}
              onChange={csv => set({ csv })}
              invalid={faults.length > 0}
            />
          )}
        </FieldSet>
        <p className="hint">{t('import.check.hint')}</p>
        <div className="actions">
          <Button type="submit" look="primary" isPending={write.isPending}>
            {t('area.check')}
          </Button>
          <ButtonLink to="/area-changes">{t('common.cancel')}</ButtonLink>
        </div>
      </form>
    </div>
  );
}
