// A new person: who, how to reach them, where they live and, in the same step, what makes them a member. Looks for
// people of the same name while it is filled in, so that nobody is recorded twice.
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { ask, client } from '../../api/client';
import type { ApiError } from '../../api/problem';
import type { Organ, Person } from '../../api/types';
import { useTexts } from '../../i18n';
import { missing } from '../../lib/required';
import { useToday } from '../../lib/useToday';
import { useWrite } from '../../lib/useWrite';
import { DateField } from '../../ui/DateField';
import { FieldSet, TextField } from '../../ui/Field';
import { Form } from '../../ui/Form';
import { OrganPicker } from '../../ui/OrganPicker';
import { Crumbs, PageTitle, PersonLink } from '../../ui/parts';
import { usePersonSearch } from '../../ui/PersonSearch';
import { fieldErrors } from '../../ui/Problem';
import { usePlace } from './AddressDialog';
import { PersonFields, tidy, usePersonLabels, type PersonValues } from './PersonFields';

const NOBODY: PersonValues = {
  givenName: '',
  familyName: '',
  birthDate: '',
  personalIdentityCode: '',
  language: 'fi',
  email: '',
  phone: '',
};

function Namesakes({ givenName, familyName }: { givenName: string; familyName: string }) {
  const { t, date } = useTexts();
  const both = givenName.trim().length > 1 && familyName.trim().length > 1;
  const { items } = usePersonSearch(both ? `${givenName.trim()} ${familyName.trim()}` : '');
  if (items.length === 0) return null;
  return (
    <div className="notice" role="status">
      <p>
        <strong>{t('person.namesakes')}</strong>
      </p>
      <ul>
        {items.map(({ personId, givenName: given, familyName: family, birthDate, address, memberNumber }) => (
          <li key={personId}>
            <PersonLink personId={personId} name={`${given} ${family}`} />{' '}
            <span className="muted">
              {[birthDate && date(birthDate), address?.town, memberNumber].filter(Boolean).join(' · ')}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}

interface Extras {
  street: string;
  postalCode: string;
  town: string;
  subscription: string;
  organ: Organ | null;
  memberType: string;
  since: string;
}

/** Records the person, then what makes them a member. A failure of the latter leaves the person on record. */
async function record(values: PersonValues, extras: Extras) {
  const { street, postalCode, town, subscription, organ, memberType, since } = extras;
  const address = postalCode ? { street, postalCode, town, country: 'FI', validFrom: since } : undefined;
  const body = { ...values, ...(address && { address }) };
  const person = (await ask(client.POST('/v1/persons', { body }))) as Person;
  const params = { path: { person_id: person.personId } };
  const add = (fact: {
    kind: 'FACT_KIND_SUBSCRIPTION' | 'FACT_KIND_ADMISSION';
    value: string;
    organId: string;
  }) => ask(client.POST('/v1/persons/{person_id}/facts', { params, body: { ...fact, validFrom: since } }));
  if (subscription) await add({ kind: 'FACT_KIND_SUBSCRIPTION', value: subscription, organId: '' });
  if (organ) await add({ kind: 'FACT_KIND_ADMISSION', value: memberType, organId: organ.organId });
  return person;
}

export default function NewPersonPage() {
  const texts = useTexts();
  const { t } = texts;
  const navigate = useNavigate();
  const today = useToday();
  const [values, setValues] = useState(NOBODY);
  const [street, setStreet] = useState('');
  const [postalCode, setPostalCode] = useState('');
  const [town, setTown] = useState<string | null>(null);
  const [subscription, setSubscription] = useState('Member');
  const [organ, setOrgan] = useState<Organ | null>(null);
  const [memberType, setMemberType] = useState('');
  const [since, setSince] = useState(today);
  const [refused, setRefused] = useState<ApiError | null>(null);
  const place = usePlace(postalCode);
  const name = `${values.givenName} ${values.familyName}`;
  const shownTown = town ?? place.town;
  const write = useWrite({
    send: () =>
      record(tidy(values), {
        street: street.trim(),
        postalCode: postalCode.trim(),
        town: shownTown.trim(),
        subscription: subscription.trim(),
        organ,
        memberType: memberType.trim(),
        since: since || today,
      }),
    touches: [['persons'], ['organs'], ['members']],
    notice: t('person.created', { name }),
    done: ({ personId }) => void navigate({ to: '/persons/$personId', params: { personId } }),
  });
  const error = refused ?? write.error;
  const errors = fieldErrors(error, texts);
  const submit = () => {
    const problem = missing({ givenName: values.givenName, familyName: values.familyName });
    setRefused(problem);
    if (!problem) write.mutate(undefined);
  };
  const labels = {
    ...usePersonLabels(),
    street: t('address.street'),
    postalCode: t('address.postalCode'),
    town: t('address.town'),
    value: t('organisation.subscription'),
    organId: t('person.new.organ'),
    validFrom: t('person.new.since'),
  };
  return (
    <div className="page page-narrow">
      <Crumbs>
        <Link to="/persons">{t('nav.persons')}</Link>
      </Crumbs>
      <PageTitle text={t('person.new')} />
      <Form
        submit={t('person.new.submit')}
        busy={write.isPending}
        error={error}
        labels={labels}
        onSubmit={submit}
      >
        <PersonFields values={values} errors={errors} onChange={setValues} />
        <Namesakes givenName={values.givenName} familyName={values.familyName} />
        <FieldSet legend={t('person.address')}>
          <TextField
            label={labels.street}
            name="street"
            value={street}
            onChange={setStreet}
            error={errors['street']}
          />
          <div className="field-row">
            <TextField
              label={labels.postalCode}
              name="postalCode"
              value={postalCode}
              onChange={setPostalCode}
              error={errors['postalCode']}
              inputMode="numeric"
              maxLength={16}
            />
            <TextField
              label={labels.town}
              name="town"
              value={shownTown}
              onChange={setTown}
              error={errors['town']}
            />
          </div>
          <p className="hint" role="status">
            {place.hint}
          </p>
        </FieldSet>
        <FieldSet legend={t('person.new.membership')}>
          <p className="hint">{t('person.new.membership.hint')}</p>
          <div className="field-row">
            <TextField
              label={labels.value}
              name="value"
              value={subscription}
              onChange={setSubscription}
              error={errors['value']}
              maxLength={100}
            />
            <DateField
              label={labels.validFrom}
              name="validFrom"
              value={since}
              onChange={setSince}
              error={errors['validFrom']}
            />
          </div>
          <div className="field-row">
            <OrganPicker
              label={labels.organId}
              name="organId"
              error={errors['organId']}
              onChange={setOrgan}
            />
            <TextField
              label={t('fact.value.FACT_KIND_ADMISSION')}
              name="memberType"
              value={memberType}
              onChange={setMemberType}
              maxLength={100}
            />
          </div>
        </FieldSet>
      </Form>
    </div>
  );
}
