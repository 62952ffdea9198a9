import { isLosslessNumber, parse, stringify } from 'lossless-json';

/**
 * JSON whose numbers stay as they are written. `JSON.parse` rounds what a `double` cannot hold (4505012345678901249,
 * 1e400, -0, 1.0), and a cluster keeps such numbers in free JSON (`helm.valuesObject`, parameters of workflows): the API
 * server reads integers of 64 bits (`k8s.io/apimachinery/pkg/util/json`).
 */

/** Lists and objects in each other; the reader, the writer and what compares are recursive. Real objects have some 30. */
const mostNested = 1000;

/** Whether brackets outside of texts stand deeper in each other. One pass, without a stack. */
function isDeeper(text: string, most: number): boolean {
  let depth = 0;
  let isText = false;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (isText) {
      if (unit === 0x5c) at += 1;
      else if (unit === 0x22) isText = false;
    } else if (unit === 0x22) isText = true;
    else if (unit === 0x5b || unit === 0x7b) {
      depth += 1;
      if (depth > most) return true;
    } else if (unit === 0x5d || unit === 0x7d) depth -= 1;
  }
  return false;
}

/**
 * Reads JSON; its numbers come as `LosslessNumber`. Of a name that stands twice the last value counts, as in Go.
 * @throws SyntaxError for what is no JSON, RangeError for what is nested too deeply.
 */
export function parseExact(text: string): unknown {
  if (isDeeper(text, mostNested)) throw new RangeError(`JSON that is nested more than ${mostNested} deep`);
  return parse(text, undefined, { onDuplicateKey: ({ newValue }) => newValue });
}

/** Writes JSON, with the numbers that {@link parseExact} read as they were. */
export const writeExact = (value: unknown): string => stringify(value) ?? 'null';

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !isLosslessNumber(value);

const isSame = (a: unknown, b: unknown): boolean => a === b || writeExact(a) === writeExact(b);

/**
 * The merge patch (RFC 7396) that makes one object of another: it names what differs and nothing else. Lists are
 * replaced whole; a field that is `undefined` or `null` afterwards goes.
 */
export function mergePatch(before: object, after: object): Record<string, unknown> {
  const [old, wanted] = [before, after] as Readonly<Record<string, unknown>>[];
  const patch: Record<string, unknown> = {};
  const put = (name: string, value: unknown) =>
    // An assignment to `__proto__` would set no field.
    Object.defineProperty(patch, name, { value, enumerable: true, configurable: true, writable: true });
  for (const name of Object.keys(old ?? {})) {
    const [was, is] = [old?.[name], wanted?.[name]];
    if (is === undefined || is === null) {
      if (was !== undefined && was !== null) put(name, null);
    } else if (isObject(was) && isObject(is)) {
      const inner = mergePatch(was, is);
      if (Object.keys(inner).length > 0) put(name, inner);
    } else if (!isSame(was, is)) put(name, is);
  }
  for (const [name, value] of Object.entries(wanted ?? {}))
    if (value !== undefined && value !== null && !Object.hasOwn(old ?? {}, name)) put(name, value);
  return patch;
}

/** What a merge patch (RFC 7396) makes of an object, which is left as it is. Numbers stay as they are. */
export function merged<T extends object>(target: T, patch: Readonly<Record<string, unknown>>): T {
  const result = { ...target } as Record<string, unknown>;
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name];
    else {
      const before = Object.hasOwn(result, name) ? result[name] : undefined;
      const after = isObject(value) ? merged(isObject(before) ? before : {}, value) : value;
      // An assignment to `__proto__` would set no field.
      Object.defineProperty(result, name, {
        value: after,
        enumerable: true,
        configurable: true,
        writable: true,
      });
    }
  }
  return result as T;
}
