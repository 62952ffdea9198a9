import { IconArrowBackUp } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { warningWord } from '../../../shared/domain/bags/bag-words';
import { isStuck } from '../../../shared/domain/bags/machine';
import type { BagPipelineView, StageView } from '../../../shared/domain/bags/view';
import type { BagIntent } from '../../../shared/domain/operation/intent';
import { useBags } from '../../data/bags-queries';
import { useReadOnly } from '../../data/queries';
import { ActionButton } from '../../ui/action/action-button';
import { BlockedMark, DeploymentMark } from '../../ui/bag/bag-mark';
import { BagRecovery } from '../../ui/bag/bag-recovery';
import { bagRollback } from '../../ui/bag/bag-rollback';
import { LockBox, LockButton } from '../../ui/bag/lock-box';
import { FailurePanel } from '../../ui/finding/failure-panel';
import { FreezeNotes } from '../../ui/freeze/freeze-note';
import { openAction } from '../../ui/layout/ui-state';
import { JobList } from '../../ui/rail/job-list';
import { FreshnessMark } from '../../ui/time/freshness-mark';
import { ago, fullTime } from '../../ui/time/time';
import { TimedText } from '../../ui/time/timed-text';
import { useNow } from '../../ui/time/use-now';
import { PolicyBox } from './policy-box';
import classes from './stage-card.module.css';

interface Props {
  pipeline: BagPipelineView;
  stage: StageView;
}

/** One environment: what runs, what is next and why or which rule blocks it, its lock, pins and bad marks, its jobs. */
export function StageCard({ pipeline, stage }: Props) {
  return (
    <li className={classes.card} aria-label={stage.environment} data-tier={stage.tier}>
      <header className={classes.head}>
        <h2>{stage.environment}</h2>
        {stage.tier === 'production' && <span className={classes.tier}>production</span>}
        <span className={classes.spacer} />
        <FreshnessMark value={stage.cluster} />
      </header>
      <FreezeNotes place={{ environment: stage.environment, apps: [], pipelines: [pipeline.pipeline] }} />
      <Runs stage={stage} pipeline={pipeline} />
      {stage.lockProblem && <FailurePanel failure={stage.lockProblem} />}
      {stage.lock && (
        <div className={classes.lock}>
          <LockBox
            pipeline={pipeline.pipeline}
            environment={stage.environment}
            lock={stage.lock}
            waiting={stage.waiting}
          />
        </div>
      )}
      {stage.jobs.length > 0 && (
        <div className={classes.jobs}>
          <JobList jobs={stage.jobs} />
        </div>
      )}
      <Tests pipeline={pipeline} stage={stage} />
      <Next pipeline={pipeline} stage={stage} />
      <PolicyBox pipeline={pipeline} stage={stage} />
      <Foot pipeline={pipeline} stage={stage} />
    </li>
  );
}

function Runs({ pipeline, stage }: Props) {
  const now = useNow('calm');
  const { running } = stage;
  if (!running)
    return (
      <section className={classes.part}>
        <h3>Runs</h3>
        <p>No bag has been deployed here yet.</p>
      </section>
    );
  return (
    <section className={classes.part}>
      <h3>Runs</h3>
      <p className={classes.bag}>
        <Link
          to="/pipelines/$pipeline"
          params={{ pipeline: pipeline.pipeline }}
          search={{ view: 'timeline', bag: running.bag, environment: stage.environment }}
        >
          Bag {running.bag}
        </Link>
        <DeploymentMark value={running} />
      </p>
      <p className={classes.quiet} title={fullTime(running.at)}>
        {ago(running.at, now)} by {running.by}
        {running.cause === 'automatic' && pipeline.kind === 'bags' ? ' (autopilot)' : ''}
        {running.reason && ` · “${running.reason}”`}
      </p>
      {running.failure && (
        <p className={classes.bad}>
          <TimedText text={running.failure} />
        </p>
      )}
      {running.leftRunning.length > 0 && (
        <p className={classes.quiet}>Left unchanged: {running.leftRunning.join(', ')}</p>
      )}
      {/* While it is deployed, what the ledger holds is on its way. */}
      {running.state !== 'deploying' &&
        stage.drift.map(({ service, bag, ledger }) => (
          <p key={service} className={classes.warn}>
            {service}: the release repo has {ledger ?? 'no version'}, the bag has {bag}.
          </p>
        ))}
    </section>
  );
}

