import { Link } from '@tanstack/react-router';
import { useTexts } from '../i18n';

interface Props {
  field: string;
  /** The order in force: the field, with "-" in front when turned round. */
  sort: string;
  label: string;
  numbers?: boolean;
  wide?: boolean;
}

/** A column's heading that sorts by it; once more turns the order round. The order stands in the address. */
export function SortHeader({ field, sort, label, numbers = false, wide = false }: Props) {
  const { t } = useTexts();
  const direction = sort === field ? 'ascending' : sort === `-${field}` ? 'descending' : 'none';
  const next = direction === 'ascending' ? `-${field}` : field;
  const names = [numbers && 'numbers', wide && 'wide'].filter(Boolean).join(' ');
  return (
    <th scope="col" aria-sort={direction} className={names || undefined}>
      <Link
        to="."
        search={((before: Record<string, unknown>) => ({ ...before, sort: next, page: '' })) as never}
        replace
        resetScroll={false}
        className="sort"
        data-direction={direction}
        title={t('sort.by', { name: label })}
      >
        {label}
      </Link>
    </th>
  );
}
