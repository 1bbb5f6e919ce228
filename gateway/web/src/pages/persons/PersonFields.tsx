// The fields of a person, the same in the form for a new one and in the one that changes them.
import { useTexts } from '../../i18n';
import { LANGUAGES } from '../../i18n/messages';
import { DateField } from '../../ui/DateField';
import { SelectField, TextField } from '../../ui/Field';

export const PERSON_FIELDS = [
  'givenName',
  'familyName',
  'birthDate',
  'personalIdentityCode',
  'language',
  'email',
  'phone',
] as const;
export type PersonField = (typeof PERSON_FIELDS)[number];
export type PersonValues = Record<PersonField, string>;

export function usePersonLabels(): Record<PersonField, string> {
  const { t } = useTexts();
  return {
    givenName: t('person.givenName'),
    familyName: t('person.familyName'),
    birthDate: t('person.birthDate.long'),
    personalIdentityCode: t('person.identityCode'),
    language: t('person.language'),
    email: t('person.email'),
    phone: t('person.phone'),
  };
}

interface Props {
  values: PersonValues;
  errors: Record<string, string>;
  onChange: (values: PersonValues) => void;
}

export function PersonFields({ values, errors, onChange }: Props) {
  const { t } = useTexts();
  const labels = usePersonLabels();
  const set = (field: PersonField) => (value: string) => onChange({ ...values, [field]: value });
  const of = (field: PersonField) => ({
    name: field,
    label: labels[field],
    value: values[field],
    onChange: set(field),
    error: errors[field],
  });
  return (
    <>
      <div className="field-row">
        <TextField {...of('givenName')} required maxLength={100} />
        <TextField {...of('familyName')} required maxLength={100} />
      </div>
      <div className="field-row">
        <DateField {...of('birthDate')} />
        <TextField {...of('personalIdentityCode')} maxLength={20} />
        <SelectField
          {...of('language')}
          options={[
            { value: '', label: t('common.unknown') },
            ...Object.entries(LANGUAGES).map(([value, { name }]) => ({ value, label: name })),
          ]}
        />
      </div>
      <div className="field-row">
        <TextField {...of('email')} type="email" inputMode="email" maxLength={254} />
        <TextField {...of('phone')} type="tel" inputMode="tel" maxLength={20} hint={t('person.phone.hint')} />
      </div>
    </>
  );
}

/** "040 123 4567" -> "+358401234567": how most people here write their number, and how it is kept. */
export function phoneNumber(text: string) {
  const digits = text.replace(/[\s()./-]/g, '');
  if (digits.startsWith('00')) return `+${digits.slice(2)}`;
  return /^0\d{4,}$/.test(digits) ? `+358${digits.slice(1)}` : digits;
}

export const tidy = (values: PersonValues): PersonValues => ({
  ...values,
  givenName: values.givenName.trim(),
  familyName: values.familyName.trim(),
  personalIdentityCode: values.personalIdentityCode.trim(),
  email: values.email.trim(),
  phone: phoneNumber(values.phone),
});
