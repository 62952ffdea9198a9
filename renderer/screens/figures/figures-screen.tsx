import { NativeSelect, SegmentedControl } from '@mantine/core';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useEffect, useMemo } from 'react';
import type { FiguresRow } from '../../../shared/domain/history/history-event';
import { count } from '../../../shared/domain/text/count';
import { useFigures, useHistoryNames, useHistoryStatus } from '../../data/history-queries';
import { PickMenu } from '../../ui/action/pick-menu';
import { FailurePanel } from '../../ui/finding/failure-panel';
import { HistoryState } from '../../ui/history/history-state';
import { NotReadYet } from '../../ui/layout/not-read-yet';
import { Empty, Panel } from '../../ui/layout/panel';
import { PastTabs } from '../../ui/layout/past-tabs';
import { announce } from '../../ui/text/announcer';
import { hoursBefore } from '../../ui/time/period';
import { span } from '../../ui/time/time';
import { useNow } from '../../ui/time/use-now';
import { AppTable } from './app-table';
import { Definition, definitions, type FigureName } from './definitions';
import classes from './figures-screen.module.css';
import { PeriodTable } from './period-table';
import { beginOf, filledRows, periodsBetween, periodText, shareRolledBack, shareText } from './periods';
import { PersonTable } from './person-table';
import { Plot, type Point, roundTicks, spanTicks } from './plot';
import type { FiguresSearch } from './search';

const route = getRouteApi('/history/figures');
const hour = 3_600_000;

/** How often, how fast and how well one delivers, by pipeline, app and period. */
export function FiguresScreen() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const onSearch = (change: Partial<FiguresSearch>) =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  const names = useHistoryNames().data;
  const status = useHistoryStatus().data;
  const pipeline = names?.pipelines.find(({ name }) => name === search.pipeline) ?? names?.pipelines[0];
  const days = search.days ?? 90;
  const by = search.by ?? (days <= 31 ? 'day' : days <= 200 ? 'week' : 'month');
  // To the hour, so that the questions stay the same ones for a while.
  const until = Math.ceil(useNow('calm') / hour) * hour;
  return (
    <div className={classes.screen}>
      <header className={classes.head}>
        <PastTabs />
        <h1 className="visually-hidden">Delivery figures</h1>
        <span className={classes.spacer} />
        {names && names.pipelines.length > 1 && (
          <NativeSelect
            aria-label="Pipeline"
            size="xs"
            value={pipeline?.name ?? ''}
            data={names.pipelines.map(({ name }) => name)}
            onChange={(event) => onSearch({ pipeline: event.currentTarget.value })}
          />
        )}
        <PickMenu
          label="App"
          single
          choices={(names?.apps ?? []).map((app) => ({ value: app, label: app }))}
          picked={search.app ? [search.app] : []}
          onPick={([app]) => onSearch({ app })}
        />
        <NativeSelect
          aria-label="Time"
          size="xs"
          value={String(days)}
          data={[
            { value: '30', label: 'Last 30 days' },
            { value: '90', label: 'Last 90 days' },
            { value: '365', label: 'Last year' },
            { value: '1095', label: 'Last 3 years' },
            { value: '36500', label: 'All time' },
          ]}
          onChange={(event) => onSearch({ days: Number(event.currentTarget.value), by: undefined })}
        />
        <SegmentedControl
          aria-label="Period"
          value={by}
          onChange={(value) => onSearch({ by: value as 'day' | 'week' | 'month' })}
          data={[
            { value: 'day', label: 'Days' },
            { value: 'week', label: 'Weeks' },
            { value: 'month', label: 'Months' },
          ]}
        />
        <SegmentedControl
          aria-label="View"
          value={search.view ?? 'plots'}
          onChange={(value) => onSearch({ view: value === 'table' ? 'table' : undefined })}
          data={[
            { value: 'plots', label: 'Plots' },
            { value: 'table', label: 'Table' },
          ]}
        />
      </header>
      {status && <HistoryState status={status} />}
      {status?.tip === null ? (
        <NotReadYet what="Figures" />
      ) : pipeline ? (
        <Figures
          environments={pipeline.environments}
          app={search.app}
          since={hoursBefore(until, Math.min(days * 24, (until - Date.UTC(2005, 3, 7)) / hour))}
          until={until}
          by={by}
          table={search.view === 'table'}
          onApp={(app) => onSearch({ app })}
        />
      ) : (
        names && (
          <Empty title="No pipeline">The estate file has no app pipeline, so there are no figures.</Empty>
        )
      )}
    </div>
  );
}

interface FiguresProps {
  environments: string[];
  app: string | undefined;
  since: string;
  until: number;
  by: 'day' | 'week' | 'month';
  table: boolean;
  onApp: (app: string) => void;
}

