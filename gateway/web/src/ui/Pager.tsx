// Previous and next, as links: they can be opened in a new tab and the back button works.
import { Link } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useTexts } from '../i18n';
import { pageBefore, rememberBack } from '../lib/pager';

interface Props {
  /** The token of the page shown; empty for the first. */
  page: string;
  next: string;
}

const to = (token: string) => (before: Record<string, unknown>) => ({ ...before, page: token });

export function Pager({ page, next }: Props) {
  const { t } = useTexts();
  useEffect(() => {
    // While the next page is fetched, the one before is still shown, with the token that has just been followed.
    if (next !== page) rememberBack(next, page);
  }, [next, page]);
  if (!page && !next) return null;
  return (
    <nav className="pager" aria-label={t('pager.label')}>
      {page && (
        <Link to="." search={to(pageBefore(page)) as never} className="button button-plain" rel="prev">
          {t('pager.previous')}
        </Link>
      )}
      {next && (
        <Link to="." search={to(next) as never} className="button button-plain" rel="next">
          {t('pager.next')}
        </Link>
      )}
    </nav>
  );
}
