// biome-ignore-all lint/a11y/useSemanticElements: a virtualised ARIA grid cannot be built of table elements
import { IconArrowRight, IconCircleX, IconLoader2, IconPlayerPause, IconUrgent } from '@tabler/icons-react';
import { memo } from 'react';
import { needsAttention } from '../../../shared/domain/attention/attention-reason';
import type { Cell } from '../../../shared/domain/board/board';
import { rolloutText, stateSentence, wantedBeside } from '../../../shared/domain/board/cell-words';
import { ownHold } from '../../../shared/domain/board/own-hold';
import { whyTroubled } from '../../../shared/domain/board/why';
import type { DebtView } from '../../../shared/domain/emergency/debt';
import { debtSentence, offSentence } from '../../../shared/domain/emergency/debt-words';
import { Headline, StageMark, TestsMark } from '../../ui/cell/cell-marks';
import { Version } from '../../ui/change/version';
import { FreezeMark } from '../../ui/freeze/freeze-mark';
import { HealthMark, HoldMark, Mark, OperationMark } from '../../ui/layout/mark';
import { kindLook } from '../../ui/text/event-words';
import { driftText, holdText } from '../../ui/text/words';
import { age, fullTime } from '../../ui/time/time';
import { useNow } from '../../ui/time/use-now';
import classes from './board-cell.module.css';
import { cellLabel, operationText } from './cell-text';

interface BoardCellProps {
  app: string;
  environment: string;
  cell: Cell | null;
  /** The emergency rollback of the cell that is not put back. */
  debt: DebtView | null;
  /** Whether anything is frozen at all. */
  anyFrozen: boolean;
  /** `14:02` when the environment's cluster is not live: what is shown is of then. */
  staleAsOf: string | null;
  /** The moment of the past that it shows, ms since the epoch; `null`: now. */
  past: number | null;
  column: number;
  tabIndex: 0 | -1;
  selected: boolean;
}

/**
 * One cell: the version that runs and its age above; below, the version that Git wants where that is another one, how
 * far it is, and how far behind. Every part has its place, so that nothing moves.
 */
export const BoardCell = memo(function BoardCell(props: BoardCellProps) {
  const { app, environment, cell, debt, anyFrozen, staleAsOf, past, column, tabIndex, selected } = props;
  const present = useNow('calm');
  const now = past ?? present;
  return (
    <div
      role="gridcell"
      aria-colindex={column + 1}
      aria-selected={selected}
      aria-label={`${cellLabel(app, environment, cell, staleAsOf, now, past !== null)}${debt ? ', emergency rollback' : ''}`}
      tabIndex={tabIndex}
      data-app={app}
      data-column={column}
      data-trouble={(past === null && cell !== null && needsAttention(cell)) || undefined}
      className={`${classes.cell} ${staleAsOf ? classes.stale : ''}`}
    >
      {cell?.ledger ? (
        <Content cell={cell} debt={debt} anyFrozen={anyFrozen} now={now} past={past !== null} />
      ) : (
        <span className={classes.none}>—</span>
      )}
    </div>
  );
});

