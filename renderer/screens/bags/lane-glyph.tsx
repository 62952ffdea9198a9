import type { LaneState } from '../../../shared/domain/bags/bag-words';
import classes from './timeline.module.css';

/** Shapes by state: a disc with a tick, a diamond, a ring, a triangle, a crossed ring, a small dot. */
const shapes: Record<LaneState, React.ReactNode> = {
  passed: (
    <>
      <circle cx="9" cy="9" r="8" className={classes.fill} />
      <path d="M5.4 9.2l2.5 2.5 4.7-5" className={classes.cut} />
    </>
  ),
  failed: (
    <>
      <path d="M9 0.6L17.4 9 9 17.4 0.6 9z" className={classes.fill} />
      <path d="M6.4 6.4l5.2 5.2M11.6 6.4l-5.2 5.2" className={classes.cut} />
    </>
  ),
  running: (
    <>
      <circle cx="9" cy="9" r="7" className={classes.ring} />
      <path d="M9 2a7 7 0 0 1 7 7" className={classes.arc} />
    </>
  ),
  unknown: (
    <>
      <path d="M9 1l8.2 15H0.8z" className={classes.fill} />
      <path d="M9 6v5M9 13.2v0.6" className={classes.cut} />
    </>
  ),
  abandoned: (
    <>
      <rect x="2" y="2" width="14" height="14" rx="2" className={classes.ring} />
      <path d="M4 14L14 4" className={classes.line} />
    </>
  ),
  cancelled: <path d="M3 9h12" className={classes.line} />,
  none: <circle cx="9" cy="9" r="2" className={classes.dot} />,
};

/** How a bag stands in an environment, as a shape; the text beside it says the same. */
export function LaneGlyph({ state }: { state: LaneState }) {
  return (
    <svg className={classes.glyph} data-state={state} viewBox="0 0 18 18" width="18" height="18" aria-hidden>
      {shapes[state]}
    </svg>
  );
}

const told: { state: LaneState; text: string }[] = [
  { state: 'passed', text: 'passed' },
  { state: 'running', text: 'running' },
  { state: 'failed', text: 'failed' },
  { state: 'unknown', text: 'unknown' },
  { state: 'abandoned', text: 'abandoned' },
];

/** What the shapes mean. */
export function Legend() {
  return (
    <ul className={classes.legend} aria-label="Legend">
      {told.map(({ state, text }) => (
        <li key={state}>
          <LaneGlyph state={state} /> {text}
        </li>
      ))}
    </ul>
  );
}
