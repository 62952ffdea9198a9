import { IconHandStop, IconPlayerPlay, IconRocket, IconTrain } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useId } from 'react';
import type { Cell, EnvironmentView } from '../../../shared/domain/board';
import { shortVersion } from '../../../shared/domain/version';
import { useSession } from '../../data/queries';
import { ActButton } from '../../ui/act-button';
import { FailurePanel } from '../../ui/failure-panel';
import { FreshnessMark } from '../../ui/freshness-mark';
import { HealthMark, HoldMark, OperationMark } from '../../ui/mark';
import { RollbackButton } from '../../ui/rollback-button';
import { ago, fullTime } from '../../ui/time';
import { needsLook } from '../../ui/trouble';
import { openSheet } from '../../ui/ui-state';
import { useNow } from '../../ui/use-now';
import { Version } from '../../ui/version';
import { cameWord, driftText, holdSentence, operationStateWord, rolloutText, stepWord } from '../../ui/words';
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
        {environment.tier === 'production' && <span className={classes.tier}>live to users</span>}
        <span className={classes.fresh}>
          <FreshnessMark value={environment.cluster} />
        </span>
      </header>
      {cell?.ledger ? (
        <Deployed {...props} cell={cell} />
      ) : (
        <p className={classes.none}>The app has no file here, so it is not deployed.</p>
      )}
    </section>
  );
}

function Deployed({ app, cell, previous, next }: EnvironmentCardProps & { cell: Cell }) {
  const now = useNow('calm');
  const drift = driftText(cell.drift);
  return (
    <>
      <div className={classes.body}>
        <p className={classes.version}>
          <Version value={cell.ledger?.version ?? null} strong />
          <span className={classes.drift}>{drift}</span>
        </p>
        <p className={classes.quiet}>
          {previous ? (
            <>
              before it <Version value={previous} />
            </>
          ) : (
            'no earlier version is known'
          )}
        </p>
        <p className={classes.line}>
          <HealthMark value={cell.health} />
          {cell.rollout && <span>{rolloutText(cell.rollout)}</span>}
          {cell.inStep === false && !cell.rollout && (
            <span className={classes.quiet}>cluster not there yet</span>
          )}
        </p>
        <p className={classes.quiet} title={cell.deployed ? fullTime(cell.deployed.at) : undefined}>
          {cell.deployed
            ? `${cameWord[cell.deployed.kind]} ${ago(cell.deployed.at, now)} by ${cell.deployed.author}`
            : 'when it was deployed is not known'}
        </p>
        {cell.hold && (
          <div className={classes.hold}>
            <HoldMark value={cell.hold} />
            <p>{holdSentence(cell.hold)}</p>
            {cell.hold.reason && <p className={classes.quiet}>“{cell.hold.reason}”</p>}
          </div>
        )}
        {cell.operation && (
          <p>
            <Link to="/operations/$operationId" params={{ operationId: cell.operation.id }}>
              <OperationMark
                value={cell.operation.state}
                label={`Operation: ${cell.operation.state === 'running' && cell.operation.step ? stepWord[cell.operation.step] : operationStateWord[cell.operation.state]}`}
              />
            </Link>
          </p>
        )}
        {cell.ledger?.problem && <FailurePanel failure={cell.ledger.problem} />}
      </div>
      <div className={classes.actions}>
        <RollbackButton cell={cell} urgent={needsLook(cell)} />
        <Buttons app={app} cell={cell} next={next} />
      </div>
    </>
  );
}

function Buttons({ app, cell, next }: { app: string; cell: Cell; next: string | null }) {
  const blocked = useSession().data?.readOnlyBecause ?? null;
  const { environment } = cell;
  const version = cell.ledger?.version ?? null;
  return (
    <div className={classes.buttons}>
      <ActButton
        variant="default"
        leftSection={<IconRocket size={14} aria-hidden />}
        blocked={blocked}
        label={`Deploy ${app} to ${environment}`}
        onAct={() => openSheet({ kind: 'deploy', app, environment })}
      >
        Deploy…
      </ActButton>
      <ActButton
        variant="default"
        leftSection={
          cell.hold ? <IconPlayerPlay size={14} aria-hidden /> : <IconHandStop size={14} aria-hidden />
        }
        blocked={blocked}
        label={cell.hold ? `Release the hold of ${app} in ${environment}` : `Hold ${app} in ${environment}`}
        onAct={() => openSheet({ kind: cell.hold ? 'release-hold' : 'hold', app, environment })}
      >
        {cell.hold ? 'Release hold…' : 'Hold…'}
      </ActButton>
      {next && version && (
        <ActButton
          variant="default"
          style={{ gridColumn: '1 / -1' }}
          leftSection={<IconTrain size={14} aria-hidden />}
          blocked={blocked}
          label={`Promote ${app} ${shortVersion(version)} to ${next}`}
          onAct={() => openSheet({ kind: 'promote', app, environment: next, from: environment, version })}
        >
          Promote to {next}…
        </ActButton>
      )}
    </div>
  );
}
