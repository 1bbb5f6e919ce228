// Rows written by hand: a postal code or a whole municipality, and what it belongs to from the day on.
import { useQuery } from '@tanstack/react-query';
import { placeQuery } from '../../api/queries';
import { useTexts } from '../../i18n';
import type { Fault, RowDraft } from '../../lib/areas';
import { useDebounced } from '../../lib/useDebounced';
import { Button } from '../../ui/Button';
import { SelectField, TextField } from '../../ui/Field';
import { PlusIcon } from '../../ui/icons';
import { useFaultText } from './Faults';

export const emptyRow = (id: number, country = ''): RowDraft => ({
  id,
  by: 'postalCode',
  country,
  place: '',
  town: '',
  municipality: '',
  province: '',
});

/** What the gazetteer says of a postal code now. */
function Known({ postalCode }: { postalCode: string }) {
  const { t } = useTexts();
  const { data } = useQuery(placeQuery(useDebounced(postalCode.trim())));
  if (!data) return null;
  const { town, municipality, province } = data;
  return t('area.now', { place: [town, municipality, province].join(', ') });
}

interface RowProps {
  row: RowDraft;
  index: number;
  faults: Fault[];
  onChange: (part: Partial<RowDraft>) => void;
  onRemove?: (() => void) | undefined;
}

function Row({ row, index, faults, onChange, onRemove }: RowProps) {
  const { t } = useTexts();
  const faultText = useFaultText();
  const errorOf = (field: string) => {
    const fault = faults.find(known => known.field === field);
    return fault && faultText(fault);
  };
  const targets = [
    ['municipality', 'rule.RULE_FIELD_MUNICIPALITY'],
    ['town', 'rule.RULE_FIELD_TOWN'],
    ['province', 'rule.RULE_FIELD_PROVINCE'],
  ] as const;
  return (
    <fieldset className="area-row">
      <legend>{t('area.row', { count: index + 1 })}</legend>
      <div className="area-fields">
        <SelectField
          label={t('area.what')}
          name={`row-${index}-by`}
          value={row.by}
          onChange={by => onChange({ by: by === 'fromMunicipality' ? by : 'postalCode' })}
          options={[
            { value: 'postalCode', label: t('address.postalCode') },
            { value: 'fromMunicipality', label: t('area.wholeMunicipality') },
          ]}
        />
        <TextField
          label={t(row.by === 'postalCode' ? 'address.postalCode' : 'area.oldMunicipality')}
          name={`row-${index}-place`}
          value={row.place}
          onChange={place => onChange({ place })}
          error={errorOf('place')}
          maxLength={row.by === 'postalCode' ? 16 : 100}
        />
        {targets.map(([field, label]) => (
          <TextField
            key={field}
            label={t('area.new.target', { name: t(label) })}
            name={`row-${index}-${field}`}
            value={row[field]}
            onChange={value => onChange({ [field]: value })}
            error={errorOf(field)}
            maxLength={100}
          />
        ))}
        <TextField
          label={t('address.country')}
          name={`row-${index}-country`}
          value={row.country}
          onChange={country => onChange({ country })}
          error={errorOf('country')}
          maxLength={2}
        />
      </div>
      <div className="section-head">
        <span className="hint">{row.by === 'postalCode' && <Known postalCode={row.place} />}</span>
        {onRemove && (
          <Button look="quiet" onPress={onRemove} aria-label={t('area.removeRow', { count: index + 1 })}>
            {t('common.remove')}
          </Button>
        )}
      </div>
    </fieldset>
  );
}

interface Props {
  rows: RowDraft[];
  onChange: (rows: RowDraft[]) => void;
  /** Faults of the row at a position of the form. */
  faultsAt: (index: number) => Fault[];
}

export function RowsEditor({ rows, onChange, faultsAt }: Props) {
  const { t } = useTexts();
  const nextId = Math.max(0, ...rows.map(({ id }) => id)) + 1;
  return (
    <div className="stack">
      <p className="hint">{t('area.rows.hint')}</p>
      {rows.map((row, index) => (
        <Row
          key={row.id}
          row={row}
          index={index}
          faults={faultsAt(index)}
          onChange={part =>
            onChange(rows.map(known => (known.id === row.id ? { ...known, ...part } : known)))
          }
          onRemove={rows.length > 1 ? () => onChange(rows.filter(({ id }) => id !== row.id)) : undefined}
        />
      ))}
      <div className="actions">
        <Button onPress={() => onChange([...rows, emptyRow(nextId, rows.at(-1)?.country)])}>
          <PlusIcon />
          {t('area.addRow')}
        </Button>
      </div>
    </div>
  );
}
