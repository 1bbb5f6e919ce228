// What a person may do because of a position, where, and since when. Not shown for those whom no position gives rights.
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { rightsQuery } from '../../api/actions';
import { useTexts } from '../../i18n';
import { grantsOf } from '../../lib/grants';
import { usePeriod } from '../../ui/parts';
import { Problem } from '../../ui/Problem';
import { useRightWords } from '../actions/actionWords';

export function RightsPanel({ personId }: { personId: string }) {
  const { t } = useTexts();
  const period = usePeriod();
  const rightWords = useRightWords();
  const { data, error, refetch } = useQuery(rightsQuery(personId));
  if (!error && !data?.length) return null;
  return (
    <section className="panel" aria-labelledby="rights">
      <h2 id="rights">{t('right.title')}</h2>
      {error && <Problem error={error} onRetry={() => void refetch()} />}
      <ul className="stack">
        {grantsOf(data ?? []).map(
          ({ rights, organId, organName, position, actionId, actionTitle, ...days }) => (
            <li key={`${organId} ${actionId} ${days.validFrom}`}>
              <strong>{t('right.may', { rights: rightWords(rights) })}</strong>
              <span className="line">
                <Link to="/organs/$organId" params={{ organId }}>
                  {organName}
                </Link>{' '}
                {t('right.below')}
              </span>
              <span className="line muted small">
                {t('right.because', {
                  position,
                  organ: organName,
                  when: period(days.validFrom, days.validTo),
                })}
                {' · '}
                {t('right.action', { title: actionTitle })}
              </span>
            </li>
          ),
        )}
      </ul>
    </section>
  );
}
