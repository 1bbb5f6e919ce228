// A subscription, an admission, a position or a tag, from a day on.
import { useState } from 'react';
import { ask, client } from '../../api/client';
import type { ApiError } from '../../api/problem';
import type { Organ, Person, PersonFact } from '../../api/types';
import { useTexts } from '../../i18n';
import { missing } from '../../lib/required';
import { useToday } from '../../lib/useToday';
import { useWrite } from '../../lib/useWrite';
import { DateField } from '../../ui/DateField';
import { Dialog } from '../../ui/Dialog';
import { SelectField, TextField } from '../../ui/Field';
import { Form } from '../../ui/Form';
import { OrganPicker } from '../../ui/OrganPicker';
import { fieldErrors } from '../../ui/Problem';
import { useSay } from '../../ui/toasts';
import { useRefreshPerson } from './refresh';

export const FACT_KINDS = [
  'FACT_KIND_SUBSCRIPTION',
  'FACT_KIND_ADMISSION',
  'FACT_KIND_POSITION',
  'FACT_KIND_TAG',
] as const;
export type EditableKind = (typeof FACT_KINDS)[number];
export const needsOrgan = (kind: string) => kind === 'FACT_KIND_ADMISSION' || kind === 'FACT_KIND_POSITION';
export const needsValue = (kind: string) => kind !== 'FACT_KIND_ADMISSION';

export default function AddFactDialog({ person, onClose }: { person: Person; onClose: () => void }) {
  const texts = useTexts();
  const { t } = texts;
  const today = useToday();
  const say = useSay();
  const refresh = useRefreshPerson(person.personId);
  const [kind, setKind] = useState<EditableKind>('FACT_KIND_SUBSCRIPTION');
  const [value, setValue] = useState('Member');
  const [organ, setOrgan] = useState<Organ | null>(null);
  const [validFrom, setValidFrom] = useState(today);
  const [validTo, setValidTo] = useState('');
  const [refused, setRefused] = useState<ApiError | null>(null);
  const path = { person_id: person.personId };
  const undo = useWrite({
    send: ({ factId }: PersonFact) =>
      ask(
        client.POST('/v1/persons/{person_id}/facts/{fact_id}:withdraw', {
          params: { path: { ...path, fact_id: factId } },
          body: {},
        }),
      ),
    touches: [],
    done: refresh,
  });
  const write = useWrite({
    send: async () => {
      const fact = { kind, value: value.trim(), organId: organ?.organId ?? '', validFrom, validTo };
      return (await ask(
        client.POST('/v1/persons/{person_id}/facts', { params: { path }, body: fact }),
      )) as PersonFact;
    },
    touches: [],
    done: fact => {
      refresh();
      say(t('fact.added'), () => undo.mutate(fact));
      onClose();
    },
  });
  const error = refused ?? write.error;
  const errors = fieldErrors(error, texts);
  const choose = (next: EditableKind) => {
    setKind(next);
    setValue(next === 'FACT_KIND_SUBSCRIPTION' ? 'Member' : '');
    if (!needsOrgan(next)) setOrgan(null);
  };
  const submit = () => {
    const problem = missing({
      ...(needsValue(kind) && { value }),
      ...(needsOrgan(kind) && { organId: organ?.organId ?? '' }),
    });
    setRefused(problem);
    if (!problem) write.mutate(undefined);
  };
  const labels = {
    value: t(`fact.value.${kind}`),
    organId: t('fact.organ'),
    validFrom: t('period.from'),
    validTo: t('period.firstDayAfter'),
  };
  return (
    <Dialog title={t('fact.add')} open onClose={onClose}>
      <Form
        submit={t('fact.add')}
        busy={write.isPending}
        error={error}
        labels={labels}
        onSubmit={submit}
        onCancel={onClose}
      >
        <SelectField
          label={t('fact.kind')}
          name="kind"
          value={kind}
          onChange={next => choose(FACT_KINDS.find(known => known === next) ?? kind)}
          options={FACT_KINDS.map(known => ({ value: known, label: t(`fact.${known}`) }))}
        />
        {needsOrgan(kind) && (
          <OrganPicker
            label={labels.organId}
            name="organId"
            error={errors['organId']}
            required
            onChange={setOrgan}
          />
        )}
        <TextField
          label={labels.value}
          name="value"
          value={value}
          onChange={setValue}
          error={errors['value']}
          required={needsValue(kind)}
          maxLength={100}
        />
        <div className="field-row">
          <DateField
            label={labels.validFrom}
            name="validFrom"
            value={validFrom}
            onChange={setValidFrom}
            error={errors['validFrom']}
          />
          <DateField
            label={labels.validTo}
            name="validTo"
            value={validTo}
            onChange={setValidTo}
            error={errors['validTo']}
          />
        </div>
      </Form>
    </Dialog>
  );
}
