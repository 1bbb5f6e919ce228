// A write: sends, refreshes what it touched, says that it is done. The error stays with the form.
import { useMutation, useQueryClient, type QueryKey } from '@tanstack/react-query';
import { useSay } from '../ui/toasts';

interface Write<Input, Output> {
  send: (input: Input) => Promise<Output>;
  /** Keys of what must be asked again. */
  touches: QueryKey[];
  done?: (output: Output, input: Input) => void;
  /** The notice; empty for none. */
  notice?: string;
}

export function useWrite<Input, Output>({ send, touches, done, notice }: Write<Input, Output>) {
  const cache = useQueryClient();
  const say = useSay();
  return useMutation({
    mutationFn: send,
    onSuccess: (output, input) => {
      for (const queryKey of touches) void cache.invalidateQueries({ queryKey });
      if (notice) say(notice);
      done?.(output, input);
    },
  });
}
