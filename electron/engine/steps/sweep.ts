import { environmentBefore } from '../../../shared/domain/estate/chain';
import type { Failure } from '../../../shared/domain/failure/failure';
import { bringsAutomaticDeploy, carrierTemplates, mayPromote } from '../../../shared/domain/hold/hold-state';
import type { Intent } from '../../../shared/domain/operation/intent';
import { hidingCodes } from '../../../shared/domain/rollout/cluster-status';
import type { Workflow } from '../../../shared/domain/workflows/workflow';
import type { Cluster } from '../../observation/types';
import type { StepContext } from '../operation-context';
import { askPatiently } from './outside';
import { postSyncTemplate } from './tests';
import { isHiddenThere, isTimedOut, untilAsked } from './wait';

/**
 * What a sweep found: promotions that are still not over, and where it may not look; or why it could not.
 */
export type Swept = { left: Workflow[]; hidden: string[] } | { couldNot: Failure | 'no-answer' };

/** Refused for as long as nobody changes the person's rights or the estate file. */
const isKept = (why: Failure | 'no-answer'): boolean => why !== 'no-answer' && hidingCodes.has(why.code);

async function running(
  context: StepContext<Intent>,
  { cluster, app, template, counts }: PromotionTemplate,
): Promise<Workflow[] | { couldNot: Failure | 'no-answer' }> {
  // Past the watches: a view that is a moment behind would miss the very workflow that promotes.
  const answer = await askPatiently(
    context,
    cluster,
    context.world.limits.hold,
    (signal) => cluster.actions.readWorkflows(app === null ? { template } : { app, template }, signal),
    'workflows',
  );
  if (isTimedOut(answer)) return { couldNot: 'no-answer' };
  return answer.ok ? answer.value.filter(counts) : { couldNot: answer.failure };
}

/** Where promotions may be on their way, and which workflows there are ones. */
export interface PromotionTemplate {
  cluster: Cluster;
  /** `null`: of any app. */
  app: string | null;
  template: string;
  counts: (workflow: Workflow) => boolean;
}

/**
 * Where a promotion of the app may be on its way: post-sync workflows in the environment before (they carry the old
 * answer in their parameters), automatic deploys that already began in the environment itself, and where another version is brought, the
 * tests of the version that is given up there, which would carry it on to the next environment.
 */
function places(context: StepContext): PromotionTemplate[] {
  const { world, intent } = context;
  const name = environmentBefore(world.estate, intent.environment);
  const before = name === null ? undefined : world.clusters.get(name);
  const here = world.clusters.get(intent.environment);
  const found: PromotionTemplate[] = [];
  if (before)
    found.push({ cluster: before, app: intent.app, template: postSyncTemplate, counts: mayPromote });
  if (!here) return found;
  for (const template of carrierTemplates)
    found.push({ cluster: here, app: intent.app, template, counts: bringsAutomaticDeploy });
  if ('version' in intent) {
    const givenUp = (workflow: Workflow): boolean =>
      mayPromote(workflow) && workflow.labels.imageTag !== intent.version;
    found.push({ cluster: here, app: intent.app, template: postSyncTemplate, counts: givenUp });
  }
  return found;
}

/** The promotions on their way, by what the watches say. */
export function promotionsSeen(context: StepContext): Workflow[] {
  const { app } = context.intent;
  return places(context).flatMap(({ cluster, template, counts }) =>
    cluster.view.workflows({ app, template }).filter(counts),
  );
}

/**
 * Looks straight into the clusters for promotions of the app that are on their way, and stops each. A stopped
 * workflow takes a moment to end: it is still listed. All places are looked at side by side: one cluster that is away
 * must not keep what runs in another from being stopped.
 */
export const sweep = (context: StepContext): Promise<Swept> => sweepPlaces(context, places(context));

/** The same where it is said. */
export async function sweepPlaces(
  context: StepContext<Intent>,
  where: readonly PromotionTemplate[],
): Promise<Swept> {
  const looks = await Promise.all(
    where.map(async (place) => {
      const { cluster } = place;
      const { environment } = cluster.view;
      await untilAsked(context, cluster, context.world.limits.hold, 'workflows');
      const found = isHiddenThere(cluster, 'workflows')
        ? { hidden: environment }
        : await running(context, place);
      if ('hidden' in found) return found;
      if ('couldNot' in found) return isKept(found.couldNot) ? { hidden: environment } : found;
      await Promise.all(
        found.filter(({ shutdown }) => shutdown === null).map((one) => stop(context, cluster, one)),
      );
      return found;
    }),
  );
  const failed = looks.find((look) => 'couldNot' in look);
  if (failed) return failed;
  return {
    left: looks.flatMap((look) => (Array.isArray(look) ? look : [])),
    hidden: [...new Set(looks.flatMap((look) => ('hidden' in look ? [look.hidden] : [])))],
  };
}

async function stop(context: StepContext<Intent>, cluster: Cluster, workflow: Workflow): Promise<void> {
  const { environment, namespace, name } = workflow;
  const effect = `stop:${environment}/${namespace}/${name}`;
  const what = `${workflow.template} workflow ${name} in ${environment}`;
  const tag = workflow.labels.imageTag;
  context.intend(effect, `Stop ${what}.`);
  const answer = await askPatiently(
    context,
    cluster,
    context.world.limits.hold,
    (signal) => cluster.actions.stopWorkflow(namespace, name, 'Stop', signal),
    'workflows',
  );
  if (isTimedOut(answer))
    context.result(effect, { outcome: 'unknown', text: `${what} could not be stopped.` });
  else if (!answer.ok)
    context.result(effect, {
      outcome: 'not-done',
      text: `${what} could not be stopped: ${answer.failure.message}`,
    });
  else
    context.result(effect, {
      outcome: 'done',
      text: answer.value.stopped
        ? `Stopped ${what}${tag ? `, which would have promoted ${tag}` : ''}.`
        : `${what} had already ended.`,
    });
}
