import type { FiguresQuery, FiguresRow } from '../../../shared/domain/history/history-event';
import { distributionOf, periodOf } from '../../../shared/domain/history/history-figures';
import { flag } from '../index/event-row';
import type { DeploymentLine, PlacedDeployment } from './deployment-line';
import { secondsOf } from './event-select';
import type { IndexFacts } from './index-facts';

/** What is measured of one row. Durations in milliseconds. */
interface Group {
  deployments: number;
  lead: number[];
  restore: number[];
}

const quarterSeconds = 900;
/** Days by quarter of an hour, which never lies in two of them, whatever the time zone: asking `Date` is slower by far. */
const dates = new Map<number, number>();

/** A number that the times (seconds since 1970) of one day of this machine's time zone share. */
function dateOf(at: number): number {
  const quarter = Math.floor(at / quarterSeconds);
  let date = dates.get(quarter);
  if (date === undefined) {
    const time = new Date(at * 1000);
    date = (time.getFullYear() * 12 + time.getMonth()) * 31 + time.getDate();
    dates.set(quarter, date);
  }
  return date;
}

/** Delivery figures of all lines together, defined at {@link FiguresRow}. */
export function figures(
  lines: readonly { line: DeploymentLine; facts: IndexFacts }[],
  query: FiguresQuery,
): FiguresRow[] {
  const [first] = query.environments;
  const last = query.environments.at(-1);
  const [since, until] = [secondsOf(query.since), secondsOf(query.until)];
  const { by } = query;
  const groups = new Map<string, Group>();
  const groupOf = (key: string): Group => {
    let group = groups.get(key);
    if (!group) {
      group = { deployments: 0, lead: [], restore: [] };
      groups.set(key, group);
    }
    return group;
  };
  const periods = new Map<number, Group>();
  const periodGroup = (at: number, period: 'day' | 'week' | 'month'): Group => {
    const day = dateOf(at);
    let group = periods.get(day);
    if (!group) {
      group = groupOf(periodOf(at * 1000, period));
      periods.set(day, group);
    }
    return group;
  };
  const namesOf = (facts: IndexFacts): ReadonlyMap<number, string> =>
    by === 'actor' ? new Map([...facts.actors].map(([name, id]) => [id, name])) : new Map<number, string>();
  const groupFor = (
    { at, actor }: PlacedDeployment,
    app: string,
    names: ReadonlyMap<number, string>,
  ): Group => {
    switch (by) {
      case 'app':
        return groupOf(app);
      case 'actor':
        return groupOf(names.get(actor) ?? '');
      case 'all':
        return groupOf(by);
      default:
        return periodGroup(at, by);
    }
  };
  /** Apps that a line before has there: they are that one's, and counted once. */
  const counted = new Set<string>();
  for (const { line, facts } of lines) {
    const names = namesOf(facts);
    const ours = facts.cells.filter(({ app, environment }) => environment === last && !counted.has(app));
    for (const { app } of ours) counted.add(app);
    for (const { id, app } of ours) {
      if (query.apps && !query.apps.includes(app)) continue;
      const start = facts.cells.find((cell) => cell.app === app && cell.environment === first);
      const began = start && query.environments.length > 1 ? line.cell(start.id).first : null;
      for (const one of line.cell(id).deployments) {
        if (one.at < since || one.at >= until) continue;
        measure(one, began, groupFor(one, app, names));
      }
    }
  }
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, { deployments, lead, restore }]) => ({
      key,
      deployments,
      leadTime: distributionOf(lead),
      rolledBack: restore.length,
      restore: distributionOf(restore),
    }));
}

function measure(one: PlacedDeployment, began: ReadonlyMap<number, number> | null, group: Group): void {
  group.deployments += 1;
  const { at, flags, next } = one;
  const begun = flags & flag.returns ? undefined : began?.get(one.version);
  if (begun !== undefined && at >= begun) group.lead.push((at - begun) * 1000);
  if (next?.isRollback) group.restore.push(Math.max(0, next.at - at) * 1000);
}
