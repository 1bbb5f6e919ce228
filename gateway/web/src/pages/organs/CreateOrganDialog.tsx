// A new organ below another, with its first day and, when wanted, its rule.
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { ask, client } from '../../api/client';
import { ApiError } from '../../api/problem';
import type { Organ } from '../../api/types';
import { useTexts } from '../../i18n';
import { codeFrom, missing } from '../../lib/required';
import { isComplete, ruleOf, type Condition } from '../../lib/rule';
import { useToday } from '../../lib/useToday';
import { useWrite } from '../../lib/useWrite';
import { DateField } from '../../ui/DateField';
import { Dialog } from '../../ui/Dialog';
import { TextField } from '../../ui/Field';
import { Form } from '../../ui/Form';
import { OrganPicker } from '../../ui/OrganPicker';
import { fieldErrors } from '../../ui/Problem';
import { RuleEditor } from './RuleEditor';

interface Props {
  parent: Pick<Organ, 'organId' | 'name'>;
  onClose: () => void;
}

const incomplete = (conditions: Condition[]) =>
  conditions.every(isComplete)
    ? null
    : new ApiError(400, 'INVALID_ARGUMENT', '', [
        { field: 'rule', reason: 'INCOMPLETE_RULE', description: '' },
      ]);

export default function CreateOrganDialog({ parent, onClose }: Props) {
  const texts = useTexts();
  const { t } = texts;
  const navigate = useNavigate();
  const today = useToday();
  const [parentId, setParentId] = useState(parent.organId);
  const [name, setName] = useState('');
  const [code, setCode] = useState<string | null>(null);
  const [kind, setKind] = useState('');
  const [validFrom, setValidFrom] = useState(today);
  const [conditions, setConditions] = useState<Condition[]>([]);
  const [refused, setRefused] = useState<ApiError | null>(null);
  const organ = {
    name: name.trim(),
    code: (code ?? codeFrom(name)).trim(),
    kind: kind.trim(),
    parentId,
    validFrom,
  };
  const write = useWrite({
    send: async () =>
      (await ask(client.POST('/v1/organs', { body: { organ, rule: ruleOf(conditions) } }))) as Organ,
    touches: [['organs']],
    notice: t('organ.created', { name: organ.name }),
    done: ({ organId }) => {
      onClose();
      void navigate({ to: '/organs/$organId', params: { organId } });
    },
  });
  const error = refused ?? write.error;
  const errors = fieldErrors(error, texts);
  const submit = () => {
    const problem = missing({ name: organ.name, code: organ.code, parentId }) ?? incomplete(conditions);
    setRefused(problem);
    if (!problem) write.mutate(undefined);
  };
  const labels = {
    name: t('organ.name'),
    code: t('organ.code'),
    kind: t('organ.kind'),
    parentId: t('organ.parent'),
    validFrom: t('organ.validFrom'),
    rule: t('rule.legend'),
  };
  return (
    <Dialog title={t('organ.create')} open onClose={onClose}>
      <Form
        submit={t('organ.create')}
        busy={write.isPending}
        error={error}
        labels={labels}
        onSubmit={submit}
        onCancel={onClose}
      >
        <OrganPicker
          label={labels.parentId}
          name="parentId"
          initialText={parent.name}
          error={errors['parentId']}
          required
          onChange={chosen => setParentId(chosen?.organId ?? '')}
        />
        <TextField
          label={labels.name}
          name="name"
          value={name}
          onChange={setName}
          error={errors['name']}
          required
          maxLength={200}
        />
        <div className="field-row">
          <TextField
            label={labels.code}
            name="code"
            hint={t('organ.code.hint')}
            value={organ.code}
            onChange={setCode}
            error={errors['code']}
            required
            maxLength={64}
          />
          <TextField
            label={labels.kind}
            name="kind"
            hint={t('organ.kind.hint')}
            value={kind}
            onChange={setKind}
            error={errors['kind']}
            maxLength={100}
          />
        </div>
        <DateField
          label={labels.validFrom}
          name="validFrom"
          value={validFrom}
          onChange={setValidFrom}
          error={errors['validFrom']}
        />
        <RuleEditor
          conditions={conditions}
          onChange={setConditions}
          error={errors['rule'] ?? errors['nodes']}
        />
      </Form>
    </Dialog>
  );
}
