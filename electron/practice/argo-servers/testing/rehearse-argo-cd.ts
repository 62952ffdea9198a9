import { join } from 'node:path';
import type { PracticeRights } from '../../../../shared/domain/practice/rights';
import { usualArgoSessions } from '../../../systems/practice/argo-sessions';
import { type Cluster, MemoryRepo, rehearsalApps, startCluster } from '../../controllers/rehearsal';
import { consoleUser } from '../../estate/people';
import { standardRights } from '../../rights/standard-rights';
import { type ArgoAccounts, argoAccounts, endArgoSessions } from '../accounts';
import { startArgoCdServer } from '../argo-cd/server';
import type { GatewayServer } from '../gateway-server';
import { type NotingProxy, startNotingProxy } from './noting-proxy';
import { readSwagger } from './swagger-description';

/** Argo CD's server over a cluster with its controllers, reached over a proxy that notes what passes. */
export interface ArgoCdRehearsal {
  cluster: Cluster;
  repo: MemoryRepo;
  server: GatewayServer;
  /** Where it is reached. */
  url: string;
  accounts: ArgoAccounts;
  /** The console's person's token; a new one at each call. */
  token(): string;
  endSessions(): void;
  /** What of all that has passed does not fit Argo CD's own description. */
  problems(): string[];
  /** Operations of the description that nothing was asked of. */
  unmet(): string[];
  noted: NotingProxy['noted'];
  /** Ends the server; the cluster ends with `stopRehearsals`. */
  close(): Promise<void>;
}

const argoCdSwagger = join(import.meta.dirname, '../argo-cd/argo-cd-swagger.jsonl');

/** @param options.rights `everything`: the person may do everything, else what GOV.UK's people may in production. */
export async function rehearseArgoCd(
  options: { rights?: PracticeRights; repo?: MemoryRepo } = {},
): Promise<ArgoCdRehearsal> {
  const repo = options.repo ?? new MemoryRepo(['integration', 'staging', 'production'], rehearsalApps, 'v1');
  const cluster = await startCluster({ repo });
  const sessions = usualArgoSessions();
  const accounts = argoAccounts({
    environment: 'production',
    system: 'argo-cd',
    secret: 'a secret',
    rights: () => standardRights(options.rights ?? 'everything'),
    sessions: () => sessions,
  });
  const server = await startArgoCdServer({
    store: cluster.store,
    logs: cluster.logs,
    accounts,
    now: () => new Date(),
  });
  const proxy = await startNotingProxy(server.url);
  const swagger = readSwagger(argoCdSwagger);
  return {
    cluster,
    repo,
    server,
    url: proxy.url,
    accounts,
    token: () => accounts.signIn(consoleUser.login).token,
    endSessions: () => endArgoSessions(sessions, {}),
    problems: () => [...new Set(proxy.noted.flatMap(swagger.problems))],
    unmet: () => swagger.operations.filter((one) => !swagger.met.has(one)),
    noted: proxy.noted,
    async close() {
      await proxy.close();
      await server.close();
    },
  };
}
