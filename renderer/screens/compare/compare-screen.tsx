import { Button } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { useEffect } from 'react';
import { count } from '../../../shared/domain/text/count';
import { useCompared, useHistoryNames, useHistoryStatus } from '../../data/history-queries';
import { useBoard } from '../../data/queries';
import { FailurePanel } from '../../ui/finding/failure-panel';
import { HistoryState } from '../../ui/history/history-state';
import { NotReadYet } from '../../ui/layout/not-read-yet';
import { Empty } from '../../ui/layout/panel';
import { PastTabs } from '../../ui/layout/past-tabs';
import { announce } from '../../ui/text/announcer';
import { hoursBefore } from '../../ui/time/period';
import { dateTime } from '../../ui/time/time';
import { useNow } from '../../ui/time/use-now';
import classes from './compare-screen.module.css';
import { ComparedRow } from './compared-row';
import type { CompareSearch } from './search';
import { SideFields } from './side-fields';

const route = getRouteApi('/history/compare');
/** A moment that everything lies before: now, also while commits come in. */
const afterAll = '9999-12-31T00:00:00.000Z';

/** So many rows ask the apps' repos at once: GitHub allows a person 5,000 questions an hour. */
const askedAtOnce = 25;

/** Two moments or two environments side by side: only what differs. */
export function CompareScreen() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const onSearch = (change: Partial<CompareSearch>) =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  const board = useBoard().data;
  const names = useHistoryNames().data;
  const status = useHistoryStatus().data;
  const minute = Math.floor(useNow('calm') / 60_000) * 60_000;
  const known = board?.environments.map(({ name }) => name) ?? [];
  // The chain whose last two environments are compared at first.
  const chain = names?.pipelines[0]?.environments ?? known;
  const environments = [...known, ...(names?.environments ?? []).filter((name) => !known.includes(name))];
  // At first: the last two environments of the chain, now.
  const first = search.left === undefined && search.leftAt === undefined && search.right === undefined;
  const sides: CompareSearch =
    first && search.rightAt === undefined && chain.length > 1
      ? { left: chain.at(-2), right: chain.at(-1) }
      : search;
  const moment = (at: string | undefined) => ({ at: at ?? afterAll });
  const input = {
    left: { moment: moment(sides.leftAt), ...(sides.left ? { environment: sides.left } : {}) },
    right: { moment: moment(sides.rightAt), ...(sides.right ? { environment: sides.right } : {}) },
  };
  const compared = useCompared(input, names !== undefined);
  const isUnread = status?.tip === null;
  const rows = isUnread ? undefined : compared.data;
  useEffect(() => {
    if (rows) announce(count(rows.length, 'difference'));
  }, [rows]);
  const byEnvironment = sides.left !== undefined || sides.right !== undefined;
  const titles = [titleOf(sides.left, sides.leftAt), titleOf(sides.right, sides.rightAt)] as const;
  return (
    <div className={classes.screen}>
      <header className={classes.head}>
        <PastTabs />
        <h1 className="visually-hidden">Compare</h1>
        <span className={classes.spacer} />
        <Presets environments={chain} now={minute} onSearch={onSearch} />
      </header>
      <div className={classes.sides}>
        <SideFields
          name="Left"
          environments={environments}
          environment={sides.left}
          at={sides.leftAt}
          onChange={(side) => onSearch({ ...sides, left: side.environment, leftAt: side.at })}
        />
        <SideFields
          name="Right"
          environments={environments}
          environment={sides.right}
          at={sides.rightAt}
          onChange={(side) => onSearch({ ...sides, right: side.environment, rightAt: side.at })}
        />
      </div>
      {compared.error && (
        <FailurePanel failure={compared.error.failure} onRetry={() => void compared.refetch()} />
      )}
      {status && <HistoryState status={status} />}
      {isUnread && <NotReadYet what="Differences" />}
      {compared.isPending && !isUnread && <p role="status">Comparing…</p>}
      {rows?.length === 0 && (
        <Empty title="No differences">Both sides have the same versions and settings.</Empty>
      )}
      {rows && rows.length > 0 && <h2 className="visually-hidden">Differences</h2>}
      {rows && rows.length > 0 && (
        <table className={classes.table}>
          <caption>{count(rows.length, 'difference')}</caption>
          <thead>
            <tr>
              <th scope="col">App</th>
              {!byEnvironment && <th scope="col">Environment</th>}
              <th scope="col">{titles[0]}</th>
              <th scope="col">{titles[1]}</th>
              <th scope="col">{changesTitle(sides)}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row, index) => (
              <ComparedRow
                key={`${row.app} ${(row.left ?? row.right)?.environment}`}
                row={row}
                byEnvironment={byEnvironment}
                atOnce={index < askedAtOnce}
              />
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}

/** From where to where the changes are told. */
const changesTitle = ({ left, right }: CompareSearch): string =>
  left && right && left !== right ? `In ${left}, not in ${right}` : 'Changes';

const titleOf = (environment: string | undefined, at: string | undefined): string =>
  `${environment ?? 'All environments'}, ${at ? dateTime(at) : 'now'}`;

interface PresetsProps {
  environments: readonly string[];
  now: number;
  onSearch: (search: CompareSearch) => void;
}

/** The comparisons that people ask for most. */
function Presets({ environments, now, onSearch }: PresetsProps) {
  const [before, last] = [environments.at(-2), environments.at(-1)];
  const none = { left: undefined, leftAt: undefined, right: undefined, rightAt: undefined };
  return (
    <div className={classes.presets}>
      {before && last && (
        <Button variant="default" onClick={() => onSearch({ ...none, left: before, right: last })}>
          {before} and {last}
        </Button>
      )}
      <Button variant="default" onClick={() => onSearch({ ...none, leftAt: hoursBefore(now, 24) })}>
        Yesterday and now
      </Button>
      <Button variant="default" onClick={() => onSearch({ ...none, leftAt: hoursBefore(now, 7 * 24) })}>
        A week ago and now
      </Button>
    </div>
  );
}
