import type { AppIntent } from '../../shared/domain/operation/operation';
import { put, type RecordChange } from '../../shared/domain/records/record-change';
import type { Snapshot } from '../ledger/ledger';
import type { OperationDefinition, StepContext, StepEnd } from './operation-context';
import { type Change, commit, editFile } from './steps/commit';
import { rollout } from './steps/follow-rollout';
import { preflight } from './steps/preflight-step';
import { nudge } from './steps/refresh-parent';
import { sync } from './steps/sync';
import { tests } from './steps/tests';

type Versioned = Extract<AppIntent, { kind: 'deploy' | 'promote' | 'rollback' }>;

/**
 * The version into the file, and `promote_deployment: false`: what a person deploys by hand is never promoted by
 * itself (deploy-image writes the same for a person). Where a hold lies on the cell, it guards this version from now on.
 */
export function setVersion(snapshot: Snapshot, context: StepContext<Versioned>): Change {
  const { app, environment, version } = context.intent;
  const edited = editFile(context, snapshot, environment, { imageTag: version, promote: false });
  if ('failure' in edited) return edited;
  const hold = context.world.reader.hold(snapshot, app, environment);
  const records: RecordChange[] =
    hold && !('unreadable' in hold) ? [put('hold', { ...hold, imageTag: version })] : [];
  return { files: new Map([[edited.path, edited.text]]), records };
}

const watched =
  (step: (version: string) => (context: StepContext) => Promise<StepEnd>) =>
  (context: StepContext<Versioned>) =>
    step(context.intent.version)(context as StepContext);

/** From the commit to the tested rollout: the same for everything that brings a version. */
export const bringUp = [
  { name: 'nudge', run: watched(nudge) },
  { name: 'sync', run: watched(sync) },
  { name: 'rollout', run: watched(rollout) },
  { name: 'tests', run: watched(tests) },
] as const;

/** Deploys a version of an app to an environment. */
export const deploy: OperationDefinition<'deploy'> = {
  kind: 'deploy',
  first: [
    { name: 'preflight', run: preflight },
    { name: 'commit', run: commit<Extract<AppIntent, { kind: 'deploy' }>>(setVersion) },
  ],
  lanes: [bringUp],
};
