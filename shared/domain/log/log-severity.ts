/** How grave a line is. `none`: it does not say. `note`: no line of the log, but a remark of Signalbox's own. */
export const severities = ['none', 'debug', 'info', 'warn', 'error', 'note'] as const;
export type Severity = (typeof severities)[number];

/** Names of levels, as loggers write them: syslog, Java, .NET, Python, Go, Rust, Rails, Node; also in three or four letters. */
const levels: Readonly<Record<string, Severity>> = {
  ...Object.fromEntries(
    [
      'trace',
      'trc',
      'trac',
      'trce',
      'debug',
      'dbg',
      'debu',
      'dbug',
      'verbose',
      'vrb',
      'fine',
      'finer',
      'finest',
    ].map((name) => [name, 'debug' as const]),
  ),
  ...Object.fromEntries(
    ['info', 'inf', 'information', 'notice', 'default', 'config', 'log'].map((name) => [
      name,
      'info' as const,
    ]),
  ),
  ...Object.fromEntries(['warn', 'wrn', 'warning', 'deprecated'].map((name) => [name, 'warn' as const])),
  ...Object.fromEntries(
    [
      ...[
        'error',
        'err',
        'erro',
        'eror',
        'fail',
        'severe',
        'fatal',
        'ftl',
        'fata',
        'panic',
        'pani',
        'dpanic',
      ],
      ...['critical', 'crit', 'alert', 'emerg', 'emergency', 'uncaught', 'unhandled'],
    ].map((name) => [name, 'error' as const]),
  ),
};

const named = (name: string | undefined): Severity | null => (name && levels[name.toLowerCase()]) || null;

/** pino and bunyan count in tens, upwards. */
const inTens = (level: number): Severity =>
  level >= 50 ? 'error' : level >= 40 ? 'warn' : level >= 30 ? 'info' : 'debug';

/** Syslog (RFC 5424, 6.2.1) counts from 0, an emergency, to 7. */
const ofSyslog = (level: number): Severity =>
  level <= 3 ? 'error' : level === 4 ? 'warn' : level <= 6 ? 'info' : 'debug';

const letters: Readonly<Record<string, Severity>> = {
  D: 'debug',
  I: 'info',
  W: 'warn',
  E: 'error',
  F: 'error',
  A: 'none',
};

const levelField =
  /"(?:level|severity|lvl|log\.level|levelname|@level|log_?level|level_?name|severity_?text|@l)"\s*:\s*"?([A-Za-z]+|\d{2}\b)/i;
