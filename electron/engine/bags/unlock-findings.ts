import { deploymentUnder, heldText } from '../../../shared/domain/bags/decisions';
import { versionsOf } from '../../../shared/domain/bags/difference';
import type { BagState } from '../../../shared/domain/bags/machine';
import type { PipelineRecords } from '../../../shared/domain/bags/pipeline-records';
import type { BagDeployment } from '../../../shared/domain/bags/records';
import { jobName } from '../../../shared/domain/estate/bags-pipeline';
import { isUnfinished } from '../../../shared/domain/hold/hold-state';
import type { BagIntent } from '../../../shared/domain/operation/intent';
import { titleOf } from '../../../shared/domain/operation/intent';
import { type Finding, finding } from '../../../shared/domain/preflight/finding';
import { isHiddenThere } from '../steps/wait';
import type { World } from '../world';
import { bagPipelines } from './pipelines';
import { workflowsOf } from './workflow-labels';

/** A deploy that failed or was lost sight of may have left a sync running that it started. */
const mayStillDeploy: ReadonlySet<BagState> = new Set([
  'deploying',
  'deploy-failed',
  'deploy-unknown',
  'unknown',
]);

/** Whether anything of the lock's deployment still runs: what must have ended before anybody unlocks by force. */
export function unlockFindings(
  world: World,
  intent: Extract<BagIntent, { kind: 'force-unlock' }>,
  records: PipelineRecords,
  at: string,
): Finding[] {
  const { environment, pipeline } = intent;
  const { lock } = records.environment(environment);
  if (!lock?.ok || !lock.value.held) {
    const text = lock && !lock.ok ? lock.failure.message : `${environment} is not locked.`;
    return [finding('other', 'block', text, at)];
  }
  const { held, token } = lock.value;
  if (token !== intent.token)
    return [
      finding(
        'environment-moved',
        'block',
        `The lock changed after you opened this. ${heldText(environment, held)}`,
        at,
      ),
    ];
  const own = world.open().find(({ id }) => id === held.operation);
  if (own)
    return [
      finding(
        'still-running',
        'block',
        `Its operation is still running on this console: ${titleOf(own.intent)}.`,
        `Operation ${own.id}.`,
      ),
    ];
  const deployment = deploymentUnder(records, environment, token);
  const found: Finding[] = [];
  const cluster = world.clusters.get(environment);
  const freshness = cluster?.view.freshness('workflows').state ?? 'absent';
  const isKept = cluster !== undefined && isHiddenThere(cluster, 'workflows');
  if (deployment && cluster) {
    const running = workflowsOf(cluster, pipeline, deployment.operation).filter(isUnfinished);
    if (running.length > 0)
      found.push(
        finding(
          'still-running',
          'block',
          `Still running: ${running.map(({ name }) => name).join(', ')}.`,
          `Workflows of its operation in ${environment}.`,
        ),
      );
    const services = Object.keys(versionsOfBag(records, deployment.bag));
    const syncing = services.flatMap((service) =>
      cluster.view
        .applications(service)
        .filter((one) => one.operation?.phase === 'Running')
        .map((one) => one.name),
    );
    if (mayStillDeploy.has(deployment.state) && syncing.length > 0)
      found.push(
        finding(
          'still-running',
          'block',
          `Argo CD is still syncing ${syncing.join(', ')}.`,
          `Applications in ${environment}.`,
        ),
      );
  }
  if (deployment && freshness !== 'live')
    found.push(
      finding(
        'holder-may-run',
        'unknown',
        isKept
          ? `Workflows in ${environment} are not visible to you, so Signalbox can’t tell whether anything is still running.`
          : `The ${environment} cluster is unreachable, so Signalbox can’t tell whether anything is still running.`,
        'Watched by this console.',
      ),
    );
  else if (deployment ? ['deploying', 'deployed', 'testing'].includes(deployment.state) : held.kind === 'bag')
    found.push(
      finding(
        'holder-may-run',
        'unknown',
        `${held.by}'s console may still be running this: nothing is running in the cluster now, but the operation has not reported its end.`,
        `State in the release repo: ${deployment?.state ?? 'locked'}.`,
      ),
    );
  const atGitHub = deployment && mayRunUnseen(deployment) ? jobsAtGitHub(world, pipeline, environment) : [];
  if (atGitHub.length > 0)
    found.push(
      finding(
        'holder-may-run',
        'unknown',
        `Can’t tell whether ${atGitHub.join(', ')} is still running on GitHub.`,
        'Only the console that started a GitHub run follows it.',
      ),
    );
  return found;
}

/** Jobs of an environment that run at GitHub, where no watch of this console sees them. */
function jobsAtGitHub(world: World, pipeline: string, environment: string): string[] {
  const stage = bagPipelines(world.estate).find(({ name }) => name === pipeline)?.stages[environment];
  return [...(stage?.deploy ?? []), ...(stage?.tests ?? [])]
    .filter(({ kind }) => kind === 'github-workflow')
    .map(jobName);
}

/** Whether a job of the deployment may run that nobody saw the end of. */
const mayRunUnseen = ({ state, tests }: BagDeployment): boolean =>
  ['deploying', 'deploy-unknown', 'deployed', 'testing'].includes(state) ||
  Object.values(tests).includes('unknown');

const versionsOfBag = (records: PipelineRecords, bag: number): Record<string, string> => {
  const found = records.bags.get(bag);
  return found?.ok ? versionsOf(found.value.services) : {};
};
