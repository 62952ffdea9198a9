import type { Decision } from '../../../shared/domain/bags/decisions';
import { releaseLock, takeLock } from '../../../shared/domain/bags/locks';
import { gatherRecords, type PipelineRecords } from '../../../shared/domain/bags/pipeline-records';
import { recordFiles } from '../../../shared/domain/records/record-change';
import { readEntry } from '../../../shared/domain/records/record-entry';
import { recordPath } from '../../../shared/domain/records/record-paths';
import type { BagEnvironment } from '../../systems/practice/environments';
import { bagPipelineName as pipeline } from './apps';
import { ScenarioRefusal } from './control-server';
import { rival } from './people';

/** The operation of a console that is not there. */
const operation = '0198c5c0-0000-7000-8000-000000000000';

/** A lock's file in the release repo. */
export const lockPath = (environment: BagEnvironment): string =>
  recordPath('lock', { pipeline, environment });

/** The records of a lock's file alone. */
const recordsOf = (environment: BagEnvironment, text: string | null): PipelineRecords => {
  const entry = text === null ? null : readEntry(lockPath(environment), text);
  return gatherRecords(pipeline, entry ? [entry] : []);
};

/** The file after a decision that changes it alone. @throws ScenarioRefusal */
function fileAfter(decision: Decision<unknown>, before: string | null): string {
  if (decision.kind === 'refusal') throw new ScenarioRefusal(decision.failure.message);
  const written = recordFiles(decision.kind === 'change' ? decision.changes : [], () => before);
  if (!written.ok) throw new ScenarioRefusal(written.failure.message);
  const [text] = written.value.values();
  if (!text) throw new ScenarioRefusal('the other release manager has it already');
  return text;
}

/**
 * The lock's file once the other release manager has it: by hand, or as a console leaves it that was killed right after
 * it took the lock.
 * @param text the file, `null`: there is none
 * @throws ScenarioRefusal where somebody has the lock
 */
export function lockedByRival(
  environment: BagEnvironment,
  text: string | null,
  wish: { how: 'by-hand' | 'killed'; reason: string; at: Date },
): string {
  const actor = { by: rival.name, email: rival.email, operation, at: wish.at.toISOString() };
  const killed = wish.how === 'killed';
  return fileAfter(
    takeLock(recordsOf(environment, text), environment, actor, {
      kind: killed ? 'bag' : 'manual',
      reason: killed ? '' : wish.reason,
      until: null,
    }),
    text,
  );
}

/** The lock's file once the other release manager gave it back. @throws ScenarioRefusal where it is not theirs */
export function unlockedByRival(environment: BagEnvironment, text: string | null): string {
  const records = recordsOf(environment, text);
  const { lock } = records.environment(environment);
  const token = lock?.ok && lock.value.held ? lock.value.token : 0;
  return fileAfter(releaseLock(records, environment, { operation, token }), text);
}
