import { stripVTControlCharacters } from 'node:util';
import { z } from 'zod';
import type { StageResult, ToldTest } from './stage';

const resultSchema = z.object({ error: z.object({ message: z.string().optional() }).optional() });
const testSchema = z.object({
  status: z.enum(['expected', 'unexpected', 'flaky', 'skipped']),
  annotations: z.array(z.object({ type: z.string(), description: z.string().optional() })),
  results: z.array(resultSchema).default([]),
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
 * tests, such as a spec file that does not load, count as failures; a test that passed at its second attempt is told.
 */
export function countPlaywright(text: string): StageResult {
  const report = reportSchema.parse(JSON.parse(text));
  const told: ToldTest[] = [];
  let passed = 0;
  let failed = report.errors.length;
  for (const { title, file, tests } of report.suites.flatMap(specsOf)) {
    for (const { status, annotations, results } of tests) {
      const name = `${file}: ${title}`;
      if (status === 'skipped') told.push({ outcome: 'skipped', name, reason: reasonOf(annotations) });
      else if (status === 'unexpected') {
        failed += 1;
        told.push({ outcome: 'failed', name, reason: errorOf(results) });
      } else {
        passed += 1;
        if (status === 'flaky') told.push({ outcome: 'flaky', name, reason: errorOf(results) });
      }
    }
  }
  return { passed, failed, told };
}

const specsOf = (suite: Suite): z.infer<typeof specSchema>[] => [
  ...suite.specs,
  ...suite.suites.flatMap(specsOf),
];

const reasonOf = (annotations: z.infer<typeof testSchema>['annotations']): string =>
  annotations.find(({ type, description }) => (type === 'skip' || type === 'fixme') && description)
    ?.description ?? 'no reason given';

/** The first line of the first error, without the colours of a terminal. */
const errorOf = (results: z.infer<typeof testSchema>['results']): string =>
  stripVTControlCharacters(results.find(({ error }) => error)?.error?.message ?? 'no reason given').split(
    '\n',
    1,
  )[0] ?? '';
