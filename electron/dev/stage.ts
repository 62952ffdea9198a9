import { execa } from 'execa';
import { projectRoot } from './project';

/**
 * A test that is told at the end of a run, and why: it failed, it failed and then passed a second time (`flaky`, which
 * CI alone grants), or it did not run.
 */
export interface ToldTest {
  outcome: 'failed' | 'flaky' | 'skipped';
  name: string;
  reason: string;
}

/** What a stage of the tests came to. A static check counts as one test. */
export interface StageResult {
  passed: number;
  failed: number;
  told: readonly ToldTest[];
}

/** A stage by its name on screen. `run` answers its counts; whatever it throws counts as one failure. */
export interface Stage {
  name: string;
  run(): Promise<StageResult>;
}

export const onePassed: StageResult = { passed: 1, failed: 0, told: [] };
export const oneFailed: StageResult = { passed: 0, failed: 1, told: [] };

/** Adds up the stages' counts. */
export function total(results: readonly StageResult[]): StageResult {
  return {
    passed: results.reduce((sum, { passed }) => sum + passed, 0),
    failed: results.reduce((sum, { failed }) => sum + failed, 0),
    told: results.flatMap(({ told }) => told),
  };
}

/** A stage that ran nothing proves nothing: it counts as a failure. */
export function atLeastOne(result: StageResult): StageResult {
  return result.passed + result.failed > 0 ? result : { ...result, failed: 1 };
}

/** Runs the stages one after the other, all of them whatever the earlier ones came to, and says how each went. */
export async function runStages(
  stages: readonly Stage[],
  write: (line: string) => void = tell,
): Promise<StageResult> {
  const results: StageResult[] = [];
  for (const { name, run } of stages) {
    write(`▸ ${name}`);
    const begin = performance.now();
    const result = await run().catch((error: unknown) => {
      write(error instanceof Error ? error.message : String(error));
      return oneFailed;
    });
    const seconds = ((performance.now() - begin) / 1000).toFixed(1);
    write(`${result.failed > 0 ? '✗' : '✓'} ${name}: ${summary(result)} (${seconds} s)`);
    results.push(result);
  }
  return total(results);
}

/** `3 passed, 1 failed`, and how many were skipped if any. */
export function summary({ passed, failed, told }: StageResult): string {
  const skipped = told.filter(({ outcome }) => outcome === 'skipped').length;
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

export const tell = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** A stage that passes when a program of node_modules/.bin exits with 0; its output is shown. */
export function programStage(name: string, program: string, args: readonly string[]): Stage {
  return {
    name,
    run: async () => {
      const { exitCode } = await execa(program, args, {
        cwd: projectRoot,
        preferLocal: true,
        stdio: ['ignore', 'inherit', 'inherit'],
        reject: false,
        timeout: 5 * 60_000,
      });
      return exitCode === 0 ? onePassed : oneFailed;
    },
  };
}
