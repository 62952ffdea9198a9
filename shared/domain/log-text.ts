/** How grave a line is. `none`: it does not say. `note`: no line of the log, but a remark of Signalbox's own. */
export const severities = ['none', 'debug', 'info', 'warn', 'error', 'note'] as const;
export type Severity = (typeof severities)[number];

// biome-ignore-start lint/suspicious/noControlCharactersInRegex: ANSI sequences begin with one
const sequence = /\u001b\[[0-9;:?]*[ -/]*[@-~]/g;
const unprintable = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f]/g;
const suspicious = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f]/;
const openSequence = /\u001b(?:\[[\d;:]*)?$/;
// biome-ignore-end lint/suspicious/noControlCharactersInRegex: see above

/** A line without its colours and other control characters: what is searched, copied and saved. */
export const plain = (text: string): string =>
  suspicious.test(text) ? text.replace(sequence, '').replace(unprintable, '') : text;

/** The first `limit` UTF-16 units of a line, cut neither inside a character nor inside a colour. */
export function cutText(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const last = text.charCodeAt(limit - 1);
  const end = last >= 0xd800 && last <= 0xdbff ? limit - 1 : limit;
  return text.slice(0, end).replace(openSequence, '');
}

/** Names of levels, as loggers write them: syslog, Java, Python, Go, Rails, Node; pino and bunyan count in tens. */
const levels: Readonly<Record<string, Severity>> = {
  trace: 'debug',
  debug: 'debug',
  verbose: 'debug',
  fine: 'debug',
  info: 'info',
  information: 'info',
  notice: 'info',
  warn: 'warn',
  warning: 'warn',
  error: 'error',
  err: 'error',
  severe: 'error',
  fatal: 'error',
  panic: 'error',
  dpanic: 'error',
  critical: 'error',
  crit: 'error',
  alert: 'error',
  emerg: 'error',
  emergency: 'error',
  unknown: 'none',
  '10': 'debug',
  '20': 'debug',
  '30': 'info',
  '40': 'warn',
  '50': 'error',
  '60': 'error',
};

const levelField =
  /"(?:level|severity|lvl|log\.level|levelname|@level|loglevel|level_name)"\s*:\s*"?([A-Za-z]+|\d{2}\b)/i;
const logfmtField = /(?:^|\s)(?:level|lvl|severity)="?([A-Za-z]+)/i;
/** klog and glog: `E1127 12:00:00.000000`. */
const klog = /^([IWEF])\d{4} \d\d:\d\d:\d\d\.\d/;
/** Ruby's Logger: `E, [2026-01-02T03:04:05.678 #1] ERROR -- :`. */
const ruby = /^([DIWEFA]), \[/;
const letters: Readonly<Record<string, Severity>> = {
  D: 'debug',
  I: 'info',
  W: 'warn',
  E: 'error',
  F: 'error',
  A: 'none',
};
/** Capitals shout a level wherever they stand near the beginning; in small letters it has to stand in a level's place. */
const shouted = /\b(TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR|FATAL|PANIC|CRITICAL|SEVERE|ALERT|EMERG)\b/;
const placed =
  /^(?:[\d:.,TZ/+\s-]{8,40})?\s*[[(<]?(trace|debug|info|notice|warn(?:ing)?|error|fatal|panic|critical|uncaught)\b[\])>]?\s*[:\]|\s-]/i;
const exception =
  /^(?:[\w.$]+(?:::[\w.$]+)*)?(?:Error|Exception)(?:\s\(|:\s)|\b[\w.$]+(?:Error|Exception):\s/;

/** How grave a line is, by the words that loggers use: a JSON or logfmt level, a usual beginning, an exception. */
export function severityOf(line: string): Severity {
  const begin = line.length > 400 ? line.slice(0, 400) : line;
  const first = begin.charCodeAt(0);
  if (first === 123) {
    const level =
      levelField.exec(begin)?.[1] ?? (line.length > 400 ? levelField.exec(line.slice(-400))?.[1] : undefined);
    return (level && levels[level.toLowerCase()]) || 'none';
  }
  const letter = klog.exec(begin)?.[1] ?? ruby.exec(begin)?.[1];
  if (letter) return letters[letter] ?? 'none';
  const field = logfmtField.exec(begin)?.[1];
  if (field) {
    const severity = levels[field.toLowerCase()];
    if (severity) return severity;
  }
  const word = shouted.exec(begin.slice(0, 120))?.[1] ?? placed.exec(begin)?.[1];
  if (word) return word.toLowerCase() === 'uncaught' ? 'error' : (levels[word.toLowerCase()] ?? 'none');
  return exception.test(begin) ? 'error' : 'none';
}

/** Whether a line goes on with what the line before it began: a stack trace, a wrapped message. */
export const continues = (line: string): boolean =>
  /^(?:\s+\S|Caused by:|Traceback |\.\.\. \d+ more|During handling of )/.test(line);
