// Members by organ and type, as the tree is read; each number leads to the persons behind it.
import { Link } from '@tanstack/react-router';
import { count, type MemberCount } from '../../api/types';
import { useTexts } from '../../i18n';
import { TableBox } from '../../ui/TableBox';

const DEEPEST = 6;

interface Props {
  counts: MemberCount[];
  stale: boolean;
  /** The day that `members` are of, and what was known of it; empty: today, now. */
  on: string;
  known?: string;
  /** Also who joined and left. */
  changes?: boolean;
}

type Change = 'joined' | 'left';

function Changed({ row, change }: { row: MemberCount; change: Change }) {
  const { t, number } = useTexts();
  const many = count(row[change]);
  if (many === 0) return number(0);
  return (
    <Link
      to="/reports"
      search={before => ({ ...before, view: 'changes', of: row.organId, as: row.typeId, change, page: '' })}
      aria-label={t(`report.${change}.of`, { count: number(many), name: row.organName })}
    >
      {number(many)}
    </Link>
  );
}

function Row({
  row,
  on,
  known = '',
  changes = false,
}: { row: MemberCount } & Omit<Props, 'counts' | 'stale'>) {
  const { t, number } = useTexts();
  const { organId, organName, typeId, typeName } = row;
  const members = count(row.members);
  return (
    <tr>
      <th
        scope="row"
        style={{ paddingInlineStart: `calc(var(--s3) + ${Math.min(row.depth, DEEPEST) * 0.8}rem)` }}
      >
        <Link to="/organs/$organId" params={{ organId }} search={{ on }}>
          {organName}
        </Link>
        <span className="narrow muted small">{typeName}</span>
      </th>
      <td className="wide">{typeName}</td>
      {changes && (
        <>
          <td className="numbers wide">{number(count(row.before))}</td>
          <td className="numbers">
            <Changed row={row} change="joined" />
          </td>
          <td className="numbers">
            <Changed row={row} change="left" />
          </td>
        </>
      )}
      <td className="numbers">
        {members === 0 ? (
          number(0)
        ) : (
          <Link
            to="/organs/$organId"
            params={{ organId }}
            search={{ type: typeId, on, known }}
            aria-label={t('report.members.of', { count: number(members), name: organName })}
          >
            {number(members)}
          </Link>
        )}
      </td>
    </tr>
  );
}

export function CountTable({ counts, stale, changes = false, ...days }: Props) {
  const { t } = useTexts();
  return (
    <TableBox stale={stale}>
      <table>
        <caption className="visually-hidden">
          {t(changes ? 'report.view.changes' : 'report.view.members')}
        </caption>
        <thead>
          <tr>
            <th scope="col">{t('timeline.organ')}</th>
            <th scope="col" className="wide">
              {t('members.type')}
            </th>
            {changes && (
              <>
                <th scope="col" className="numbers wide">
                  {t('report.before')}
                </th>
                <th scope="col" className="numbers">
                  {t('report.joined')}
                </th>
                <th scope="col" className="numbers">
                  {t('report.left')}
                </th>
              </>
            )}
            <th scope="col" className="numbers">
              {t(changes ? 'report.after' : 'organ.view.members')}
            </th>
          </tr>
        </thead>
        <tbody>
          {counts.map(row => (
            <Row key={`${row.organId} ${row.typeId}`} row={row} changes={changes} {...days} />
          ))}
        </tbody>
      </table>
    </TableBox>
  );
}
