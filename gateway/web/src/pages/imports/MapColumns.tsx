// Step two: which column is which field. The service proposes (and remembers); the registrar looks and corrects.
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { ask, client } from '../../api/client';
import { importFileQuery } from '../../api/queries';
import { count, type ColumnMapping, type Import, type ImportFile } from '../../api/types';
import { useTexts } from '../../i18n';
import type { MessageKey } from '../../i18n/messages';
import { completeMapping, IGNORE, IMPORT_FIELDS, mappingFaults, samplesOf } from '../../lib/mapping';
import { useWrite } from '../../lib/useWrite';
import { Button, ButtonLink } from '../../ui/Button';
import { SelectField } from '../../ui/Field';
import { Empty, Skeleton } from '../../ui/parts';
import { Problem } from '../../ui/Problem';
import { TableBox } from '../../ui/TableBox';

const ENCODINGS = ['UTF-8', 'UTF-8-BOM', 'UTF-16LE', 'UTF-16BE', 'WINDOWS-1252'];
const SEPARATORS = [',', ';', '\t', '|'];
const ROUTE = '/imports/new';

interface ReadingProps {
  /** The file as it was first understood; absent when it could not be. */
  file: ImportFile | undefined;
  encoding: string;
  separator: string;
}

/** How the file is read; both can be changed when the guess was wrong. */
function Reading({ file, encoding, separator }: ReadingProps) {
  const { t, number } = useTexts();
  const navigate = useNavigate({ from: ROUTE });
  const read = (how: { encoding?: string; separator?: string }) =>
    void navigate({ search: before => ({ ...before, ...how }), replace: true, resetScroll: false });
  return (
    <div className="panel">
      {file && (
        <p>
          <strong>{file.fileName || t('import.unnamed')}</strong>{' '}
          <span className="muted">
            · {t('import.bytes', { size: number(Math.ceil(count(file.size) / 1024)) })}
          </span>
        </p>
      )}
      <div className="field-row">
        <SelectField
          label={t('import.encoding')}
          name="encoding"
          value={encoding || file?.encoding || 'UTF-8'}
          onChange={value => read({ encoding: value })}
          options={ENCODINGS.map(value => ({ value, label: t(`encoding.${value}` as MessageKey) }))}
        />
        <SelectField
          label={t('import.separator')}
          name="separator"
          value={separator || file?.separator || ';'}
          onChange={value => read({ separator: value })}
          options={SEPARATORS.map(value => ({ value, label: t(`separator.${value}` as MessageKey) }))}
        />
      </div>
    </div>
  );
}

function Columns({
  file,
  mapping,
  onChange,
}: {
  file: ImportFile;
  mapping: ColumnMapping[];
  onChange: (mapping: ColumnMapping[]) => void;
}) {
  const { t } = useTexts();
  const { doubled } = mappingFaults(mapping);
  return (
    <TableBox>
      <table className="mapping">
        <caption className="visually-hidden">{t('import.step.columns')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('import.column')}</th>
            <th scope="col">{t('import.sample')}</th>
            <th scope="col">{t('import.field')}</th>
          </tr>
        </thead>
        <tbody>
          {mapping.map(({ column, field }, index) => (
            // Two columns may have one name; their place tells them apart.
            // oxlint-disable-next-line react/no-array-index-key
            <tr key={`${column} ${index}`} className={field === IGNORE ? 'over' : undefined}>
              <th scope="row">{column || t('import.noName')}</th>
              <td className="muted small sample">{samplesOf(file.sample, index).join(' · ')}</td>
              <td>
                <select
                  aria-label={t('import.fieldOf', { column })}
                  aria-invalid={doubled.includes(field)}
                  value={field}
                  onChange={({ target }) =>
                    onChange(
                      mapping.map((entry, at) => (at === index ? { column, field: target.value } : entry)),
                    )
                  }
                >
                  <option value={IGNORE}>{t('import.ignore')}</option>
                  {IMPORT_FIELDS.map(name => (
                    <option key={name} value={name}>
                      {t(`column.${name}`)}
                    </option>
                  ))}
                </select>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableBox>
  );
}

function Mapping({ file }: { file: ImportFile }) {
  const { t, tryText } = useTexts();
  const navigate = useNavigate({ from: ROUTE });
  const [mapping, setMapping] = useState(() => completeMapping(file.columns, file.mapping));
  const { doubled, missing } = mappingFaults(mapping);
  const name = (field: string) => tryText(`column.${field}`) ?? field;
  const write = useWrite({
    send: async () => {
      const { fileId, encoding, separator } = file;
      return (await ask(
        client.POST('/v1/imports', { body: { fileId, mapping, encoding, separator } }),
      )) as Import;
    },
    touches: [['imports']],
    done: ({ importId }) => void navigate({ to: '/imports/$importId', params: { importId } }),
  });
  return (
    <>
      <Columns file={file} mapping={mapping} onChange={setMapping} />
      {write.error && <Problem error={write.error} />}
      <div role="status">
        {doubled.length > 0 && (
          <p className="field-error">{t('import.doubled', { fields: doubled.map(name).join(', ') })}</p>
        )}
        {missing.length > 0 && (
          <p className="field-error">{t('import.missing', { fields: missing.map(name).join(', ') })}</p>
        )}
      </div>
      <div className="actions">
        <Button
          look="primary"
          isDisabled={doubled.length > 0 || missing.length > 0}
          isPending={write.isPending}
          onPress={() => write.mutate(undefined)}
        >
          {t('import.check')}
        </Button>
        <ButtonLink to="/imports/new" search={{}}>
          {t('import.otherFile')}
        </ButtonLink>
        <span className="muted small">{t('import.check.hint')}</span>
      </div>
    </>
  );
}

export function MapColumns({ fileId }: { fileId: string }) {
  const { t } = useTexts();
  const { encoding = '', separator = '' } = useSearch({ from: ROUTE });
  const first = useQuery(importFileQuery(fileId));
  const file = useQuery(importFileQuery(fileId, encoding, separator));
  if (first.isPending) return <Skeleton lines={10} />;
  const columns = file.data?.columns ?? [];
  return (
    <>
      <Reading file={first.data} encoding={encoding} separator={separator} />
      {file.error && <Problem error={file.error} onRetry={() => void file.refetch()} />}
      {file.isPending && <Skeleton lines={6} />}
      {!file.error && file.data && columns.length === 0 && (
        <Empty title={t('import.emptyFile')}>
          <ButtonLink to="/imports/new" search={{}}>
            {t('import.otherFile')}
          </ButtonLink>
        </Empty>
      )}
      {!file.error && file.data && columns.length > 0 && (
        <Mapping key={columns.join('\n')} file={file.data} />
      )}
      {file.error && (
        <div className="actions">
          <ButtonLink to="/imports/new" search={{}}>
            {t('import.otherFile')}
          </ButtonLink>
        </div>
      )}
    </>
  );
}
