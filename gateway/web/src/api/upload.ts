// Sends a file and tells how far it got, which fetch cannot.
import { newKey } from './client';
import { ApiError, problemOf } from './problem';
import type { ImportFile } from './types';

const parse = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
};

export function uploadImportFile(file: File, onProgress: (share: number) => void, signal: AbortSignal) {
  return new Promise<ImportFile>((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', `/v1/import-files?${new URLSearchParams({ fileName: file.name })}`);
    request.setRequestHeader('Content-Type', 'text/csv');
    request.setRequestHeader('Idempotency-Key', newKey());
    request.upload.addEventListener('progress', event =>
      onProgress(event.total ? event.loaded / event.total : 0),
    );
    request.addEventListener('load', () => {
      const body = parse(request.responseText);
      if (request.status >= 200 && request.status < 300) resolve(body as ImportFile);
      else reject(problemOf(request.status, body));
    });
    request.addEventListener('error', () => reject(new ApiError(0, 'NO_ANSWER', '')));
    request.addEventListener('abort', () => reject(new ApiError(0, 'CANCELLED', '')));
    signal.addEventListener('abort', () => request.abort());
    request.send(file);
  });
}