function Content(props: {
  cell: Cell;
  debt: DebtView | null;
  anyFrozen: boolean;
  now: number;
  past: boolean;
}) {
  const { cell, debt, anyFrozen, now, past } = props;
  const drift = driftText(cell.drift);
  const held = ownHold(cell);
  const wanted = wantedBeside(cell);
  const told = past ? null : titleOf(cell, debt);
  return (
    <>
      <span className={classes.line}>
        <span className={classes.version}>
          {cell.ledger?.problem ? (
            <Mark icon={IconCircleX} tone="bad" label="File unreadable" />
          ) : (
            <Headline cell={cell} />
          )}
          {held && (
            <span className={classes.hold} title={holdText(held)}>
              <HoldMark value={held} brief />
            </span>
          )}
          {anyFrozen && !past && (
            <FreezeMark place={{ environment: cell.environment, apps: [cell.app] }} iconOnly />
          )}
        </span>
        <span className={classes.age} title={cell.deployed ? fullTime(cell.deployed.at) : undefined}>
          {cell.deployed ? age(cell.deployed.at, now) : '?'}
        </span>
      </span>
      <span className={classes.line} title={past ? undefined : (told ?? stateSentence(cell))}>
        <span className={classes.state} data-quiet={isQuiet(cell) || undefined}>
          {past ? <Came cell={cell} /> : <State cell={cell} debt={debt} />}
          {told !== null && <span className={classes.told}>{told}</span>}
        </span>
        {wanted === null ? (
          <span
            key="drift"
            className={`${classes.drift} ${cell.drift.state === 'unknown' ? classes.unknown : ''}`}
          >
            {drift}
          </span>
        ) : (
          <span key="wanted" className={classes.wanted}>
            <IconArrowRight size={12} stroke={2} aria-hidden />
            <Version value={wanted} />
          </span>
        )}
      </span>
      {cell.rollout?.state === 'progressing' && <Progress rollout={cell.rollout} />}
    </>
  );
}

/** Whether all is well there: its mark says it without a word where there is little room. */
const isQuiet = (cell: Cell): boolean =>
  cell.health === 'Healthy' && cell.rollout === null && !needsAttention(cell);

/** The cause of what the second line says in a few words, where there is one: seen where there is room, else its title. */
function titleOf(cell: Cell, debt: DebtView | null): string | null {
  const { app, ledger, stage, tests } = cell;
  if (debt) return `${app} ${debtSentence(debt, ledger?.version ?? null)} ${offSentence(debt)}`;
  const troubled = whyTroubled(cell);
  if (troubled) return troubled.text;
  if (stage && stage.state !== 'running') return stage.text;
  return tests && tests.state !== 'passed' && tests.state !== 'unknown' ? tests.text : null;
}

/** The most telling of where the wanted version is, of tests, operation and health; the inspector has them all. */
function State({ cell, debt }: { cell: Cell; debt: DebtView | null }) {
  const { stage, rollout, operation, tests } = cell;
  if (debt && rollout === null) return <Mark icon={IconUrgent} tone="warn" label="Emergency rollback" />;
  const isOnTheWay = stage !== null && stage.state !== 'running' && stage.state !== 'unknown';
  if (isOnTheWay) return <StageMark cell={cell} />;
  if (rollout?.state === 'failed') return <Mark icon={IconCircleX} tone="bad" label="Rollout failed" />;
  if (rollout?.failing) return <Mark icon={IconCircleX} tone="bad" label="Pods failing" />;
  if (rollout) return <Mark icon={IconLoader2} tone="accent" turning label={rolloutText(rollout)} />;
  if (tests?.state === 'failed' || tests?.state === 'promotion-failed') return <TestsMark value={tests} />;
  if (operation && operation.state !== 'succeeded')
    return <OperationMark value={operation.state} label={operationText(operation)} />;
  if (tests?.state === 'running' || tests?.state === 'stopped') return <TestsMark value={tests} />;
  if (cell.running?.none === 'scaled-to-zero')
    return <Mark icon={IconPlayerPause} tone="quiet" label="Scaled to zero" />;
  return <HealthMark value={cell.health} />;
}

/** How the version had come: in the past that is all that is known of its state. */
function Came({ cell }: { cell: Cell }) {
  return cell.deployed && <Mark {...kindLook(cell.deployed.kind)} />;
}

function Progress({ rollout }: { rollout: NonNullable<Cell['rollout']> }) {
  const done = rollout.desired === 0 ? 0 : Math.min(rollout.updated, rollout.available) / rollout.desired;
  return (
    <span className={classes.progress} aria-hidden>
      <span style={{ transform: `scaleX(${done})` }} />
    </span>
  );
}
