import type { Intent } from '../../../shared/domain/operation';
import { shortVersion } from '../../../shared/domain/version';
import type { StepContext, StepEnd } from '../operation-context';
import { askPatiently } from './outside';
import {
  clusterMoves,
  isTimedOut,
  ledgerMoves,
  noCluster,
  notLive,
  ranOut,
  superseded,
  waitUntil,
} from './wait';

/** Asks Argo CD for a look at the parent Application; what is refused is said and Argo's own polling does it. */
export async function refreshParent(context: StepContext<Intent>, environment: string): Promise<void> {
  const cluster = context.world.clusters.get(environment);
  if (!cluster) return;
  const parent = cluster.actions.parentApplication;
  const effect = `refresh:${environment}/${parent}`;
  context.waiting(`Argo CD in ${environment} to look at the new commit (refresh of ${parent}).`);
  context.intend(effect, `Refresh ${parent} in ${environment}.`);
  const answer = await askPatiently(context, cluster, context.world.limits.nudge, (signal) =>
    cluster.actions.refresh(parent, 'normal', signal),
  );
  if (isTimedOut(answer))
    context.result(effect, { outcome: 'unknown', text: `${environment} could not be asked to refresh.` });
  else if (answer.ok) context.result(effect, { outcome: 'done', text: `Asked ${parent} to refresh.` });
  else
    context.result(effect, {
      outcome: 'not-done',
      text: `${parent} could not be refreshed: ${answer.failure.message} Argo CD looks by itself every 3 minutes.`,
    });
}

/**
 * Brings a commit to Argo CD's notice: refreshes the parent Application (app of apps) and waits until every
 * Application of the app carries the wanted `imageTag`. Refreshing the parent does not refresh the children.
 */
export const nudge =
  (version: string) =>
  async (context: StepContext): Promise<StepEnd> => {
    const { environment } = context.intent;
    if (context.world.clusters.has(environment)) await refreshParent(context, environment);
    return versionArrives(version)(context);
  };

/** Waits until every Application of the app carries the wanted `imageTag`. */
export const versionArrives =
  (version: string) =>
  async (context: StepContext): Promise<StepEnd> => {
    const { world, intent } = context;
    const { app, environment } = intent;
    const cluster = world.clusters.get(environment);
    if (!cluster) return noCluster(environment);
    const wanted = shortVersion(version);
    const parent = cluster.actions.parentApplication;
    const found = await waitUntil<StepEnd>(context, {
      limit: world.limits.nudge,
      sources: [clusterMoves(cluster, app, parent), ledgerMoves(world)],
      look: () => {
        const over = superseded(context, version);
        if (over) return { done: over };
        const away = notLive(cluster, 'applications');
        if (away !== null) return { waitingFor: away };
        const applications = cluster.view.applications(app);
        if (applications.length === 0)
          return { waitingFor: `An Application of ${app} in ${environment}: none is seen.` };
        const behind = applications.filter((one) => one.version !== version);
        if (behind.length === 0)
          return { done: { state: 'succeeded', text: `Argo CD in ${environment} wants ${wanted}.` } };
        const told = cluster.view.application(parent)?.conditions.find((one) => one.type.endsWith('Error'));
        const trouble = told ? ` ${parent} reports ${told.type}: ${told.message}` : '';
        const names = behind.map((one) => one.name).join(', ');
        return { waitingFor: `${parent} to give ${names} the version ${wanted}.${trouble}` };
      },
    });
    return isTimedOut(found) ? ranOut(found, world.limits.nudge) : found;
  };
