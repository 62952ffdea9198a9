import type { AppIntent } from '../../shared/domain/operation/intent';
import { put } from '../../shared/domain/records/record-change';
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
  const { flagsOff, hold } = holdFiles(snapshot, context, version);
  const edited = editFile(context, snapshot, environment, {
    imageTag: version,
    automaticDeploys: false,
    promote: false,
  });
  if ('failure' in edited) return edited;
  const files = new Map([[edited.path, edited.text]]);
  const left = new Set<string>();
  for (const name of flagsOff.filter((one) => one !== environment)) {
    const gate = editFile(context, snapshot, name, { automaticDeploys: false });
    // A file of another environment that is broken must not keep a service down: the hold covers what it can, and the
    // board and the step that waits for it say that the gate is not shut.
    if ('failure' in gate) left.add(name);
    else files.set(gate.path, gate.text);
  }
  // What an earlier hold recorded of it stays true.
  const earlier = new Set(
    context.world.reader
      .holds(snapshot, app)
      .filter((one) => one.environment === environment)
      .flatMap((one) => one.changed.map((change) => change.environment)),
  );
  const changed = hold.changed.filter((one) => earlier.has(one.environment) || !left.has(one.environment));
  return { files, records: [put('hold', { ...hold, changed })] };
}
