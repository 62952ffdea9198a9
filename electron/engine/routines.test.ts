import { expect, expectTypeOf, it } from 'vitest';
import type { z } from 'zod';
import { type Declared, declarations, type Intent } from '../../shared/domain/operation/intent';
import type { Routine } from '../../shared/domain/operation/steps';
import type { routineRuns } from './routines';

/** The intents that a routine takes. */
type Taken<R extends Routine> = (typeof routineRuns)[R] extends {
  fits(intent: Intent): intent is infer I extends Intent;
}
  ? I
  : never;

/** Routines that a kind of operation plans although they need more than it asks for. */
type Misfits<D extends Declared> = D extends Declared
  ? {
      [R in D['steps'][number]['routine']]: z.infer<D['intent']> extends Taken<R> ? never : [D['kind'], R];
    }[D['steps'][number]['routine']]
  : never;

it('plans no step that needs more than the operation asks for', () => {
  expectTypeOf<Misfits<Declared>>().toBeNever();
});

it('has each step once, and those beside each other after those that must succeed', () => {
  for (const { kind, steps } of declarations) {
    const names = steps.map(({ name }) => name);
    expect(names, kind).toEqual([...new Set(names)]);
    const lanes = steps.map(({ lane }) => lane !== null);
    expect(lanes, kind).toEqual(lanes.toSorted());
  }
});
