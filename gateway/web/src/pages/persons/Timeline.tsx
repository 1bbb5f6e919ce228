// Memberships over time: a table whose third column is the picture. Who cannot see the picture reads the periods.
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { planBehindQuery } from '../../api/queries';
import type { Membership } from '../../api/types';
import { useTexts } from '../../i18n';
import { timelineOf, type Bar, type Tick, type TimelineRow } from '../../lib/timeline';
import { Empty, usePeriod } from '../../ui/parts';
import { useKind } from '../organs/kind';

const percent = (share: number) => `${(share * 100).toFixed(3)}%`;

function BarShape({ bar }: { bar: Bar }) {
  return (
    <>
      <rect
        className="bar-past"
        x={percent(bar.start)}
        width={percent(Math.max(0, bar.future - bar.start))}
        y="5"
        height="12"
        rx="3"
      />
      {bar.end > bar.future && (
        <rect
          className="bar-future"
          x={percent(bar.future)}
          width={percent(bar.end - bar.future)}
          y="5"
          height="12"
          rx="3"
        />
      )}
    </>
  );
}

function Track({ bars, ticks, today }: { bars: Bar[]; ticks: Tick[]; today: number }) {
  return (
    <svg className="track" width="100%" height="22" aria-hidden="true" focusable="false">
      {ticks.map(({ at, year }) => (
        <line key={year} className="track-year" x1={percent(at)} x2={percent(at)} y1="0" y2="22" />
      ))}
      {bars.map(bar => (
        <BarShape key={bar.from + bar.to} bar={bar} />
      ))}
      <line className="track-today" x1={percent(today)} x2={percent(today)} y1="0" y2="22" />
    </svg>
  );
}

function Axis({ ticks, today }: { ticks: Tick[]; today: number }) {
  const { t } = useTexts();
  return (
    <svg className="axis" width="100%" height="34" aria-hidden="true" focusable="false">
      {ticks.map(({ at, year }) => (
        <text key={year} x={percent(at)} y="30" textAnchor="middle">
          {year}
        </text>
      ))}
      <text className="axis-today" x={percent(today)} y="13" textAnchor={today > 0.85 ? 'end' : 'middle'}>
        {t('timeline.today')}
      </text>
    </svg>
  );
}

/** What is to come has a cause: the plan that makes it. */
function PlanBehind({ row, personId, day }: { row: TimelineRow; personId: string; day: string }) {
  const { t } = useTexts();
  const { data: plan } = useQuery(planBehindQuery(personId, row.organId, row.typeId, day));
  if (!plan) return null;
  return (
    <span className="line muted">
      {t('timeline.byPlan')}{' '}
      <Link to="/plans/$planId" params={{ planId: plan.planId }}>
        {plan.title || t('plan.untitled')}
      </Link>
    </span>
  );
}

function Row({
  row,
  personId,
  ticks,
  today,
  day,
}: {
  row: TimelineRow;
  personId: string;
  ticks: Tick[];
  today: number;
  /** Today as a day. */
  day: string;
}) {
  const { t } = useTexts();
  const kind = useKind();
  const period = usePeriod();
  return (
    <tr>
      <th scope="row" className={`timeline-organ depth-${Math.min(row.depth, 5)}`}>
        <Link to="/organs/$organId" params={{ organId: row.organId }}>
          {row.organName}
        </Link>
        <span className="muted small">{[kind(row.organKind), row.typeName].filter(Boolean).join(' · ')}</span>
      </th>
      <td className="timeline-track">
        <Track bars={row.bars} ticks={ticks} today={today} />
      </td>
      <td className="timeline-periods small">
        <ul>
          {row.bars.map(({ from, to }) => (
            <li key={from + to}>
              {period(from, to)}
              {[from, to]
                .filter(end => end > day)
                .map(end => (
                  <PlanBehind key={end} row={row} personId={personId} day={end} />
                ))}
            </li>
          ))}
        </ul>
      </td>
      <td className="row-action no-print">
        <Link
          to="/persons/$personId"
          params={{ personId }}
          search={{ organ: row.organId, type: row.typeId }}
          resetScroll={false}
          aria-label={t('timeline.whyOf', { name: row.organName })}
        >
          {t('members.why')}
        </Link>
      </td>
    </tr>
  );
}

interface Props {
  memberships: Membership[];
  personId: string;
  today: string;
}

export function Timeline({ memberships, personId, today }: Props) {
  const { t } = useTexts();
  const { groups, ticks, today: now } = timelineOf(memberships, today);
  if (groups.length === 0) {
    return (
      <Empty title={t('timeline.empty')}>
        <p>{t('timeline.empty.text')}</p>
      </Empty>
    );
  }
  return (
    <table className="timeline">
      <caption className="visually-hidden">{t('timeline.title')}</caption>
      <thead>
        <tr>
          <th scope="col">
            <span className="visually-hidden">{t('timeline.organ')}</span>
          </th>
          <td className="timeline-track">
            <Axis ticks={ticks} today={now} />
          </td>
          <th scope="col" className="timeline-periods">
            <span className="visually-hidden">{t('period.column')}</span>
          </th>
          <th scope="col" className="no-print">
            <span className="visually-hidden">{t('members.why')}</span>
          </th>
        </tr>
      </thead>
      {groups.map(group => (
        <tbody key={group.organisationId}>
          {groups.length > 1 && (
            <tr className="timeline-group">
              <th scope="rowgroup" colSpan={4}>
                {group.organisationName}
              </th>
            </tr>
          )}
          {group.rows.map(row => (
            <Row key={row.key} row={row} personId={personId} ticks={ticks} today={now} day={today} />
          ))}
        </tbody>
      ))}
    </table>
  );
}
