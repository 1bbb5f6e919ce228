// A new organisation and, in the same step, who its members are: without a membership type nobody is.
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { ask, client } from '../../api/client';
import type { ApiError } from '../../api/problem';
import type { Organisation } from '../../api/types';
import { useTexts } from '../../i18n';
import { codeFrom, missing } from '../../lib/required';
import { newCondition, newGroup, nodesOf } from '../../lib/ruleTree';
import { useToday } from '../../lib/useToday';
import { useWrite } from '../../lib/useWrite';
import { DateField } from '../../ui/DateField';
import { Dialog } from '../../ui/Dialog';
import { FieldSet, SelectField, TextField } from '../../ui/Field';
import { Form } from '../../ui/Form';
import { fieldErrors } from '../../ui/Problem';

const POLICIES = ['DATING_POLICY_ATTRIBUTE_DATED', 'DATING_POLICY_EVALUATION_DATED'] as const;

export default function CreateOrganisationDialog({ onClose }: { onClose: () => void }) {
  const texts = useTexts();
  const { t } = texts;
  const navigate = useNavigate();
  const today = useToday();
  const [name, setName] = useState('');
  const [code, setCode] = useState<string | null>(null);
  const [validFrom, setValidFrom] = useState(today);
  const [policy, setPolicy] = useState<string>(POLICIES[0]);
  const [typeName, setTypeName] = useState(t('type.member'));
  const [subscription, setSubscription] = useState('Member');
  const [refused, setRefused] = useState<ApiError | null>(null);
  const write = useWrite({
    send: async () => {
      const body = {
        name: name.trim(),
        code: (code ?? codeFrom(name)).trim(),
        validFrom,
        policy: POLICIES.find(value => value === policy) ?? POLICIES[0],
      };
      const made = (await ask(client.POST('/v1/organisations', { body }))) as Organisation;
      if (subscription.trim() && typeName.trim()) {
        const params = { path: { organisation_id: made.organisationId } };
        const rule = nodesOf(newGroup('all', [newCondition('subscription', { values: [subscription] })]));
        const type = { name: typeName.trim(), code: codeFrom(typeName) || 'member', rule };
        await ask(client.POST('/v1/organisations/{organisation_id}/types', { params, body: type }));
      }
      return made;
    },
    touches: [['organs'], ['types']],
    notice: t('organisation.created', { name: name.trim() }),
    done: ({ organisationId }) => {
      onClose();
      void navigate({ to: '/organs/$organId', params: { organId: organisationId } });
    },
  });
  const error = refused ?? write.error;
  const errors = fieldErrors(error, texts);
  const shownCode = code ?? codeFrom(name);
  const submit = () => {
    const problem = missing({ name, code: shownCode });
    setRefused(problem);
    if (!problem) write.mutate(undefined);
  };
  const labels = { name: t('organ.name'), code: t('organ.code'), validFrom: t('organ.validFrom') };
  return (
    <Dialog title={t('organisation.create')} open onClose={onClose}>
      <Form
        submit={t('organisation.create')}
        busy={write.isPending}
        error={error}
        labels={labels}
        onSubmit={submit}
        onCancel={onClose}
      >
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
            value={shownCode}
            onChange={setCode}
            error={errors['code']}
            required
            maxLength={64}
          />
          <DateField
            label={labels.validFrom}
            name="validFrom"
            hint={t('organisation.validFrom.hint')}
            value={validFrom}
            onChange={setValidFrom}
            error={errors['validFrom']}
          />
        </div>
        <SelectField
          label={t('organisation.policy')}
          name="policy"
          hint={t('organisation.policy.hint')}
          value={policy}
          onChange={setPolicy}
          options={POLICIES.map(value => ({ value, label: t(`policy.${value}`) }))}
        />
        <FieldSet legend={t('organisation.members')}>
          <p className="hint">{t('organisation.members.hint')}</p>
          <div className="field-row">
            <TextField
              label={t('type.name')}
              name="typeName"
              value={typeName}
              onChange={setTypeName}
              maxLength={100}
            />
            <TextField
              label={t('organisation.subscription')}
              name="subscription"
              value={subscription}
              onChange={setSubscription}
              maxLength={100}
            />
          </div>
        </FieldSet>
      </Form>
    </Dialog>
  );
}
