// A plan from a file: changes as CSV, pasted or chosen, previewed whole. Faults are told by line.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { ask, client } from '../../api/client';
import { ApiError, asApiError } from '../../api/problem';
import { organisationsQuery } from '../../api/queries';
import type { Plan } from '../../api/types';
import { useTexts } from '../../i18n';
import { faultsOf } from '../../lib/areas';
import { missing } from '../../lib/required';
import { useWrite } from '../../lib/useWrite';
import { Button, ButtonLink } from '../../ui/Button';
import { SelectField, TextField } from '../../ui/Field';
import { Crumbs, PageTitle } from '../../ui/parts';
import { CSV_MOST, CsvEditor } from '../areas/CsvEditor';
import { Faults, useFaultText } from '../areas/Faults';

const COLUMNS = 'change, on, organ, parent, target, code, name, organ_kind, rule_field, rule_values';
const KINDS = 'create, move, merge, end, reopen, rule';

interface Draft {
  organisationId: string;
  title: string;
  reason: string;
  csv: string;
}

/** What can be said before it is sent. */
function refusal({ organisationId, csv }: Draft): ApiError | null {
  const lacking = missing({ organisationId, csv });
  if (lacking || csv.length <= CSV_MOST) return lacking;
  return new ApiError(400, 'INVALID_ARGUMENT', '', [{ field: 'csv', reason: 'TOO_LONG', description: '' }]);
}

function usePreview() {
  const navigate = useNavigate();
  const cache = useQueryClient();
  return useWrite({
    send: async ({ organisationId, title, reason, csv }: Draft) => {
      const body = { organisationId, title: title.trim(), reason: reason.trim(), csv };
      return (await ask(client.POST('/v1/plans', { body }))) as Plan;
    },
    touches: [['plans', 'list']],
    done: plan => {
      cache.setQueryData(['plans', 'plan', plan.planId], plan);
      void navigate({ to: '/plans/$planId', params: { planId: plan.planId } });
    },
  });
}

export default function PlanFilePage() {
  const { t } = useTexts();
  const faultText = useFaultText('change');
  const { data: organisations = [] } = useQuery(organisationsQuery());
  const [written, setWritten] = useState<Draft>({ organisationId: '', title: '', reason: '', csv: '' });
  const [refused, setRefused] = useState<ApiError | null>(null);
  const preview = usePreview();
  const set = (part: Partial<Draft>) => setWritten(before => ({ ...before, ...part }));
  // One organisation needs no choice.
  const only = organisations.length === 1 ? (organisations[0]?.organisationId ?? '') : '';
  const draft = { ...written, organisationId: written.organisationId || only };
  const error = refused ?? preview.error;
  const faults = error ? faultsOf(asApiError(error).violations) : [];
  const errorOf = (field: string) => {
    const fault = faults.find(known => known.line === undefined && known.field === field);
    return fault && faultText(fault);
  };
  const submit = () => {
    const problem = refusal(draft);
    setRefused(problem);
    if (!problem) preview.mutate(draft);
  };
  const labels = {
    organisationId: t('report.organisation'),
    title: t('plan.title'),
    reason: t('plan.reason'),
    csv: t('plan.csv'),
    changes: t('plan.csv'),
    on: t('change.field.on'),
    organ: t('change.field.organ'),
    parent: t('change.field.parent'),
    target: t('change.field.target'),
    code: t('change.field.code'),
    name: t('change.field.name'),
    rule: t('change.field.rule'),
  };
  return (
    <div className="page">
      <Crumbs>
        <Link to="/plans">{t('nav.plans')}</Link>
      </Crumbs>
      <PageTitle text={t('plan.file')} />
      <p className="muted">{t('plan.file.intro')}</p>
      <form
        className="form"
        noValidate
        onSubmit={event => {
          event.preventDefault();
          if (!preview.isPending) submit();
        }}
      >
        <Faults error={error} faults={faults} labels={labels} positions={[]} scope="change" />
        <SelectField
          label={labels.organisationId}
          name="organisationId"
          value={draft.organisationId}
          onChange={organisationId => set({ organisationId })}
          error={errorOf('organisationId')}
          required
          options={[
            { value: '', label: '' },
            ...organisations.map(({ organisationId, name }) => ({ value: organisationId, label: name })),
          ]}
        />
        <TextField
          label={labels.title}
          name="title"
          hint={t('plan.title.hint')}
          value={draft.title}
          onChange={title => set({ title })}
          error={errorOf('title')}
          maxLength={200}
        />
        <TextField
          label={labels.reason}
          name="reason"
          value={draft.reason}
          onChange={reason => set({ reason })}
          error={errorOf('reason')}
          maxLength={2000}
        />
        <CsvEditor
          label={labels.csv}
          columns={COLUMNS}
          csv={draft.csv}
          onChange={csv => set({ csv })}
          invalid={faults.some(({ field, line }) => field === 'csv' || line !== undefined)}
        />
        <p className="hint">
          {t('plan.csv.hint')} <code>{KINDS}</code>
        </p>
        <p className="hint">{t('draft.preview.hint')}</p>
        <div className="actions">
          <Button type="submit" look="primary" isPending={preview.isPending}>
            {t('draft.preview')}
          </Button>
          <ButtonLink to="/plans">{t('common.cancel')}</ButtonLink>
        </div>
      </form>
    </div>
  );
}
