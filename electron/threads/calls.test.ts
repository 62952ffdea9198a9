import { MessageChannel } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { type Failure, FailureError } from '../../shared/domain/failure/failure';
import { failureOf } from '../../shared/domain/failure/failure-of';
import { answerTo, type CallReply, Calls } from './calls';

interface Request {
  id: number;
  question: string;
}
const errorOf = (failure: Failure): Error => new FailureError(failure);

/** Two ends of a channel, the far one of which answers as a worker does, the last question first. */
function channel() {
  const { port1, port2 } = new MessageChannel();
  const calls = new Calls<Request>();
  const held: Request[] = [];
  port2.on('message', (request: Request) => held.push(request));
  port1.on('message', (reply: CallReply) => calls.take(reply, errorOf));
  const ask = (question: string): Promise<string> =>
    calls.call<string>(
      (id) => ({ id, question }),
      (request) => port1.postMessage(request),
    );
  const answerAll = async (): Promise<void> => {
    for (const { id, question } of held.splice(0).reverse())
      port2.postMessage(
        await answerTo(
          id,
          () => {
            if (question === 'bad') throw new TypeError('no such thing');
            return `${question}!`;
          },
          failureOf,
        ),
      );
  };
  const close = (): void => port1.close();
  return { calls, ask, held, answerAll, close };
}

it('answers find their calls, in whatever order they come, and faults are failures', async () => {
  const { calls, ask, held, answerAll, close } = channel();
  try {
    const [first, bad, last] = [ask('first'), ask('bad'), ask('last')];
    const refused = expect(bad).rejects.toMatchObject({
      failure: { code: 'internal', detail: 'no such thing' },
    });
    await expect.poll(() => held).toHaveLength(3);
    await answerAll();
    expect(await first).toBe('first!');
    await refused;
    expect(await last).toBe('last!');
    expect(calls.open).toEqual([]);
  } finally {
    close();
  }
});

it('what waits can be asked again, in its order, or given up; a late answer is nobody’s', async () => {
  const { calls, ask, close } = channel();
  try {
    const [first, second] = [ask('first'), ask('second')];
    expect(calls.open.map(({ question }) => question)).toEqual(['first', 'second']);
    calls.fail(
      () => new Error('gone'),
      ({ question }) => question === 'first',
    );
    await expect(first).rejects.toThrow('gone');
    expect(calls.open.map(({ question }) => question)).toEqual(['second']);
    expect(calls.take({ id: 1, ok: true, value: 'late' }, errorOf)).toBeNull();
    expect(calls.take({ id: 2, ok: true, value: 'in time' }, errorOf)).toMatchObject({ question: 'second' });
    expect(await second).toBe('in time');
  } finally {
    close();
  }
});
