// Follows a run while it works: server-sent events into the cache; asks every second where those do not arrive.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { runQuery, type ServiceName } from './queries';
import type { Run } from './types';

const POLL_MS = 1000;

export function useRun(service: ServiceName, runId: string) {
  const cache = useQueryClient();
  const [streaming, setStreaming] = useState(false);
  const options = runQuery(service, runId);
  const run = useQuery({
    ...options,
    enabled: runId !== '',
    refetchInterval: query => (streaming || query.state.data?.done ? false : POLL_MS),
  });
  const follow = runId !== '' && run.data !== undefined && !run.data.done;

  useEffect(() => {
    if (!follow || typeof EventSource === 'undefined') return undefined;
    const source = new EventSource(`/v1/${service}/runs/${runId}`);
    source.addEventListener('open', () => setStreaming(true));
    const take = (event: MessageEvent<string>) => {
      const next = JSON.parse(event.data) as Run;
      cache.setQueryData(runQuery(service, runId).queryKey, next);
      if (next.done) source.close();
    };
    source.addEventListener('message', take);
    source.addEventListener('error', () => {
      setStreaming(false);
      // A stream that was refused never comes back by itself; polling goes on.
      if (source.readyState === EventSource.CLOSED) source.close();
    });
    return () => {
      source.close();
      setStreaming(false);
    };
  }, [cache, follow, runId, service]);

  return run;
}
