// Step one: a file is dropped or chosen and sent; how far it got is shown, and it can be stopped.
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { DropZone, FileTrigger, Text, type DropItem } from 'react-aria-components';
import { asApiError } from '../../api/problem';
import { uploadImportFile } from '../../api/upload';
import { useTexts } from '../../i18n';
import { Button } from '../../ui/Button';
import { Progress } from '../../ui/parts';
import { Problem } from '../../ui/Problem';

const PERCENT = 100;

export function ChooseFile() {
  const { t } = useTexts();
  const navigate = useNavigate({ from: '/imports/new' });
  const stop = useRef<AbortController | null>(null);
  const [share, setShare] = useState(0);
  const upload = useMutation({
    mutationFn: (file: File) => {
      stop.current = new AbortController();
      setShare(0);
      return uploadImportFile(file, setShare, stop.current.signal);
    },
    onSuccess: ({ fileId }) => void navigate({ search: { file: fileId } }),
  });
  const onDrop = async (items: DropItem[]) => {
    const dropped = items.find(item => item.kind === 'file');
    if (dropped) upload.mutate(await dropped.getFile());
  };
  const cancelled = upload.error && asApiError(upload.error).reason === 'CANCELLED';
  return (
    <>
      {upload.error && !cancelled && <Problem error={upload.error} />}
      {upload.isPending ? (
        <div className="panel">
          <Progress
            label={t('import.uploading', { name: upload.variables.name })}
            value={Math.round(share * PERCENT)}
            total={PERCENT}
          />
          <div className="actions">
            <Button onPress={() => stop.current?.abort()}>{t('common.cancel')}</Button>
          </div>
        </div>
      ) : (
        <DropZone className="drop" onDrop={event => void onDrop(event.items)}>
          <Text slot="label" className="drop-title">
            {t('import.drop')}
          </Text>
          <FileTrigger
            acceptedFileTypes={['.csv', 'text/csv', 'text/plain', '.txt', '.tsv']}
            onSelect={files => files?.[0] && upload.mutate(files[0])}
          >
            <Button look="primary">{t('import.choose')}</Button>
          </FileTrigger>
          <p className="muted small">{t('import.drop.hint')}</p>
        </DropZone>
      )}
      <section className="panel">
        <h2>{t('import.help')}</h2>
        <ul className="bullets">
          <li>{t('import.help.names')}</li>
          <li>{t('import.help.key')}</li>
          <li>{t('import.help.check')}</li>
          <li>{t('import.help.undo')}</li>
        </ul>
      </section>
    </>
  );
}
