import { memo } from 'react';
import type { LogLine as Line } from '../../../shared/contract/contract';
import { seconds } from '../time';
import { pieces, plain, severityOf } from './ansi';
import type { Matcher } from './find';
import classes from './log-viewer.module.css';

interface LogLineProps {
  number: number;
  line: Line;
  matcher: Matcher | null;
  present: boolean;
}

/** One line: number, the cluster's time, severity, text with its colours and hits. */
export const LogLine = memo(function LogLine({ number, line, matcher, present }: LogLineProps) {
  const severity = severityOf(line.text);
  const parts = pieces(line.text, matcher?.ranges(plain(line.text)) ?? []);
  return (
    <>
      <span className={classes.number} aria-hidden>
        {number}
      </span>
      <span className={classes.time}>{line.at ? seconds(line.at) : ''}</span>
      <span className={classes.severity} data-severity={severity} aria-hidden>
        {severity === 'error' ? 'E' : severity === 'warn' ? 'W' : ''}
      </span>
      <span className={classes.text} data-severity={severity}>
        {parts.map((piece, index) => {
          const key = `${index}${piece.text.length}`;
          const style = piece.colour ? { color: piece.colour } : undefined;
          return piece.hit ? (
            <mark key={key} data-present={present || undefined}>
              {piece.text}
            </mark>
          ) : piece.classes || style ? (
            <span key={key} className={piece.classes} style={style}>
              {piece.text}
            </span>
          ) : (
            piece.text
          );
        })}
      </span>
    </>
  );
});
