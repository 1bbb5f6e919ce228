// The forms of changes about rules and exceptions.
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { typesQuery } from '../../../api/queries';
import { useTexts } from '../../../i18n';
import { nodesOf } from '../../../lib/ruleTree';
import { DateField } from '../../../ui/DateField';
import { SelectField, TextField } from '../../../ui/Field';
import { PersonPicker } from '../../../ui/PersonPicker';
import { isRoot } from '../subject';
import type { ChangeForm, FormProps } from './form';
import { RuleField, useRuleOn } from './parts';

const OF_TYPE = 'type:';

function RuleFields(props: FormProps) {
  const { change, set, errors, organ, rules, setRule, write, isNew } = props;
  const { t } = useTexts();
  const { data: types = [] } = useQuery(typesQuery(organ.organisationId));
  const field = change.organ ? `rule-${change.typeId}` : `rule-type-${change.typeId}`;
  const tree = rules[field];
  const inForce = useRuleOn(change.organ, change.typeId, change.on);
  useEffect(() => {
    write({ finish: made => [{ ...made, rule: tree ? nodesOf(tree) : made.rule }] });
  }, [write, tree]);
  const choose = (value: string) =>
    value.startsWith(OF_TYPE)
      ? set({ organ: '', typeId: value.slice(OF_TYPE.length) })
      : set({ organ: organ.organId, typeId: value });
  const options = [
    { value: '', label: t('change.rule.general') },
    ...types.map(({ typeId, name }) => ({ value: typeId, label: t('change.rule.for', { type: name }) })),
    ...(isRoot(organ)
      ? types.map(({ typeId, name }) => ({
          value: OF_TYPE + typeId,
          label: t('change.rule.ofType', { type: name }),
        }))
      : []),
  ];
  return (
    <>
      <SelectField
        label={t('change.rule.which')}
        name="typeId"
        value={change.organ ? change.typeId : OF_TYPE + change.typeId}
        onChange={choose}
        options={options}
        error={errors['typeId']}
      />
      <RuleField
        key={field}
        name={field}
        first={isNew ? inForce : change.rule}
        rules={rules}
        setRule={setRule}
        errors={{ ...errors, ...(errors['rule'] && { [field]: errors['rule'] }) }}
        organId={change.organ}
        on={change.on}
        none={t('change.rule.none')}
      />
    </>
  );
}

export const rule: ChangeForm = {
  Fields: RuleFields,
  labels: { typeId: 'change.rule.which', rule: 'rule.legend' },
};

function ExceptionFields({ change, set, errors, organ, remember, isNew, nameOf }: FormProps) {
  const { t } = useTexts();
  const { data: types } = useQuery(typesQuery(organ.organisationId));
  const first = types?.[0]?.typeId;
  useEffect(() => {
    if (isNew && first && !change.typeId) set({ typeId: first });
    // The first type is offered once, when the types are known.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [first]);
  return (
    <>
      <PersonPicker
        label={t('relation.person')}
        name="personId"
        initialText={nameOf(`person:${change.personId}`)}
        error={errors['personId']}
        required
        onChange={person => {
          set({ personId: person?.personId ?? '' });
          if (person)
            remember(`person:${person.personId}`, {
              name: `${person.givenName} ${person.familyName}`,
              kind: '',
              code: '',
              memberCount: '0',
              childCount: '0',
            });
        }}
      />
      <SelectField
        label={t('members.type')}
        name="typeId"
        value={change.typeId}
        onChange={typeId => set({ typeId })}
        options={(types ?? []).map(({ typeId, name }) => ({ value: typeId, label: name }))}
        error={errors['typeId']}
      />
      <TextField
        label={t('plan.reason')}
        name="reason"
        hint={t('exception.reason.hint')}
        value={change.reason}
        onChange={reason => set({ reason })}
        error={errors['reason']}
        required
        maxLength={1000}
      />
      <DateField
        label={t('period.firstDayAfter')}
        name="validTo"
        hint={t('exception.validTo.hint')}
        value={change.validTo}
        onChange={validTo => set({ validTo })}
        error={errors['validTo']}
      />
    </>
  );
}

export const exception: ChangeForm = {
  Fields: ExceptionFields,
  labels: {
    personId: 'relation.person',
    typeId: 'members.type',
    reason: 'plan.reason',
    validTo: 'period.firstDayAfter',
  },
};

function EndExceptionFields() {
  const { t } = useTexts();
  return <p>{t('exception.end.text')}</p>;
}

export const endException: ChangeForm = { Fields: EndExceptionFields, labels: {} };
