import type { BuildEvent } from './event-stream';

/** One line of a build's log. `note`: said by Signalbox or Concourse, not printed by a step. */
export interface BuildLogLine {
  at: string | null;
  text: string;
  note: boolean;
}

/** Characters of a line that is not at its end, after which it is cut: a step may print without ever ending a line. */
const longestLine = 64 * 1024;

/**
 * The lines of a build's log. Steps run side by side and print chunks, not lines: each step's rest is kept apart. `\r\n`
 * ends a line as `\n` does; colours stay as they are.
 * @param nameOf what the plan calls a step; `null`: not known
 */
export function buildLogLines(nameOf: (step: string) => string | null): {
  push(event: BuildEvent): BuildLogLine[];
} {
  const rests = new Map<string, { at: string | null; text: string }>();
  let last = '';
  const flush = (step: string): BuildLogLine[] => {
    const rest = rests.get(step);
    rests.delete(step);
    return rest && rest.text !== '' ? [{ at: rest.at, text: rest.text, note: false }] : [];
  };
  const printed = (step: string, at: string | null, text: string): BuildLogLine[] => {
    const rest = rests.get(step);
    const parts = `${rest?.text ?? ''}${text}`.split('\n');
    const open = parts.pop() ?? '';
    const lines = parts.map((line, index) => ({
      at: index === 0 ? (rest?.at ?? at) : at,
      text: line.replace(/\r$/, ''),
      note: false,
    }));
    const isLong = open.length > longestLine;
    if (isLong) lines.push({ at, text: open, note: false });
    if (open === '' || isLong) rests.delete(step);
    else rests.set(step, { at: parts.length === 0 ? (rest?.at ?? at) : at, text: open });
    return lines;
  };
  /** Whose lines follow, wherever they are another step's than those before. */
  const headed = (step: string, at: string | null, lines: BuildLogLine[]): BuildLogLine[] => {
    if (lines.length === 0 || step === last) return lines;
    last = step;
    const name = nameOf(step);
    return name ? [{ at, text: name, note: true }, ...lines] : lines;
  };
  return {
    push(event) {
      switch (event.kind) {
        case 'log':
          return headed(event.step, event.at, printed(event.step, event.at, event.text));
        case 'error':
          return headed(event.step, event.at, [
            ...flush(event.step),
            { at: event.at, text: event.message, note: true },
          ]);
        case 'ended': {
          const lines = flush(event.step);
          if (event.exitStatus !== null && event.exitStatus !== 0)
            lines.push({ at: event.at, text: `exit status ${event.exitStatus}`, note: true });
          return headed(event.step, event.at, lines);
        }
        case 'status':
          return event.status === 'started'
            ? []
            : [...rests.keys()].flatMap((step) => headed(step, event.at, flush(step)));
        default:
          return [];
      }
    },
  };
}
