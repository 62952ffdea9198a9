import type { QueryClient } from '@tanstack/react-query';
import {
  createHashHistory,
  createRootRouteWithContext,
  createRoute,
  createRouter,
  Outlet,
  useLocation,
} from '@tanstack/react-router';
import { z } from 'zod';
import { useChangeEvents } from './data/events';
import { askFeedHead } from './data/history-queries';
import { AppScreen } from './screens/app/app-screen';
import { BagsScreen } from './screens/bags/bags-screen';
import { bagsSearchSchema } from './screens/bags/search';
import { BatchScreen } from './screens/batch/batch-screen';
import { batchSearchSchema } from './screens/batch/search';
import { BoardScreen } from './screens/board/board-screen';
import { boardSearchSchema } from './screens/board/search';
import { ClustersScreen } from './screens/clusters/clusters-screen';
import { CompareScreen } from './screens/compare/compare-screen';
import { compareSearchSchema } from './screens/compare/search';
import { ConnectScreen } from './screens/connect/connect-screen';
import { DeploySheet } from './screens/deploy/deploy-sheet';
import { DiagnosticsScreen } from './screens/diagnostics/diagnostics-screen';
import { FiguresScreen } from './screens/figures/figures-screen';
import { figuresSearchSchema } from './screens/figures/search';
import { FreezeSheet } from './screens/freezes/freeze-sheet';
import { FreezesScreen } from './screens/freezes/freezes-screen';
import { HistoryScreen } from './screens/history/history-screen';
import { filterOf, historySearchSchema } from './screens/history/search';
import { LicencesScreen } from './screens/licences/licences-screen';
import { LogsScreen } from './screens/logs/logs-screen';
import { OperationScreen } from './screens/operation/operation-screen';
import { OperationsScreen } from './screens/operations/operations-screen';
import { ActionSheet } from './screens/pipeline-action/action-sheet';
import { PracticeScreen } from './screens/practice/practice-screen';
import { ConnectionsScreen } from './screens/settings/connections-screen';
import { SettingsScreen } from './screens/settings/settings-screen';
import { VersionScreen } from './screens/version/version-screen';
import { WelcomeScreen } from './screens/welcome/welcome-screen';
import { workflowsSearchSchema } from './screens/workflows/search';
import { WorkflowsScreen } from './screens/workflows/workflows-screen';
import { ErrorBoundary, FaultPage } from './shell/error-boundary';
import { Frame } from './shell/frame';
import { useColourScheme } from './shell/use-colour-scheme';
import { Empty } from './ui/layout/panel';

/** Where no estate is needed there is no frame around the page: everything in it speaks of one. */
const isFrameless = (pathname: string): boolean => /^\/(welcome|connect)(\/|$)/.test(pathname);

function Root() {
  useChangeEvents();
  useColourScheme();
  const frameless = useLocation({ select: ({ pathname }) => isFrameless(pathname) });
  if (frameless)
    return (
      <ErrorBoundary place="This screen">
        <Outlet />
      </ErrorBoundary>
    );
  return (
    <Frame
      sheet={
        <>
          <DeploySheet />
          <ActionSheet />
          <FreezeSheet />
        </>
      }
    >
      <Outlet />
    </Frame>
  );
}

const rootRoute = createRootRouteWithContext<{ queries: QueryClient }>()({
  component: Root,
  errorComponent: ({ error }) => (
    <FaultPage place="This screen" error={error instanceof Error ? error : new Error(String(error))} />
  ),
  notFoundComponent: () => (
    <Empty title="Page not found">This link or address doesn’t match any screen of Signalbox.</Empty>
  ),
});

const boardRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/',
  validateSearch: boardSearchSchema,
  component: BoardScreen,
});
const batchRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/batch/$environment',
  validateSearch: batchSearchSchema,
  component: BatchScreen,
});
const appRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/apps/$app',
  validateSearch: z.object({
    environment: z.string().optional().catch(undefined),
    /** What is to be in sight first; `rollback` opens the sheet in which one is looked at. */
    look: z.enum(['rollout', 'rollback']).optional().catch(undefined),
  }),
  component: AppScreen,
});
const versionRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/apps/$app/versions/$version',
  component: VersionScreen,
});
const historyRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/history',
  validateSearch: historySearchSchema,
  beforeLoad: ({ search, context }) => askFeedHead(context.queries, filterOf(search)),
  component: HistoryScreen,
});
const figuresRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/history/figures',
  validateSearch: figuresSearchSchema,
  component: FiguresScreen,
});
const compareRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/history/compare',
  validateSearch: compareSearchSchema,
  component: CompareScreen,
});
const operationsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/operations',
  component: OperationsScreen,
});
const operationRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/operations/$operationId',
  component: OperationScreen,
});
const clustersRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/clusters',
  validateSearch: z.object({ environment: z.string().optional().catch(undefined) }),
  component: ClustersScreen,
});
const logsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/logs/$environment/$app',
  component: LogsScreen,
});
const workflowsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/workflows',
  validateSearch: workflowsSearchSchema,
  component: WorkflowsScreen,
});
const practiceRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/practice',
  component: PracticeScreen,
});
const settingsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/settings',
  component: SettingsScreen,
});

const connectionsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/connections',
  component: ConnectionsScreen,
});

const diagnosticsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/diagnostics',
  component: DiagnosticsScreen,
});

const licencesRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/licences',
  component: LicencesScreen,
});

const freezesRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/freezes',
  component: FreezesScreen,
});

const bagsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/pipelines/$pipeline',
  validateSearch: bagsSearchSchema,
  component: BagsScreen,
});

const welcomeRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/welcome',
  component: WelcomeScreen,
});
const connectRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/connect',
  component: ConnectScreen,
});

const routeTree = rootRoute.addChildren([
  boardRoute,
  batchRoute,
  appRoute,
  versionRoute,
  historyRoute,
  figuresRoute,
  compareRoute,
  operationsRoute,
  operationRoute,
  clustersRoute,
  freezesRoute,
  bagsRoute,
  logsRoute,
  workflowsRoute,
  practiceRoute,
  settingsRoute,
  diagnosticsRoute,
  licencesRoute,
  connectionsRoute,
  welcomeRoute,
  connectRoute,
]);

/** The screens and their typed addresses, kept in the hash: a reload under app:// finds the same page. */
export function createAppRouter(queries: QueryClient) {
  return createRouter({
    routeTree,
    context: { queries },
    history: createHashHistory(),
    defaultPendingMinMs: 0,
    defaultStructuralSharing: true,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
