import { scaleTime } from 'd3-scale';
import { useWidth } from '../../ui/layout/use-width';
import { tickText } from '../../ui/time/tick-text';
import { dateTime, span } from '../../ui/time/time';
import { endOf, lanesOf, type Run } from './lanes';
import classes from './version-screen.module.css';

const lane = 28;
const left = 104;
const axis = 20;

/** The stays as bars over time, a lane per environment; the table below says the same in words. */
export function Timeline({
  runs,
  order,
  now,
}: {
  runs: readonly Run[];
  order: readonly string[];
  now: number;
}) {
  const { ref, width } = useWidth(720);
  const lanes = lanesOf(runs, order);
  const from = Math.min(...runs.map(({ deployment }) => Date.parse(deployment.at)));
  const until = Math.max(...runs.map((run) => endOf(run, now)));
  const scale = scaleTime()
    .domain([from, Math.max(until, from + 60_000)])
    .range([left, Math.max(left + 100, width - 12)]);
  const ticks = scale.ticks(Math.max(2, Math.floor(width / 150)));
  const height = lanes.length * lane + axis;
  return (
    <div ref={ref}>
      <svg width={width} height={height} aria-hidden className={classes.timeline}>
        {ticks.map((tick) => (
          <g key={tick.getTime()} transform={`translate(${scale(tick)},0)`}>
            <line y2={lanes.length * lane} stroke="var(--sb-line)" />
            <text y={height - 5} textAnchor="middle" fill="var(--sb-text-3)">
              {tickText(tick, until - from)}
            </text>
          </g>
        ))}
        {lanes.map((name, index) => (
          <text key={name} x={4} y={index * lane + 18} fill="var(--sb-text-2)">
            {name}
          </text>
        ))}
        {runs.map((run) => {
          const start = scale(Date.parse(run.deployment.at));
          const end = scale(endOf(run, now));
          return (
            <rect
              key={run.deployment.id}
              x={start}
              y={lanes.indexOf(run.environment) * lane + 6}
              width={Math.max(3, end - start)}
              height={16}
              rx={3}
              className={run.rolledBack ? classes.undone : run.until === null ? classes.running : classes.ran}
            >
              <title>
                {`${run.environment}: ${dateTime(run.deployment.at)}, ${span(endOf(run, now) - Date.parse(run.deployment.at))}`}
              </title>
            </rect>
          );
        })}
      </svg>
      <p className={classes.legend}>
        <span className={classes.runningKey}>runs now</span>
        <span className={classes.ranKey}>ran</span>
        <span className={classes.undoneKey}>was rolled back</span>
      </p>
    </div>
  );
}
