import { afterEach, expect, it } from 'vitest';
import { FailureError } from '../../../shared/domain/failure/failure';
import { noLog } from '../../log/log';
import type { UpdateSource } from './update-source';
import { createUpdates, type Updates } from './updates';

const found = { version: '2.0.0', notes: 'Better.' };

let updates: Updates | null = null;
afterEach(() => updates?.close());

/** Updates over a source of the test's own making; `running` may be changed while it is used. */
function ground(source: Partial<UpdateSource> = {}, open?: () => Promise<UpdateSource>) {
  const state = { running: [] as string[], left: 0, installed: 0, opened: 0 };
  const whole: UpdateSource = {
    look: async () => found,
    load: async () => undefined,
    install: () => {
      state.installed += 1;
    },
    ...source,
  };
  const made = createUpdates({
    current: '1.0.0',
    ability: { canLook: true, cannot: null },
    source: async () => {
      state.opened += 1;
      return open ? open() : whole;
    },
    running: () => state.running,
    looksByItself: () => false,
    leave: (install) => {
      state.left += 1;
      void install();
    },
    found: () => undefined,
    log: noLog,
  });
  updates = made;
  return { state, updates: made, whole };
}

/** A promise that the test ends. */
function held(): { promise: Promise<void>; end: () => void } {
  let end = (): void => undefined;
  const promise = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { promise, end };
}

const ready = async (of: Updates): Promise<void> => {
  await of.look();
  of.load();
  await expect.poll(() => of.get().phase).toBe('ready');
};

it('opens the source again after it could not be opened', async () => {
  let isBroken = true;
  const { updates: one, state } = ground({}, async () => {
    if (isBroken) throw new Error('the disk was away');
    return { look: async () => found, load: async () => undefined, install: () => undefined };
  });
  expect(await one.look()).toMatchObject({ phase: 'not-looked', failure: expect.anything() });
  isBroken = false;
  expect(await one.look()).toMatchObject({ phase: 'found', version: '2.0.0', failure: null });
  await one.look();
  // What is open stays open.
  expect(state.opened).toBe(2);
});

it('says why it could not look, and looks again when asked', async () => {
  let isAway = true;
  const { updates: one } = ground({
    look: async () => {
      if (isAway)
        throw new FailureError({ code: 'unreachable', message: 'Away.', meaning: 'Nothing.', next: [] });
      return null;
    },
  });
  expect(await one.look()).toMatchObject({ phase: 'not-looked', failure: { message: 'Away.' } });
  isAway = false;
  expect(await one.look()).toMatchObject({ phase: 'newest', failure: null });
});

it('asks once for all who look at the same time', async () => {
  let looks = 0;
  const { updates: one } = ground({
    look: async () => {
      looks += 1;
      return found;
    },
  });
  await Promise.all([one.look(), one.look()]);
  expect(looks).toBe(1);
});

it('loads nothing while an operation runs, goes on waiting when it is asked to look, and loads then', async () => {
  let looks = 0;
  const { updates: one, state } = ground({
    look: async () => {
      looks += 1;
      return found;
    },
  });
  await one.look();
  state.running = ['Deploy frontend'];
  expect(one.load()).toMatchObject({ phase: 'waiting', waitsFor: ['Deploy frontend'] });
  expect(await one.look()).toMatchObject({ phase: 'waiting', version: '2.0.0' });
  expect(looks).toBe(1);
  one.operationsChanged();
  expect(one.get().phase).toBe('waiting');
  state.running = [];
  one.operationsChanged();
  await expect.poll(() => one.get().phase).toBe('ready');
});

it('goes on loading when an operation begins meanwhile, and installs only once it ended', async () => {
  const loading = held();
  const { updates: one, state } = ground({ load: () => loading.promise });
  await one.look();
  one.load();
  await expect.poll(() => one.get().phase).toBe('loading');
  state.running = ['Deploy frontend'];
  one.operationsChanged();
  expect(one.get()).toMatchObject({ phase: 'loading', waitsFor: ['Deploy frontend'] });
  loading.end();
  await expect.poll(() => one.get().phase).toBe('ready');
  expect(() => one.install()).toThrow('installs nothing while an operation runs');
  expect(state.left).toBe(0);
  state.running = [];
  expect(one.install().phase).toBe('installing');
  await expect.poll(() => state.installed).toBe(1);
});

it('does not leave where an operation begins between the answer and the end', async () => {
  const { updates: one, state } = ground();
  await ready(one);
  one.install();
  state.running = ['Deploy frontend'];
  await expect.poll(() => one.get().phase).toBe('ready');
  expect(one.get().failure?.message).toBe('Signalbox installs nothing while an operation runs.');
  expect(state.left).toBe(0);
});

it('installs once, also when it is asked twice', async () => {
  const { updates: one, state } = ground();
  await ready(one);
  one.install();
  expect(one.install().phase).toBe('installing');
  await expect.poll(() => state.installed).toBe(1);
  expect(state.left).toBe(1);
});

it('offers what could not be loaded again, with why', async () => {
  let isAway = true;
  const { updates: one } = ground({
    load: async (onProgress) => {
      onProgress(0.5);
      if (isAway) throw new Error('cut off');
    },
  });
  await one.look();
  one.load();
  await expect.poll(() => one.get()).toMatchObject({ phase: 'found', progress: null, version: '2.0.0' });
  expect(one.get().failure).not.toBeNull();
  isAway = false;
  one.load();
  await expect.poll(() => one.get()).toMatchObject({ phase: 'ready', failure: null });
});

it('refuses where this build cannot be replaced', () => {
  const one = createUpdates({
    current: '1.0.0',
    ability: { canLook: false, cannot: 'It came with the system.' },
    source: () => Promise.reject(new Error('never asked')),
    running: () => [],
    looksByItself: () => true,
    leave: () => undefined,
    found: () => undefined,
    log: noLog,
  });
  updates = one;
  expect(() => one.look()).toThrow('It came with the system.');
  expect(() => one.load()).toThrow('It came with the system.');
  expect(() => one.install()).toThrow('No newer version is loaded.');
});
