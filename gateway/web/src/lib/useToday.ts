import { useQuery } from '@tanstack/react-query';
import { statusQuery } from '../api/queries';

/** Today's date here, until the federation's own is known. */
const localToday = () => {
  const now = new Date();
  return new Date(now.getTime() - now.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
};

/** The federation's day: the services decide what "today" is. */
export function useToday() {
  const { data } = useQuery({ ...statusQuery('hierarchy'), staleTime: 60_000, refetchInterval: false });
  return data?.today || localToday();
}
