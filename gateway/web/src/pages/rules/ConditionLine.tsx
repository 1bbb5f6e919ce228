// One condition of a rule: "live in municipality [Turku] [Salo]", "are of age from [7] to [ ]".
import { useQuery } from '@tanstack/react-query';
import { gazetteerQuery, type Gazetteer } from '../../api/queries';
import { useTexts } from '../../i18n';
import type { MessageKey } from '../../i18n/messages';
import {
  CONDITION_KINDS,
  isSingle,
  mayBeEmpty,
  mayRange,
  newCondition,
  type Condition,
  type ConditionKind,
} from '../../lib/ruleTree';
import { Button } from '../../ui/Button';
import { Chips } from '../../ui/Chips';
import { DateField } from '../../ui/DateField';
import { TextField } from '../../ui/Field';

const PLACES: Partial<Record<ConditionKind, keyof Gazetteer>> = {
  municipality: 'municipalities',
  town: 'towns',
  province: 'provinces',
  postalCode: 'postalCodes',
};

interface LineProps {
  condition: Condition;
  place: string;
  name: string;
  onChange: (condition: Condition) => void;
  onRemove: () => void;
}

function Values({ condition, place, name, onChange }: Omit<LineProps, 'onRemove'>) {
  const { t } = useTexts();
  const list = PLACES[condition.kind];
  const { data } = useQuery({ ...gazetteerQuery(), enabled: list !== undefined });
  if (isSingle(condition.kind)) {
    return (
      <TextField
        label={t('rule.value')}
        name={`${name}-values-${place}`}
        value={condition.values[0] ?? ''}
        onChange={value => onChange({ ...condition, values: [value] })}
        maxLength={100}
      />
    );
  }
  return (
    <Chips
      label={t(mayBeEmpty(condition.kind) ? 'rule.valuesAny' : 'rule.values')}
      name={`${name}-values-${place}`}
      values={condition.values}
      onChange={values => onChange({ ...condition, values })}
      suggestions={list && data ? data[list] : []}
    />
  );
}

function Range({ condition, place, name, onChange }: Omit<LineProps, 'onRemove'>) {
  const { t } = useTexts();
  const ends = ['from', 'to'] as const;
  return (
    <div className="rule-range">
      {ends.map(end => {
        const label = t(end === 'from' ? 'rule.rangeFrom' : 'rule.rangeTo');
        const change = (value: string) => onChange({ ...condition, [end]: value });
        const field = `${name}-${end}-${place}`;
        return condition.kind === 'birthDate' ? (
          <DateField key={end} label={label} name={field} value={condition[end]} onChange={change} />
        ) : (
          <TextField
            key={end}
            label={label}
            name={field}
            value={condition[end]}
            onChange={change}
            size="short"
            inputMode="numeric"
            maxLength={20}
          />
        );
      })}
    </div>
  );
}

const choiceOf = ({ kind, range }: Condition) => (range && kind === 'postalCode' ? 'postalRange' : kind);

export function ConditionLine({ condition, place, name, onChange, onRemove }: LineProps) {
  const { t } = useTexts();
  const id = `field-${name}-kind-${place}`;
  const choose = (value: string) => {
    const next =
      value === 'postalRange'
        ? newCondition('postalCode', { range: true })
        : newCondition(value as ConditionKind);
    onChange({ ...next, id: condition.id, not: condition.not });
  };
  // What the API may carry and the list does not offer stays as it is: ages one by one, a birth date to the day.
  const odd = !condition.range && mayRange(condition.kind) && condition.kind !== 'postalCode';
  return (
    <div className="rule-line" role="group" aria-label={t('rule.condition', { place })}>
      <div className="field">
        <label htmlFor={id} className="visually-hidden">
          {t('rule.what')}
        </label>
        <div className="rule-what">
          <select
            aria-label={t('rule.whether')}
            className="rule-not"
            value={condition.not ? 'not' : ''}
            onChange={({ target }) => onChange({ ...condition, not: target.value !== '' })}
          >
            <option value="">{t('rule.yes')}</option>
            <option value="not">{t('rule.no')}</option>
          </select>
          <select id={id} value={choiceOf(condition)} onChange={({ target }) => choose(target.value)}>
            {CONDITION_KINDS.map(kind => (
              <option key={kind} value={kind}>
                {t(`condition.${kind}` as MessageKey)}
              </option>
            ))}
            <option value="postalRange">{t('condition.postalRange')}</option>
          </select>
        </div>
      </div>
      {condition.range && !odd ? (
        <Range condition={condition} place={place} name={name} onChange={onChange} />
      ) : (
        <Values condition={condition} place={place} name={name} onChange={onChange} />
      )}
      <Button look="quiet" onPress={onRemove} aria-label={t('rule.remove', { place })}>
        {t('common.remove')}
      </Button>
    </div>
  );
}
