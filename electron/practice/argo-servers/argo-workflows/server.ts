import type { IncomingMessage, ServerResponse } from 'node:http';
import type { LogStore } from '../../cluster/container-logs';
import type { ClusterStore } from '../../cluster/store';
import type { ArgoAccounts } from '../accounts';
import { answer, GatewayError, refusalOf } from '../gateway';
import { type GatewayRoutes, type GatewayServer, startGateway } from '../gateway-server';
import type { WorkflowArchive } from './archive';
import { getArchived, listArchived, resubmitArchived, retryArchived } from './archived';
import type { Backend } from './backend';
import { storedLog, workflowLogs } from './logs';
import {
  changeWorkflow,
  createWorkflow,
  getWorkflow,
  listWorkflows,
  streamWorkflows,
  submitWorkflow,
} from './workflows';

/** As `DefaultHTTPProtoErrorHandler` of grpc-gateway 1.16 answers, which this server is set to use (`newHTTPServer`). */
function refuse(response: ServerResponse, error: unknown): void {
  const { grpc, http, message } = refusalOf(error);
  if (response.headersSent) response.destroy();
  else answer(response, { code: grpc, message }, http);
}

const routes: GatewayRoutes<Backend> = [
  ['GET /api/v1/workflows/{namespace}', listWorkflows],
  ['POST /api/v1/workflows/{namespace}', createWorkflow],
  ['POST /api/v1/workflows/{namespace}/submit', submitWorkflow],
  ['GET /api/v1/workflows/{namespace}/{name}', getWorkflow],
  ['PUT /api/v1/workflows/{namespace}/{name}/retry', changeWorkflow('retry')],
  ['PUT /api/v1/workflows/{namespace}/{name}/stop', changeWorkflow('stop')],
  ['PUT /api/v1/workflows/{namespace}/{name}/terminate', changeWorkflow('terminate')],
  ['PUT /api/v1/workflows/{namespace}/{name}/suspend', changeWorkflow('suspend')],
  ['PUT /api/v1/workflows/{namespace}/{name}/resume', changeWorkflow('resume')],
  ['GET /api/v1/workflows/{namespace}/{name}/log', workflowLogs],
  ['GET /artifact-files/{namespace}/{kind}/{id}/{node}/outputs/{artifact}', storedLog],
  ['GET /api/v1/workflow-events/{namespace}', streamWorkflows],
  ['GET /api/v1/archived-workflows', listArchived],
  ['GET /api/v1/archived-workflows/{uid}', getArchived],
  ['PUT /api/v1/archived-workflows/{uid}/resubmit', resubmitArchived],
  ['PUT /api/v1/archived-workflows/{uid}/retry', retryArchived],
];

/**
 * Argo Workflows' own server (4.0) over a practice cluster: its REST API as grpc-gateway serves it, as far as Signalbox
 * asks.
 * @param options.signIn see {@link startGateway}.
 */
export function startArgoWorkflowsServer(options: {
  store: ClusterStore;
  logs: LogStore;
  archive: WorkflowArchive;
  accounts: ArgoAccounts;
  now: () => Date;
  port?: number | undefined;
  signIn?: (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;
  bookmarkEvery?: number;
}): Promise<GatewayServer> {
  const { accounts, store, logs, archive, now, port, signIn } = options;
  return startGateway<Backend>({
    routes,
    backend: (own) => ({
      ...own,
      store,
      logs,
      archive,
      now,
      person({ request }) {
        const person = accounts.personOf(request.headers);
        if (!person)
          throw new GatewayError(
            'Unauthenticated',
            'token not valid. see https://argo-workflows.readthedocs.io/en/latest/faq/',
          );
        return person;
      },
      bookmarkEvery: options.bookmarkEvery ?? 60_000,
    }),
    before(line, request, response, backend) {
      if (line !== 'GET /api/v1/version') return false;
      backend.person({ request });
      answer(response, { version: 'v4.0.0+practice' });
      return true;
    },
    refuse,
    signIn,
    port,
  });
}
