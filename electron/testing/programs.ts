import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..', '..');

/**
 * What tests start as processes of their own, by the name of the built file. A process that compiles its TypeScript
 * first costs a second of a core before it begins; tests that race or kill start dozens of them.
 */
export const programs = {
  practice: 'electron/practice/main.ts',
  'print-board': 'electron/ledger/print-board.ts',
  racer: 'electron/ledger/testing/racer.ts',
  'killed-indexer': 'electron/history/testing/killed-indexer.ts',
  'history-worker': 'electron/history/worker.ts',
  'log-worker': 'electron/logs/worker.ts',
  'crash-child': 'electron/engine/testing/crash-child.ts',
  'killed-announcer': 'electron/announcements/testing/killed-announcer.ts',
  conformance: 'electron/conformance/main.ts',
} as const;

/** The environment variable that names the folder of the built programs while vitest runs. */
export const programsVariable = 'SIGNALBOX_TEST_PROGRAMS';

/** The built file of a program; `undefined` outside vitest (see global-setup.ts). */
export function builtProgram(name: keyof typeof programs): string | undefined {
  const folder = process.env[programsVariable];
  const built = folder ? join(folder, `${name}.js`) : '';
  return built && existsSync(built) ? built : undefined;
}

/**
 * The first arguments for `process.execPath` that start a program: the file that was built before the tests began,
 * or, outside vitest, its source by tsx.
 */
export function programArguments(name: keyof typeof programs): string[] {
  const built = builtProgram(name);
  return built ? [built] : ['--import', 'tsx', join(root, programs[name])];
}
