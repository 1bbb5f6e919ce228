// Streams of the API as files. The format is asked for by the Accept header, which a plain link cannot send.
import { problemOf } from '../api/problem';

export async function download(path: string, fileName: string, type = 'text/csv') {
  const response = await fetch(path, { headers: { Accept: type } });
  if (!response.ok) throw problemOf(response.status, await response.json().catch(() => undefined));
  const address = URL.createObjectURL(await response.blob());
  const link = document.createElement('a');
  link.href = address;
  link.download = fileName;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
