import { IconArrowRight } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useId } from 'react';
import { needsAttention } from '../../../shared/domain/attention/attention-reason';
import { doneBy } from '../../../shared/domain/attribution/done-by';
import type { Cell, EnvironmentView } from '../../../shared/domain/board/board';
import { wantedBeside } from '../../../shared/domain/board/cell-words';
import { ownHold } from '../../../shared/domain/board/own-hold';
import { CellActions } from '../../ui/action/cell-actions';
import { RollbackButton } from '../../ui/action/rollback-button';
import { Headline, StageMark, TestsMark } from '../../ui/cell/cell-marks';
import { VersionLink } from '../../ui/change/version-link';
import { EmergencyButton } from '../../ui/emergency/emergency-actions';
import { EmergencyNote } from '../../ui/emergency/emergency-note';
import { NotVisibleNote } from '../../ui/environment/not-visible-note';
import { FailurePanel } from '../../ui/finding/failure-panel';
import { HoldRequest } from '../../ui/hold/hold-request';
import { WhyLine } from '../../ui/incident/why-line';
import { HealthMark, HoldMark, OperationMark } from '../../ui/layout/mark';
import { Tier } from '../../ui/layout/tier';
import { WaitingLine } from '../../ui/promotion/waiting-line';
import { cameWord, driftText, holdSentence, operationStateWord, stepWord } from '../../ui/text/words';
import { FreshnessMark } from '../../ui/time/freshness-mark';
import { ago, fullTime } from '../../ui/time/time';
import { useNow } from '../../ui/time/use-now';
import classes from './environment-card.module.css';

interface EnvironmentCardProps {
  app: string;
  environment: EnvironmentView;
  cell: Cell | null;
  previous: string | null;
  /** Where a promotion from here goes. */
  next: string | null;
  highlighted: boolean;
}

/** The app in one environment: what runs, how it is, and what can be done. */
export function EnvironmentCard(props: EnvironmentCardProps) {
  const { environment, cell, highlighted } = props;
  const id = useId();
  return (
    <section className={classes.card} aria-labelledby={id} data-highlighted={highlighted || undefined}>
      <header className={classes.head}>
        <h2 id={id}>{environment.name}</h2>
        <Tier name={environment.name} tier={environment.tier} />
        <span className={classes.fresh}>
          <FreshnessMark value={environment.cluster} />
        </span>
      </header>
      <NotVisibleNote environment={environment} />
      {cell?.ledger ? (
        <Deployed {...props} cell={cell} />
      ) : (
        <p className={classes.none}>Not deployed: the release repo has no file for this app here.</p>
      )}
    </section>
  );
}

function Deployed({ cell, environment, previous, next }: EnvironmentCardProps & { cell: Cell }) {
  const now = useNow('calm');
  const held = ownHold(cell);
  const drift = driftText(cell.drift);
  const wanted = wantedBeside(cell);
  return (
    <>
      <div className={classes.body}>
        <p className={classes.version}>
          <Headline cell={cell} link />
          <span className={classes.drift}>{drift}</span>
        </p>
        {wanted !== null && (
          <p className={classes.wanted}>
            <IconArrowRight size={14} stroke={2} aria-hidden />
            <span className="visually-hidden">In Git:</span>
            <VersionLink app={cell.app} value={wanted} />
            <StageMark cell={cell} />
          </p>
        )}
        <p className={classes.quiet}>
          {previous ? (
            <>
              previously <VersionLink app={cell.app} value={previous} />
            </>
          ) : (
            'no earlier version known'
          )}
        </p>
        <p className={classes.line}>
          <HealthMark value={cell.health} />
          {wanted === null && <StageMark cell={cell} />}
          {cell.tests && cell.tests.state !== 'unknown' && <TestsMark value={cell.tests} />}
        </p>
        <p className={classes.quiet} title={cell.deployed ? fullTime(cell.deployed.at) : undefined}>
          {cell.deployed
            ? `${cameWord[cell.deployed.kind]} ${ago(cell.deployed.at, now)} by ${doneBy(cell.deployed)}`
            : 'deployment time not known'}
        </p>
        {held && (
          <div className={classes.hold}>
            <HoldMark value={held} />
            <p>{holdSentence(held)}</p>
            {held.reason && <p className={classes.quiet}>“{held.reason}”</p>}
          </div>
        )}
        {cell.operation && (
          <p>
            <Link to="/operations/$operationId" params={{ operationId: cell.operation.id }}>
              <OperationMark
                value={cell.operation.state}
                label={`Operation: ${cell.operation.state === 'running' && cell.operation.step ? stepWord(cell.operation.step) : operationStateWord[cell.operation.state]}`}
              />
            </Link>
          </p>
        )}
        {cell.ledger?.problem && <FailurePanel failure={cell.ledger.problem} />}
      </div>
      <HoldRequest cell={cell} />
      <EmergencyNote cell={cell} />
      <WhyLine cell={cell} environment={environment} />
      <WaitingLine cell={cell} environment={environment} />
      <div className={classes.actions}>
        <RollbackButton cell={cell} urgent={needsAttention(cell)} />
        <EmergencyButton cell={cell} />
        <CellActions cell={cell} next={next} level />
      </div>
    </>
  );
}
