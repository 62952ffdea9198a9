import { goFloat, goInteger, readsAsTimestamp, styledFloat } from './go-numbers';

/**
 * What a scalar is. Integers come exact; `floating` tells `1.0` from `1`, which Go keeps apart. A date stays the text
 * that it is (`decode.go`: "It looks like a timestamp but for backward compatibility reasons we set it as a string").
 */
export type Resolved =
  | { is: 'text' | 'date'; value: string }
  | { is: 'integer'; value: bigint }
  | { is: 'float'; value: number }
  | { is: 'boolean'; value: boolean }
  | { is: 'null'; value: null };

const core = 'tag:yaml.org,2002:';
const kinds: Readonly<Record<string, readonly Resolved['is'][]>> = {
  [`${core}bool`]: ['boolean'],
  [`${core}int`]: ['integer'],
  [`${core}float`]: ['float', 'integer'],
  [`${core}null`]: ['null'],
  [`${core}timestamp`]: ['date'],
};

const words = new Map<string, Resolved>();
const add = (resolved: Resolved, ...texts: string[]): void => {
  for (const text of texts) words.set(text, resolved);
};
add({ is: 'boolean', value: true }, 'y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON');
add(
  { is: 'boolean', value: false },
  'n',
  'N',
  'no',
  'No',
  'NO',
  'false',
  'False',
  'FALSE',
  'off',
  'Off',
  'OFF',
);
add({ is: 'null', value: null }, '', '~', 'null', 'Null', 'NULL');
add({ is: 'float', value: Number.NaN }, '.nan', '.NaN', '.NAN');
add({ is: 'float', value: Number.POSITIVE_INFINITY }, '.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF');
add({ is: 'float', value: Number.NEGATIVE_INFINITY }, '-.inf', '-.Inf', '-.INF');

/**
 * What go-yaml v2 makes of a plain or tagged scalar (`resolve.go`): words of YAML 1.1, `_` between digits, octal with a
 * leading 0 and with `0o`, binary; no numbers of base 60; a number beyond a float's range is a text.
 * @param tag in its long form, empty where there is none.
 * @param oldWords whether `y`, `yes`, `on` and their likes are true or false.
 * @returns null where the tag does not fit.
 */
export function resolve(tag: string, text: string, oldWords = true): Resolved | null {
  const wanted = tag === '' ? null : kinds[tag];
  if (wanted === undefined) return { is: 'text', value: text };
  const word = oldWords || !isOldWord(text) ? words.get(text) : undefined;
  const found = word ?? number(tag, text) ?? { is: 'text' as const, value: text };
  if (wanted === null || wanted.includes(found.is)) {
    if (tag !== `${core}float` || found.is !== 'integer') return found;
    // An unsigned integer is no float for go-yaml.
    return found.value <= 0x7fffffffffffffffn ? { is: 'float', value: Number(found.value) } : null;
  }
  return null;
}

const isOldWord = (text: string): boolean => /^(?:y|yes|on|n|no|off)$/i.test(text);

function number(tag: string, text: string): Resolved | null {
  const code = text.charCodeAt(0);
  if (code === 0x2e) {
    const value = goFloat(text);
    return value === null ? null : { is: 'float', value };
  }
  if (!(code === 0x2b || code === 0x2d || (code >= 0x30 && code <= 0x39))) return null;
  if ((tag === '' || tag === `${core}timestamp`) && readsAsTimestamp(text))
    return { is: 'date', value: text };
  const plain = text.replaceAll('_', '');
  const integer = goInteger(plain);
  if (integer !== null) return { is: 'integer', value: integer };
  const value = styledFloat(plain);
  return value === null ? null : { is: 'float', value };
}

/**
 * What Helm and kubectl read where a text stands without quotes: `text` where it stays what it is. Dates stay, too, and
 * are told apart since others (go-yaml v3, YAML 1.1) make dates of them.
 */
export const plainReads = (text: string): Resolved['is'] => resolve('', text)?.is ?? 'text';
