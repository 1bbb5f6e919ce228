// Follows what is under way, a run or a plan: server-sent events into the cache; asks every second where those do not
// arrive.
import { useQuery, useQueryClient, type QueryKey } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { planQuery, runQuery, type ServiceName } from './queries';

const POLL_MS = 1000;

interface Watched {
  done: boolean;
}

/** Keeps the cache's entry current from the stream at `path` while `follow` is true; false while it does not arrive. */
function useStream(path: string, key: QueryKey, follow: boolean) {
  const cache = useQueryClient();
  const [streaming, setStreaming] = useState(false);
  const name = JSON.stringify(key);
  useEffect(() => {
    if (!follow || typeof EventSource === 'undefined') return undefined;
    const source = new EventSource(path);
    source.addEventListener('open', () => setStreaming(true));
    const take = (event: MessageEvent<string>) => {
      const next = JSON.parse(event.data) as Watched;
      cache.setQueryData(JSON.parse(name) as QueryKey, next);
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
  }, [cache, follow, name, path]);
  return streaming;
}

export function useRun(service: ServiceName, runId: string) {
  const [busy, setBusy] = useState(false);
  const options = runQuery(service, runId);
  const streaming = useStream(`/v1/${service}/runs/${runId}`, options.queryKey, runId !== '' && busy);
  const run = useQuery({
    ...options,
    enabled: runId !== '',
    refetchInterval: query => (streaming || query.state.data?.done ? false : POLL_MS),
  });
  const working = run.data !== undefined && !run.data.done;
  useEffect(() => setBusy(working), [working]);
  return run;
}

export function usePlan(planId: string) {
  const [busy, setBusy] = useState(false);
  const options = planQuery(planId);
  const streaming = useStream(`/v1/plans/${planId}`, options.queryKey, planId !== '' && busy);
  const plan = useQuery({
    ...options,
    refetchInterval: query =>
      streaming || query.state.data === undefined || query.state.data.done ? false : POLL_MS,
  });
  const working = plan.data !== undefined && !plan.data.done;
  useEffect(() => setBusy(working), [working]);
  return plan;
}
