// A new version of an organ's own rule, from a day on. An empty rule takes it away from that day.
import { useState } from 'react';
import { ask, client } from '../../api/client';
import { ApiError } from '../../api/problem';
import type { Organ } from '../../api/types';
import { useTexts } from '../../i18n';
import { isComplete, newCondition, ruleOf, type Condition } from '../../lib/rule';
import { useToday } from '../../lib/useToday';
import { useWrite } from '../../lib/useWrite';
import { DateField } from '../../ui/DateField';
import { Dialog } from '../../ui/Dialog';
import { Form } from '../../ui/Form';
import { fieldErrors } from '../../ui/Problem';
import { RuleEditor } from '../organs/RuleEditor';

export function ChangeRuleDialog({ organ, onClose }: { organ: Organ; onClose: () => void }) {
  const texts = useTexts();
  const { t } = texts;
  const today = useToday();
  const [conditions, setConditions] = useState<Condition[]>([newCondition('municipality')]);
  const [validFrom, setValidFrom] = useState(today);
  const [refused, setRefused] = useState<ApiError | null>(null);
  const write = useWrite({
    send: () =>
      ask(
        client.POST('/v1/rules', { body: { organId: organ.organId, nodes: ruleOf(conditions), validFrom } }),
      ),
    touches: [['organs'], ['rules'], ['members'], ['person']],
    notice: t('rule.changed'),
    done: onClose,
  });
  const error = refused ?? write.error;
  const errors = fieldErrors(error, texts);
  const submit = () => {
    const violation = { field: 'rule', reason: 'INCOMPLETE_RULE', description: '' };
    const problem = conditions.every(isComplete)
      ? null
      : new ApiError(400, 'INVALID_ARGUMENT', '', [violation]);
    setRefused(problem);
    if (!problem) write.mutate(undefined);
  };
  return (
    <Dialog title={t('rule.changeOf', { name: organ.name })} open onClose={onClose}>
      <Form
        submit={t('rule.change')}
        busy={write.isPending}
        error={error}
        labels={{ rule: t('rule.legend'), validFrom: t('rule.validFrom') }}
        onSubmit={submit}
        onCancel={onClose}
      >
        <RuleEditor
          conditions={conditions}
          onChange={setConditions}
          error={errors['rule'] ?? errors['nodes']}
        />
        <DateField
          label={t('rule.validFrom')}
          name="validFrom"
          value={validFrom}
          onChange={setValidFrom}
          error={errors['validFrom']}
        />
      </Form>
    </Dialog>
  );
}
