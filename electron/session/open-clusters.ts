import { type ArgoSystem, argoServerOf } from '../../shared/domain/estate/argo-servers';
import { clusterOf, type EnvironmentCluster } from '../../shared/domain/estate/cluster-of';
import type { Estate } from '../../shared/domain/estate/estate';
import type { Log } from '../log/log';
import { type ArgoServerDoors, observeCluster } from '../observation/observe-cluster';
import type { Cluster } from '../observation/types';
import { connectServer } from '../systems/argo/server/server-connection';
import type { ServerSessions } from '../systems/argo/server/server-session';
import { defaultKubeconfigFiles } from '../systems/kubernetes/kubeconfig';
import { connectPatiently } from '../systems/kubernetes/patient-connection';
import { isOneOf } from '../systems/kubernetes/trust';
import type { Connection } from '../systems/kubernetes/types';
import type { Consents } from './consents';

/**
 * Opens every environment's cluster. One without a kubeconfig's context is not asked for at its Kubernetes API. A
 * kubeconfig that the estate file names came from wherever that came from, so what it would run is asked about first; the
 * person's own one is followed as kubectl would. How the estate file has a login command run is asked about whichever
 * kubeconfig it is.
 * @param options.ownKubeconfigs the kubeconfigs that the estate file names are our own (the practice estate).
 */
export async function openClusters(options: {
  environments: Estate['environments'];
  consents: Consents;
  /** Of the people's accounts at Argo's own servers. */
  sessions: ServerSessions;
  ownKubeconfigs: boolean;
  log: Log;
}): Promise<Map<string, Cluster>> {
  const { log } = options;
  const clusters = new Map<string, Cluster>();
  for (const each of options.environments) {
    const { name } = each;
    const cluster = clusterOf(each);
    if (!cluster) continue;
    const { context } = cluster;
    const place = { environment: name, ...cluster };
    const argo = serversOf(each, options.sessions);
    if (context === undefined) {
      clusters.set(name, observeCluster({ connection: null, place, argo, log }));
      continue;
    }
    const connection = await clusterConnection(name, { ...cluster, context }, options);
    clusters.set(name, observeCluster({ connection, place, argo, log }));
  }
  return clusters;
}

/** Connects to an environment's cluster. What the kubeconfig would run waits for the person, as everywhere. */
export async function clusterConnection(
  environment: string,
  { context, kubeconfig, exec }: EnvironmentCluster & { context: string },
  options: { consents: Consents; ownKubeconfigs: boolean },
): Promise<Connection> {
  const own = defaultKubeconfigFiles();
  const isOwn = options.ownKubeconfigs || kubeconfig === undefined || (await isOneOf(kubeconfig, own));
  // A kubeconfig without this context is that environment's cluster out of reach, not one that is not there.
  return connectPatiently({
    context,
    ...(kubeconfig ? { kubeconfig: [kubeconfig] } : {}),
    ...(exec ? { exec } : {}),
    ...(!isOwn || exec ? { trust: { gate: options.consents.gateOf(environment), isOwn } } : {}),
  });
}

/** Argo's own servers, as far as the estate names them. Nothing is sent before somebody signs in. */
function serversOf(
  { name, argo }: Estate['environments'][number],
  sessions: ServerSessions,
): ArgoServerDoors {
  const serverOf = (system: ArgoSystem) => {
    const server = argoServerOf(argo, system);
    if (!server) return undefined;
    const place = { environment: name, system, url: server.url };
    const session = sessions.of(place);
    const { prefer } = server;
    const isSignedIn = () => session.credential() !== null;
    return { connection: connectServer({ place, session }), prefer, isSignedIn };
  };
  return { cd: serverOf('argo-cd'), workflows: serverOf('argo-workflows') };
}
