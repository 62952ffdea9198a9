import { scaleLinear } from 'd3-scale';
import { useWidth } from '../../ui/layout/use-width';
import classes from './figures-screen.module.css';

export interface Point {
  /** The period in words. */
  label: string;
  /** `null`: nothing to tell. */
  value: number | null;
  /** A second value above the first, as p90 is above the median. */
  upper?: number | null;
}

interface PlotProps {
  points: readonly Point[];
  /** `bars` begin at zero; `dots` stand where the values are, with a line up to `upper`. */
  kind: 'bars' | 'dots';
  text: (value: number) => string;
  ticks: (most: number) => number[];
}

const height = 116;
const [top, bottom, left] = [8, 18, 72];

/** A small plot over the periods. What it shows is also in the table of the same, so it is hidden from assistive technology. */
export function Plot({ points, kind, text, ticks }: PlotProps) {
  const { ref, width } = useWidth(420);
  const most = Math.max(0, ...points.flatMap(({ value, upper }) => [value ?? 0, upper ?? 0]));
  const lines = ticks(most);
  const y = scaleLinear()
    .domain([0, Math.max(most, lines.at(-1) ?? 0, Number.EPSILON)])
    .range([height - bottom, top]);
  const step = (width - left - 8) / Math.max(1, points.length);
  const bar = Math.max(1, Math.min(22, step - Math.min(3, step * 0.25)));
  const [first, last] = [points[0], points.at(-1)];
  return (
    <div ref={ref} aria-hidden>
      <svg width={width} height={height} className={classes.plot} aria-hidden>
        {lines.map((line) => (
          <g key={line} transform={`translate(0,${y(line)})`}>
            <line x1={left} x2={width} stroke="var(--sb-line)" />
            <text x={left - 8} dy="0.32em" textAnchor="end">
              {text(line)}
            </text>
          </g>
        ))}
        {points.map(({ label, value, upper }, index) => {
          if (value === null) return null;
          const x = left + step * index + step / 2;
          const tall = upper === null || upper === undefined ? value : upper;
          return (
            <g key={label}>
              <title>{`${label}: ${text(value)}${upper ? `, p90 ${text(upper)}` : ''}`}</title>
              <rect
                x={left + step * index}
                y={top}
                width={step}
                height={height - top - bottom}
                fill="transparent"
              />
              {kind === 'bars' ? (
                <rect
                  x={x - bar / 2}
                  y={y(value)}
                  width={bar}
                  height={Math.max(0, y(0) - y(value))}
                  rx={1}
                  className={classes.bar}
                />
              ) : (
                <>
                  <line x1={x} x2={x} y1={y(value)} y2={y(tall)} className={classes.reach} />
                  <circle
                    cx={x}
                    cy={y(value)}
                    r={Math.max(1.5, Math.min(3.5, step / 3))}
                    className={classes.dot}
                  />
                </>
              )}
            </g>
          );
        })}
        <text x={left} y={height - 4}>
          {first?.label}
        </text>
        {points.length > 1 && (
          <text x={width - 2} y={height - 4} textAnchor="end">
            {last?.label}
          </text>
        )}
      </svg>
    </div>
  );
}

/** Two or three round numbers up to the greatest. */
export const roundTicks = (most: number): number[] =>
  scaleLinear()
    .domain([0, most])
    .ticks(3)
    .filter((tick) => tick > 0);

const minute = 60_000;
const spans = [
  1, 5, 15, 30, 60, 120, 240, 480, 720, 1440, 2880, 5760, 10_080, 20_160, 43_200, 86_400, 172_800,
];

/** Lengths of time that people count in, up to the greatest; ms. */
export function spanTicks(most: number): number[] {
  const step = spans.find((each) => most / (each * minute) <= 4) ?? Math.ceil(most / minute / 4);
  return [1, 2, 3, 4].map((times) => times * step * minute).filter((tick) => tick <= most);
}