/** MongoDB's `{"t":…,"s":"E",…}`, GELF's and the journal's numbers. */
const mongo = /^\{"t":.{0,80}?"s":\s?"([FEWID])\d?"/;
const syslogField = /"(?:PRIORITY"\s*:\s*"([0-7])"|short_message".{0,300}?"level"\s*:\s*([0-7])\b)/;
const syslogFieldFirst = /"level"\s*:\s*([0-7])\b.{0,300}?"short_message"/;

function ofJson(begin: string, line: string): Severity {
  const level =
    levelField.exec(begin)?.[1] ?? (line.length > 400 ? levelField.exec(line.slice(-400))?.[1] : undefined);
  if (level) return /^\d/.test(level) ? inTens(Number(level)) : (named(level) ?? 'none');
  const letter = mongo.exec(begin)?.[1];
  if (letter) return letters[letter] ?? 'none';
  const syslog = syslogField.exec(begin);
  const number = syslog?.[1] ?? syslog?.[2] ?? syslogFieldFirst.exec(begin)?.[1];
  return number === undefined ? 'none' : ofSyslog(Number(number));
}

const logfmtField = /(?:^|[\s,[{])(?:level|lvl|severity|log_?level|log\.level)=["']?([A-Za-z]+)/i;
/** klog and glog `E1127 12:00:00.000000`; Ruby's Logger `E, [2026-01-02T03:04:05.678 #1] ERROR -- :`. */
const letterFirst = /^(?:([IWEF])\d{4} \d\d:\d\d:\d\d\.\d|([DIWEFA]), \[)/;
/** `<11>1 2026-…` of syslog, `<3>…` of the kernel: facility times 8, plus the level. */
const priority = /^<(\d{1,3})>/;
/** Redis: `1:M 02 Jan 2026 03:04:05.678 # …`. */
const redis = /^\d+:[MSCX] \d\d [A-Z][a-z]{2} \d{4} [\d:.]{8,12} ([.*#-]) /;
const redisLevels: Readonly<Record<string, Severity>> = {
  '.': 'debug',
  '-': 'debug',
  '*': 'info',
  '#': 'warn',
};

/** Capitals shout a level wherever they stand near the beginning; in small letters it has to stand in a level's place. */
const shouted =
  /(?<![\w.-])(TRACE|DEBUG|DBUG|INFO|NOTICE|WARN(?:ING)?|ERROR?|EROR|FATAL|PANIC|CRIT(?:ICAL)?|SEVERE|ALERT|EMERG(?:ENCY)?)(?![\w-]|\.\w)/;
/** `ERRO[0000]` of logrus, `EROR[01-02|03:04:05]` of log15. */
const joined = /^(TRAC|DEBU|DBUG|INFO|WARN|ERRO|EROR|FATA|PANI|CRIT)\[/;
/** `[10:00:00 ERR]` of Serilog, `3:04PM ERR` of zerolog. */
const short = /^[\d:.,TZ/+\s[\]|-]{0,40}(?:[AP]M)?[\s|[\]]{0,3}(TRC|VRB|DBG|INF|WRN|ERR|FTL|PNC)(?=[\]\s:|])/;
/** `[error]` of nginx, Envoy and Elixir, `[core:error]` of Apache. */
const bracketed =
  /(?:^|[\s\]])\[(?:[\w.-]{1,40}:)?(emerg|alert|crit(?:ical)?|error|err|fatal|warn(?:ing)?|notice|info|debug|trace)\d?\]/i;
const words =
  'trace|debug|verbose|info|notice|warn(?:ing)?|error|fatal|panic|critical|crit|alert|emerg|severe';
/** Behind a time, a word is a level; without one it needs what sets a level off from a sentence. */
const timed = new RegExp(
  `^[[(]?\\d[\\d:.,TZ/+\\s-]{7,39}[\\])]?\\s*[|-]?\\s*(${words})(?=[\\s:|\\]-]|$)`,
  'i',
);
const placed = new RegExp(
  `^\\s{0,8}[[(<]?(${words}|fail|dbug|trce|uncaught|unhandled)(?:\\[\\w{1,12}\\])?(?:[\\])>:|]|\\t|\\s{2,}\\S|\\s+-\\s|(?<=uncaught|unhandled)\\s)`,
  'i',
);
/** PHP, npm and compilers. */
const spoken =
  /^(?:PHP\s{1,3})?(?:(?:recoverable |catchable )?(fatal|parse|syntax) error|(deprecated)):|^npm (err|error|warn)\b|:\s(?:fatal )?(error|warning):\s/i;
/** Python's and Node's warnings. */
const warning = /(?:^|[\s:)])[A-Za-z]{0,60}Warning:\s/;
const exception =
  /^(?:[\w.$]+(?:::[\w.$]+)*)?(?:Error|Exception)(?:\s\(|:\s)|\b[\w.$]+(?:Error|Exception):\s/;

/**
 * How grave a line is, by the words that loggers use: a JSON or logfmt level, a usual beginning, an exception. Looks at
 * the first 400 characters (and the last, of JSON), so that no line takes long.
 */
export function severityOf(line: string): Severity {
  const begin = line.length > 400 ? line.slice(0, 400) : line;
  if (begin.charCodeAt(0) === 123) return ofJson(begin, line);
  const letter = letterFirst.exec(begin);
  if (letter) return letters[letter[1] ?? letter[2] ?? ''] ?? 'none';
  const number = priority.exec(begin)?.[1];
  if (number !== undefined && Number(number) <= 191) return ofSyslog(Number(number) % 8);
  const sign = redis.exec(begin)?.[1];
  if (sign) return redisLevels[sign] ?? 'none';
  const head = begin.slice(0, 120);
  const severity =
    named(logfmtField.exec(begin)?.[1]) ??
    named(short.exec(head)?.[1]) ??
    named(joined.exec(head)?.[1]) ??
    named(shouted.exec(head)?.[1]) ??
    named(timed.exec(head)?.[1]) ??
    named(placed.exec(head)?.[1]) ??
    named(bracketed.exec(head)?.[1]);
  if (severity) return severity;
  const said = spoken.exec(begin);
  if (said) return said[1] ? 'error' : (named(said[2] ?? said[3] ?? said[4]) ?? 'none');
  if (warning.test(begin)) return 'warn';
  return exception.test(begin) ? 'error' : 'none';
}
