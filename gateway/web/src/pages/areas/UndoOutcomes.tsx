// Those whose address stayed as it is when an area change was undone, because it had been changed since.
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { outcomesQuery, personQuery } from '../../api/queries';
import type { RunOutcome } from '../../api/types';
import { useTexts } from '../../i18n';
import { DownloadLink } from '../../ui/DownloadLink';
import { PersonLink } from '../../ui/parts';
import { Problem } from '../../ui/Problem';
import { TableBox } from '../../ui/TableBox';

function Row({ outcome }: { outcome: RunOutcome }) {
  const { tryText } = useTexts();
  const { subject, reason, description } = outcome;
  const { data: person } = useQuery(personQuery(subject));
  return (
    <tr>
      <th scope="row">
        <PersonLink personId={subject} name={person ? `${person.familyName}, ${person.givenName}` : '…'} />
      </th>
      <td>{tryText(`reason.${reason}`) ?? <span lang="en">{description || reason}</span>}</td>
    </tr>
  );
}

/** The outcomes of the run that undid it; nothing when all was undone. */
export function UndoOutcomes({ runId }: { runId: string }) {
  const { t } = useTexts();
  const outcomes = useQuery(outcomesQuery('membership', runId, 'failed'));
  if (outcomes.error) return <Problem error={outcomes.error} onRetry={() => void outcomes.refetch()} />;
  if (!outcomes.data?.outcomes.length) return null;
  return (
    <section className="stack" aria-labelledby="left">
      <div className="section-head">
        <h2 id="left">{t('area.left')}</h2>
        <DownloadLink
          path={`/v1/membership/runs/${runId}/outcomes`}
          parameters={{ result: 'failed' }}
          fileName="area-undo.csv"
          label={t('members.csv')}
        />
      </div>
      <TableBox stale={outcomes.isPlaceholderData}>
        <table>
          <caption className="visually-hidden">{t('area.left')}</caption>
          <thead>
            <tr>
              <th scope="col">{t('person.name')}</th>
              <th scope="col">{t('import.reason')}</th>
            </tr>
          </thead>
          <tbody>
            {outcomes.data.outcomes.map(outcome => (
              <Row key={outcome.position} outcome={outcome} />
            ))}
          </tbody>
        </table>
      </TableBox>
      {outcomes.data.nextPageToken && (
        <p>
          <Link
            to="/runs/$service/$runId"
            params={{ service: 'membership', runId }}
            search={{ result: 'failed' }}
          >
            {t('common.more')}
          </Link>
        </p>
      )}
    </section>
  );
}
