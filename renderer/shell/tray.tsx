import { Link } from '@tanstack/react-router';
import { shortVersion } from '../../shared/domain/ledger/version';
import { declarationOf, isAppIntent, shortTitleOf } from '../../shared/domain/operation/intent';
import type { Operation, OperationState } from '../../shared/domain/operation/operation';
import { stepAt } from '../../shared/domain/operation/present-step';
import { operationSpent } from '../../shared/domain/operation/spent';
import { count } from '../../shared/domain/text/count';
import { useOperations } from '../data/queries';
import { OperationMark } from '../ui/layout/mark';
import { useWidth } from '../ui/layout/use-width';
import { operationStateWord, stepWord } from '../ui/text/words';
import { duration } from '../ui/time/time';
import { useNow } from '../ui/time/use-now';
import classes from './tray.module.css';

const gravity: Record<OperationState, number> = {
  unknown: 0,
  failed: 1,
  running: 2,
  cancelled: 3,
  superseded: 4,
  succeeded: 5,
};
const recentMs = 10 * 60_000;
/** What an operation needs to be read in whole, in px. */
const placeWidth = 330;
const mostPlaces = 5;

/** What the tray holds: what is open, and what ended within ten minutes; the worst first, then the newest. */
export function trayOf(operations: readonly Operation[], now: number): Operation[] {
  return operations
    .filter((operation) => operation.finishedAt === null || now - Date.parse(operation.finishedAt) < recentMs)
    .toSorted(
      (a, b) => gravity[a.state] - gravity[b.state] || Date.parse(b.requestedAt) - Date.parse(a.requestedAt),
    );
}

/** What an operation is, in as few words as fit. */
function Brief({ operation: { intent, state } }: { operation: Operation }) {
  const { short } = declarationOf(intent);
  if (short === null || !isAppIntent(intent)) return shortTitleOf(intent);
  return (
    <>
      {state === 'running' ? short.doing : short.noun} <strong>{intent.app}</strong>
      {'version' in intent ? ` ${shortVersion(intent.version)}` : ''} · {intent.environment}
    </>
  );
}

function Item({ operation, now }: { operation: Operation; now: number }) {
  const { state } = operation;
  const step = stepAt(operation);
  const spent = operationSpent(operation, now);
  return (
    <li className={classes.item}>
      <Link
        to="/operations/$operationId"
        params={{ operationId: operation.id }}
        className={classes.link}
        title={shortTitleOf(operation.intent)}
        activeProps={{ 'aria-current': 'page' }}
      >
        <OperationMark value={state} iconOnly />
        <span className={classes.what}>
          <Brief operation={operation} />
        </span>
        <span className={classes.step}>
          {state === 'running' && step ? stepWord(step.name) : operationStateWord[state]}
        </span>
        <span className={classes.time}>{duration(spent)}</span>
      </Link>
    </li>
  );
}

/** Open operations, at the bottom of every screen; its place is always kept, so nothing moves when one starts. */
export function Tray() {
  const now = useNow('second');
  const shown = trayOf(useOperations({ limit: 50 }).data ?? [], now);
  const { ref, width } = useWidth(mostPlaces * placeWidth);
  const places = Math.max(1, Math.min(mostPlaces, Math.floor(width / placeWidth)));
  const open = shown.filter((operation) => operation.finishedAt === null).length;
  return (
    <section className={classes.tray} aria-label="Operations tray">
      <Link to="/operations" className={classes.all}>
        {open === 0 ? 'No open operations' : count(open, 'open operation')}
      </Link>
      <div ref={ref} className={classes.list}>
        <ul>
          {shown.slice(0, places).map((operation) => (
            <Item key={operation.id} operation={operation} now={now} />
          ))}
        </ul>
      </div>
      {shown.length > places && (
        <Link to="/operations" className={classes.all}>
          {shown.length - places} more
        </Link>
      )}
    </section>
  );
}
