// A page that is one long list, newest first, more on demand: imports, plans, runs.
import type { ReactNode } from 'react';
import { useTexts } from '../i18n';
import { Button } from './Button';
import { Empty, PageTitle, Skeleton } from './parts';
import { Problem } from './Problem';
import { TableBox } from './TableBox';

interface List {
  error: unknown;
  isPending: boolean;
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  isPlaceholderData?: boolean;
  refetch: () => unknown;
  fetchNextPage: () => unknown;
}

export interface Column {
  label: string;
  wide?: boolean;
  numbers?: boolean;
}

interface Props {
  title: string;
  intro?: string;
  actions?: ReactNode;
  filters?: ReactNode;
  /** Where the rows come from; several lists are shown as one. */
  lists: List[];
  rows: ReactNode[];
  columns: Column[];
  empty: string;
  emptyText?: ReactNode;
}

export function ListPage(props: Props) {
  const { title, intro, actions, filters, lists, rows, columns, empty, emptyText } = props;
  const { t } = useTexts();
  const failed = lists.find(list => list.error);
  const waiting = lists.some(list => list.isPending);
  return (
    <div className="page">
      <div className="page-head">
        <PageTitle text={title} />
        {actions && <div className="actions">{actions}</div>}
      </div>
      {intro && <p className="muted">{intro}</p>}
      {filters}
      {failed && <Problem error={failed.error} onRetry={() => void failed.refetch()} />}
      {waiting && rows.length === 0 && !failed && <Skeleton />}
      {!waiting && !failed && rows.length === 0 && <Empty title={empty}>{emptyText}</Empty>}
      {rows.length > 0 && (
        <TableBox stale={lists.some(list => list.isPlaceholderData)}>
          <table>
            <caption className="visually-hidden">{title}</caption>
            <thead>
              <tr>
                {columns.map(({ label, wide, numbers }) => (
                  <th
                    key={label}
                    scope="col"
                    className={[wide && 'wide', numbers && 'numbers'].filter(Boolean).join(' ') || undefined}
                  >
                    {label}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>{rows}</tbody>
          </table>
        </TableBox>
      )}
      {lists.some(list => list.hasNextPage) && (
        <div className="actions">
          <Button
            isPending={lists.some(list => list.isFetchingNextPage)}
            onPress={() => lists.forEach(list => list.hasNextPage && void list.fetchNextPage())}
          >
            {t('common.more')}
          </Button>
        </div>
      )}
    </div>
  );
}
