import { z } from 'zod';
import type { SkippedTest, StageResult } from './stage';

const testSchema = z.object({
  status: z.enum(['expected', 'unexpected', 'flaky', 'skipped']),
  annotations: z.array(z.object({ type: z.string(), description: z.string().optional() })),
});
const specSchema = z.object({ title: z.string(), file: z.string(), tests: z.array(testSchema) });
const suiteSchema = z.object({
  specs: z.array(specSchema).default([]),
  get suites() {
    return z.array(suiteSchema).default([]);
  },
});
const reportSchema = z.object({ suites: z.array(suiteSchema), errors: z.array(z.unknown()) });
type Suite = z.infer<typeof suiteSchema>;

/**
 * Counts the text of Playwright's JSON report (playwright.dev/docs/test-reporters#json-reporter). Errors outside
 * tests, such as a spec file that does not load, count as failures; so does a test that passed on a retry only.
 */
export function countPlaywright(text: string): StageResult {
  const report = reportSchema.parse(JSON.parse(text));
  const skipped: SkippedTest[] = [];
  let passed = 0;
  let failed = report.errors.length;
  for (const { title, file, tests } of report.suites.flatMap(specsOf)) {
    for (const { status, annotations } of tests) {
      if (status === 'expected') passed += 1;
      else if (status !== 'skipped') failed += 1;
      else skipped.push({ name: `${file}: ${title}`, reason: reasonOf(annotations) });
    }
  }
  return { passed, failed, skipped };
}

const specsOf = (suite: Suite): z.infer<typeof specSchema>[] => [
  ...suite.specs,
  ...suite.suites.flatMap(specsOf),
];

const reasonOf = (annotations: z.infer<typeof testSchema>['annotations']): string =>
  annotations.find(({ type, description }) => (type === 'skip' || type === 'fixme') && description)
    ?.description ?? 'no reason given';
