// Every address of the application. Pages are fetched when they are first opened.
import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router';
import { only, parseSearch, stringifySearch } from './lib/search';
import { Crashed, Missing } from './ui/Crashed';
import { Frame } from './ui/Frame';
import { Skeleton } from './ui/parts';

const root = createRootRouteWithContext<{ queries: QueryClient }>()({ component: Frame });

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/organs', replace: true });
  },
});

const organs = createRoute({
  getParentRoute: () => root,
  path: '/organs',
  validateSearch: only('q', 'open', 'on'),
  component: lazyRouteComponent(() => import('./pages/organs/OrgansPage')),
});

const organ = createRoute({
  getParentRoute: () => root,
  path: '/organs/$organId',
  validateSearch: only(
    'view',
    'q',
    'type',
    'on',
    'sort',
    'page',
    'why',
    'whyType',
    'known',
    'group',
    'closed',
  ),
  component: lazyRouteComponent(() => import('./pages/members/OrganPage')),
});

const actions = createRoute({
  getParentRoute: () => root,
  path: '/organisations/$organisationId/actions',
  component: lazyRouteComponent(() => import('./pages/actions/ActionsPage')),
});

const jubilees = createRoute({
  getParentRoute: () => root,
  path: '/jubilees',
  validateSearch: only('organisation', 'organ', 'from', 'to', 'page'),
  component: lazyRouteComponent(() => import('./pages/jubilees/JubileesPage')),
});

const reports = createRoute({
  getParentRoute: () => root,
  path: '/reports',
  validateSearch: only(
    'view',
    'organisation',
    'organ',
    'type',
    'on',
    'known',
    'from',
    'to',
    'of',
    'as',
    'change',
    'page',
  ),
  component: lazyRouteComponent(() => import('./pages/reports/ReportsPage')),
});

const persons = createRoute({
  getParentRoute: () => root,
  path: '/persons',
  validateSearch: only('q', 'municipality', 'postalCode', 'ended', 'sort', 'page'),
  component: lazyRouteComponent(() => import('./pages/persons/PersonsPage')),
});

const newPerson = createRoute({
  getParentRoute: () => root,
  path: '/persons/new',
  component: lazyRouteComponent(() => import('./pages/persons/NewPersonPage')),
});

const person = createRoute({
  getParentRoute: () => root,
  path: '/persons/$personId',
  validateSearch: only('view', 'organ', 'type', 'on', 'known'),
  component: lazyRouteComponent(() => import('./pages/persons/PersonPage')),
});

const plans = createRoute({
  getParentRoute: () => root,
  path: '/plans',
  validateSearch: only('q', 'state'),
  component: lazyRouteComponent(() => import('./pages/plans/PlansPage')),
});

const planFile = createRoute({
  getParentRoute: () => root,
  path: '/plans/file',
  component: lazyRouteComponent(() => import('./pages/plans/PlanFilePage')),
});

const plan = createRoute({
  getParentRoute: () => root,
  path: '/plans/$planId',
  validateSearch: only('q', 'only', 'sort', 'organ', 'type', 'effect', 'page'),
  component: lazyRouteComponent(() => import('./pages/plans/PlanPage')),
});

const chart = createRoute({
  getParentRoute: () => root,
  path: '/organisations/$organisationId/chart',
  validateSearch: only('root', 'depth', 'on'),
  component: lazyRouteComponent(() => import('./pages/chart/ChartPage')),
});

const imports = createRoute({
  getParentRoute: () => root,
  path: '/imports',
  component: lazyRouteComponent(() => import('./pages/imports/ImportsPage')),
});

const newImport = createRoute({
  getParentRoute: () => root,
  path: '/imports/new',
  validateSearch: only('file', 'encoding', 'separator'),
  component: lazyRouteComponent(() => import('./pages/imports/NewImportPage')),
});

const oneImport = createRoute({
  getParentRoute: () => root,
  path: '/imports/$importId',
  validateSearch: only('page'),
  component: lazyRouteComponent(() => import('./pages/imports/ImportPage')),
});

const areas = createRoute({
  getParentRoute: () => root,
  path: '/area-changes',
  component: lazyRouteComponent(() => import('./pages/areas/AreasPage')),
});

const newArea = createRoute({
  getParentRoute: () => root,
  path: '/area-changes/new',
  component: lazyRouteComponent(() => import('./pages/areas/NewAreaPage')),
});

const area = createRoute({
  getParentRoute: () => root,
  path: '/area-changes/$areaChangeId',
  validateSearch: only('page'),
  component: lazyRouteComponent(() => import('./pages/areas/AreaPage')),
});

const runs = createRoute({
  getParentRoute: () => root,
  path: '/runs',
  component: lazyRouteComponent(() => import('./pages/runs/RunsPage')),
});

const run = createRoute({
  getParentRoute: () => root,
  path: '/runs/$service/$runId',
  validateSearch: only('result', 'page'),
  component: lazyRouteComponent(() => import('./pages/runs/RunPage')),
});

const status = createRoute({
  getParentRoute: () => root,
  path: '/status',
  component: lazyRouteComponent(() => import('./pages/runs/StatusPage')),
});

const tree = root.addChildren([
  home,
  organs,
  organ,
  actions,
  jubilees,
  reports,
  persons,
  newPerson,
  person,
  plans,
  planFile,
  plan,
  chart,
  imports,
  newImport,
  oneImport,
  areas,
  newArea,
  area,
  runs,
  run,
  status,
]);

export const makeRouter = (queries: QueryClient) =>
  createRouter({
    routeTree: tree,
    context: { queries },
    parseSearch,
    stringifySearch,
    scrollRestoration: true,
    defaultPreload: 'intent',
    defaultPendingMs: 150,
    defaultPendingComponent: () => <Skeleton />,
    defaultErrorComponent: Crashed,
    defaultNotFoundComponent: Missing,
  });

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
