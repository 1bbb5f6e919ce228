import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { childrenQuery } from '../../api/queries';
import { count, type Organ } from '../../api/types';
import { useTexts } from '../../i18n';
import { Button } from '../../ui/Button';
import { Skeleton } from '../../ui/parts';
import { Problem } from '../../ui/Problem';
import { useKind } from '../organs/kind';
import { TableBox } from '../../ui/TableBox';

/** The organs directly below one, with their members. */
export function OrgansBelow({ organ }: { organ: Organ }) {
  const { t, number } = useTexts();
  const kind = useKind();
  const [pages, setPages] = useState(1);
  const { data, error, refetch } = useQuery(childrenQuery(organ.organId, pages));
  if (error) return <Problem error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton />;
  return (
    <TableBox>
      <table>
        <caption className="visually-hidden">{t('organ.view.organs')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('organ.name')}</th>
            <th scope="col" className="wide">
              {t('organ.kind')}
            </th>
            <th scope="col" className="wide">
              {t('organ.code')}
            </th>
            <th scope="col" className="numbers">
              {t('organ.members')}
            </th>
          </tr>
        </thead>
        <tbody>
          {data.organs.map(child => (
            <tr key={child.organId}>
              <th scope="row">
                <Link to="/organs/$organId" params={{ organId: child.organId }}>
                  {child.name}
                </Link>
              </th>
              <td className="wide">{kind(child.kind)}</td>
              <td className="wide muted">{child.code}</td>
              <td className="numbers">{number(count(child.memberCount))}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {data.more && (
        <div className="table-note">
          <Button onPress={() => setPages(pages + 1)}>{t('organs.more')}</Button>
        </div>
      )}
    </TableBox>
  );
}