/** What may be asked of a deployment under way or stuck: its tests again, or their end. */
function Tests({ pipeline, stage }: Props) {
  const readOnlyBecause = useReadOnly();
  const { running, lock } = stage;
  if (!running || !lock) return null;
  const place = {
    pipeline: pipeline.pipeline,
    environment: stage.environment,
    bag: running.bag,
    token: lock.token,
  };
  if (running.state === 'test-failed')
    return (
      <div className={classes.actions}>
        <BagRecovery pipeline={pipeline.pipeline} stage={stage} only={['retry-failed', 'retry-all']} />
      </div>
    );
  if (running.state === 'testing')
    return (
      <div className={classes.actions}>
        <ActionButton
          variant="default"
          blocked={readOnlyBecause}
          onAction={() => openAction({ kind: 'abort-tests', ...place })}
        >
          Abort tests…
        </ActionButton>
      </div>
    );
  return null;
}

function Next({ pipeline, stage }: Props) {
  const readOnlyBecause = useReadOnly();
  const { manual } = stage.next;
  const bag = manual.state === 'deploy' ? manual.bag : null;
  const busy =
    stage.running?.state === 'deploying'
      ? `Bag ${stage.running.bag} is being deployed there; a deploy can’t be interrupted.`
      : null;
  const intent: BagIntent | null =
    bag === null
      ? null
      : {
          kind: 'deploy-bag',
          pipeline: pipeline.pipeline,
          environment: stage.environment,
          bag,
          running: stage.running?.bag ?? null,
          leaveRunning: [],
          override: [],
          cause: 'manual',
          byRule: true,
        };
  return (
    <section className={classes.part}>
      <h3>Next</h3>
      {manual.state === 'blocked' ? (
        <>
          <BlockedMark rule={manual.rule} />
          <p>
            <TimedText text={manual.why} />
          </p>
        </>
      ) : (
        <>
          <p>
            {manual.warnings.includes('same') ? (
              <>
                Up to date (<strong>bag {manual.bag}</strong>)
              </>
            ) : (
              <>
                <strong>Bag {manual.bag}</strong> {manual.warnings.map((each) => warningWord[each]).join(' ')}
              </>
            )}
          </p>
          <p className={classes.quiet}>
            <TimedText text={manual.why} />
          </p>
          {pipeline.kind === 'concourse' ? (
            <p className={classes.quiet}>By itself: {stage.next.automatic.why}</p>
          ) : (
            stage.autopilot.on && <p className={classes.quiet}>Autopilot: {autopilotText(pipeline, stage)}</p>
          )}
        </>
      )}
      {intent && (
        <div className={classes.actions}>
          <ActionButton
            variant={manual.warnings.includes('same') ? 'default' : 'filled'}
            blocked={readOnlyBecause ?? busy}
            onAction={() => openAction(intent)}
          >
            Deploy bag {bag}…
          </ActionButton>
        </div>
      )}
    </section>
  );
}

/** What autopilots do next here, and whether this console is one of them. */
function autopilotText({ thisConsole }: BagPipelineView, { next, lock }: StageView): string {
  const { state, bag, why } = next.automatic;
  if (state === 'nothing') return 'nothing to do';
  if (state !== 'deploy') return why;
  if (lock) return `will deploy bag ${bag} when ${lock.by} releases the lock`;
  return thisConsole
    ? `will deploy bag ${bag}`
    : `another console will deploy bag ${bag}; the autopilot is off on this one`;
}

function Foot({ pipeline, stage }: Props) {
  const readOnlyBecause = useReadOnly();
  const bags = useBags(pipeline.pipeline).data?.bags ?? [];
  const back = bagRollback(pipeline.pipeline, stage, bags);
  const { autopilot } = stage;
  const urgent = stage.running !== null && isStuck(stage.running.state);
  return (
    <footer className={classes.foot}>
      <ActionButton
        variant={urgent ? 'filled' : 'default'}
        color={urgent ? 'signal' : 'gray'}
        leftSection={<IconArrowBackUp size={15} aria-hidden />}
        blocked={readOnlyBecause ?? ('blocked' in back ? back.blocked : null)}
        onAction={() => 'intent' in back && openAction(back.intent)}
      >
        Roll back…
      </ActionButton>
      {!stage.lock && pipeline.kind === 'bags' && (
        <LockButton pipeline={pipeline.pipeline} environment={stage.environment} />
      )}
      <span className={classes.spacer} />
      <ActionButton
        variant="subtle"
        blocked={readOnlyBecause}
        onAction={() =>
          openAction({
            kind: 'change-policy',
            pipeline: pipeline.pipeline,
            change: { action: 'autopilot', environment: stage.environment, on: !autopilot.on },
          })
        }
        label={
          pipeline.kind === 'concourse'
            ? `${autopilot.on ? 'Pause' : 'Resume'} automatic deploys in ${stage.environment}`
            : `Autopilot ${autopilot.on ? 'on' : 'off'} in ${stage.environment}: switch it ${autopilot.on ? 'off' : 'on'}`
        }
      >
        {pipeline.kind === 'concourse'
          ? autopilot.on
            ? 'Pause…'
            : 'Resume…'
          : `Autopilot ${autopilot.on ? 'on' : 'off'}`}
      </ActionButton>
    </footer>
  );
}
