import { EventEmitter } from 'node:events';
import type { BrowserWindow } from 'electron';
import { expect, it, vi } from 'vitest';
import type { Operation } from '../../shared/domain/operation/operation';
import type { Engine } from '../engine/engine-types';
import { guardOperations } from './operation-guard';

/** What the person answers, one question after the other: a button, or the fault that the dialog ends with. */
const answers: (number | Error)[] = [];
let asked = 0;

// Electron's own parts are there in its process alone.
vi.mock('electron', () => ({
  dialog: {
    showMessageBox: async () => {
      asked += 1;
      const answer = answers.shift();
      if (answer instanceof Error) throw answer;
      return { response: answer ?? 0 };
    },
  },
  powerMonitor: new EventEmitter(),
  powerSaveBlocker: { start: () => 1, stop: () => undefined },
}));

it('asks again where the window went under its question, so that Signalbox can be quit', async () => {
  const operation = {
    id: 'op',
    state: 'running',
    intent: { kind: 'nudge', app: 'app', environment: 'staging', version: 'v1' },
    steps: [],
    jobs: [],
  } as unknown as Operation;
  const engine = { list: () => [operation], onChange: () => () => undefined } as unknown as Engine;
  const logged: string[] = [];
  const guard = guardOperations(
    engine,
    () => null as BrowserWindow | null,
    (_level, event) => void logged.push(event),
  );
  let left = 0;
  answers.push(new Error('Object has been destroyed'), 1);
  expect(guard.holdsBack(() => (left += 1))).toBe(true);
  await expect.poll(() => logged).toEqual(['app.quit-not-asked']);
  expect(guard.holdsBack(() => (left += 1))).toBe(true);
  await expect.poll(() => left).toBe(1);
  expect(asked).toBe(2);
  // They want to leave: it is not held back any more.
  expect(guard.holdsBack(() => undefined)).toBe(false);
  guard.close();
});
