import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { withDisplay } from './display';
import { countPlaywright } from './playwright-report';
import { inProject, projectRoot } from './project';
import { atLeastOne, oneFailed, type Stage, type StageResult, tell } from './stage';

/**
 * Runs a test runner of node_modules/.bin on this terminal and answers its exit code.
 * @param options.timeout in milliseconds; it is asked to stop then, so that it can end what it started, and killed
 *   20 seconds later.
 */
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
    forceKillAfterDelay: 20_000,
  });
  if (result.timedOut) tell(`${program} was stopped after ${options.timeout / 60_000} minutes`);
  return result.exitCode ?? 1;
}

/**
 * Counts what a runner reported. Without a report, or with nothing run, that is a failure; a runner that fails although
 * every test passed counts as one, too.
 */
async function readReport(
  path: string,
  exitCode: number,
  count: (text: string) => StageResult,
): Promise<StageResult> {
  if (!existsSync(path)) return oneFailed;
  const result = atLeastOne(count(await readFile(path, 'utf8')));
  return exitCode !== 0 && result.failed === 0 ? { ...result, failed: 1 } : result;
}

/** Tests of some projects of `vitest.config.ts`, in one run, so that two files are at work until the end. */
export const vitestStage = (reports: string, name: string, projects: readonly string[]): Stage => ({
  name,
  run: async () => {
    const report = join(reports, `${projects.join('-')}.json`);
    const counter = inProject('electron', 'dev', 'vitest-counter.ts');
    const chosen = projects.flatMap((project) => ['--project', project]);
    const exitCode = await runTests(
      'vitest',
      ['run', ...chosen, '--reporter=default', `--reporter=${counter}`],
      { timeout: 45 * 60_000, env: { SIGNALBOX_TEST_REPORT: report } },
    );
    return readReport(report, exitCode, (text) => JSON.parse(text) as StageResult);
  },
});

/** The end-to-end tests on the built app, with a display of their own where there is none. */
export const endToEndStage = (reports: string): Stage => ({
  name: 'end-to-end tests in Electron',
  run: async () => {
    if (!existsSync(inProject('dist', 'electron', 'main.js'))) {
      tell('there is no built app to test');
      return oneFailed;
    }
    const report = join(reports, 'playwright.json');
    const exitCode = await runEndToEnd(['--reporter=list,json'], { PLAYWRIGHT_JSON_OUTPUT_NAME: report });
    return readReport(report, exitCode, countPlaywright);
  },
});

/** Runs Playwright with these arguments (a spec file, `--grep`) and answers its exit code. */
export function runEndToEnd(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<number> {
  return withDisplay((display) =>
    runTests('playwright', ['test', ...args], { timeout: 40 * 60_000, env: { ...display, ...env } }),
  );
}
