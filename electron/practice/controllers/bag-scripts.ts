import { migration, type Program } from './container-programs';
import type { ControllerContext } from './controller-context';
import type { Application } from './kubernetes-shapes';
import { argoNamespace } from './render';
import { suiteTest } from './suite-test';

/** The service whose migrations db-setup runs. */
export const migratingService = 'notify-api';

/**
 * What the workflows of an environment run that bags come to: `terraform-apply`, `db-setup` and the test suites.
 * @returns undefined for a command of another name.
 */
export function bagProgram(
  context: ControllerContext,
  command: string,
  input: (name: string) => string,
): Program | undefined {
  const { environment, faults, bags } = context;
  if (command === 'terraform-apply') return terraformApply(environment);
  if (command === 'db-setup') {
    const version = input('imageTag');
    return migration(version, faults.migrationFails?.(migratingService, version, environment) ?? false);
  }
  if (!bags?.suites.includes(command)) return undefined;
  return suiteTest({
    suite: command,
    environment,
    outcome: () =>
      faults.suiteOutcome?.({
        suite: command,
        environment,
        versions: runningVersions(context),
        strict: command === bags.suites[0],
      }) ?? 'pass',
  });
}

/** What Argo CD was told to run, by app. */
function runningVersions(context: ControllerContext): Map<string, string> {
  const versions = new Map<string, string>();
  for (const app of context.store.list<Application>('Application', { namespace: argoNamespace })) {
    const { repoName, imageTag } = app.metadata.annotations ?? {};
    if (repoName && imageTag) versions.set(repoName, imageTag);
  }
  return versions;
}

/** Terraform's output when there is nothing to change: about six seconds. */
function terraformApply(environment: string): Program {
  return async ({ log, wait }) => {
    log('Initializing the backend...');
    await wait(1);
    log('Acquiring state lock. This may take a few moments...');
    await wait(1);
    for (const resource of ['aws_sqs_queue.notify', 'aws_s3_bucket.letters', 'aws_ecs_cluster.notify']) {
      log(`${resource}: Refreshing state... [id=${environment}-${resource.split('.')[1]}]`);
      await wait(1);
    }
    log('No changes. Your infrastructure matches the configuration.');
    log('Releasing state lock. This may take a few moments...');
    await wait(1);
    log('Apply complete! Resources: 0 added, 0 changed, 0 destroyed.');
    return 0;
  };
}
