// What the services say of themselves: version, readiness, how far each follows the others.
import { useQuery } from '@tanstack/react-query';
import { SERVICES, statusQuery, type ServiceName } from '../../api/queries';
import { count, type ServiceStatus } from '../../api/types';
import { useTexts } from '../../i18n';
import { Truth } from '../members/ExplanationPanel';
import { PageTitle, Skeleton } from '../../ui/parts';
import { Problem } from '../../ui/Problem';
import { TableBox } from '../../ui/TableBox';

function Followers({ status }: { status: ServiceStatus }) {
  const { t, tryText, time, number } = useTexts();
  if (status.followers.length === 0) return null;
  return (
    <TableBox plain>
      <table>
        <caption>{t('status.follows')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('run.service')}</th>
            <th scope="col" className="numbers">
              {t('status.lag')}
            </th>
            <th scope="col" className="numbers">
              {t('status.parked')}
            </th>
            <th scope="col" className="wide">
              {t('status.applied')}
            </th>
          </tr>
        </thead>
        <tbody>
          {status.followers.map(({ source, lagEvents, parkedEvents, applyTime }) => (
            <tr key={source}>
              <th scope="row">
                {tryText(`service.${source}`) ?? source}
                <span className="narrow muted small">{time(applyTime)}</span>
              </th>
              <td className="numbers">{number(count(lagEvents))}</td>
              <td className="numbers">{number(count(parkedEvents))}</td>
              <td className="wide">{time(applyTime)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableBox>
  );
}

function Service({ name }: { name: ServiceName }) {
  const { t, tryText, number, date } = useTexts();
  const { data, error, refetch } = useQuery(statusQuery(name));
  return (
    <section className="panel" aria-labelledby={`service-${name}`}>
      <h2 id={`service-${name}`}>{tryText(`service.${name}`) ?? name}</h2>
      {error && <Problem error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton lines={2} />}
      {data && (
        <>
          <dl className="facts facts-wide">
            <div>
              <dt>{t('status.ready')}</dt>
              <dd>
                <Truth holds={data.ready} />
              </dd>
            </div>
            <div>
              <dt>{t('status.version')}</dt>
              <dd>{data.version}</dd>
            </div>
            <div>
              <dt>{t('status.events')}</dt>
              <dd>{number(count(data.eventCount))}</dd>
            </div>
            <div>
              <dt>{t('status.today')}</dt>
              <dd>{date(data.today)}</dd>
            </div>
          </dl>
          <Followers status={data} />
        </>
      )}
    </section>
  );
}

export default function StatusPage() {
  const { t } = useTexts();
  return (
    <div className="page">
      <PageTitle text={t('nav.status')} />
      {SERVICES.map(name => (
        <Service key={name} name={name} />
      ))}
    </div>
  );
}
