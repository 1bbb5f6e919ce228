// After an area change: organs whose rules still name the old places, as far as they can be found.
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { namingQuery } from '../../api/areas';
import type { AreaChange } from '../../api/types';
import { useTexts } from '../../i18n';
import { Skeleton } from '../../ui/parts';
import { Problem } from '../../ui/Problem';

export function OldRules({ area }: { area: AreaChange }) {
  const { t, locale } = useTexts();
  const { data, error, refetch } = useQuery(namingQuery(area.areaChangeId, area.on));
  const list = new Intl.ListFormat(locale, { type: 'conjunction' });
  if (data?.names.length === 0) return null;
  return (
    <section className="panel" aria-labelledby="old-rules">
      <h2 id="old-rules">{t('area.rules')}</h2>
      <p>{t('area.rules.text')}</p>
      {error && <Problem error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton lines={2} />}
      {data && data.organs.length + data.organisations.length === 0 && <p>{t('area.rules.none')}</p>}
      {data && data.organs.length + data.organisations.length > 0 && (
        <ul className="bullets">
          {data.organs.map(({ organ, names }) => (
            <li key={organ.organId}>
              <Link to="/organs/$organId" params={{ organId: organ.organId }} search={{ view: 'rules' }}>
                {organ.name}
              </Link>
              {organ.parentName && <span className="muted"> ({organ.parentName})</span>}
              {': '}
              {list.format(names)}
            </li>
          ))}
          {data.organisations.map(({ organisationId, name, names }) => (
            <li key={organisationId}>
              <Link to="/organs/$organId" params={{ organId: organisationId }} search={{ view: 'rules' }}>
                {t('area.rules.types', { name })}
              </Link>
              {': '}
              {list.format(names)}
            </li>
          ))}
        </ul>
      )}
      {data && !data.whole && <p>{t('area.rules.cut')}</p>}
      <p className="muted small">{t('area.rules.limits')}</p>
    </section>
  );
}
