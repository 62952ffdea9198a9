import { environmentBefore } from '../../shared/domain/estate/chain';
import {
  type FlagOf,
  type HoldRecord,
  holdPlan,
  releasePlan,
  withoutFlag,
} from '../../shared/domain/hold/hold-record';
import { put, remove } from '../../shared/domain/records/record-change';
import type { Snapshot } from '../ledger/ledger';
import { imageTagFileOf } from '../ledger/ledger-board';
import type { StepContext } from './operation-context';
import { type Change, editFile } from './steps/commit';

/** `automatic_deploys_enabled` of the app's files at a snapshot. */
const flagsAt =
  (snapshot: Snapshot, context: StepContext): FlagOf =>
  (environment) => {
    const file = snapshot.file(context.world.reader.layout.path({ environment, app: context.intent.app }));
    return file && imageTagFileOf(file).automaticDeploys;
  };

/** The app's holds in other environments than the intent's. */
function otherHolds(snapshot: Snapshot, context: StepContext): HoldRecord[] {
  const { app, environment } = context.intent;
  return context.world.reader.holds(snapshot, app).filter((one) => one.environment !== environment);
}

/**
 * The files of a hold: the flag off in the environment's file and in the one before it (the real gate), and the
 * hold's own file. A hold that is there already stays whose it is; only the version that it guards follows.
 * @param version what people want to run there.
 */
export function holdFiles(
  snapshot: Snapshot,
  context: StepContext,
  version: string | null,
): { flagsOff: string[]; hold: HoldRecord } {
  const { world, intent, id } = context;
  const { app, environment } = intent;
  const found = world.reader.hold(snapshot, app, environment);
  const existing = found?.ok ? found.value : null;
  const before = environmentBefore(world.estate, environment);
  const others = otherHolds(snapshot, context);
  const plan = holdPlan(environment, before, flagsAt(snapshot, context), others);
  const covered = new Set(existing?.changed.map((one) => one.environment));
  const hold: HoldRecord = {
    app,
    environment,
    by: existing?.by ?? world.identity().name,
    since: existing?.since ?? context.record().operation.requestedAt,
    reason: existing?.reason ?? intent.reason ?? '',
    operation: existing?.operation ?? id,
    imageTag: version,
    // What a hold recorded when it was taken is the truth about before; the files say `false` by now.
    changed: [...(existing?.changed ?? []), ...plan.filter((one) => !covered.has(one.environment))],
  };
  return { flagsOff: plan.map((one) => one.environment), hold };
}

/** A hold of the version that is there, or that the operation brings there. */
export function takeHold(snapshot: Snapshot, context: StepContext): Change {
  const { world, intent } = context;
  const { app, environment } = intent;
  const version =
    'version' in intent ? intent.version : world.reader.facts(snapshot, app, environment, null).version;
  const { flagsOff, hold } = holdFiles(snapshot, context, version);
  const files = new Map<string, string>();
  for (const name of flagsOff) {
    const edited = editFile(context, snapshot, name, { automaticDeploys: false });
    if ('failure' in edited) return edited;
    files.set(edited.path, edited.text);
  }
  return { files, records: [put('hold', hold)] };
}

/** Gives every file back what it said before the hold, and removes the hold. Versions stay: it deploys nothing. */
export function liftHold(snapshot: Snapshot, context: StepContext): Change {
  const { world, intent } = context;
  const { app, environment } = intent;
  const hold = world.reader.hold(snapshot, app, environment);
  if (hold === null) return openGate(snapshot, context);
  const files = new Map<string, string>();
  const records = [remove('hold', { app, environment })];
  if (!hold.ok) return { files, records };
  const plan = releasePlan(hold.value, flagsAt(snapshot, context), otherHolds(snapshot, context));
  for (const { environment: name, to } of plan.restore) {
    if (to === null) {
      const path = world.reader.layout.path({ environment: name, app });
      const text = withoutFlag(snapshot.file(path)?.text ?? '');
      if (text !== null) files.set(path, text);
      continue;
    }
    const edited = editFile(context, snapshot, name, { automaticDeploys: to });
    if ('failure' in edited) return edited;
    files.set(edited.path, edited.text);
  }
  return { files, records };
}

/** Switches on what somebody switched off without a hold: the flag in the file of the environment before. */
function openGate(snapshot: Snapshot, context: StepContext): Change {
  const { world, intent } = context;
  const before = environmentBefore(world.estate, intent.environment);
  const { gate } = world.reader.facts(snapshot, intent.app, intent.environment, before);
  // Preflight has refused where there is nothing to open, or another hold keeps it shut.
  if (gate === null || gate.heldBy !== null) return { files: new Map(), records: [] };
  const edited = editFile(context, snapshot, gate.before, { automaticDeploys: true });
  return 'failure' in edited ? edited : { files: new Map([[edited.path, edited.text]]), records: [] };
}
