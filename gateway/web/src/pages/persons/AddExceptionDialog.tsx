// Places a person in an organ whatever the rules say, by way of a preview.
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ApiError } from '../../api/problem';
import { typesQuery } from '../../api/queries';
import type { Organ, Person } from '../../api/types';
import { useTexts } from '../../i18n';
import { newChange } from '../../lib/draft';
import { missing } from '../../lib/required';
import { useToday } from '../../lib/useToday';
import { DateField } from '../../ui/DateField';
import { Dialog } from '../../ui/Dialog';
import { SelectField, TextField } from '../../ui/Field';
import { Form } from '../../ui/Form';
import { OrganPicker } from '../../ui/OrganPicker';
import { fieldErrors } from '../../ui/Problem';
import { useOneChange } from './useOneChange';

export default function AddExceptionDialog({ person, onClose }: { person: Person; onClose: () => void }) {
  const texts = useTexts();
  const { t } = texts;
  const [organ, setOrgan] = useState<Organ | null>(null);
  const [type, setType] = useState('');
  const [reason, setReason] = useState('');
  const [on, setOn] = useState(useToday());
  const [validTo, setValidTo] = useState('');
  const [refused, setRefused] = useState<ApiError | null>(null);
  const { data: types = [] } = useQuery(typesQuery(organ?.organisationId ?? ''));
  const typeId = types.some(one => one.typeId === type) ? type : (types[0]?.typeId ?? '');
  const write = useOneChange();
  const error = refused ?? write.error;
  const errors = fieldErrors(error, texts);
  const name = `${person.givenName} ${person.familyName}`;
  const submit = () => {
    const problem = missing({ organ: organ?.organId ?? '', reason, on });
    setRefused(problem);
    if (problem || !organ) return;
    const more = { organ: organ.organId, personId: person.personId, typeId, reason: reason.trim(), validTo };
    const change = newChange('CHANGE_KIND_ADD_EXCEPTION', on, more);
    const typeName = types.find(one => one.typeId === typeId)?.name ?? '';
    const title = t('change.addException', { person: name, name: organ.name, type: typeName });
    write.mutate({ organisationId: organ.organisationId, title, change });
  };
  const labels = {
    organ: t('fact.organ'),
    typeId: t('members.type'),
    reason: t('plan.reason'),
    on: t('change.on'),
    validTo: t('period.firstDayAfter'),
  };
  return (
    <Dialog title={t('exception.addOf', { name })} open onClose={onClose}>
      <Form
        submit={t('draft.preview')}
        busy={write.isPending}
        error={error}
        labels={labels}
        onSubmit={submit}
        onCancel={onClose}
      >
        <OrganPicker
          label={labels.organ}
          name="organ"
          on={on}
          error={errors['organ']}
          required
          onChange={setOrgan}
        />
        {types.length > 0 && (
          <SelectField
            label={labels.typeId}
            name="typeId"
            value={typeId}
            onChange={setType}
            options={types.map(one => ({ value: one.typeId, label: one.name }))}
            error={errors['typeId']}
          />
        )}
        <TextField
          label={labels.reason}
          name="reason"
          hint={t('exception.reason.hint')}
          value={reason}
          onChange={setReason}
          error={errors['reason']}
          required
          maxLength={1000}
        />
        <div className="field-row">
          <DateField label={labels.on} name="on" value={on} onChange={setOn} error={errors['on']} required />
          <DateField
            label={labels.validTo}
            name="validTo"
            hint={t('exception.validTo.hint')}
            value={validTo}
            onChange={setValidTo}
            error={errors['validTo']}
          />
        </div>
      </Form>
    </Dialog>
  );
}
