// A form in a dialog or on a page: errors listed at the top, one button that says what it does.
import type { ReactNode } from 'react';
import { useTexts } from '../i18n';
import { Button } from './Button';
import { ErrorSummary } from './Problem';

interface Props {
  children: ReactNode;
  submit: string;
  danger?: boolean;
  busy: boolean;
  error: unknown;
  /** Names of the fields, for the list of errors. */
  labels: Record<string, string>;
  onSubmit: () => void;
  onCancel?: () => void;
  /** A second way to send the same form. */
  also?: { label: string; busy: boolean; onPress: () => void };
}

export function Form(props: Props) {
  const { children, submit, danger = false, busy, error, labels, onSubmit, onCancel, also } = props;
  const { t } = useTexts();
  return (
    <form
      className="form"
      noValidate
      onSubmit={event => {
        event.preventDefault();
        if (!busy) onSubmit();
      }}
    >
      <ErrorSummary error={error} labels={labels} />
      {children}
      <div className="actions">
        <Button type="submit" look={danger ? 'danger' : 'primary'} isPending={busy}>
          {submit}
        </Button>
        {also && (
          <Button onPress={also.onPress} isPending={also.busy}>
            {also.label}
          </Button>
        )}
        {onCancel && <Button onPress={onCancel}>{t('common.cancel')}</Button>}
      </div>
    </form>
  );
}
