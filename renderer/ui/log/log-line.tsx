import { memo } from 'react';
import type { ShownLine } from '../../../shared/contract/logs';
import { fullTime } from '../time/time';
import { TimedText } from '../time/timed-text';
import { pieces } from './ansi';
import { lineTime, type Stamps } from './line-time';
import classes from './log-line.module.css';
import type { SourceLabel } from './source-labels';

const letters = { none: '', debug: 'D', info: 'I', warn: 'W', error: 'E', note: '' } as const;

interface LogLineProps {
  line: ShownLine;
  label: SourceLabel | null;
  numbers: boolean;
  stamps: Stamps;
  /** The hit that the find is at. */
  present: boolean;
  onWhole: (line: ShownLine) => void;
}

/** One line: number, the cluster's time, whose it is, severity, text with its colours and hits. */
export const LogLine = memo(function LogLine(props: LogLineProps) {
  const { line, label, numbers, stamps, present, onWhole } = props;
  return (
    <>
      {numbers && (
        <span className={classes.number} data-part="number" aria-hidden>
          {line.number}
        </span>
      )}
      {stamps !== 'off' && (
        <span className={classes.time} title={line.at ? fullTime(line.at) : undefined}>
          {lineTime(line.at, stamps)}
        </span>
      )}
      {label && (
        <span className={classes.label} data-tone={label.tone} title={label.text}>
          {label.text}
        </span>
      )}
      <span className={classes.severity} data-severity={line.severity} aria-hidden>
        {letters[line.severity]}
      </span>
      <span className={classes.text} data-severity={line.severity} dir="auto">
        <Text line={line} present={present} />
        {line.whole !== null && (
          <button type="button" className={classes.whole} tabIndex={-1} onClick={() => onWhole(line)}>
            … {(line.whole - line.text.length).toLocaleString('en-GB')} more characters
          </button>
        )}
      </span>
    </>
  );
});

function Text({ line, present }: { line: ShownLine; present: boolean }) {
  // A line of Signalbox's own, which no pod wrote.
  if (line.severity === 'note' && line.hits.length === 0) return <TimedText text={line.text} />;
  if (line.hits.length === 0 && !line.text.includes('\u001b')) return line.text;
  return pieces(line.text, line.hits).map((piece, index) => {
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
  });
}
