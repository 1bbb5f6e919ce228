// The first two steps of an import: the file, then which column is which.
import { Link, useSearch } from '@tanstack/react-router';
import { useTexts } from '../../i18n';
import { Crumbs, PageTitle } from '../../ui/parts';
import { ChooseFile } from './ChooseFile';
import { MapColumns } from './MapColumns';
import { Steps } from './Steps';

export default function NewImportPage() {
  const { t } = useTexts();
  const { file } = useSearch({ from: '/imports/new' });
  return (
    <div className="page">
      <Crumbs>
        <Link to="/imports">{t('nav.imports')}</Link>
      </Crumbs>
      <PageTitle text={t('import.new')} />
      <Steps current={file ? 'columns' : 'file'} />
      {file ? <MapColumns fileId={file} /> : <ChooseFile />}
    </div>
  );
}
