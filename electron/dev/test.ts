import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildApp } from './build';
import { staticChecks } from './check';
import { hasDisplay } from './display';
import { ensureElectron } from './electron-runtime';
import { runCommand, SetupError } from './say';
import { onePassed, runStages, type Stage, tell } from './stage';
import { ensureSystemPackages } from './system-packages';
import { endToEndStage, vitestStage } from './test-runners';

const build: Stage = {
  name: 'build',
  run: async () => {
    await buildApp();
    return onePassed;
  },
};

/**
 * The tiers of tests by name, in the order in which `npm test` runs them: what is fast and tells most comes first
 * (docs/testing.md). `reports` is a folder for what the runners report.
 */
const tiers = {
  static: () => staticChecks,
  unit: (reports: string) => [vitestStage(reports, 'unit tests', ['unit'])],
  window: (reports: string) => [vitestStage(reports, 'components in jsdom', ['window'])],
  integration: (reports: string) => [vitestStage(reports, 'integration tests', ['integration'])],
  walks: (reports: string) => [vitestStage(reports, 'walks, races and kills', ['walks'])],
  e2e: (reports: string) => [build, endToEndStage(reports)],
} satisfies Record<string, (reports: string) => readonly Stage[]>;

const isTier = (name: string): name is keyof typeof tiers => name in tiers;

/**
 * `npm test`: every check and every test; `npm run test:<tier>`: one tier. The last line is `N passed, N failed`, counted
 * over all that ran.
 */
export async function run(names: string[]): Promise<void> {
  await runCommand(async () => {
    const unknown = names.find((name) => !isTier(name));
    if (unknown !== undefined)
      throw new SetupError(`There is no tier called ${unknown}.`, `One of: ${Object.keys(tiers).join(', ')}`);
    return test(names.length > 0 ? names.filter(isTier) : Object.keys(tiers).filter(isTier));
  });
}

async function test(names: readonly (keyof typeof tiers)[]): Promise<number> {
  const electron = names.includes('e2e') ? await ensureElectron() : null;
  if (electron) await ensureSystemPackages(electron.executable, { withDisplayServer: !hasDisplay() });
  const reports = await mkdtemp(join(tmpdir(), 'signalbox-test-'));
  try {
    const result = await runStages(names.flatMap((name) => tiers[name](reports)));
    for (const { outcome, name, reason } of result.told) tell(`${outcome}: ${name}: ${reason}`);
    if (electron)
      tell(`tested on Electron ${electron.version}${electron.kind === 'fallback' ? ' (the fallback)' : ''}`);
    tell(`${result.passed} passed, ${result.failed} failed`);
    return result.failed > 0 ? 1 : 0;
  } finally {
    await rm(reports, { recursive: true, force: true });
  }
}
