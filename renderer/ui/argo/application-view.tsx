import { IconAlertTriangle, IconArrowsExchange, IconCircleCheck, IconHelpCircle } from '@tabler/icons-react';
import { spentOf } from '../../../shared/domain/operation/spent';
import { unansweredRefresh } from '../../../shared/domain/operation/unanswered';
import type {
  ApplicationDetail,
  ApplicationOperation,
  ApplicationResource,
} from '../../../shared/domain/rollout/application-detail';
import { count } from '../../../shared/domain/text/count';
import { Version } from '../change/version';
import { HealthMark, Mark } from '../layout/mark';
import { ago, clock, duration, fullTime } from '../time/time';
import { useNow } from '../time/use-now';
import classes from './application-panel.module.css';
import { FreezeNote } from './freeze-note';

const sync = {
  Synced: { icon: IconCircleCheck, tone: 'ok', label: 'Synced' },
  OutOfSync: { icon: IconArrowsExchange, tone: 'warn', label: 'Out of sync' },
  Unknown: { icon: IconHelpCircle, tone: 'quiet', label: 'Sync unknown' },
} as const;

/** One Application: sync and health with their reasons, the operation, what fails, history and images. */
export function ApplicationView({ application }: { application: ApplicationDetail }) {
  const now = useNow('calm');
  const { currentOperation: operation } = application;
  const unanswered = unansweredRefresh(application.refreshSeenAt, now);
  return (
    <>
      <header className={classes.head}>
        <h3>{application.name}</h3>
        <Version value={application.version} />
        <Mark {...sync[application.sync]} />
        <HealthMark value={application.health} />
        <span className={classes.quiet}>
          {application.autoSync.enabled ? 'auto-sync' : 'no auto-sync'}
          {application.autoSync.selfHeal && ', self-heal'}
          {application.reconciledAt && `, compared ${ago(application.reconciledAt, now)}`}
          {application.refreshPending && ', being compared'}
        </span>
      </header>
      <FreezeNote windows={application.windows} />
      {application.healthMessage && <p className={classes.reason}>{application.healthMessage}</p>}
      {unanswered && <p className={classes.reason}>{unanswered}</p>}
      {application.comparedWithOlderSpec && (
        <p className={classes.reason}>
          Its spec changed after the last comparison: its sync status is not known yet.
        </p>
      )}
      {application.deletingSince && (
        <p className={classes.reason}>Being deleted since {clock(application.deletingSince, now)}.</p>
      )}
      {application.conditions.map((condition) => (
        <p key={`${condition.type}${condition.message}`} className={classes.condition}>
          <Mark
            icon={IconAlertTriangle}
            tone={
              condition.severity === 'error' ? 'bad' : condition.severity === 'warning' ? 'warn' : 'quiet'
            }
            label={condition.type}
          />
          <span>{condition.message}</span>
        </p>
      ))}
      {operation && operation.state !== 'ended' && <Running operation={operation} />}
      {operation && operation.state === 'ended' && <Ended operation={operation} />}
      <Resources resources={application.resources} />
      <More application={application} />
    </>
  );
}

const runningWord: Record<Exclude<ApplicationOperation['state'], 'ended'>, string> = {
  requested: 'Sync requested',
  running: 'Syncing',
  blocked: 'Sync blocked by a sync window',
  'waiting-to-retry': 'Sync waiting to retry',
  terminating: 'Sync terminating',
};

/** The operation in progress: what, for whom, since when, the hook that runs, tries. */
function Running({ operation }: { operation: ApplicationOperation }) {
  const now = useNow('second');
  const { state, startedAt, retryCount, retryLimit, runningHook } = operation;
  if (state === 'ended') return null;
  const tries = retryLimit !== null && retryLimit >= 0 ? ` of ${retryLimit}` : '';
  return (
    <div className={classes.operation} data-state={state}>
      <p>
        <strong>{runningWord[state]}</strong>
        {operation.initiatedBy && ` for ${operation.initiatedBy}`}
        {startedAt && (
          <span title={fullTime(startedAt)}>
            {' '}
            for {duration(spentOf({ startedAt, finishedAt: null }, now) ?? 0)}
          </span>
        )}
        {retryCount > 0 && `, retry ${retryCount}${tries}`}
        {operation.dryRun && ', dry run'}
        {operation.partial && ', selected resources'}
      </p>
      {runningHook && (
        <p>
          Running hook: {runningHook.phase}{' '}
          <span className="mono">
            {runningHook.kind}/{runningHook.name}
          </span>
        </p>
      )}
      {operation.message && <p className={classes.quiet}>{operation.message}</p>}
    </div>
  );
}

