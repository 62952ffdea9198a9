import type { AppIntent } from '../../shared/domain/operation/intent';
import { put, type RecordChange } from '../../shared/domain/records/record-change';
import type { Snapshot } from '../ledger/ledger';
import type { StepContext } from './operation-context';
import { type Change, editFile } from './steps/commit';

type Versioned = Extract<AppIntent, { version: string; expected: string | null }>;

/**
 * The version into the file, and `promote_deployment: false`: what a person deploys by hand is never promoted by
 * itself (deploy-image writes the same for a person). Where a hold lies on the cell, it guards this version from now on,
 * unless a newer Signalbox wrote it: such a file is left as it is.
 */
export function setVersion(snapshot: Snapshot, context: StepContext<Versioned>): Change {
  const { app, environment, version } = context.intent;
  const edited = editFile(context, snapshot, environment, { imageTag: version, promote: false });
  if ('failure' in edited) return edited;
  const hold = context.world.reader.hold(snapshot, app, environment);
  const records: RecordChange[] =
    hold?.ok && !hold.newer ? [put('hold', { ...hold.value, imageTag: version })] : [];
  return { files: new Map([[edited.path, edited.text]]), records };
}
