import { Button } from '@mantine/core';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useEffect } from 'react';
import type { ComparedCell, HistoricCell } from '../../../shared/domain/history/history-event';
import { count } from '../../../shared/domain/text/count';
import { useCompared, useHistoryNames } from '../../data/history-queries';
import { useBoard } from '../../data/queries';
import { VersionLink } from '../../ui/change/version-link';
import { FailurePanel } from '../../ui/finding/failure-panel';
import { Empty } from '../../ui/layout/panel';
import { PastTabs } from '../../ui/layout/past-tabs';
import { announce } from '../../ui/text/announcer';
import { hoursBefore } from '../../ui/time/period';
import { dateTime } from '../../ui/time/time';
import { useNow } from '../../ui/time/use-now';
import classes from './compare-screen.module.css';
import type { CompareSearch } from './search';
import { SideFields } from './side-fields';

const route = getRouteApi('/history/compare');
/** A moment that everything lies before: now, also while commits come in. */
const afterAll = '9999-12-31T00:00:00.000Z';

/** Two moments or two environments side by side: only what differs. */
export function CompareScreen() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const onSearch = (change: Partial<CompareSearch>) =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  const board = useBoard().data;
  const names = useHistoryNames().data;
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
  const rows = compared.data;
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
      {compared.isPending && <p role="status">Comparing…</p>}
      {rows?.length === 0 && (
        <Empty title="No differences">Both sides have the same versions and settings.</Empty>
      )}
      {rows && rows.length > 0 && (
        <table className={classes.table}>
          <caption>{count(rows.length, 'difference')}</caption>
          <thead>
            <tr>
              <th scope="col">App</th>
              {!byEnvironment && <th scope="col">Environment</th>}
              <th scope="col">{titles[0]}</th>
              <th scope="col">{titles[1]}</th>
              <th scope="col">Difference</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <Row
                key={`${row.app} ${(row.left ?? row.right)?.environment}`}
                row={row}
                byEnvironment={byEnvironment}
              />
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}

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

function Row({ row, byEnvironment }: { row: ComparedCell; byEnvironment: boolean }) {
  const environment = (row.left ?? row.right)?.environment ?? '';
  return (
    <tr>
      <th scope="row">
        <Link to="/apps/$app" params={{ app: row.app }}>
          {row.app}
        </Link>
      </th>
      {!byEnvironment && <td>{environment}</td>}
      <td>
        <Side cell={row.left} />
      </td>
      <td>
        <Side cell={row.right} />
      </td>
      <td className={classes.quiet}>{differences(row).join(', ')}</td>
    </tr>
  );
}

function Side({ cell }: { cell: HistoricCell | null }) {
  if (!cell) return <span className={classes.quiet}>not deployed</span>;
  return (
    <>
      <VersionLink app={cell.app} value={cell.version} strong />
      {cell.deployment && <span className={classes.quiet}> since {dateTime(cell.deployment.at)}</span>}
    </>
  );
}

/** What differs, in words. */
function differences({ left, right }: ComparedCell): string[] {
  if (!left || !right) return [left ? 'only on the left' : 'only on the right'];
  const switched = (name: string, a: boolean | null, b: boolean | null): string[] =>
    a === b ? [] : [`${name} ${word(a)} → ${word(b)}`];
  return [
    ...(left.version === right.version ? [] : ['version']),
    ...switched('automatic deploys', left.automaticDeploys, right.automaticDeploys),
    ...switched('promotion', left.promote, right.promote),
  ];
}

const word = (value: boolean | null): string => (value === null ? 'not set' : value ? 'on' : 'off');
