// The jubilees of a person. Not shown for those who have none.
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { jubileesQuery } from '../../api/actions';
import { useTexts } from '../../i18n';
import { Problem } from '../../ui/Problem';

const MOST = 200;

export function JubileesPanel({ personId }: { personId: string }) {
  const { t, date } = useTexts();
  const { data, error, refetch } = useQuery(jubileesQuery({ personId, pageSize: MOST }));
  if (!error && !data?.jubilees.length) return null;
  return (
    <section className="panel" aria-labelledby="jubilees">
      <h2 id="jubilees">{t('nav.jubilees')}</h2>
      {error && <Problem error={error} onRetry={() => void refetch()} />}
      <ul className="stack">
        {data?.jubilees.map(({ jubileeId, years, organId, organName, reachedOn, withdrawTime }) => (
          <li key={jubileeId} className={withdrawTime ? 'over' : undefined}>
            <strong>{t('jubilee.years', { count: years })}</strong>
            {withdrawTime && <span className="tag tag-warn">{t('jubilee.withdrawn')}</span>}
            <span className="line">
              <Link to="/organs/$organId" params={{ organId }}>
                {organName}
              </Link>
              {`, ${date(reachedOn)}`}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
