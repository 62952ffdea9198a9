import vm from 'node:vm';
import type { LogFind } from '../../shared/contract/logs';

/**
 * Milliseconds that a pattern may take for one batch of lines, and those of another try before it is given up: they are
 * by the clock on the wall (`vm`, `timeout`), and a machine in need may let this thread stand for as long without the
 * pattern being slow.
 */
const budgets = [500, 1_500];

/** Hits of one line that are marked. */
const hitsPerLine = 100;

/**
 * Code that runs under a time limit: V8 can be told to stop there, even inside of a regular expression that goes back
 * and forth for ever. The work itself is not the sandbox's: it only calls back.
 */
const limited = vm.createContext({ run: (): unknown => undefined }) as { run: () => unknown };
const script = new vm.Script('run()');

/** Thrown when a pattern takes too long. */
export class PatternTooSlow extends Error {}

function within<T>(work: () => T): T {
  limited.run = work;
  try {
    for (const timeout of budgets)
      try {
        return script.runInContext(limited as vm.Context, { timeout }) as T;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
      }
    throw new PatternTooSlow();
  } finally {
    limited.run = () => undefined;
  }
}

export interface Pattern {
  /** Whether each text has a hit. @throws PatternTooSlow */
  test(texts: readonly string[]): boolean[];
  /** Begin and end of each hit, at most 100 a text. @throws PatternTooSlow */
  ranges(texts: readonly string[]): [number, number][][];
}

/**
 * What a find box looks for: plain text or a regular expression.
 * @returns a text saying what is wrong with the expression.
 */
export function compile({ text, regex, matchCase }: LogFind): Pattern | string {
  let pattern: RegExp;
  try {
    const source = regex ? text : text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    pattern = new RegExp(source, matchCase ? 'g' : 'gi');
  } catch (error) {
    return error instanceof Error ? error.message : 'Not a regular expression';
  }
  const has = (line: string): boolean => {
    pattern.lastIndex = 0;
    return pattern.test(line);
  };
  const rangesOf = (line: string): [number, number][] => {
    const found: [number, number][] = [];
    pattern.lastIndex = 0;
    for (let hit = pattern.exec(line); hit && found.length < hitsPerLine; hit = pattern.exec(line)) {
      // A hit of no length (as of `x*`) would stand still for ever.
      if (hit[0].length === 0) pattern.lastIndex += 1;
      else found.push([hit.index, hit.index + hit[0].length]);
    }
    return found;
  };
  // Plain text needs no limit: nothing in it goes back and forth.
  const guard = regex ? within : <T>(work: () => T): T => work();
  return {
    test: (texts) => guard(() => texts.map(has)),
    ranges: (texts) => guard(() => texts.map(rangesOf)),
  };
}
