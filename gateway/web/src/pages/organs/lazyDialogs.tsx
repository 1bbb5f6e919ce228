// The dialog of this folder, fetched when first opened: the first page stays light.
import { lazy, Suspense, type ComponentProps } from 'react';

const Organisation = lazy(() => import('./CreateOrganisationDialog'));

export const CreateOrganisationDialog = (props: ComponentProps<typeof Organisation>) => (
  <Suspense>
    <Organisation {...props} />
  </Suspense>
);
