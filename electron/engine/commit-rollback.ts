import type { AppIntent } from '../../shared/domain/operation/intent';
import { put } from '../../shared/domain/records/record-change';
import { newerIn } from '../../shared/domain/records/record-entry';
import type { Snapshot } from '../ledger/ledger';
import { holdFiles } from './commit-hold';
import type { StepContext } from './operation-context';
import { type Change, editFile } from './steps/commit';

type Rollback = Extract<AppIntent, { version: string; expected: string | null }>;

/**
 * One commit for all of it: the version in the environment's file, automatic deploys off there and in the file of the
 * environment before (where promotions are gated), and the hold's own file with what the flags were.
 */
export function goBack(snapshot: Snapshot, context: StepContext<Rollback>): Change {
  const { app, environment, version } = context.intent;
  const { flagsOff, hold, corrected } = holdFiles(snapshot, context, version);
  const found = context.world.reader.hold(snapshot, app, environment);
  const held = new Set(found?.ok ? found.value.changed.map((one) => one.environment) : []);
  // The hold of a newer Signalbox is left as it is. A flag that it does not cover stays, too: nobody would give it back.
  const newer = found ? newerIn(found) !== null : false;
  const off = flagsOff.filter((name) => !newer || held.has(name));
  const edited = editFile(context, snapshot, environment, {
    imageTag: version,
    ...(off.includes(environment) ? { automaticDeploys: false } : {}),
    promote: false,
  });
  if ('failure' in edited) return edited;
  const files = new Map([[edited.path, edited.text]]);
  const left = new Set<string>();
  for (const name of off.filter((one) => one !== environment)) {
    const gate = editFile(context, snapshot, name, { automaticDeploys: false });
    // A file of another environment that is broken must not keep a service down: the hold covers what it can, and the
    // board and the step that waits for it say that the gate is not shut.
    if ('failure' in gate) left.add(name);
    else files.set(gate.path, gate.text);
  }
  // What an earlier hold recorded of it stays true.
  const changed = hold.changed.filter((one) => held.has(one.environment) || !left.has(one.environment));
  return { files, records: newer ? [] : [put('hold', { ...hold, changed }), ...corrected] };
}
