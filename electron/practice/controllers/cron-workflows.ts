import { type ControllerContext, later, nowOf } from './context';
import { ownerOf } from './deployments';
import { fittedName } from './names';
import type { CronWorkflow, Workflow } from './objects';
import { appsNamespace } from './render';

/** The label by which a Workflow names the CronWorkflow that made it. */
const cronLabel = 'workflows.argoproj.io/cron-workflow';
/** How many ended Workflows of each outcome are kept. */
const historyLimit = 10;
/** Practice seconds from the start until the first run, when it is due. */
const firstSeconds = 20;

/**
 * Runs the periodic test suite of an environment: a CronWorkflow, and a Workflow of its template every so often. Only
 * waits are shortened in practice time, so it counts seconds instead of looking at the wall's clock.
 */
export function startCronWorkflows(context: ControllerContext): void {
  const periodic = context.bags?.periodic;
  if (!periodic) return;
  const { suite, everySeconds } = periodic;
  const name = `periodic-${suite}`;
  if (!context.store.get('CronWorkflow', appsNamespace, name))
    context.store.create<CronWorkflow>('CronWorkflow', {
      metadata: { name, namespace: appsNamespace },
      spec: {
        schedules: [`*/${Math.round(everySeconds / 60)} * * * *`],
        concurrencyPolicy: 'Forbid',
        successfulJobsHistoryLimit: historyLimit,
        failedJobsHistoryLimit: historyLimit,
        workflowSpec: { workflowTemplateRef: { name: suite } },
      },
    });
  const tick = (seconds: number): void =>
    later(context, seconds, () => {
      run(context, name);
      tick(everySeconds);
    });
  tick(firstSeconds);
}

function run(context: ControllerContext, name: string): void {
  const { store } = context;
  const cron = store.get<CronWorkflow>('CronWorkflow', appsNamespace, name);
  if (!cron || cron.spec.suspend) return;
  const made = store.list<Workflow>('Workflow', {
    namespace: appsNamespace,
    labelSelector: `${cronLabel}=${name}`,
  });
  const ended = (phase: string): Workflow[] =>
    made
      .filter(
        (one) => (phase === 'Succeeded') === (one.status?.phase === 'Succeeded') && one.status?.finishedAt,
      )
      .sort((a, b) => (a.status?.finishedAt ?? '').localeCompare(b.status?.finishedAt ?? ''));
  for (const old of [ended('Succeeded'), ended('Failed')].flatMap((list) => list.slice(0, -historyLimit)))
    store.delete('Workflow', appsNamespace, old.metadata.name);
  if (made.some((one) => !one.status?.finishedAt)) return;
  const now = nowOf(context);
  const workflow = store.create<Workflow>('Workflow', {
    metadata: {
      // Argo's are the seconds of the schedule; here several may fall into one.
      name: fittedName(name, `-${context.clock.now().getTime()}`),
      namespace: appsNamespace,
      labels: { [cronLabel]: name },
      annotations: { 'workflows.argoproj.io/scheduled-time': now },
      ownerReferences: [ownerOf(cron)],
    },
    spec: cron.spec.workflowSpec,
  });
  store.modify<CronWorkflow>('CronWorkflow', appsNamespace, name, (draft) => {
    const { apiVersion, kind, metadata } = workflow;
    const { name: made, uid } = metadata;
    draft.status = {
      lastScheduledTime: now,
      active: [{ apiVersion, kind, namespace: appsNamespace, name: made, uid }],
    };
  });
}
