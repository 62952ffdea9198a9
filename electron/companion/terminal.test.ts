import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { askYesOrNo } from './terminal';

const streams = () => ({ input: new PassThrough(), output: new PassThrough() });
const never = new AbortController().signal;

it.each([
  ['y\n', true],
  [' YES \n', true],
  ['\n', false],
  ['yep\n', false],
])('an answer of %j is %s', async (typed, said) => {
  const both = streams();
  both.input.write(typed);
  expect(await askYesOrNo('Deploy?', both, never)).toBe(said);
});

it('an input that ends says no', async () => {
  const both = streams();
  both.input.end();
  expect(await askYesOrNo('Deploy?', both, never)).toBe(false);
});

it('a command that is ended says no', async () => {
  const ending = new AbortController();
  const asked = askYesOrNo('Deploy?', streams(), ending.signal);
  ending.abort();
  expect(await asked).toBe(false);
  expect(await askYesOrNo('Deploy?', streams(), ending.signal)).toBe(false);
});