function Ended({ operation }: { operation: ApplicationOperation }) {
  const now = useNow('calm');
  const failed = operation.results.filter(
    ({ status, hookPhase }) => status === 'SyncFailed' || hookPhase === 'Failed' || hookPhase === 'Error',
  );
  const took = spentOf(operation, now);
  const bad = operation.phase !== 'Succeeded';
  return (
    <div className={bad ? classes.failed : undefined}>
      <p>
        Last sync: {operation.phase}
        {operation.initiatedBy && ` for ${operation.initiatedBy}`}
        {operation.finishedAt && (
          <span title={fullTime(operation.finishedAt)}> {ago(operation.finishedAt, now)}</span>
        )}
        {took !== null && operation.finishedAt && `, took ${duration(took)}`}
        {operation.retryCount > 0 && `, after ${count(operation.retryCount, 'retry', 'retries')}`}
      </p>
      {bad && operation.message && <p className={classes.quiet}>{operation.message}</p>}
      {bad &&
        failed.map((result) => (
          <p key={`${result.kind}/${result.name}`} className={classes.quiet}>
            <span className="mono">
              {result.kind}/{result.name}
            </span>
            : {result.message ?? result.status ?? result.hookPhase}
          </p>
        ))}
    </div>
  );
}

const isBad = ({ health, sync: state, requiresPruning }: ApplicationResource): boolean =>
  health.status === 'Degraded' ||
  health.status === 'Missing' ||
  health.status === 'Progressing' ||
  state === 'OutOfSync' ||
  requiresPruning;

/** Resources that fail, are on their way or differ; the others as a count. */
function Resources({ resources }: { resources: readonly ApplicationResource[] }) {
  const bad = resources.filter(isBad);
  return (
    <>
      {bad.length > 0 && (
        <ul className={classes.resources} aria-label="Resources that need attention">
          {bad.map((resource) => (
            <Resource key={`${resource.kind}/${resource.name}`} resource={resource} />
          ))}
        </ul>
      )}
      <details className={classes.more}>
        <summary>
          {bad.length > 0
            ? `${bad.length} of ${count(resources.length, 'resource')} unhealthy or out of sync`
            : count(resources.length, 'resource')}
        </summary>
        <ul className={classes.resources} aria-label="All resources">
          {resources.map((resource) => (
            <Resource key={`${resource.kind}/${resource.namespace}/${resource.name}`} resource={resource} />
          ))}
        </ul>
      </details>
    </>
  );
}

const sourceWord = {
  argo: '',
  live: '',
  none: '',
  unknown: 'health not known',
} as const;

function Resource({ resource }: { resource: ApplicationResource }) {
  const { health } = resource;
  return (
    <li>
      <span className={classes.resourceName}>
        <span className={classes.quiet}>{resource.kind}</span> <span className="mono">{resource.name}</span>
      </span>
      {resource.sync && <Mark {...sync[resource.sync]} />}
      {health.status ? <HealthMark value={health.status} /> : <span />}
      <span className={`${classes.quiet} ${classes.why}`}>
        {resource.requiresPruning ? 'Removed only by a sync with prune. ' : ''}
        {health.message ?? sourceWord[health.from]}
      </span>
    </li>
  );
}

/** History and images, folded. */
function More({ application }: { application: ApplicationDetail }) {
  const now = useNow('calm');
  const { history, images } = application;
  return (
    <details className={classes.more}>
      <summary>
        History ({history.length}) and images ({images.length})
      </summary>
      <ol className={classes.history} aria-label="Syncs">
        {history.slice(0, 10).map((entry) => (
          <li key={entry.id}>
            <span title={entry.deployedAt ? fullTime(entry.deployedAt) : undefined}>
              {entry.deployedAt ? clock(entry.deployedAt, now) : 'unknown'}
            </span>
            <span className="mono">{entry.revisions.map((one) => one.slice(0, 10)).join(', ')}</span>
            <span className={classes.quiet}>
              {entry.deployedAt && entry.deployStartedAt
                ? duration(
                    spentOf({ startedAt: entry.deployStartedAt, finishedAt: entry.deployedAt }, now) ?? 0,
                  )
                : ''}
            </span>
            <span className={classes.quiet}>{entry.initiatedBy ?? ''}</span>
          </li>
        ))}
      </ol>
      <ul className={`${classes.images} mono`} aria-label="Images">
        {images.map((image) => (
          <li key={image}>{image}</li>
        ))}
      </ul>
    </details>
  );
}
