// Takes a person out of the register from a day on. Asked for twice: it closes everything the person has.
import { useState } from 'react';
import { ask, client } from '../../api/client';
import type { ApiError } from '../../api/problem';
import type { Person } from '../../api/types';
import { useTexts } from '../../i18n';
import { missing } from '../../lib/required';
import { useToday } from '../../lib/useToday';
import { useWrite } from '../../lib/useWrite';
import { DateField } from '../../ui/DateField';
import { Dialog } from '../../ui/Dialog';
import { TextField } from '../../ui/Field';
import { Form } from '../../ui/Form';
import { fieldErrors } from '../../ui/Problem';
import { useRefreshPerson } from './refresh';

export default function EndPersonDialog({ person, onClose }: { person: Person; onClose: () => void }) {
  const texts = useTexts();
  const { t } = texts;
  const today = useToday();
  const refresh = useRefreshPerson(person.personId);
  const [endDate, setEndDate] = useState(today);
  const [reason, setReason] = useState('');
  const [refused, setRefused] = useState<ApiError | null>(null);
  const name = `${person.givenName} ${person.familyName}`;
  const write = useWrite({
    send: () => {
      const { personId, etag } = person;
      const params = { path: { person_id: personId } };
      const body = { endDate, reason: reason.trim(), etag };
      return ask(client.POST('/v1/persons/{person_id}:end', { params, body }));
    },
    touches: [],
    notice: t('person.end.done', { name }),
    done: () => {
      refresh();
      onClose();
    },
  });
  const error = refused ?? write.error;
  const errors = fieldErrors(error, texts);
  const submit = () => {
    const problem = missing({ reason });
    setRefused(problem);
    if (!problem) write.mutate(undefined);
  };
  const labels = { endDate: t('person.end.date'), reason: t('person.end.reason') };
  return (
    <Dialog title={t('person.end.title', { name })} open alert onClose={onClose}>
      <p>{t('person.end.text')}</p>
      <Form
        submit={t('person.end.confirm')}
        danger
        busy={write.isPending}
        error={error}
        labels={labels}
        onSubmit={submit}
        onCancel={onClose}
      >
        <DateField
          label={labels.endDate}
          name="endDate"
          value={endDate}
          onChange={setEndDate}
          error={errors['endDate']}
          required
        />
        <TextField
          label={labels.reason}
          name="reason"
          hint={t('person.end.reason.hint')}
          value={reason}
          onChange={setReason}
          error={errors['reason']}
          required
        />
      </Form>
    </Dialog>
  );
}