function Figures({ environments, app, since, until, by, table, onApp }: FiguresProps) {
  const base = { environments, since, until: new Date(until).toISOString() };
  const chosen = app ? { apps: [app] } : {};
  const whole = useFigures({ ...base, ...chosen, by: 'all' });
  const periods = useFigures({ ...base, ...chosen, by });
  const apps = useFigures({ ...base, by: 'app' });
  const people = useFigures({ ...base, ...chosen, by: 'actor' });
  const rows = useMemo(() => {
    const known = periods.data ?? [];
    // "All time" begins with the first deployment, not with the first commit of Git.
    const first = known[0] ? Math.max(Date.parse(since), beginOf(known[0].key)) : Date.parse(since);
    return filledRows(known, periodsBetween(first, until, by));
  }, [periods.data, since, until, by]);
  const sum = whole.data?.[0] ?? null;
  useEffect(() => {
    if (sum) announce(`${count(sum.deployments, 'deployment')}${app ? ` of ${app}` : ''}`);
  }, [sum, app]);
  const error = whole.error ?? periods.error ?? apps.error ?? people.error;
  if (error) return <FailurePanel failure={error.failure} onRetry={() => void periods.refetch()} />;
  if (!whole.data || !periods.data || !apps.data || !people.data)
    return (
      <p role="status" className={classes.note}>
        Counting…
      </p>
    );
  const last = environments.at(-1) ?? '';
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <>
      <p className={classes.note}>
        {app ?? 'All apps'}, {environments.join(' → ')}; counted in {last}, in this computer’s time zone (
        {zone}).
      </p>
      {table ? (
        <PeriodTable rows={rows} by={by} />
      ) : (
        <div className={classes.figures}>
          <Figure
            name="deployments"
            big={(sum?.deployments ?? 0).toLocaleString('en-GB')}
            small={perWeek(sum, since, until)}
          >
            <Plot
              kind="bars"
              points={pointsOf(rows, by, (row) => row.deployments)}
              text={(value) => value.toLocaleString('en-GB')}
              ticks={roundTicks}
            />
          </Figure>
          <Figure
            name="leadTime"
            big={sum?.leadTime ? span(sum.leadTime.median) : '–'}
            small={p90Of(sum?.leadTime ?? null)}
          >
            <Plot
              kind="dots"
              points={pointsOf(
                rows,
                by,
                ({ leadTime }) => leadTime?.median ?? null,
                ({ leadTime }) => leadTime?.p90 ?? null,
              )}
              text={span}
              ticks={spanTicks}
            />
          </Figure>
          <Figure
            name="rolledBack"
            big={shareText(sum && shareRolledBack(sum))}
            small={
              sum
                ? `${sum.rolledBack.toLocaleString('en-GB')} of ${count(sum.deployments, 'deployment')}`
                : ''
            }
          >
            <Plot
              kind="bars"
              points={pointsOf(rows, by, shareRolledBack)}
              text={(value) => `${Number(value.toFixed(1))} %`}
              ticks={roundTicks}
            />
          </Figure>
          <Figure
            name="restore"
            big={sum?.restore ? span(sum.restore.median) : '–'}
            small={p90Of(sum?.restore ?? null)}
          >
            <Plot
              kind="dots"
              points={pointsOf(
                rows,
                by,
                ({ restore }) => restore?.median ?? null,
                ({ restore }) => restore?.p90 ?? null,
              )}
              text={span}
              ticks={spanTicks}
            />
          </Figure>
        </div>
      )}
      <Panel
        title="Apps"
        className={classes.periods}
        aside={
          <Link to="/history" search={{ environment: [last], event: ['deployment'], since }}>
            View deployments
          </Link>
        }
      >
        <AppTable rows={apps.data} chosen={app} onApp={onApp} />
      </Panel>
      <Panel title="People">
        <PersonTable
          rows={people.data}
          search={{ environment: [last], since, ...(app ? { app: [app] } : {}) }}
        />
      </Panel>
    </>
  );
}

function pointsOf(
  rows: readonly FiguresRow[],
  by: FiguresProps['by'],
  value: (row: FiguresRow) => number | null,
  upper?: (row: FiguresRow) => number | null,
): Point[] {
  return rows.map((row) => ({
    label: periodText(row.key, by),
    value: value(row),
    ...(upper ? { upper: upper(row) } : {}),
  }));
}

const p90Of = (one: FiguresRow['leadTime']): string =>
  one ? `median of ${one.count.toLocaleString('en-GB')}; p90 ${span(one.p90)}` : 'no data';

function perWeek(sum: FiguresRow | null, since: string, until: number): string {
  const weeks = (until - Date.parse(since)) / (7 * 24 * hour);
  if (!sum || weeks > 500) return '';
  return `${(sum.deployments / Math.max(1, weeks)).toFixed(1)} a week`;
}

function Figure(props: { name: FigureName; big: string; small: string; children: React.ReactNode }) {
  const { name, big, small, children } = props;
  return (
    <Panel title={definitions[name].title} aside={<Definition of={name} />}>
      <div className={classes.figure}>
        <p className={classes.numbers}>
          <span className={classes.big}>{big}</span>
          <span className={classes.small}>{small}</span>
        </p>
        {children}
      </div>
    </Panel>
  );
}
