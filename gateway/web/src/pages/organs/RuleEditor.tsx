// A simple rule, written like a sentence: all of these conditions.
import { useTexts } from '../../i18n';
import type { MessageKey } from '../../i18n/messages';
import {
  CONDITION_KINDS,
  isRange,
  mayBeEmpty,
  newCondition,
  type Condition,
  type ConditionKind,
} from '../../lib/rule';
import { Button } from '../../ui/Button';
import { FieldSet, SelectField, TextField } from '../../ui/Field';

interface Props {
  conditions: Condition[];
  onChange: (conditions: Condition[]) => void;
  error?: string | undefined;
}

function Line({
  condition,
  place,
  onChange,
  onRemove,
}: {
  condition: Condition;
  place: number;
  onChange: (condition: Condition) => void;
  onRemove: () => void;
}) {
  const { t } = useTexts();
  const { kind } = condition;
  return (
    <div className="rule-line" role="group" aria-label={t('rule.condition', { count: place })}>
      <SelectField
        label={place === 1 ? t('rule.who') : t('rule.and')}
        name={`condition-${place}`}
        value={kind}
        onChange={value => onChange(newCondition(value as ConditionKind))}
        options={CONDITION_KINDS.map(value => ({ value, label: t(`condition.${value}` as MessageKey) }))}
      />
      {isRange(kind) ? (
        <div className="rule-range">
          <TextField
            label={t('rule.rangeFrom')}
            name={`from-${place}`}
            value={condition.from}
            onChange={from => onChange({ ...condition, from })}
            size="short"
            inputMode="numeric"
          />
          <TextField
            label={t('rule.rangeTo')}
            name={`to-${place}`}
            value={condition.to}
            onChange={to => onChange({ ...condition, to })}
            size="short"
            inputMode="numeric"
          />
        </div>
      ) : (
        <TextField
          label={t(
            mayBeEmpty(kind) ? 'rule.valuesAny' : kind === 'subscription' ? 'rule.value' : 'rule.values',
          )}
          name={`values-${place}`}
          value={condition.values}
          onChange={values => onChange({ ...condition, values })}
        />
      )}
      <Button look="quiet" onPress={onRemove} aria-label={t('rule.remove', { count: place })}>
        {t('common.remove')}
      </Button>
    </div>
  );
}

export function RuleEditor({ conditions, onChange, error }: Props) {
  const { t } = useTexts();
  return (
    <FieldSet legend={t('rule.legend')}>
      <p className="hint">{t(conditions.length ? 'rule.hint' : 'rule.none')}</p>
      {error && <p className="field-error">{error}</p>}
      {conditions.map((condition, index) => (
        <Line
          // Lines have no identity of their own; their place is it.
          // oxlint-disable-next-line react/no-array-index-key
          key={index}
          place={index + 1}
          condition={condition}
          onChange={next => onChange(conditions.map((other, at) => (at === index ? next : other)))}
          onRemove={() => onChange(conditions.filter((_, at) => at !== index))}
        />
      ))}
      <Button onPress={() => onChange([...conditions, newCondition('municipality')])}>{t('rule.add')}</Button>
    </FieldSet>
  );
}
