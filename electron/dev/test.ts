import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildApp } from './build';
import { staticChecks } from './check';
import { hasDisplay } from './display';
import { ensureElectron } from './electron-runtime';
import { inProject } from './project';
import { runCommand } from './say';
import { onePassed, runStages, type Stage, type StageResult, tell } from './stage';
import { ensureSystemPackages } from './system-packages';
import { endToEndStage, readReport, runTests } from './test-runners';

/** `npm test`: every check and every test. Its last line is `N passed, N failed`, counted over all of them. */
export async function run(): Promise<void> {
  await runCommand(test);
}

async function test(): Promise<number> {
  const electron = await ensureElectron();
  await ensureSystemPackages(electron.executable, { withDisplayServer: !hasDisplay() });
  const reports = await mkdtemp(join(tmpdir(), 'signalbox-test-'));
  try {
    const result = await runStages([...staticChecks, unit(reports), build, endToEndStage(reports)]);
    for (const { name, reason } of result.skipped) tell(`skipped: ${name}: ${reason}`);
    tell(`tested on Electron ${electron.version}${electron.kind === 'fallback' ? ' (the fallback)' : ''}`);
    tell(`${result.passed} passed, ${result.failed} failed`);
    return result.failed > 0 ? 1 : 0;
  } finally {
    await rm(reports, { recursive: true, force: true });
  }
}

const unit = (reports: string): Stage => ({
  name: 'unit and integration tests',
  run: async () => {
    const report = join(reports, 'vitest.json');
    const counter = inProject('electron', 'dev', 'vitest-counter.ts');
    const exitCode = await runTests('vitest', ['run', '--reporter=default', `--reporter=${counter}`], {
      timeout: 25 * 60_000,
      env: { SIGNALBOX_TEST_REPORT: report },
    });
    return readReport(report, exitCode, (text) => JSON.parse(text) as StageResult);
  },
});

const build: Stage = {
  name: 'build',
  run: async () => {
    await buildApp();
    return onePassed;
  },
};
