import { SegmentedControl, Select } from '@mantine/core';
import { IconBan, IconPin } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { PolicyChange } from '../../../shared/domain/bags/policy';
import type { BagPipelineView, BagRow, DeploymentView, Lane, Side } from '../../../shared/domain/bags/view';
import { useBag, useBagComparison } from '../../data/bags-queries';
import { useOperations, useReadOnly } from '../../data/queries';
import { ActionButton } from '../../ui/action/action-button';
import { DeploymentMark } from '../../ui/bag/bag-mark';
import { ComparisonView } from '../../ui/change/comparison-view';
import { FailurePanel } from '../../ui/finding/failure-panel';
import { Mark } from '../../ui/layout/mark';
import { openAction } from '../../ui/layout/ui-state';
import { ago, clock, fullTime } from '../../ui/time/time';
import { TimedText } from '../../ui/time/timed-text';
import { useNow } from '../../ui/time/use-now';
import { BagContents } from './bag-contents';
import classes from './bags-screen.module.css';

interface Props {
  pipeline: BagPipelineView;
  bag: number | null;
  environment: string;
  /** A bag's number or an environment's name; `undefined`: what runs in the environment. */
  against: string | undefined;
  rows: readonly BagRow[];
  onEnvironment: (environment: string) => void;
  onAgainst: (against: string | undefined) => void;
}

const packedFrom: Record<NonNullable<BagRow['packed']>['source'], string> = {
  running: 'running versions',
  published: 'published versions',
  unknown: 'a source unknown to this Signalbox',
};

/** One bag: who packed it, its way through an environment, what it holds and how it differs, and what may be done with it. */
export function BagDetailsPane(props: Props) {
  const { pipeline, bag, environment } = props;
  const now = useNow('calm');
  const found = useBag(pipeline.pipeline, bag);
  // What the list knows of it is there at once: nothing moves while one walks from bag to bag.
  const row = found.data ?? props.rows.find((one) => one.bag === bag);
  if (bag === null) return null;
  return (
    <aside className={classes.pane} aria-label={`Bag ${bag}`}>
      <h2>Bag {bag}</h2>
      {found.error && <FailurePanel failure={found.error.failure} onRetry={() => void found.refetch()} />}
      {!row && found.isPending && <p role="status">Loading the bag…</p>}
      {row && (
        <>
          {row.problem && <FailurePanel failure={row.problem} />}
          {row.packed && (
            <p className={classes.quiet} title={fullTime(row.packed.at)}>
              Packed {ago(row.packed.at, now)} by {row.packed.by}, from {packedFrom[row.packed.source]}
              {row.packed.reason && `: “${row.packed.reason}”`}
            </p>
          )}
          <SegmentedControl
            aria-label="Environment"
            fullWidth
            value={environment}
            onChange={props.onEnvironment}
            data={pipeline.stages.map((stage) => stage.environment)}
          />
          <BagHistory
            lane={row.lanes.find((lane) => lane.environment === environment)}
            environment={environment}
          />
          <Acts pipeline={pipeline} environment={environment} row={row} />
          <Difference {...props} bag={bag} />
          {found.data && <BagContents pipeline={pipeline} details={found.data} />}
        </>
      )}
    </aside>
  );
}

/** What is known of the bag in the environment: passes, deployments, pin and bad mark, each with who, when and why. */
function BagHistory({ lane, environment }: { lane: Lane | undefined; environment: string }) {
  const now = useNow('calm');
  if (!lane) return <p>Nothing known about this bag in {environment}.</p>;
  return (
    <ul className={classes.history} aria-label={`History in ${environment}`}>
      {lane.pin && (
        <li>
          <Mark icon={IconPin} tone="hold" label={lane.pin.freeze ? 'frozen here' : 'pinned here'} badge />
          <span className={classes.quiet}>{saidText(lane.pin, now)}</span>
        </li>
      )}
      {lane.bad && (
        <li>
          <Mark icon={IconBan} tone="bad" label="bad here" badge />
          <span className={classes.quiet}>{saidText(lane.bad, now)}</span>
        </li>
      )}
      {lane.deployments.toReversed().map((deployment) => (
        <Deployed key={deployment.operation} deployment={deployment} now={now} />
      ))}
      {lane.passes.map(({ at, by, tag }) => (
        <li key={tag}>
          <span title={fullTime(at)}>
            Passed {clock(at, now)}, {by}
          </span>
          <code className={classes.quiet}>{tag}</code>
        </li>
      ))}
    </ul>
  );
}

/** Who said so, when and why, as far as it was written down. */
function saidText(
  { by, at, reason }: { by: string; at: string | null; reason: string },
  now: number,
): string {
  const when = at === null ? '' : `, ${ago(at, now)}`;
  return `${by}${when}${reason && `: “${reason}”`}`;
}

