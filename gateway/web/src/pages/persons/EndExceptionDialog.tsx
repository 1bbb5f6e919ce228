// Ends a membership by exception on a day, by way of a preview.
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { organQuery } from '../../api/queries';
import type { MembershipException } from '../../api/types';
import { useTexts } from '../../i18n';
import { newChange } from '../../lib/draft';
import { useToday } from '../../lib/useToday';
import { DateField } from '../../ui/DateField';
import { Dialog } from '../../ui/Dialog';
import { Form } from '../../ui/Form';
import { fieldErrors } from '../../ui/Problem';
import { useOneChange } from './useOneChange';

export default function EndExceptionDialog({
  entry,
  onClose,
}: {
  entry: MembershipException;
  onClose: () => void;
}) {
  const texts = useTexts();
  const { t } = texts;
  const [on, setOn] = useState(useToday());
  const { data: organ } = useQuery(organQuery(entry.organId));
  const write = useOneChange();
  const errors = fieldErrors(write.error, texts);
  const submit = () => {
    const change = newChange('CHANGE_KIND_END_EXCEPTION', on, { exceptionId: entry.exceptionId });
    const title = `${t('change.endException', { person: `${entry.givenName} ${entry.familyName}` })}: ${entry.organName}`;
    write.mutate({ organisationId: organ?.organisationId ?? '', title, change });
  };
  return (
    <Dialog title={t('exception.endOf', { name: entry.organName })} open onClose={onClose}>
      <Form
        submit={t('draft.preview')}
        busy={write.isPending || !organ}
        error={write.error}
        labels={{ on: t('period.firstDayAfter') }}
        onSubmit={submit}
        onCancel={onClose}
      >
        <p>{t('exception.end.text')}</p>
        <DateField
          label={t('period.firstDayAfter')}
          name="on"
          value={on}
          onChange={setOn}
          error={errors['on']}
          required
        />
      </Form>
    </Dialog>
  );
}
