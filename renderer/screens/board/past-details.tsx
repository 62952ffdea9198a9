import { Link } from '@tanstack/react-router';
import { doneBy } from '../../../shared/domain/attribution/done-by';
import type { Board, Cell } from '../../../shared/domain/board/board';
import type { LedgerEvent } from '../../../shared/domain/history/history-event';
import { shortVersion } from '../../../shared/domain/ledger/version';
import { count } from '../../../shared/domain/text/count';
import { CellActions } from '../../ui/action/cell-actions';
import { Version } from '../../ui/change/version';
import { HoldMark, Mark } from '../../ui/layout/mark';
import { aboutText, eventLook } from '../../ui/text/event-words';
import { cameWord, driftSentence } from '../../ui/text/words';
import { ago, dateTime, fullTime } from '../../ui/time/time';
import { CloseDetails } from './close-details';
import classes from './inspector.module.css';
import { pastBlocked } from './past-board';
import { nextEnvironment } from './use-cell-shortcuts';

/** One cell as it was. What could be done now is named, and off. */
export function PastCell({ cell, board, at }: { cell: Cell; board: Board; at: string }) {
  const { app, environment, deployed, hold } = cell;
  const version = cell.ledger?.version ?? null;
  return (
    <>
      <header className={classes.head}>
        <CloseDetails />
        <h2 className={classes.title}>
          <Link to="/apps/$app" params={{ app }} search={{ environment }}>
            {app}
          </Link>
        </h2>
        <p className={classes.where}>
          {environment}, as of {dateTime(at)}
        </p>
      </header>
      <section className={classes.section} aria-label="Actions">
        <p className={classes.small}>{pastBlocked}</p>
        <CellActions cell={cell} next={nextEnvironment(board, environment)} blocked={pastBlocked} />
      </section>
      <section className={classes.section} aria-label="Facts">
        <dl className={classes.facts}>
          <div>
            <dt>Version</dt>
            <dd>
              <Version value={version} strong />
            </dd>
          </div>
          <div>
            <dt>Deployed</dt>
            <dd>
              {deployed ? (
                <>
                  <span title={fullTime(deployed.at)}>{dateTime(deployed.at)}</span>,{' '}
                  {ago(deployed.at, Date.parse(at))} at that time, by {doneBy(deployed)}
                  <p className={classes.small}>
                    {cameWord[deployed.kind]}
                    {deployed.from && ` from ${shortVersion(deployed.from)}`}
                    {deployed.reason && `: ${deployed.reason}`}
                  </p>
                </>
              ) : (
                'Not known: older than the loaded history.'
              )}
            </dd>
          </div>
          <div>
            <dt>Drift</dt>
            <dd>{driftSentence(cell.drift)}</dd>
          </div>
          <div>
            <dt>In the file</dt>
            <dd>
              automatic deploys {switched(cell.ledger?.automaticDeploys)}, promotion{' '}
              {switched(cell.ledger?.promote)}
            </dd>
          </div>
        </dl>
        <div className={classes.list}>
          {version && (
            <Link to="/apps/$app/versions/$version" params={{ app, version }}>
              History of {shortVersion(version)}
            </Link>
          )}
          <Link to="/history" search={{ app: [app], environment: [environment], until: at }}>
            Earlier events
          </Link>
        </div>
      </section>
      {hold && (
        <section className={classes.section} aria-label="Hold">
          <HoldMark value={hold} />
          {hold.detail && <p className={classes.small}>{hold.detail}</p>}
          {hold.by && (
            <p className={classes.small}>
              {hold.reason ? `“${hold.reason}”, ` : ''}by {hold.by}
              {hold.since && `, ${dateTime(hold.since)}`}
            </p>
          )}
        </section>
      )}
    </>
  );
}

const switched = (value: boolean | null | undefined): string =>
  value === true ? 'on' : value === false ? 'off' : 'not set';

interface PastOverviewProps {
  board: Board;
  at: string;
  /** What stood under `.signalbox/` then. */
  standing: readonly LedgerEvent[];
}

/** The estate at a moment of the past, while nothing is selected. */
export function PastOverview({ board, at, standing }: PastOverviewProps) {
  const held = board.cells.filter(({ hold }) => hold !== null);
  return (
    <>
      <header className={classes.head}>
        <h2 className={classes.title}>The estate at that time</h2>
        <p className={classes.where}>
          {dateTime(at)}: {count(board.apps.length, 'app')}
        </p>
      </header>
      <section className={classes.section} aria-label="The moment">
        <p className={classes.small}>
          {board.committedAt && board.commit ? (
            <>
              As of commit <code>{board.commit.slice(0, 10)}</code> of {dateTime(board.committedAt)}. What ran
              in the clusters is not saved: versions and switches are those in the release repo.
            </>
          ) : (
            'This is earlier than the loaded history.'
          )}
        </p>
        <Link to="/history" search={{ until: at }}>
          See earlier events
        </Link>
      </section>
      {board.commit && (
        <section className={classes.section} aria-label="Put back">
          <h3>Put back what ran then</h3>
          <ul className={classes.list}>
            {board.environments.toReversed().map(({ name, pipeline }) =>
              pipeline?.kind === 'bags' ? null : (
                <li key={name}>
                  <Link to="/batch/$environment" params={{ environment: name }} search={{ at }}>
                    {name} as of {dateTime(at)}…
                  </Link>
                </li>
              ),
            )}
          </ul>
        </section>
      )}
      <section className={classes.section} aria-label="Holds">
        <h3>Held at that time</h3>
        {held.length === 0 && <p className={classes.small}>No holds.</p>}
        {held.slice(0, 12).map((cell) => (
          <p key={`${cell.app} ${cell.environment}`} className={classes.line}>
            {cell.app} · {cell.environment}
          </p>
        ))}
        {held.length > 12 && <p className={classes.small}>and {held.length - 12} more</p>}
      </section>
      {standing.length > 0 && (
        <section className={classes.section} aria-label="In force at that time">
          <h3>In force at that time</h3>
          <ul className={classes.list}>
            {standing.slice(0, 20).map((event) => (
              <li key={event.id} className={classes.line}>
                <Mark {...eventLook(event)} />
                <span className={classes.small}>{aboutText(event)}</span>
              </li>
            ))}
          </ul>
          {standing.length > 20 && <p className={classes.small}>and {standing.length - 20} more</p>}
        </section>
      )}
    </>
  );
}
