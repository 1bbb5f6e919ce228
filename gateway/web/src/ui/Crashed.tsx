// When a page cannot be shown: a defect of ours, or an address that leads nowhere.
import { Link } from '@tanstack/react-router';
import { useTexts } from '../i18n';
import { Button } from './Button';
import { PageTitle } from './parts';

export function Crashed({ error, reset }: { error: unknown; reset: () => void }) {
  const { t } = useTexts();
  return (
    <div className="page">
      <PageTitle text={t('crashed.title')} />
      <p>{t('crashed.text')}</p>
      <pre className="muted small wrap">{error instanceof Error ? error.message : String(error)}</pre>
      <div className="actions">
        <Button look="primary" onPress={reset}>
          {t('common.retry')}
        </Button>
      </div>
    </div>
  );
}

export function Missing() {
  const { t } = useTexts();
  return (
    <div className="page">
      <PageTitle text={t('missing.title')} />
      <p>{t('missing.text')}</p>
      <p>
        <Link to="/organs">{t('nav.organs')}</Link>
      </p>
    </div>
  );
}
