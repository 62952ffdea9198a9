// biome-ignore-all lint/a11y/useSemanticElements: a virtualised ARIA grid cannot be built of table elements
// biome-ignore-all lint/a11y/useFocusableInteractive: the button in a column's head is its stop
import { IconArrowDown, IconArrowUp, IconLock, IconServer2, IconUrgent } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { EnvironmentView } from '../../../shared/domain/board/board';
import { awaitsConsent } from '../../../shared/domain/board/freshness';
import type { DebtView } from '../../../shared/domain/emergency/debt';
import { FreezeMark } from '../../ui/freeze/freeze-mark';
import { Tier } from '../../ui/layout/tier';
import { freshnessText } from '../../ui/text/words';
import { clock, fullTime } from '../../ui/time/time';
import { useNow } from '../../ui/time/use-now';
import classes from './board-head.module.css';
import { headOrder, headTitle, type Order, sortedBy } from './search';

interface BoardHeadProps {
  environments: readonly EnvironmentView[];
  debts: readonly DebtView[];
  /** Widths of the columns, as CSS has them. */
  columns: string;
  past: boolean;
  order: Order;
  /** The column whose head has the grid's tab stop, -1: none. */
  active: number;
  onOrder: (order: Order) => void;
}

/** The heads of the columns: each orders the rows, and says what is so for its whole environment. */
export function BoardHead(props: BoardHeadProps) {
  const { environments, debts, columns, past, order, active, onOrder } = props;
  const now = useNow('calm');
  return (
    <div role="row" aria-rowindex={1} className={classes.head} style={{ gridTemplateColumns: columns }}>
      <span
        role="columnheader"
        aria-colindex={1}
        aria-sort={sortedBy(order, null)}
        className={classes.corner}
      >
        <HeadButton column={0} name={null} order={order} isStop={active === 0} onOrder={onOrder} />
      </span>
      {environments.map(({ name, tier, cluster, lock }, index) => (
        <span
          key={name}
          role="columnheader"
          aria-colindex={index + 2}
          aria-sort={sortedBy(order, name)}
          className={classes.environment}
          data-tier={tier}
        >
          <HeadButton
            column={index + 1}
            name={name}
            order={order}
            isStop={active === index + 1}
            onOrder={onOrder}
          />
          <Tier name={name} tier={tier} />
          {lock && (
            <span
              className={classes.locked}
              title={`Locked by ${lock.by}${lock.reason ? `: ${lock.reason}` : ''}`}
            >
              <IconLock size={12} aria-hidden /> locked by {lock.by}
            </span>
          )}
          {!past && <FreezeMark place={{ environment: name, apps: [] }} />}
          {!past && <SyncOff debts={debts.filter((one) => one.environment === name)} />}
          {cluster.state !== 'live' && !past && (
            <span
              className={classes.freshness}
              data-state={awaitsConsent(cluster) ? 'waiting' : cluster.state}
              title={freshnessText(cluster, now)}
            >
              {freshnessText(cluster, now)}
            </span>
          )}
          <Link
            to="/clusters"
            search={{ environment: name }}
            tabIndex={-1}
            className={classes.cluster}
            title={`Cluster of ${name}`}
            aria-label={`Cluster of ${name}`}
          >
            <IconServer2 size={14} aria-hidden />
          </Link>
        </span>
      ))}
    </div>
  );
}

interface HeadButtonProps {
  column: number;
  /** `null`: the apps. */
  name: string | null;
  order: Order;
  isStop: boolean;
  onOrder: (order: Order) => void;
}

function HeadButton({ column, name, order, isStop, onOrder }: HeadButtonProps) {
  const sorted = sortedBy(order, name);
  const Arrow = sorted === 'ascending' ? IconArrowUp : IconArrowDown;
  return (
    <button
      type="button"
      tabIndex={isStop ? 0 : -1}
      data-column={column}
      className={classes.name}
      title={headTitle(order, name)}
      onClick={() => onOrder(headOrder(order, name))}
    >
      <span className={classes.word}>{name ?? 'App'}</span>
      {sorted !== 'none' && <Arrow size={13} aria-hidden />}
    </button>
  );
}

/** That changes in Git reach no app of an environment, since when. */
function SyncOff({ debts }: { debts: readonly DebtView[] }) {
  const now = useNow('calm');
  const [first] = debts;
  if (!first) return null;
  return (
    <span
      className={classes.syncOff}
      title={`Automatic sync is off since ${fullTime(first.since)} because of an emergency rollback of ${debts.map(({ app }) => app).join(', ')}: no change in Git reaches any app here.`}
    >
      <IconUrgent size={12} aria-hidden /> sync off {clock(first.since, now)}
    </span>
  );
}
