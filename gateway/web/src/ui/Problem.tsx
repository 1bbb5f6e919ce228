// What went wrong, in words a registrar can use, and what can be done about it.
import { useEffect, useRef, type ReactNode } from 'react';
import { asApiError, type ApiError } from '../api/problem';
import { useTexts, type Texts } from '../i18n';
import { Button } from './Button';
import { Crumbs, PageTitle } from './parts';

/** The message of an error: translated by its reason where there is a translation, else what the service said. */
export function problemText(error: ApiError, { t, tryText }: Texts) {
  if (error.status === 0) return t('problem.offline');
  if (error.passing) return t('problem.unavailable');
  return tryText(`reason.${error.reason}`) ?? (error.message || t('problem.unknown'));
}

/** Errors by field: the last step of the path, so that "person.address.postalCode" finds "postalCode". */
export function fieldErrors(error: unknown, { tryText }: Texts): Record<string, string> {
  if (!error) return {};
  return Object.fromEntries(
    asApiError(error).violations.map(({ field, reason, description }) => [
      field.split('.').at(-1) ?? field,
      tryText(`reason.${reason}`) ?? description,
    ]),
  );
}

export function Problem({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const texts = useTexts();
  const problem = asApiError(error);
  // What is not there is not there the next time either, and support knows no more than that.
  const gone = problem.status === 404;
  return (
    <div className="problem" role="alert">
      <p>
        <strong>{texts.t(problem.passing ? 'problem.later' : 'problem.title')}</strong>{' '}
        {problemText(problem, texts)}
      </p>
      {problem.violations.length > 0 && (
        <ul>
          {problem.violations.map(({ field, reason, description }) => (
            <li key={`${field} ${reason}`}>
              {field && <strong>{field.split('.').at(-1)}: </strong>}
              {texts.tryText(`reason.${reason}`) ?? <span lang="en">{description}</span>}
            </li>
          ))}
        </ul>
      )}
      {problem.traceId && !gone && (
        <p className="muted small">{texts.t('problem.trace', { id: problem.traceId })}</p>
      )}
      {onRetry && !gone && <Button onPress={onRetry}>{texts.t('common.retry')}</Button>}
    </div>
  );
}

/** A page whose one thing could not be had: what went wrong, and where to find the others. */
export function PageProblem({
  title,
  list,
  ...problem
}: {
  title: string;
  list: ReactNode;
  error: unknown;
  onRetry: () => void;
}) {
  return (
    <div className="page">
      <Crumbs>{list}</Crumbs>
      <PageTitle text={title} />
      <Problem {...problem} />
    </div>
  );
}

/** The list of errors at the top of a form; takes the focus, each line leads to its field. */
export function ErrorSummary({ error, labels }: { error: unknown; labels: Record<string, string> }) {
  const texts = useTexts();
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (error) box.current?.focus();
  }, [error]);
  if (!error) return null;
  const problem = asApiError(error);
  const entries = Object.entries(fieldErrors(problem, texts));
  return (
    <div className="problem" role="alert" tabIndex={-1} ref={box}>
      <p>
        <strong>
          {texts.t(entries.length ? 'problem.form' : problem.passing ? 'problem.later' : 'problem.title')}
        </strong>{' '}
        {entries.length === 0 && problemText(problem, texts)}
      </p>
      {entries.length > 0 && (
        <ul>
          {entries.map(([field, text]) => (
            <li key={field}>
              <a
                href={`#field-${field}`}
                onClick={event => {
                  event.preventDefault();
                  const target = document.querySelector(`#field-${CSS.escape(field)}`);
                  const inner = target?.querySelector<HTMLElement>('[tabindex="0"], input, button');
                  (inner ?? (target as HTMLElement | null))?.focus();
                }}
              >
                {labels[field] ?? field}: {text}
              </a>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
