// Rows as CSV: pasted, or read from a file in the browser. Nothing is sent before it is to be checked.
import { useState } from 'react';
import { DropZone, FileTrigger, Text, type DropItem } from 'react-aria-components';
import { useTexts } from '../../i18n';
import { countRows } from '../../lib/areas';
import { textOf } from '../../lib/textFile';
import { Button } from '../../ui/Button';

export const CSV_MOST = 500_000;
export const AREA_COLUMNS = 'country, postal_code, from_municipality, town, municipality, province';

export function CsvEditor({
  label,
  columns,
  csv,
  onChange,
  invalid,
}: {
  label: string;
  /** Names of the columns, as they stand in a file. */
  columns: string;
  csv: string;
  onChange: (csv: string) => void;
  invalid: boolean;
}) {
  const { t } = useTexts();
  const [fileName, setFileName] = useState('');
  const read = async (file: File) => {
    setFileName(file.name);
    onChange(textOf(await file.arrayBuffer()));
  };
  const onDrop = async (items: DropItem[]) => {
    const dropped = items.find(item => item.kind === 'file');
    if (dropped) await read(await dropped.getFile());
  };
  const rows = csv.trim() ? countRows(csv) : 0;
  const tooLong = csv.length > CSV_MOST;
  return (
    <div className="stack">
      <DropZone className="drop drop-small" onDrop={event => void onDrop(event.items)}>
        <Text slot="label">{t('import.drop')}</Text>
        <FileTrigger
          acceptedFileTypes={['.csv', 'text/csv', 'text/plain', '.txt', '.tsv']}
          onSelect={files => files?.[0] && void read(files[0])}
        >
          <Button>{t('import.choose')}</Button>
        </FileTrigger>
      </DropZone>
      <div className="field">
        <label htmlFor="field-csv">{label}</label>
        <span className="hint" id="field-csv-hint">
          {t('area.csv.hint')} <code>{columns}</code>
        </span>
        <textarea
          id="field-csv"
          className="area-csv"
          rows={10}
          spellCheck={false}
          value={csv}
          onChange={({ target }) => onChange(target.value)}
          aria-describedby="field-csv-hint field-csv-count"
          aria-invalid={invalid || tooLong}
        />
        <span className="hint" id="field-csv-count" role="status">
          {fileName && `${fileName}: `}
          {t('area.csv.rows', { count: rows })}
        </span>
        {tooLong && <span className="field-error">{t('area.csv.tooLong')}</span>}
      </div>
    </div>
  );
}
