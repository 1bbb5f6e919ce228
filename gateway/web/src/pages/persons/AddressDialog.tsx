// A new address from a day on. The town comes from the gazetteer; memberships that rest on the place follow by themselves.
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask, client } from '../../api/client';
import type { ApiError } from '../../api/problem';
import { placeQuery } from '../../api/queries';
import type { Person } from '../../api/types';
import { useTexts } from '../../i18n';
import { missing } from '../../lib/required';
import { useDebounced } from '../../lib/useDebounced';
import { useToday } from '../../lib/useToday';
import { useWrite } from '../../lib/useWrite';
import { DateField } from '../../ui/DateField';
import { Dialog } from '../../ui/Dialog';
import { TextField } from '../../ui/Field';
import { Form } from '../../ui/Form';
import { fieldErrors } from '../../ui/Problem';
import { useRefreshPerson } from './refresh';

/** What the gazetteer says of a postal code. */
export function usePlace(postalCode: string) {
  const { t } = useTexts();
  const asked = useDebounced(postalCode.trim());
  const { data, isFetched } = useQuery(placeQuery(asked));
  if (asked.length < 5) return { town: '', hint: '' };
  if (data) return { town: data.town, hint: [data.town, data.municipality, data.province].join(', ') };
  return { town: '', hint: isFetched ? t('address.unknownCode') : '' };
}

export default function AddressDialog({ person, onClose }: { person: Person; onClose: () => void }) {
  const texts = useTexts();
  const { t } = texts;
  const today = useToday();
  const refresh = useRefreshPerson(person.personId);
  const [street, setStreet] = useState('');
  const [postalCode, setPostalCode] = useState('');
  const [town, setTown] = useState<string | null>(null);
  const [country, setCountry] = useState('FI');
  const [validFrom, setValidFrom] = useState(today);
  const [refused, setRefused] = useState<ApiError | null>(null);
  const place = usePlace(postalCode);
  const write = useWrite({
    send: () => {
      const params = { path: { person_id: person.personId } };
      const body = {
        street: street.trim(),
        postalCode: postalCode.trim(),
        town: (town ?? place.town).trim(),
        country: country.trim().toUpperCase(),
        validFrom,
      };
      return ask(client.POST('/v1/persons/{person_id}/addresses', { params, body }));
    },
    touches: [],
    notice: t('address.saved'),
    done: () => {
      refresh();
      onClose();
    },
  });
  const error = refused ?? write.error;
  const errors = fieldErrors(error, texts);
  const submit = () => {
    const problem = missing({ postalCode });
    setRefused(problem);
    if (!problem) write.mutate(undefined);
  };
  const labels = {
    street: t('address.street'),
    postalCode: t('address.postalCode'),
    town: t('address.town'),
    country: t('address.country'),
    validFrom: t('address.validFrom'),
  };
  return (
    <Dialog
      title={t('address.newOf', { name: `${person.givenName} ${person.familyName}` })}
      open
      onClose={onClose}
    >
      <Form
        submit={t('address.save')}
        busy={write.isPending}
        error={error}
        labels={labels}
        onSubmit={submit}
        onCancel={onClose}
      >
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
            required
          />
          <TextField
            label={labels.town}
            name="town"
            value={town ?? place.town}
            onChange={setTown}
            error={errors['town']}
          />
          <TextField
            label={labels.country}
            name="country"
            value={country}
            onChange={setCountry}
            error={errors['country']}
            maxLength={2}
            size="short"
          />
        </div>
        <p className="hint" role="status">
          {place.hint}
        </p>
        <DateField
          label={labels.validFrom}
          name="validFrom"
          hint={t('address.validFrom.hint')}
          value={validFrom}
          onChange={setValidFrom}
          error={errors['validFrom']}
          required
        />
      </Form>
    </Dialog>
  );
}
