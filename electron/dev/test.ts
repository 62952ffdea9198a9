import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { buildApp } from './build';
import { staticChecks } from './check';
import { hasDisplay, withDisplay } from './display';
import { ensureElectron } from './electron-runtime';
import { countPlaywright } from './playwright-report';
import { inProject, projectRoot } from './project';
import { runCommand } from './say';
import { atLeastOne, oneFailed, onePassed, runStages, type Stage, type StageResult, tell } from './stage';
import { ensureSystemPackages } from './system-packages';

const unitTimeoutMs = 12 * 60_000;
const endToEndTimeoutMs = 20 * 60_000;

/** `npm test`: every check and every test. Its last line is `N passed, N failed`, counted over all of them. */
export async function run(): Promise<void> {
  await runCommand(test);
}

async function test(): Promise<number> {
  const electron = await ensureElectron();
  await ensureSystemPackages(electron.executable, { withDisplayServer: !hasDisplay() });
  const reports = await mkdtemp(join(tmpdir(), 'signalbox-test-'));
  try {
    const result = await runStages([...staticChecks, unit(reports), build, endToEnd(reports)]);
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
      timeout: unitTimeoutMs,
      env: { SIGNALBOX_TEST_REPORT: report },
    });
    const counted = await readReport(report, (text) => JSON.parse(text) as StageResult);
    return failedIf(exitCode !== 0, counted);
  },
});

const build: Stage = {
  name: 'build',
  run: async () => {
    await buildApp();
    return onePassed;
  },
};

const endToEnd = (reports: string): Stage => ({
  name: 'end-to-end tests in Electron',
  run: async () => {
    if (!existsSync(inProject('dist', 'electron', 'main.js'))) {
      tell('there is no built app to test');
      return oneFailed;
    }
    const report = join(reports, 'playwright.json');
    const exitCode = await withDisplay((display) =>
      runTests('playwright', ['test', '--reporter=list,json'], {
        timeout: endToEndTimeoutMs,
        env: { ...display, PLAYWRIGHT_JSON_OUTPUT_NAME: report },
      }),
    );
    return failedIf(exitCode !== 0, await readReport(report, countPlaywright));
  },
});

async function runTests(
  program: string,
  args: readonly string[],
  options: { timeout: number; env: NodeJS.ProcessEnv },
): Promise<number> {
  const result = await execa(program, args, {
    ...options,
    cwd: projectRoot,
    preferLocal: true,
    stdio: ['ignore', 'inherit', 'inherit'],
    reject: false,
    // A runner that hangs is asked to stop first, so that it can end what it started.
    forceKillAfterDelay: 20_000,
  });
  if (result.timedOut) tell(`${program} was stopped after ${options.timeout / 60_000} minutes`);
  return result.exitCode ?? 1;
}

async function readReport(path: string, count: (text: string) => StageResult): Promise<StageResult> {
  return existsSync(path) ? atLeastOne(count(await readFile(path, 'utf8'))) : oneFailed;
}

/** A runner may fail although every test passed: then that counts as one failure. */
const failedIf = (runnerFailed: boolean, result: StageResult): StageResult =>
  runnerFailed && result.failed === 0 ? { ...result, failed: 1 } : result;
