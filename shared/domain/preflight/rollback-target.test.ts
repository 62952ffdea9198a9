import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Deployment } from '../history/deployment';
import { type HealthObservation, rollbackTarget } from './rollback-target';

const hour = (hours: number): string => new Date(Date.UTC(2026, 0, 1) + hours * 3_600_000).toISOString();

/** Deployments, newest first, from `[version, at in hours, kind]`, oldest first. */
function deployments(...list: [string, number, Deployment['kind']?][]): Deployment[] {
  return list
    .map(
      ([to, at, kind = 'automatic'], index): Deployment => ({
        app: 'frontend',
        environment: 'production',
        from: list[index - 1]?.[0] ?? null,
        to,
        at: hour(at),
        commit: `c${index}`,
        author: 'Ada',
        kind,
        reason: null,
        operationId: null,
      }),
    )
    .reverse();
}
const saw = (version: string, what: HealthObservation['what'], at: number): HealthObservation => ({
  version,
  what,
  at: hour(at),
});

describe('the rollback target', () => {
  it('is the last version that was healthy, not merely the last one', () => {
    const list = deployments(['v1', 0], ['v2', 10], ['v3', 10.1], ['v4', 10.2]);
    expect(rollbackTarget('v4', list, [])).toMatchObject({ version: 'v1', evidence: 'ran-long' });
    expect(rollbackTarget('v4', list, [saw('v2', 'healthy', 10.05)])).toMatchObject({
      version: 'v2',
      evidence: 'seen-healthy',
    });
    const tested = [saw('v3', 'healthy', 10.11), saw('v3', 'tests-passed', 10.12)];
    expect(rollbackTarget('v4', list, tested)).toMatchObject({ version: 'v3', evidence: 'tests-passed' });
  });

  it('skips a version that was rolled back from, unless it was healthy after that', () => {
    const list = deployments(['v1', 0], ['v2', 10], ['v1', 20, 'rollback'], ['v3', 30]);
    const early = [saw('v2', 'healthy', 11)];
    expect(rollbackTarget('v3', list, early)?.version).toBe('v1');
    const again = deployments(['v2', 10], ['v1', 10.1, 'rollback'], ['v2', 20], ['v3', 30]);
    expect(rollbackTarget('v3', again, [saw('v2', 'healthy', 11)])?.version).toBe('v2');
    expect(rollbackTarget('v3', again, [saw('v2', 'healthy', 10.05)])?.version).not.toBe('v2');
  });

  it('skips a version that is marked bad, also where that is all that ran there', () => {
    const list = deployments(['v1', 0], ['v2', 10], ['v3', 20]);
    const healthy = [saw('v2', 'healthy', 11)];
    expect(rollbackTarget('v3', list, healthy)?.version).toBe('v2');
    expect(rollbackTarget('v3', list, healthy, ['v2'], ['v2'])?.version).toBe('v1');
    expect(rollbackTarget('v3', list, healthy, [], ['v1', 'v2'])).toBeNull();
  });

  it('skips a version that failed after it had been healthy', () => {
    const list = deployments(['v1', 0], ['v2', 10], ['v3', 20]);
    expect(rollbackTarget('v3', list, [saw('v2', 'healthy', 11), saw('v2', 'degraded', 12)])?.version).toBe(
      'v1',
    );
  });

  it('takes what merely ran there when nothing better is known, and says so', () => {
    expect(rollbackTarget('v2', deployments(['v1', 0], ['v2', 0.1]), [])).toMatchObject({
      version: 'v1',
      evidence: 'none',
    });
    expect(rollbackTarget('v1', deployments(['v1', 0]), [])).toBeNull();
    expect(rollbackTarget('v1', [], [])).toBeNull();
  });

  it('is what runs, whatever was told of it', () => {
    // Deployed again after a rollback, and told as a rollback by inference: names of this shape have no order.
    const again = deployments(['v1', 0], ['v2', 0.1], ['v1', 0.2, 'rollback'], ['v2', 0.3, 'rollback']);
    expect(rollbackTarget('v2', again, [])).toMatchObject({ version: 'v1', evidence: 'none' });
    expect(rollbackTarget('v2', again, [], ['v1'])).toMatchObject({
      version: 'v1',
      evidence: 'seen-healthy',
      evidenceText: 'Running there now, pods ready.',
    });
    const left = deployments(['v1', 0], ['v3', 0.1], ['v2', 0.2, 'rollback']);
    expect(rollbackTarget('v2', left, [], ['v3'])).toMatchObject({
      version: 'v3',
      evidenceText: expect.stringMatching(/^Running there now, pods ready\. Rolled back /),
    });
    const failing = [saw('v1', 'tests-failed', 0.05)];
    expect(rollbackTarget('v2', deployments(['v1', 0], ['v2', 0.1]), failing)).toBeNull();
    expect(rollbackTarget('v2', deployments(['v1', 0], ['v2', 0.1]), failing, ['v1'])).toMatchObject({
      version: 'v1',
      evidence: 'none',
    });
  });

  it('is never the present version, nor one that was undone and not seen healthy', () => {
    const version = fc.constantFrom('v1', 'v2', 'v3', 'v4');
    const kind = fc.constantFrom<Deployment['kind']>('automatic', 'deploy', 'rollback');
    const run = fc.tuple(version, fc.integer({ min: 0, max: 100 }), kind);
    const what = fc.constantFrom<HealthObservation['what']>(
      'healthy',
      'degraded',
      'tests-passed',
      'tests-failed',
    );
    const observation = fc.tuple(version, what, fc.integer({ min: 0, max: 100 }));
    fc.assert(
      fc.property(
        fc.array(run, { maxLength: 12 }),
        fc.array(observation),
        version,
        (runs, observed, present) => {
          // Told by our own commits, not inferred.
          const list = deployments(...[...runs].sort((a, b) => a[1] - b[1])).map((one) => ({
            ...one,
            operationId: 'op',
          }));
          const seen = observed.map(([name, how, at]) => saw(name, how, at));
          const target = rollbackTarget(present, list, seen);
          if (!target) return;
          expect(target.version).not.toBe(present);
          const undone = list.find((one) => one.kind === 'rollback' && one.from === target.version);
          if (undone) {
            const good = seen.some(
              (one) =>
                one.version === target.version &&
                one.at > undone.at &&
                (one.what === 'healthy' || one.what === 'tests-passed'),
            );
            expect(good).toBe(true);
          }
          if (target.evidence === 'none') expect(target.evidenceText).not.toBe('');
        },
      ),
    );
  });
});
