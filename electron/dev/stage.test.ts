import { describe, expect, it } from 'vitest';
import { countPlaywright } from './playwright-report';
import { atLeastOne, oneFailed, onePassed, runStages, total } from './stage';

describe('counting', () => {
  it('adds up what the stages came to', () => {
    const skipped = [{ name: 'a', reason: 'b' }];
    expect(total([onePassed, oneFailed, { passed: 2, failed: 0, skipped }])).toEqual({
      passed: 3,
      failed: 1,
      skipped,
    });
  });

  it('takes a run of nothing for a failure', () => {
    expect(atLeastOne({ passed: 0, failed: 0, skipped: [] }).failed).toBe(1);
    expect(atLeastOne(onePassed)).toEqual(onePassed);
  });

  it('goes on after a stage that throws, and counts it', async () => {
    const stages = [
      { name: 'breaks', run: () => Promise.reject(new Error('broken')) },
      { name: 'works', run: async () => onePassed },
    ];
    const lines: string[] = [];
    const result = await runStages(stages, (line) => lines.push(line));
    expect(result).toEqual({ passed: 1, failed: 1, skipped: [] });
    expect(lines).toContain('broken');
  });
});

describe("Playwright's report", () => {
  const spec = (title: string, status: string, annotations: unknown[] = []) => ({
    title,
    file: 'board.spec.ts',
    tests: [{ status, annotations }],
  });

  it('is counted through nested suites, with reasons and errors outside tests', () => {
    const report = {
      errors: [{ message: 'a spec file did not load' }],
      suites: [
        {
          specs: [spec('one', 'expected')],
          suites: [
            {
              specs: [
                spec('two', 'unexpected'),
                spec('three', 'flaky'),
                spec('four', 'skipped', [{ type: 'skip', description: 'no keyring here' }]),
              ],
            },
          ],
        },
      ],
    };
    expect(countPlaywright(JSON.stringify(report))).toEqual({
      passed: 1,
      failed: 3,
      skipped: [{ name: 'board.spec.ts: four', reason: 'no keyring here' }],
    });
  });
});
