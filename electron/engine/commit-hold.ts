import { environmentBefore } from '../../shared/domain/estate/chain';
import {
  correctedClaims,
  type FlagClaim,
  type FlagFile,
  releaseFlags,
} from '../../shared/domain/hold/flag-claims';
import { type FlagOf, holdPlan, withoutFlag } from '../../shared/domain/hold/hold-plan';
import type { HoldRecord } from '../../shared/domain/hold/hold-record';
import { put, type RecordChange, remove } from '../../shared/domain/records/record-change';
import { readEntry } from '../../shared/domain/records/record-entry';
import type { Snapshot } from '../ledger/ledger';
import { imageTagFileOf } from '../ledger/ledger-board';
import type { StepContext } from './operation-context';
import { type Change, editFile } from './steps/commit';

/**
 * {@link correctedClaims} as far as they may be written: what a newer Signalbox wrote stays as it is, and keeps nothing
 * else from being done.
 */
export const corrections = (
  snapshot: Snapshot,
  flags: readonly FlagFile[],
  others: (app: string) => readonly FlagClaim[],
): RecordChange[] =>
  correctedClaims(flags, others).filter(({ path }) => {
    const file = snapshot.file(path);
    return !file || !readEntry(path, file.text)?.found.newer;
  });

/** `automatic_deploys_enabled` of the app's files at a snapshot. */
const flagsAt =
  (snapshot: Snapshot, context: StepContext): FlagOf =>
  (environment) => {
    const file = snapshot.file(context.world.reader.layout.path({ environment, app: context.intent.app }));
    return file && imageTagFileOf(file).automaticDeploys;
  };

/**
 * The files of a hold: the flag off in the environment's file and in the one before it (the real gate), and the
 * hold's own file. A hold that is there already stays whose it is; only the version that it guards follows.
 * @param version what people want to run there.
 */
export function holdFiles(
  snapshot: Snapshot,
  context: StepContext,
  version: string | null,
): { flagsOff: string[]; hold: HoldRecord; corrected: RecordChange[] } {
  const { world, intent, id } = context;
  const { app, environment } = intent;
  const found = world.reader.hold(snapshot, app, environment);
  const existing = found?.ok ? found.value : null;
  const before = environmentBefore(world.estate, environment);
  const flag = flagsAt(snapshot, context);
  const claims = world.reader.claims(snapshot, app);
  const plan = holdPlan(environment, before, flag, claims);
  const planned = new Set(plan.map((one) => one.environment));
  const hold: HoldRecord = {
    app,
    environment,
    by: existing?.by ?? world.identity().name,
    since: existing?.since ?? context.record().operation.requestedAt,
    reason: existing?.reason ?? intent.reason ?? '',
    operation: existing?.operation ?? id,
    imageTag: version,
    changed: [...(existing?.changed.filter((one) => !planned.has(one.environment)) ?? []), ...plan],
  };
  const others = claims.filter((one) => one.hold?.environment !== environment);
  const flags = plan.map((one) => ({
    app,
    environment: one.environment,
    now: flag(one.environment) ?? null,
  }));
  return { flagsOff: [...planned], hold, corrected: corrections(snapshot, flags, () => others) };
}

/** A hold of the version that is there, or that the operation brings there. */
export function takeHold(snapshot: Snapshot, context: StepContext): Change {
  const { world, intent } = context;
  const { app, environment } = intent;
  const version =
    'version' in intent ? intent.version : world.reader.facts(snapshot, app, environment, null).version;
  const { flagsOff, hold, corrected } = holdFiles(snapshot, context, version);
  const files = new Map<string, string>();
  for (const name of flagsOff) {
    const edited = editFile(context, snapshot, name, { automaticDeploys: false });
    if ('failure' in edited) return edited;
    files.set(edited.path, edited.text);
  }
  return { files, records: [put('hold', hold), ...corrected] };
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
  const ended = hold.value.changed.map((one) => ({
    environment: one.environment,
    was: one.automatic_deploys_enabled,
  }));
  const others = world.reader.claims(snapshot, app).filter((one) => one.hold?.environment !== environment);
  const plan = releaseFlags(ended, flagsAt(snapshot, context), others);
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
  if (gate === null || gate.heldBy !== null || gate.frozenBy !== null)
    return { files: new Map(), records: [] };
  const edited = editFile(context, snapshot, gate.before, { automaticDeploys: true });
  return 'failure' in edited ? edited : { files: new Map([[edited.path, edited.text]]), records: [] };
}
