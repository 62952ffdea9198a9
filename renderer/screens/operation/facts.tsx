import { isAppIntent } from '../../../shared/domain/operation/intent';
import type { Operation } from '../../../shared/domain/operation/operation';
import { overriddenText } from '../../../shared/domain/preflight/override-words';
import { Version } from '../../ui/change/version';
import { duration } from '../../ui/time/time';
import classes from './operation-screen.module.css';

/** What was asked for, why, and by which commit it landed. */
export function Facts({ operation }: { operation: Operation }) {
  const { intent, commit, requestToCommitMs } = operation;
  const overridden = 'override' in intent ? (intent.override ?? []) : [];
  return (
    <dl className={classes.facts}>
      {'version' in intent && (
        <div>
          <dt>Version</dt>
          <dd>
            {'expected' in intent && (
              <>
                <Version value={intent.expected} /> →{' '}
              </>
            )}
            <Version value={intent.version} strong />
          </dd>
        </div>
      )}
      <div>
        <dt>Commit</dt>
        <dd>
          {commit ? (
            <>
              <span className="mono" title={commit}>
                {commit.slice(0, 12)}
              </span>
              {requestToCommitMs !== null && ` after ${duration(requestToCommitMs)}`}
            </>
          ) : (
            noCommit(operation)
          )}
        </dd>
      </div>
      {intent.reason && (
        <div>
          <dt>Reason</dt>
          <dd>{intent.reason}</dd>
        </div>
      )}
      {overridden.length > 0 && (
        <div>
          <dt>Overridden</dt>
          <dd>{overriddenText(overridden)}</dd>
        </div>
      )}
      <div>
        <dt>Operation</dt>
        <dd className="mono">{operation.id}</dd>
      </div>
    </dl>
  );
}

/** Why there is no commit that changed versions. */
function noCommit({ state, intent }: Operation): string {
  if (state === 'running') return 'none yet';
  return isAppIntent(intent) ? 'none' : 'none that changed versions';
}
