import { describe, expect, it } from 'vitest';
import { appFaultsSchema } from '../../systems/practice/faults';
import { AppFaults } from './app-faults';

describe('the faults of apps', () => {
  it('strike the version and environment that they are set for, and no other', () => {
    const faults = new AppFaults();
    faults.set('crashLoops', { app: 'router', version: 'v2', environment: 'production' });
    faults.set('crashLoops', { app: 'signon', version: 'v3', environment: null });
    expect(faults.crashLoops('router', 'v2', 'production')).toBe(true);
    expect(faults.crashLoops('router', 'v2', 'staging')).toBe(false);
    expect(faults.crashLoops('router', 'v1', 'production')).toBe(false);
    expect(faults.crashLoops('signon', 'v3', 'staging')).toBe(true);
  });

  it('let a flaky test pass at its second attempt, a failing one never', () => {
    const faults = new AppFaults();
    const outcomes = () => [1, 2, 3].map((attempt) => faults.testOutcome('router', 'v2', 'staging', attempt));
    expect(outcomes()).toEqual(['pass', 'pass', 'pass']);
    faults.set('tests', { app: 'router', version: 'v2', environment: null, outcome: 'fail' });
    expect(outcomes()).toEqual(['fail', 'fail', 'fail']);
    faults.set('tests', { app: 'router', version: 'v2', environment: null, outcome: 'flaky' });
    expect(outcomes()).toEqual(['fail', 'pass', 'pass']);
    expect(faults.state.tests).toHaveLength(1);
  });

  it('fail the strict suite of an environment where a broken version runs', () => {
    const faults = new AppFaults();
    const run = (environment: string, suite = 'functional', strict = true, version = 'v2') =>
      faults.suiteOutcome({ suite, environment, strict, versions: new Map([['notify-api', version]]) });
    faults.set('tests', { app: 'notify-api', version: 'v2', environment: null, outcome: 'flaky' });
    expect(run('preview', 'smoke', false)).toBe('pass');
    expect(run('preview', 'functional', true, 'v1')).toBe('pass');
    expect([run('preview'), run('preview'), run('staging'), run('staging')]).toEqual([
      'fail',
      'pass',
      'fail',
      'pass',
    ]);
    faults.set('tests', { app: 'notify-api', version: 'v2', environment: 'preview', outcome: 'fail' });
    expect([run('preview'), run('preview'), run('staging')]).toEqual(['fail', 'fail', 'pass']);
  });

  it('fail a suite whatever runs, once or until it is mended; and a migration', () => {
    const faults = new AppFaults();
    const run = () =>
      faults.suiteOutcome({ suite: 'smoke', environment: 'p', strict: false, versions: new Map() });
    faults.setSuite('smoke', 'p', 'flaky');
    expect([run(), run()]).toEqual(['fail', 'pass']);
    faults.setSuite('smoke', 'p', 'fail');
    expect([run(), run()]).toEqual(['fail', 'fail']);
    faults.setSuite('smoke', 'p', null);
    expect(run()).toBe('pass');
    faults.set('migrations', { app: 'notify-api', version: 'v2', environment: 'p' });
    expect(faults.migrationFails('notify-api', 'v2', 'p')).toBe(true);
    expect(faults.migrationFails('notify-api', 'v2', 'q')).toBe(false);
  });

  it('are healed in one environment or in all, and kept as plain data', () => {
    const faults = new AppFaults();
    const usual = faults.readySeconds('router', 'staging');
    faults.set('slow', { app: 'router', environment: 'staging', readySeconds: 99 });
    faults.set('slow', { app: 'router', environment: 'production', readySeconds: 77 });
    const kept = new AppFaults(appFaultsSchema.parse(JSON.parse(JSON.stringify(faults.state))));
    expect(kept.readySeconds('router', 'staging')).toBe(99);
    kept.clear('router', 'staging');
    expect(kept.readySeconds('router', 'staging')).toBe(usual);
    expect(kept.readySeconds('router', 'production')).toBe(77);
    kept.clear('router');
    expect(kept.readySeconds('router', 'production')).toBe(usual);
  });
});
