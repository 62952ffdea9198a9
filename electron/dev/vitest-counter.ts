import { writeFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';
import type { StageResult, ToldTest } from './stage';

/**
 * Writes what a vitest run came to into the file that SIGNALBOX_TEST_REPORT names. vitest's own JSON report leaves out
 * the reason that a skipped test gave (`context.skip(reason)`). A file that doesn't load and an error outside every test
 * count as failures.
 */
export default class VitestCounter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const path = process.env.SIGNALBOX_TEST_REPORT;
    if (path) writeFileSync(path, JSON.stringify(count(modules, unhandled.length)));
  }
}

const firstLine = (message: string | undefined): string => message?.split('\n', 1)[0] ?? 'no reason given';

function count(modules: readonly TestModule[], unhandled: number): StageResult {
  const told: ToldTest[] = [];
  let passed = 0;
  let failed = unhandled;
  for (const module of modules) {
    failed += module.errors().length;
    for (const test of module.children.allTests()) {
      const result = test.result();
      const name = `${module.relativeModuleId}: ${test.fullName}`;
      const reason = firstLine(result.errors?.[0]?.message);
      if (result.state === 'skipped')
        told.push({ outcome: 'skipped', name, reason: result.note ?? 'no reason given' });
      else if (result.state === 'passed') {
        passed += 1;
        if (test.diagnostic()?.flaky) told.push({ outcome: 'flaky', name, reason });
      } else {
        failed += 1;
        told.push({ outcome: 'failed', name, reason });
      }
    }
  }
  return { passed, failed, told };
}
