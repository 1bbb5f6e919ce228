import { useMutation } from '@tanstack/react-query';
import { useTexts } from '../i18n';
import { download } from '../lib/download';
import { Button } from './Button';
import { DownloadIcon } from './icons';
import { useSay } from './toasts';

/** Fetches a list whole, as CSV. */
export function DownloadButton({ path, fileName, label }: { path: string; fileName: string; label: string }) {
  const { t } = useTexts();
  const say = useSay();
  const { mutate, isPending } = useMutation({
    mutationFn: () => download(path, fileName),
    onError: () => say(t('problem.download')),
  });
  return (
    <Button onPress={() => mutate()} isPending={isPending}>
      <DownloadIcon />
      {label}
    </Button>
  );
}
