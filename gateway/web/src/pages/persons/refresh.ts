// Memberships follow a fact within a moment, in another service: ask again a few times after a change.
import { useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';

const DELAYS_MS = [0, 150, 500, 1500, 4000];

export function useRefreshPerson(personId: string) {
  const cache = useQueryClient();
  return useCallback(() => {
    void cache.invalidateQueries({ queryKey: ['persons'] });
    void cache.invalidateQueries({ queryKey: ['members'] });
    void cache.invalidateQueries({ queryKey: ['organs'] });
    void cache.invalidateQueries({ queryKey: ['person', personId] });
    for (const delay of DELAYS_MS) {
      setTimeout(
        () => void cache.invalidateQueries({ queryKey: ['person', personId, 'memberships'] }),
        delay,
      );
    }
  }, [cache, personId]);
}
