// Ends an action from a day on: its groups close, its rights end. Can be undone.
import { useState } from 'react';
import { ask, client } from '../../api/client';
import type { ApiError } from '../../api/problem';
import type { Action } from '../../api/types';
import { useTexts } from '../../i18n';
import { missing } from '../../lib/required';
import { useToday } from '../../lib/useToday';
import { useWrite } from '../../lib/useWrite';
import { DateField } from '../../ui/DateField';
import { Dialog } from '../../ui/Dialog';
import { Form } from '../../ui/Form';
import { fieldErrors } from '../../ui/Problem';
import { useSay } from '../../ui/toasts';

/** Sets the first day without the action; '' undoes its end. */
export function useEnd(organisationId: string, done?: (action: Action) => void) {
  return useWrite({
    send: async ({ action, validTo }: { action: Action; validTo: string }) => {
      const params = { path: { action_id: action.actionId }, query: { updateMask: 'validTo' } };
      const { kind, title } = action;
      const body = { kind, title, validTo };
      return (await ask(client.PATCH('/v1/actions/{action_id}', { params, body }))) as Action;
    },
    touches: [['actions', organisationId], ['runs', 'hierarchy', 'newest'], ['groups']],
    ...(done && { done }),
  });
}

export default function EndActionDialog({ action, onClose }: { action: Action; onClose: () => void }) {
  const texts = useTexts();
  const { t } = texts;
  const today = useToday();
  const say = useSay();
  const [validTo, setValidTo] = useState(today);
  const [refused, setRefused] = useState<ApiError | null>(null);
  const undo = useEnd(action.organisationId);
  const write = useEnd(action.organisationId, ended => {
    say(t('action.ended', { title: action.title }), () => undo.mutate({ action: ended, validTo: '' }));
    onClose();
  });
  const error = refused ?? write.error;
  const errors = fieldErrors(error, texts);
  const submit = () => {
    const problem = missing({ validTo });
    setRefused(problem);
    if (!problem) write.mutate({ action, validTo });
  };
  const labels = { validTo: t('period.firstDayAfter') };
  return (
    <Dialog title={t('action.endOf', { title: action.title })} open onClose={onClose}>
      <p>{t(action.kind === 'ACTION_KIND_JUBILEE' ? 'action.end.jubilee' : 'action.end.text')}</p>
      <Form
        submit={t('action.end')}
        danger
        busy={write.isPending}
        error={error}
        labels={labels}
        onSubmit={submit}
        onCancel={onClose}
      >
        <DateField
          label={labels.validTo}
          name="validTo"
          value={validTo}
          onChange={setValidTo}
          error={errors['validTo']}
          required
        />
      </Form>
    </Dialog>
  );
}
