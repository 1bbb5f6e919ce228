// The dialogs of this folder, fetched when first opened: the first page stays light.
import { lazy, Suspense, type ComponentProps } from 'react';

const Organisation = lazy(() => import('./CreateOrganisationDialog'));
const Organ = lazy(() => import('./CreateOrganDialog'));

export const CreateOrganisationDialog = (props: ComponentProps<typeof Organisation>) => (
  <Suspense>
    <Organisation {...props} />
  </Suspense>
);

export const CreateOrganDialog = (props: ComponentProps<typeof Organ>) => (
  <Suspense>
    <Organ {...props} />
  </Suspense>
);
