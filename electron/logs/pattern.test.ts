import { describe, expect, it } from 'vitest';
import { compile, type Pattern, PatternTooSlow } from './pattern';

const expression = (text: string): Pattern => {
  const compiled = compile({ text, regex: true, matchCase: true, filter: false });
  if (typeof compiled === 'string') throw new Error(compiled);
  return compiled;
};

/** Texts of which reading the first takes a while, once: a machine in need lets the thread stand. */
function textsAfterStanding(ms: number, texts: readonly string[]): readonly string[] {
  let stood = false;
  return new Proxy(texts, {
    get(target, name, receiver) {
      if (name === '0' && !stood) {
        stood = true;
        const until = performance.now() + ms;
        while (performance.now() < until);
      }
      return Reflect.get(target, name, receiver);
    },
  });
}

describe('an expression', () => {
  it('is not given up because the machine stood still', () => {
    const texts = ['error 7', 'fine'];
    expect(expression('error \\d').test(textsAfterStanding(800, texts))).toEqual([true, false]);
    expect(expression('error \\d').ranges(textsAfterStanding(800, texts))).toEqual([[[0, 7]], []]);
  });

  it('that goes back and forth for ever is given up', () => {
    expect(() => expression('^(a+)+$').test([`${'a'.repeat(40)}b`])).toThrow(PatternTooSlow);
  });
});
