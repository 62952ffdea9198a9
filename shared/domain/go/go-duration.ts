/** Nanoseconds of a unit. */
const units: ReadonlyMap<string, bigint> = new Map([
  ['ns', 1n],
  ['us', 1_000n],
  // The micro sign and the Greek letter.
  ['\u00b5s', 1_000n],
  ['\u03bcs', 1_000n],
  ['ms', 1_000_000n],
  ['s', 1_000_000_000n],
  ['m', 60_000_000_000n],
  ['h', 3_600_000_000_000n],
]);

/** A duration is a signed number of 64 bits. */
const most = 1n << 63n;

/** Leading digits as a number; `null`: more than 2⁶³ (`leadingInt`). */
function integerOf(digits: string): bigint | null {
  // More than twenty digits that are not zeros do not fit.
  const trimmed = digits.replace(/^0+/, '');
  if (trimmed.length > 20) return null;
  const value = BigInt(trimmed || '0');
  return value > most ? null : value;
}

/** Digits behind the point, and by what to divide them; those that do not fit are left off (`leadingFraction`). */
function fractionOf(digits: string): { value: bigint; scale: number } {
  let value = 0n;
  let scale = 1;
  for (const digit of digits.slice(0, 400)) {
    const next = value * 10n + BigInt(digit);
    if (value > (most - 1n) / 10n || next > most) break;
    value = next;
    scale *= 10;
  }
  return { value, scale };
}

const part = /(\d*)(\.(\d*))?([^\d.]*)/y;

/**
 * Nanoseconds of a Go duration such as `1h30m`, `1.5h`, `-.5s`; `null` for text that is none (Go `time/format.go`,
 * `ParseDuration`): no days, no spaces, a unit behind every number but `0`, a sign at the beginning alone, and nothing
 * beyond 64 bits.
 */
function nanosecondsOf(text: string): bigint | null {
  const isNegative = text.startsWith('-');
  const rest = isNegative || text.startsWith('+') ? text.slice(1) : text;
  if (rest === '0') return 0n;
  if (rest === '') return null;
  let sum = 0n;
  part.lastIndex = 0;
  while (part.lastIndex < rest.length) {
    const [, digits = '', point, behind = '', name = ''] = part.exec(rest) ?? [];
    if (digits === '' && (point === undefined || behind === '')) return null;
    const unit = units.get(name);
    const whole = integerOf(digits);
    if (unit === undefined || whole === null || whole > most / unit) return null;
    const { value, scale } = fractionOf(behind);
    // As there: by floating point.
    sum += whole * unit + BigInt(Math.floor(Number(value) * (Number(unit) / scale)));
    if (sum > most) return null;
  }
  if (isNegative) return -sum;
  return sum === most ? null : sum;
}

/** Milliseconds of a Go duration, with fractions; `null` for text that is none. */
export function goDurationMs(text: string): number | null {
  const nanoseconds = nanosecondsOf(text);
  return nanoseconds === null ? null : Number(nanoseconds) / 1e6;
}
