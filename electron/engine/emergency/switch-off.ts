import { isAutomatic } from '../../../shared/domain/emergency/automatic-sync';
import { type EmergencyDebt, effects, noteText } from '../../../shared/domain/emergency/debt';
import { debtOf } from '../../../shared/domain/emergency/debts';
import type { Failure } from '../../../shared/domain/failure/failure';
import type { AppIntent } from '../../../shared/domain/operation/intent';
import type { Cluster } from '../../observation/types';
import type { StepContext, StepEnd } from '../operation-context';
import { unheard } from '../routes/route-run';
import { noCluster } from '../steps/wait';
import { asked, untilIdle } from './idle-application';

export type Emergency = Extract<AppIntent, { kind: 'emergency-rollback' }>;

const failed = (failure: Failure): StepEnd => ({ state: 'failed', failure });

/** What is left behind, the same from the first side effect on, also after a restart. */
function debtNow(context: StepContext<Emergency>, parent: string): EmergencyDebt {
  const { intent, id, world } = context;
  const known = debtOf(context.record());
  if (known) {
    const { operation, app, environment, by, since, reason, imageTag, leaves } = known;
    return { operation, app, environment, by, since, reason, imageTag, leaves, parent: known.parent };
  }
  return {
    operation: id,
    app: intent.app,
    environment: intent.environment,
    by: world.identity().name,
    since: world.now().toISOString(),
    reason: intent.reason,
    imageTag: intent.version,
    leaves: intent.expected,
    parent,
  };
}

/** Something else has the Application's spec, and puts back what is changed of it. */
const keptByOther = (application: string, keeper: string, off: string | null): Failure => ({
  code: 'refused',
  message: `${keeper} manages ${application} and would switch its automatic sync on again.`,
  meaning:
    off === null
      ? 'Nothing was set past Git.'
      : `No image was set. Automatic sync of ${off} stays off until you reconcile.`,
  next: [{ do: 'advice', label: `Switch automatic sync off at ${keeper} first, or ask who can.` }],
});

const onAgain = (application: string): Failure => ({
  code: 'conflict',
  message: `Automatic sync of ${application} was switched on again by somebody or something else.`,
  meaning:
    'Argo CD would set the image back, so none was set. What was switched off stays off until you reconcile.',
  next: [{ do: 'advice', label: 'Find out who switched it on, then try again.' }],
});

/**
 * Switches automatic sync of one Application off and sees that it is: remembers the policy first, in the journal and on
 * the Application itself, and waits for a sync that runs already.
 * @returns `null`: it is off, and nothing runs.
 */
async function switchOff(
  context: StepContext<Emergency>,
  cluster: Cluster,
  application: string,
  effect: string,
): Promise<Failure | null> {
  const { emergency, parentApplication: parent } = cluster.actions;
  const isParent = application === parent;
  context.waiting(`Waiting for Argo CD’s Application ${application}.`);
  const before = await asked(context, cluster, (signal) => emergency.automaticSync(application, signal));
  if (!before.ok) return before.failure;
  const { policy, keptBy, note } = before.value;
  const known = context.record().effects.get(effect);
  const debt = debtNow(context, parent);
  if (policy === null || !isAutomatic(policy)) {
    // Taken away by an earlier process that died before it could say so, or off before.
    const isOurs = known !== undefined && known.data.was !== 'off';
    if (!isOurs)
      context.intend(effect, `Leave ${application} as it is.`, {
        application,
        was: 'off',
        noted: note !== null,
        debt,
      });
    context.result(effect, {
      outcome: 'done',
      text: isOurs
        ? `Automatic sync of ${application} is off.`
        : `Automatic sync of ${application} was off already.`,
    });
  } else {
    const isForeign = isParent ? keptBy !== null : keptBy !== null && keptBy !== `Application ${parent}`;
    if (isForeign) return keptByOther(application, keptBy ?? '', isParent ? null : parent);
    context.intend(effect, `Switch automatic sync of ${application} off.`, {
      application,
      was: policy,
      debt,
    });
    const switched = await asked(context, cluster, (signal) =>
      emergency.switchAutomaticSyncOff(application, { policy, note: noteText(debt, policy) }, signal),
    );
    if (!switched.ok) {
      const outcome = unheard.has(switched.failure.code) ? 'unknown' : 'not-done';
      context.result(effect, { outcome, text: switched.failure.message });
      return switched.failure;
    }
    context.result(effect, { outcome: 'done', text: `Automatic sync of ${application} switched off.` });
  }
  // The parent works for all apps: what it is in the middle of may end. The app's own sync brings what is being left.
  const idle = await untilIdle(context, cluster, application, isParent ? context.world.limits.terminate : 0);
  if (!idle.ok) return idle.failure;
  return isAutomatic(idle.value.policy) ? onAgain(application) : null;
}

/** The parent first: it would put the app's Application back as Git has it, by `selfHeal`. */
export async function parentSyncOff(context: StepContext<Emergency>): Promise<StepEnd> {
  const cluster = context.world.clusters.get(context.intent.environment);
  if (!cluster) return noCluster(context.intent.environment);
  const parent = cluster.actions.parentApplication;
  const failure = await switchOff(context, cluster, parent, effects.parentOff);
  return failure ? failed(failure) : { state: 'succeeded' };
}

/** Every Application of the app: a twin would bring its own workloads back. */
export async function appSyncOff(context: StepContext<Emergency>): Promise<StepEnd> {
  const { app, environment } = context.intent;
  const cluster = context.world.clusters.get(environment);
  if (!cluster) return noCluster(environment);
  const found = await asked(context, cluster, (signal) => cluster.actions.readApplications(app, signal));
  if (!found.ok) return failed(found.failure);
  const names = found.value
    .map(({ name }) => name)
    .filter((name) => name !== cluster.actions.parentApplication);
  if (names.length === 0)
    return failed({
      code: 'not-found',
      message: `No Application of ${app} was found in ${environment}.`,
      meaning: `No image was set. Automatic sync of ${cluster.actions.parentApplication} stays off until you reconcile.`,
      next: [{ do: 'advice', label: 'Reconcile to switch the parent’s automatic sync on again.' }],
    });
  for (const name of names) {
    const failure = await switchOff(context, cluster, name, effects.appOff(name));
    if (failure) return failed(failure);
  }
  return { state: 'succeeded' };
}

/** Which Application was switched on again since it was switched off; `null`: none. */
export async function switchedOnAgain(
  context: StepContext<Emergency>,
  cluster: Cluster,
): Promise<Failure | null> {
  const names = [...context.record().effects.values()].flatMap(({ effect, data }) =>
    effect === effects.parentOff || effect.startsWith('app-off:') ? [String(data.application)] : [],
  );
  for (const name of names) {
    const read = await asked(context, cluster, (signal) =>
      cluster.actions.emergency.automaticSync(name, signal),
    );
    if (!read.ok) return read.failure;
    if (isAutomatic(read.value.policy)) return onAgain(name);
  }
  return null;
}
