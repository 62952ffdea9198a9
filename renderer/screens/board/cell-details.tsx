import { Link } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { needsAttention } from '../../../shared/domain/attention/attention-reason';
import { doneBy } from '../../../shared/domain/attribution/done-by';
import type { Board, Cell, EnvironmentView } from '../../../shared/domain/board/board';
import { rolloutText } from '../../../shared/domain/board/cell-words';
import { ownHold } from '../../../shared/domain/board/own-hold';
import { shortVersion } from '../../../shared/domain/ledger/version';
import { CellActions } from '../../ui/action/cell-actions';
import { RollbackButton } from '../../ui/action/rollback-button';
import { EmergencyButton } from '../../ui/emergency/emergency-actions';
import { EmergencyNote } from '../../ui/emergency/emergency-note';
import { NotVisibleNote } from '../../ui/environment/not-visible-note';
import { FailurePanel } from '../../ui/finding/failure-panel';
import { FreezeNotes } from '../../ui/freeze/freeze-note';
import { HoldRequest } from '../../ui/hold/hold-request';
import { WhyLine } from '../../ui/incident/why-line';
import { HoldMark, OperationMark } from '../../ui/layout/mark';
import { WaitingLine } from '../../ui/promotion/waiting-line';
import { cameWord, holdSentence } from '../../ui/text/words';
import { FreshnessMark } from '../../ui/time/freshness-mark';
import { ago, clock, fullTime } from '../../ui/time/time';
import { useNow } from '../../ui/time/use-now';
import { operationText } from './cell-text';
import { CloseDetails } from './close-details';
import { DriftDetails } from './drift-details';
import classes from './inspector.module.css';
import { StateFacts } from './state-facts';
import { nextEnvironment } from './use-cell-shortcuts';

interface CellDetailsProps {
  cell: Cell;
  environment: EnvironmentView;
  board: Board;
  focusRollback: boolean;
  onRollbackFocused: () => void;
}

/** All about one cell, and what can be done with it. Roll back comes first and stays at its place. */
export function CellDetails({
  cell,
  environment,
  board,
  focusRollback,
  onRollbackFocused,
}: CellDetailsProps) {
  const rollback = useRef<HTMLButtonElement>(null);
  const held = ownHold(cell);
  useEffect(() => {
    if (!focusRollback) return;
    rollback.current?.focus();
    onRollbackFocused();
  }, [focusRollback, onRollbackFocused]);
  return (
    <>
      <header className={classes.head}>
        <CloseDetails />
        <h2 className={classes.title}>
          <Link to="/apps/$app" params={{ app: cell.app }} search={{ environment: cell.environment }}>
            {cell.app}
          </Link>
        </h2>
        <p className={classes.where}>
          {cell.environment}
          {/* What is live is said once, in the top bar. */}
          {environment.cluster.state !== 'live' && <FreshnessMark value={environment.cluster} />}
        </p>
        <NotVisibleNote environment={environment} />
      </header>
      <section className={classes.section} aria-label="Actions">
        <RollbackButton ref={rollback} cell={cell} urgent={needsAttention(cell)} />
        <EmergencyButton cell={cell} />
        <CellActions cell={cell} next={nextEnvironment(board, cell.environment)} />
      </section>
      {cell.ledger?.problem && (
        <section className={classes.section}>
          <FailurePanel failure={cell.ledger.problem} />
        </section>
      )}
      <EmergencyNote cell={cell} />
      <div className={classes.freezes}>
        <FreezeNotes place={{ environment: cell.environment, apps: [cell.app] }} />
      </div>
      <WhyLine cell={cell} environment={environment} />
      <WaitingLine cell={cell} environment={environment} />
      <Facts cell={cell} />
      <HoldRequest cell={cell} />
      {held && <HoldDetails hold={held} />}
      <DriftDetails cell={cell} board={board} />
    </>
  );
}

function Facts({ cell }: { cell: Cell }) {
  const now = useNow('calm');
  const { deployed, operation, rollout } = cell;
  return (
    <section className={classes.section} aria-label="State">
      <dl className={classes.facts}>
        <StateFacts cell={cell} />
        {rollout && (
          <div>
            <dt>Rollout</dt>
            <dd>
              {rolloutText(rollout)}
              <p className={classes.small}>{rollout.cause ?? rollout.message}</p>
              <Link
                to="/apps/$app"
                params={{ app: cell.app }}
                search={{ environment: cell.environment, look: 'rollout' }}
              >
                See pods
              </Link>
            </dd>
          </div>
        )}
        <div>
          <dt>Deployed</dt>
          <dd>
            {deployed ? (
              <>
                <span title={fullTime(deployed.at)}>{ago(deployed.at, now)}</span> by {doneBy(deployed)}
                <p className={classes.small}>
                  {cameWord[deployed.kind]}
                  {deployed.from && ` from ${shortVersion(deployed.from)}`}
                  {deployed.reason && `: ${deployed.reason}`}
                </p>
              </>
            ) : (
              'Not known: older than the loaded history.'
            )}
            <p className={classes.small}>
              <Link to="/history" search={{ app: [cell.app], environment: [cell.environment] }}>
                History
              </Link>
            </p>
          </dd>
        </div>
        {cell.applications.map((application) => (
          <div key={application.name}>
            <dt>Argo CD</dt>
            <dd>
              {application.name}: {application.sync}, {application.health}
              {cell.applicationsAsOf && (
                <span className={classes.small} title={fullTime(cell.applicationsAsOf)}>
                  {' '}
                  as of {clock(cell.applicationsAsOf, now)}
                </span>
              )}
              {application.conditions.map((condition) => (
                <p key={condition.type} className={classes.small}>
                  {condition.type}: {condition.message}
                </p>
              ))}
            </dd>
          </div>
        ))}
      </dl>
      {operation && (
        <div className={classes.card}>
          <Link to="/operations/$operationId" params={{ operationId: operation.id }}>
            <OperationMark value={operation.state} label={`Operation: ${operationText(operation)}`} />
          </Link>
        </div>
      )}
    </section>
  );
}

function HoldDetails({ hold }: { hold: NonNullable<Cell['hold']> }) {
  const now = useNow('calm');
  return (
    <section className={classes.section} aria-label="Hold">
      <HoldMark value={hold} />
      <p>{holdSentence(hold)}</p>
      {hold.detail && <p className={classes.small}>{hold.detail}</p>}
      <p className={classes.small}>
        {hold.reason ? `“${hold.reason}”` : 'No reason given'}
        {hold.by && ` · ${hold.by}`}
        {hold.since && `, ${ago(hold.since, now)}`}
      </p>
    </section>
  );
}
