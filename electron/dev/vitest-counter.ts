import { writeFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';
import type { SkippedTest, StageResult } from './stage';

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

function count(modules: readonly TestModule[], unhandled: number): StageResult {
  const skipped: SkippedTest[] = [];
  let passed = 0;
  let failed = unhandled;
  for (const module of modules) {
    failed += module.errors().length;
    for (const test of module.children.allTests()) {
      const result = test.result();
      if (result.state === 'passed') passed += 1;
      else if (result.state !== 'skipped') failed += 1;
      else
        skipped.push({
          name: `${module.relativeModuleId}: ${test.fullName}`,
          reason: result.note ?? 'no reason given',
        });
    }
  }
  return { passed, failed, skipped };
}
