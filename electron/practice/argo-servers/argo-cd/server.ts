import type { IncomingMessage, ServerResponse } from 'node:http';
import type { LogStore } from '../../cluster/container-logs';
import type { ClusterStore } from '../../cluster/store';
import type { ArgoAccounts } from '../accounts';
import { answer, GatewayError, refuse } from '../gateway';
import { type GatewayRoutes, type GatewayServer, startGateway } from '../gateway-server';
import {
  getApplication,
  listApplications,
  listProjects,
  patchApplication,
  putApplication,
  streamApplications,
  syncApplication,
  syncWindows,
  terminateOperation,
} from './applications';
import { type Backend, permits } from './backend';
import { canI } from './can-i';
import { podLogs } from './logs';
import {
  liveResource,
  managedResources,
  patchLiveResource,
  resourceTree,
  streamResourceTree,
} from './resources';

const routes: GatewayRoutes<Backend> = [
  ['GET /api/v1/account/can-i/{resource}/{action}/{subresource=**}', canI],
  ['GET /api/v1/projects', listProjects],
  ['GET /api/v1/applications', listApplications],
  ['GET /api/v1/applications/{name}', getApplication],
  ['PATCH /api/v1/applications/{name}', patchApplication],
  ['PUT /api/v1/applications/{name}', putApplication],
  ['POST /api/v1/applications/{name}/sync', syncApplication],
  ['DELETE /api/v1/applications/{name}/operation', terminateOperation],
  ['GET /api/v1/applications/{name}/syncwindows', syncWindows],
  ['GET /api/v1/applications/{name}/resource', liveResource],
  ['POST /api/v1/applications/{name}/resource', patchLiveResource],
  ['GET /api/v1/applications/{name}/logs', podLogs],
  ['GET /api/v1/applications/{applicationName}/resource-tree', resourceTree],
  ['GET /api/v1/applications/{applicationName}/managed-resources', managedResources],
  ['GET /api/v1/stream/applications', streamApplications],
  ['GET /api/v1/stream/applications/{applicationName}/resource-tree', streamResourceTree],
];

/**
 * Argo CD's own server (argocd-server 3.5) over a practice cluster: its REST API as grpc-gateway serves it, as far as
 * Signalbox asks. Held against the published description in `argo-cd-server.test.ts`.
 * @param options.signIn see {@link startGateway}.
 */
export function startArgoCdServer(options: {
  store: ClusterStore;
  logs: LogStore;
  accounts: ArgoAccounts;
  now: () => Date;
  port?: number | undefined;
  signIn?: (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;
}): Promise<GatewayServer> {
  const { store, logs, accounts, now, port, signIn } = options;
  return startGateway<Backend>({
    routes,
    backend(own) {
      const person: Backend['person'] = ({ request }) => {
        const found = accounts.personOf(request.headers);
        if (!found) throw new GatewayError('Unauthenticated', 'no session information');
        return found;
      };
      return {
        ...own,
        store,
        logs,
        now,
        person,
        demand(exchange, action) {
          if (!permits(person(exchange), action))
            throw new GatewayError('PermissionDenied', 'permission denied');
        },
      };
    },
    before(line, request, response) {
      if (line === 'GET /api/version') {
        answer(response, { Version: 'v3.5.4+practice' });
        return true;
      }
      // Before who asks is looked at (`enforceContentTypes`, server/server.go).
      if (request.method === 'GET' || request.headers['content-type']?.toLowerCase() === 'application/json')
        return false;
      response.writeHead(415, { 'content-type': 'text/plain; charset=utf-8' }).end('Invalid content type\n');
      return true;
    },
    refuse,
    signIn,
    port,
  });
}
