// A list whole, as CSV, by a plain link: the service streams it, nothing is held in the page. Spreadsheets set to
// Finnish, Swedish or Dutch expect semicolons, and all of them the mark that says UTF-8.
import { useTexts } from '../i18n';
import { DownloadIcon } from './icons';

interface Props {
  path: string;
  parameters?: Record<string, string>;
  fileName: string;
  label: string;
}

export function DownloadLink({ path, parameters, fileName, label }: Props) {
  const { language } = useTexts();
  const given = Object.entries(parameters ?? {}).filter(([, value]) => value !== '');
  const format = { alt: 'csv', bom: 'true', separator: language === 'en' ? ',' : ';' };
  return (
    <a
      className="button button-plain"
      href={`${path}?${new URLSearchParams([...given, ...Object.entries(format)])}`}
      download={fileName}
    >
      <DownloadIcon />
      {label}
    </a>
  );
}
