import type { AppFaultsState } from '../../systems/practice/faults';
import type { Faults, SuiteRun } from '../ports';

export const noAppFaults = (): AppFaultsState => ({
  crashLoops: [],
  tests: [],
  migrations: [],
  images: [],
  suites: [],
  slow: [],
});

/** Seconds until a pod of a healthy app is ready. */
const usualReadySeconds = 6;

interface FaultScope {
  app: string;
  environment: string | null;
  version?: string;
}

const sameScope = (a: FaultScope, b: FaultScope): boolean =>
  a.app === b.app && a.environment === b.environment && a.version === b.version;

const covers = (fault: FaultScope, app: string, environment: string): boolean =>
  fault.app === app && (fault.environment === null || fault.environment === environment);

/** The faults that scenarios set and controllers ask for. `state` is what is kept over a restart. */
export class AppFaults implements Faults {
  state: AppFaultsState;
  constructor(state: AppFaultsState = noAppFaults()) {
    this.state = state;
  }

  /** Sets a fault; one for the same app, environment and version is replaced. */
  set<K extends Exclude<keyof AppFaultsState, 'suites'>>(kind: K, fault: AppFaultsState[K][number]): void {
    const others = (this.state[kind] as FaultScope[]).filter((other) => !sameScope(other, fault));
    this.state = { ...this.state, [kind]: [...others, fault] };
  }

  /** Sets how a suite of an environment ends, whatever runs there; `null`: as it would by itself. */
  setSuite(suite: string, environment: string, outcome: 'flaky' | 'fail' | null): void {
    const others = this.state.suites.filter((one) => one.suite !== suite || one.environment !== environment);
    this.state = {
      ...this.state,
      suites: outcome ? [...others, { suite, environment, outcome }] : others,
    };
  }

  /** Takes every fault of an app away, in one environment or in all. */
  clear(app: string, environment: string | null = null): void {
    const stays = (fault: FaultScope): boolean =>
      fault.app !== app || (environment !== null && fault.environment !== environment);
    this.state = {
      crashLoops: this.state.crashLoops.filter(stays),
      tests: this.state.tests.filter(stays),
      migrations: this.state.migrations.filter(stays),
      images: this.state.images.filter(stays),
      suites: this.state.suites,
      slow: this.state.slow.filter(stays),
    };
  }

  crashLoops(app: string, version: string, environment: string): boolean {
    return this.state.crashLoops.some(
      (fault) => fault.version === version && covers(fault, app, environment),
    );
  }

  testOutcome(app: string, version: string, environment: string, attempt: number): 'pass' | 'fail' {
    const fault = this.state.tests.findLast(
      (one) => one.version === version && covers(one, app, environment),
    );
    if (!fault) return 'pass';
    return fault.outcome === 'fail' || attempt <= 1 ? 'fail' : 'pass';
  }

  readySeconds(app: string, environment: string): number {
    const fault = this.state.slow.findLast((one) => covers(one, app, environment));
    return fault?.readySeconds ?? usualReadySeconds;
  }

  migrationFails(app: string, version: string, environment: string): boolean {
    return this.state.migrations.some(
      (fault) => fault.version === version && covers(fault, app, environment),
    );
  }

  imageMissing(app: string, version: string, environment: string): boolean {
    return this.state.images.some((fault) => fault.version === version && covers(fault, app, environment));
  }

  suiteOutcome({ suite, environment, versions, strict }: SuiteRun): 'pass' | 'fail' {
    const own = this.state.suites.find((one) => one.suite === suite && one.environment === environment);
    if (own) {
      if (own.outcome === 'flaky') this.setSuite(suite, environment, null);
      return 'fail';
    }
    const runs = (fault: AppFaultsState['tests'][number]): boolean =>
      versions.get(fault.app) === fault.version && covers(fault, fault.app, environment);
    for (const fault of strict ? this.state.tests.filter(runs) : []) {
      if (fault.outcome === 'fail') return 'fail';
      if (fault.failedIn?.includes(environment)) continue;
      this.set('tests', { ...fault, failedIn: [...(fault.failedIn ?? []), environment] });
      return 'fail';
    }
    return 'pass';
  }
}
