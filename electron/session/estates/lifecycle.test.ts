import { describe, expect, it } from 'vitest';
import { FailureError } from '../../../shared/domain/failure/failure';
import { createLifecycle, type Openable } from './lifecycle';

interface One extends Openable {
  name: string;
}

/** A lifecycle whose openings end when the test says so. */
function ground() {
  const opened: string[] = [];
  const closed: string[] = [];
  const held: string[] = [];
  const gates = new Map<string, { open: () => void; fail: (error: Error) => void }>();
  const signals = new Map<string, AbortSignal>();
  const faults: unknown[] = [];
  const phases: string[] = [];
  const lifecycle = createLifecycle<string, One>(
    (choice, signal) =>
      new Promise((resolve, reject) => {
        opened.push(choice);
        signals.set(choice, signal);
        gates.set(choice, {
          open: () =>
            resolve({
              name: choice,
              heldBy: () => held,
              close: async () => {
                closed.push(choice);
                if (choice === 'stuck') throw new Error('does not close');
              },
            }),
          fail: reject,
        });
      }),
    (error) => faults.push(error),
  );
  lifecycle.onChange(() => phases.push(lifecycle.now().phase));
  const gate = async (name: string) => {
    await expect.poll(() => gates.has(name)).toBe(true);
    const one = gates.get(name);
    gates.delete(name);
    if (!one) throw new Error(`${name} is not being opened`);
    return one;
  };
  const openAt = async (name: string) => {
    const opening = lifecycle.open(name);
    (await gate(name)).open();
    return opening;
  };
  return { lifecycle, opened, closed, held, gate, openAt, signals, faults, phases };
}

const codeOf = (doing: Promise<unknown>) =>
  doing.then(
    () => 'done',
    (error: unknown) => (error instanceof FailureError ? error.failure.code : String(error)),
  );

describe('the lifecycle of the estate', () => {
  it('goes from closed over opening to open, over switching to the next, and back to closed', async () => {
    const { lifecycle, openAt, closed, phases } = ground();
    expect(lifecycle.now()).toEqual({ phase: 'closed', choice: null, failure: null });
    expect(await codeOf(lifecycle.opened())).toBe('not-found');
    await openAt('a');
    await openAt('b');
    expect(lifecycle.current()?.name).toBe('b');
    await lifecycle.close();
    expect(phases).toEqual(['opening', 'open', 'switching', 'open', 'closed']);
    expect(closed).toEqual(['a', 'b']);
  });

  it('has who asks while it opens wait, and tells them the estate that came', async () => {
    const { lifecycle, gate } = ground();
    void lifecycle.open('a');
    const asked = lifecycle.opened();
    (await gate('a')).open();
    expect((await asked).name).toBe('a');
  });

  it('tells a failed opening to everybody who waits, stays closed with what was chosen, and opens it at the next try', async () => {
    const { lifecycle, gate, openAt, phases } = ground();
    const opening = codeOf(lifecycle.open('a'));
    const asked = codeOf(lifecycle.opened());
    (await gate('a')).fail(
      new FailureError({ code: 'offline', message: 'No network.', meaning: '', next: [] }),
    );
    expect([await opening, await asked]).toEqual(['offline', 'offline']);
    expect(lifecycle.now()).toMatchObject({ phase: 'closed', choice: 'a', failure: { code: 'offline' } });
    expect(await codeOf(lifecycle.opened())).toBe('offline');
    await openAt('a');
    expect(phases).toEqual(['opening', 'closed', 'opening', 'open']);
  });

  it('closes what it switches from before it opens the next, and has nothing open where that fails', async () => {
    const { lifecycle, openAt, gate, closed, opened } = ground();
    await openAt('a');
    const switching = codeOf(lifecycle.open('b'));
    expect(lifecycle.now()).toEqual({ phase: 'switching', choice: 'b', from: 'a' });
    const failing = await gate('b');
    expect(closed).toEqual(['a']);
    failing.fail(new Error('broken'));
    expect(await switching).toBe('internal');
    expect(lifecycle.current()).toBeNull();
    expect(opened).toEqual(['a', 'b']);
  });

  it('lets the last choice win, whatever order the openings end in, and closes the others', async () => {
    const { lifecycle, gate, closed, signals } = ground();
    const first = codeOf(lifecycle.open('a'));
    const slow = await gate('a');
    const asked = lifecycle.opened();
    const second = lifecycle.open('b');
    expect(signals.get('a')?.aborted).toBe(true);
    slow.open();
    (await gate('b')).open();
    expect((await second).name).toBe('b');
    expect(await first).toBe('cancelled');
    expect((await asked).name).toBe('b');
    expect(closed).toEqual(['a']);
    expect(lifecycle.now()).toEqual({ phase: 'open', choice: 'b' });
  });

  it('refuses to leave what can’t be interrupted, unless told to', async () => {
    const { lifecycle, openAt, gate, held, closed } = ground();
    await openAt('a');
    held.push('Deploy bag 7 to production');
    expect(await codeOf(lifecycle.open('b'))).toBe('busy');
    expect(await codeOf(lifecycle.close())).toBe('busy');
    expect(lifecycle.now()).toEqual({ phase: 'open', choice: 'a' });
    expect(closed).toEqual([]);
    const leaving = lifecycle.open('b', { anyway: true });
    (await gate('b')).open();
    await leaving;
    expect(closed).toEqual(['a']);
  });

  it('is not kept from opening the next by one that does not close', async () => {
    const { lifecycle, openAt, faults } = ground();
    await openAt('stuck');
    await openAt('b');
    expect(lifecycle.current()?.name).toBe('b');
    expect(faults).toEqual([new Error('does not close')]);
  });

  it('closes while it opens: what comes of that is closed, too', async () => {
    const { lifecycle, gate, closed } = ground();
    const opening = codeOf(lifecycle.open('a'));
    const late = await gate('a');
    const closing = lifecycle.close();
    late.open();
    await closing;
    expect(await opening).toBe('cancelled');
    expect(closed).toEqual(['a']);
    expect(lifecycle.now()).toEqual({ phase: 'closed', choice: null, failure: null });
    expect(await codeOf(lifecycle.opened())).toBe('not-found');
  });
});
