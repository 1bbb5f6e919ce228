import { useState } from 'react';
import { ask, client } from '../../api/client';
import type { ApiError } from '../../api/problem';
import type { Person } from '../../api/types';
import { useTexts } from '../../i18n';
import { missing } from '../../lib/required';
import { useWrite } from '../../lib/useWrite';
import { Dialog } from '../../ui/Dialog';
import { SelectField } from '../../ui/Field';
import { Form } from '../../ui/Form';
import { PersonPicker } from '../../ui/PersonPicker';
import { fieldErrors } from '../../ui/Problem';

type Role = 'guardian' | 'ward' | 'family';
const ROLES: Role[] = ['guardian', 'ward', 'family'];

type Sent = { kind: 'RELATION_KIND_GUARDIAN' | 'RELATION_KIND_FAMILY'; personId: string; otherId: string };

const post = (body: Sent) => ask(client.POST('/v1/relations', { body }));

/** A family needs an id first: a person without one founds it. */
async function joinFamily(person: Person, other: Person) {
  const founded =
    person.familyId || other.familyId
      ? null
      : ((await post({ kind: 'RELATION_KIND_FAMILY', personId: person.personId, otherId: '' })) as {
          otherId: string;
        });
  const familyId = person.familyId || other.familyId || founded?.otherId || '';
  const newcomer = person.familyId || founded ? other : person;
  return post({ kind: 'RELATION_KIND_FAMILY', personId: newcomer.personId, otherId: familyId });
}

/** Another person's part in this one's life: guardian, ward or family. */
export default function AddRelationDialog({ person, onClose }: { person: Person; onClose: () => void }) {
  const texts = useTexts();
  const { t } = texts;
  const [role, setRole] = useState<Role>('guardian');
  const [other, setOther] = useState<Person | null>(null);
  const [refused, setRefused] = useState<ApiError | null>(null);
  const me = person.personId;
  const write = useWrite({
    send: (chosen: Person) => {
      const them = chosen.personId;
      if (role === 'family') return joinFamily(person, chosen);
      const [personId, otherId] = role === 'guardian' ? [them, me] : [me, them];
      return post({ kind: 'RELATION_KIND_GUARDIAN', personId, otherId });
    },
    touches: [['person']],
    notice: t('relation.added'),
    done: onClose,
  });
  const error = refused ?? write.error;
  const errors = fieldErrors(error, texts);
  const submit = () => {
    setRefused(missing({ personId: other?.personId ?? '' }));
    if (other) write.mutate(other);
  };
  return (
    <Dialog title={t('relation.add')} open onClose={onClose}>
      <Form
        submit={t('relation.add')}
        busy={write.isPending}
        error={error}
        labels={{ personId: t('relation.person') }}
        onSubmit={submit}
        onCancel={onClose}
      >
        <PersonPicker
          label={t('relation.person')}
          name="personId"
          error={errors['personId'] ?? errors['otherId']}
          required
          onChange={setOther}
        />
        <SelectField
          label={t('relation.role', { name: person.givenName })}
          name="role"
          value={role}
          onChange={value => setRole(ROLES.find(known => known === value) ?? 'guardian')}
          options={ROLES.map(value => ({ value, label: t(`relation.role.${value}`) }))}
        />
      </Form>
    </Dialog>
  );
}