function Deployed({ deployment, now }: { deployment: DeploymentView; now: number }) {
  // Only this console's own operations can be opened here.
  const own = useOperations({ limit: 200 }).data?.some(({ id }) => id === deployment.operation) ?? false;
  const suites = Object.entries(deployment.tests);
  return (
    <li>
      <span className={classes.inLane}>
        <DeploymentMark value={deployment} />
        <span className={classes.quiet} title={fullTime(deployment.at)}>
          {clock(deployment.at, now)} by {deployment.by}
          {deployment.cause === 'automatic' ? ' (autopilot)' : ''}
        </span>
      </span>
      {deployment.reason && <span className={classes.quiet}>“{deployment.reason}”</span>}
      {deployment.failure && (
        <span className={classes.badText}>
          <TimedText text={deployment.failure} />
        </span>
      )}
      {suites.length > 0 && (
        <span className={classes.quiet}>{suites.map(([suite, how]) => `${suite} ${how}`).join(', ')}</span>
      )}
      {own && (
        <Link to="/operations/$operationId" params={{ operationId: deployment.operation }}>
          operation
        </Link>
      )}
    </li>
  );
}

/** What may be done with the bag in the environment. */
function Acts({
  pipeline,
  environment,
  row,
}: {
  pipeline: BagPipelineView;
  environment: string;
  row: BagRow;
}) {
  const readOnlyBecause = useReadOnly();
  const stage = pipeline.stages.find((each) => each.environment === environment);
  const lane = row.lanes.find((each) => each.environment === environment);
  if (!stage) return null;
  const { bag } = row;
  const place = { pipeline: pipeline.pipeline, environment };
  const running = stage.running?.bag ?? null;
  const change = (what: PolicyChange): void =>
    openAction({ kind: 'change-policy', pipeline: pipeline.pipeline, change: what });
  const deployment = { ...place, bag, running, leaveRunning: [], override: [] };
  return (
    <div className={classes.actions}>
      <ActionButton
        blocked={readOnlyBecause}
        onAction={() => openAction({ kind: 'deploy-bag', ...deployment, cause: 'manual', byRule: false })}
      >
        Deploy to {environment}…
      </ActionButton>
      {running !== null && bag < running && (
        <ActionButton
          variant="default"
          blocked={readOnlyBecause}
          onAction={() =>
            openAction({ kind: 'roll-back-bag', ...deployment, bad: running, how: 'mark-bad', reason: '-' })
          }
        >
          Roll back to this bag…
        </ActionButton>
      )}
      {stage.pin?.bag === bag ? (
        <ActionButton
          variant="default"
          blocked={readOnlyBecause}
          onAction={() => change({ action: 'unpin', environment })}
        >
          {stage.pin.freeze ? 'Unfreeze…' : 'Unpin…'}
        </ActionButton>
      ) : (
        <>
          <ActionButton
            variant="default"
            blocked={readOnlyBecause}
            onAction={() => change({ action: 'pin', environment, bag })}
          >
            Pin…
          </ActionButton>
          {lane?.runs && (
            <ActionButton
              variant="default"
              blocked={readOnlyBecause}
              onAction={() => change({ action: 'freeze', environment, bag })}
            >
              Freeze…
            </ActionButton>
          )}
        </>
      )}
      {lane?.bad ? (
        <ActionButton
          variant="default"
          blocked={readOnlyBecause}
          onAction={() => change({ action: 'clear-bad', environment, bag })}
        >
          Clear the bad mark…
        </ActionButton>
      ) : (
        <ActionButton
          variant="default"
          blocked={readOnlyBecause}
          onAction={() => change({ action: 'mark-bad', environment, bag })}
        >
          Mark bad…
        </ActionButton>
      )}
    </div>
  );
}

/** The other side as the address has it: digits are a bag. */
const sideOf = (against: string): Side =>
  /^\d+$/.test(against) ? { bag: Number(against) } : { environment: against };

function Difference(props: Props & { bag: number }) {
  const { pipeline, bag, environment, rows, onAgainst } = props;
  const against = props.against ?? environment;
  const side = sideOf(against);
  const found = useBagComparison(pipeline.pipeline, side, { bag });
  const older = 'bag' in side && side.bag > bag;
  const choices = useMemo(
    () => [
      {
        group: 'Running',
        items: pipeline.stages.map((stage) => ({
          value: stage.environment,
          label: `running in ${stage.environment}`,
        })),
      },
      {
        group: 'Bags',
        items: rows
          .filter((row) => row.bag !== bag)
          .toReversed()
          .map((row) => ({ value: String(row.bag), label: `bag ${row.bag}` })),
      },
    ],
    [pipeline.stages, rows, bag],
  );
  return (
    <section className={classes.difference}>
      <Select
        label="Compare with"
        allowDeselect={false}
        searchable
        value={against}
        onChange={(value) => onAgainst(value === null || value === environment ? undefined : value)}
        data={choices}
        // Any bag is found by its number; the list shows the newest.
        limit={100}
      />
      {found.isPending && <p role="status">Comparing…</p>}
      {found.error && <FailurePanel failure={found.error.failure} onRetry={() => void found.refetch()} />}
      {found.data && <ComparisonView comparison={found.data} back={older} />}
    </section>
  );
}
