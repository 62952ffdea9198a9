import { describe, expect, it } from 'vitest';
import { countPlaywright } from './playwright-report';
import { atLeastOne, oneFailed, onePassed, runStages, total } from './stage';

describe('counting', () => {
  it('adds up what the stages came to', () => {
    const told = [{ outcome: 'skipped' as const, name: 'a', reason: 'b' }];
    expect(total([onePassed, oneFailed, { passed: 2, failed: 0, told }])).toEqual({
      passed: 3,
      failed: 1,
      told,
    });
  });

  it('takes a run of nothing for a failure', () => {
    expect(atLeastOne({ passed: 0, failed: 0, told: [] }).failed).toBe(1);
    expect(atLeastOne(onePassed)).toEqual(onePassed);
  });

  it('goes on after a stage that throws, and counts it', async () => {
    const stages = [
      { name: 'breaks', run: () => Promise.reject(new Error('broken')) },
      { name: 'works', run: async () => onePassed },
    ];
    const lines: string[] = [];
    const result = await runStages(stages, (line) => lines.push(line));
    expect(result).toEqual({ passed: 1, failed: 1, told: [] });
    expect(lines).toContain('broken');
  });
});

describe("Playwright's report", () => {
  const spec = (title: string, status: string, annotations: unknown[] = [], errors: string[] = []) => ({
    title,
    file: 'board.spec.ts',
    tests: [{ status, annotations, results: [...errors.map((message) => ({ error: { message } })), {}] }],
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
                spec('two', 'unexpected', [], ['\u001b[31mError: not seen\u001b[39m\nat line 3']),
                spec('three', 'flaky', [], ['Error: late']),
                spec('four', 'skipped', [{ type: 'skip', description: 'no keyring here' }]),
              ],
            },
          ],
        },
      ],
    };
    expect(countPlaywright(JSON.stringify(report))).toEqual({
      passed: 2,
      failed: 2,
      told: [
        { outcome: 'failed', name: 'board.spec.ts: two', reason: 'Error: not seen' },
        { outcome: 'flaky', name: 'board.spec.ts: three', reason: 'Error: late' },
        { outcome: 'skipped', name: 'board.spec.ts: four', reason: 'no keyring here' },
      ],
    });
  });
});
