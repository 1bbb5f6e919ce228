// Changes the fields of a person. Only what was changed is sent; when someone else was quicker, both versions are shown
// and the registrar decides.
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ask, client } from '../../api/client';
import { ApiError } from '../../api/problem';
import { personQuery } from '../../api/queries';
import type { Person } from '../../api/types';
import { useTexts } from '../../i18n';
import { changedFields, differences, type Difference } from '../../lib/conflict';
import { missing } from '../../lib/required';
import { useToday } from '../../lib/useToday';
import { useWrite } from '../../lib/useWrite';
import { Button } from '../../ui/Button';
import { DateField } from '../../ui/DateField';
import { Dialog } from '../../ui/Dialog';
import { Form } from '../../ui/Form';
import { fieldErrors } from '../../ui/Problem';
import { PERSON_FIELDS, PersonFields, tidy, usePersonLabels, type PersonValues } from './PersonFields';
import { useRefreshPerson } from './refresh';

const valuesOf = (person: Person) =>
  Object.fromEntries(PERSON_FIELDS.map(field => [field, person[field]])) as PersonValues;

const quoted = (etag: string) => (etag.startsWith('"') ? etag : `"${etag}"`);

interface ConflictProps {
  found: Difference[];
  onMine: () => void;
  onTheirs: () => void;
}

function Conflict({ found, onMine, onTheirs }: ConflictProps) {
  const { t } = useTexts();
  const labels: Record<string, string> = usePersonLabels();
  return (
    <div className="problem" role="alert">
      <p>
        <strong>{t('conflict.title')}</strong> {t(found.length ? 'conflict.text' : 'conflict.elsewhere')}
      </p>
      {found.length > 0 && (
        <table className="conflict">
          <thead>
            <tr>
              <th scope="col">{t('history.field')}</th>
              <th scope="col">{t('conflict.theirs')}</th>
              <th scope="col">{t('conflict.mine')}</th>
            </tr>
          </thead>
          <tbody>
            {found.map(({ field, theirs, mine }) => (
              <tr key={field}>
                <th scope="row">{labels[field]}</th>
                <td>{theirs || '–'}</td>
                <td>{mine || '–'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <div className="actions">
        <Button onPress={onMine}>{t('conflict.useMine')}</Button>
        <Button onPress={onTheirs}>{t('conflict.useTheirs')}</Button>
      </div>
    </div>
  );
}

export default function EditPersonDialog({ person, onClose }: { person: Person; onClose: () => void }) {
  const texts = useTexts();
  const { t } = texts;
  const today = useToday();
  const cache = useQueryClient();
  const labels = usePersonLabels();
  const refresh = useRefreshPerson(person.personId);
  const [base, setBase] = useState(person);
  const [theirs, setTheirs] = useState<Person | null>(null);
  const [values, setValues] = useState(valuesOf(person));
  const [validFrom, setValidFrom] = useState('');
  const [refused, setRefused] = useState<ApiError | null>(null);
  const { personId } = person;

  const write = useWrite({
    send: async (over: Person) => {
      const next = tidy(values);
      const mask = changedFields(valuesOf(over), next);
      if (mask.length === 0) return over;
      const params = {
        path: { person_id: personId },
        query: { updateMask: mask.join(','), ...(validFrom && { validFrom }) },
      };
      const headers = { 'If-Match': quoted(over.etag) };
      return (await ask(client.PATCH('/v1/persons/{person_id}', { params, headers, body: next }))) as Person;
    },
    touches: [],
    notice: t('person.saved'),
    done: saved => {
      cache.setQueryData(personQuery(personId).queryKey, saved);
      refresh();
      onClose();
    },
  });
  const save = (over: Person) => {
    const problem = missing({ givenName: values.givenName, familyName: values.familyName });
    setRefused(problem);
    if (problem) return;
    write.mutate(over, {
      onError: error => {
        if (!(error instanceof ApiError) || (error.status !== 412 && error.status !== 409)) return;
        void cache.fetchQuery({ ...personQuery(personId), staleTime: 0 }).then(setTheirs);
      },
    });
  };
  const error = refused ?? (theirs ? null : write.error);
  const takeTheirs = (fresh: Person) => {
    setValues(valuesOf(fresh));
    setBase(fresh);
    setTheirs(null);
    write.reset();
  };
  const takeMine = (fresh: Person) => {
    setBase(fresh);
    setTheirs(null);
    save(fresh);
  };
  return (
    <Dialog
      title={t('person.editOf', { name: `${person.givenName} ${person.familyName}` })}
      open
      onClose={onClose}
    >
      {theirs && (
        <Conflict
          found={differences(valuesOf(base), valuesOf(theirs), tidy(values))}
          onMine={() => takeMine(theirs)}
          onTheirs={() => takeTheirs(theirs)}
        />
      )}
      <Form
        submit={t('common.save')}
        busy={write.isPending}
        error={error}
        labels={labels}
        onSubmit={() => save(base)}
        onCancel={onClose}
      >
        <PersonFields values={values} errors={fieldErrors(error, texts)} onChange={setValues} />
        <DateField
          label={t('person.validFrom')}
          name="validFrom"
          hint={t('person.validFrom.hint', { today: texts.date(today) })}
          value={validFrom}
          onChange={setValidFrom}
        />
      </Form>
    </Dialog>
  );
}
