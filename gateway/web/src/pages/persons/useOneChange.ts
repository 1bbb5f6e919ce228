// A plan of one change: previewed at once, then shown as every plan is.
import { useNavigate } from '@tanstack/react-router';
import { ask, client } from '../../api/client';
import type { OrganChange, Plan } from '../../api/types';
import { sentChange } from '../../lib/draft';
import { useWrite } from '../../lib/useWrite';

interface OneChange {
  organisationId: string;
  title: string;
  change: OrganChange;
}

export function useOneChange() {
  const navigate = useNavigate();
  return useWrite({
    send: async ({ organisationId, title, change }: OneChange) => {
      const body = { organisationId, title, changes: [sentChange(change)] };
      return (await ask(client.POST('/v1/plans', { body }))) as Plan;
    },
    touches: [['plans', 'list']],
    done: ({ planId }) => void navigate({ to: '/plans/$planId', params: { planId } }),
  });
}
