import { isUnfinished } from '../hold/hold-state';
import type { HealthObservation } from '../preflight/rollback-target';
import { clockTolerance } from '../timeline/timeline-facts';
import { failedInPromotionAlone } from '../workflows/test-run';
import type { Workflow } from '../workflows/workflow';
import type { Application } from './board';
import type { CellTests } from './cell-view';

export interface TestFacts {
  version: string | null;
  /** When Git began to want it; `null`: not known. Tests of an earlier deployment of the same version don't count. */
  since: string | null;
  applications: readonly Application[];
  /** Workflows `post-sync` of the app, in any order. */
  workflows: readonly Workflow[];
  /** What was observed in the cell, kept over the workflows' time to live. */
  observed: readonly HealthObservation[];
  /** Whether workflows can be seen now: what is missing is then gone. */
  visible: boolean;
  /** Whether the version runs: tests begin when it is healthy. */
  runs: boolean;
}

/** @returns `null`: no tests are due, or none are set up. */
export function cellTests(facts: TestFacts): CellTests | null {
  const { version, since, applications } = facts;
  if (version === null) return null;
  const isOfThis = (at: string | null): boolean =>
    since === null || at === null || Date.parse(at) >= Date.parse(since) - clockTolerance;
  const newest = newestPerApplication(
    facts.workflows.filter(({ labels, startedAt }) => labels.imageTag === version && isOfThis(startedAt)),
  );
  if (newest.length > 0) return ofWorkflows(newest);
  const [kept] = facts.observed
    .filter(({ what }) => what === 'tests-passed' || what === 'tests-failed')
    .filter((one) => one.version === version && isOfThis(one.at))
    .sort((a, b) => b.at.localeCompare(a.at));
  if (kept) {
    const passed = kept.what === 'tests-passed';
    const text = passed
      ? 'Tests passed.'
      : 'Tests failed, so it isn’t promoted. The run is no longer in the cluster.';
    return { state: passed ? 'passed' : 'failed', text, at: kept.at, workflow: null };
  }
  if (!facts.runs || applications.length === 0) return null;
  if (applications.every(({ postSyncWorkflowEnabled }) => postSyncWorkflowEnabled !== true)) return null;
  const text = facts.visible
    ? 'The cluster has no test run of this version: it has not started, or has been deleted.'
    : 'Can’t see test runs in this cluster.';
  return { state: 'unknown', text, at: null, workflow: null };
}

const startOf = ({ startedAt }: Workflow): string => startedAt ?? '';

/** The newest run of each Application: one that was resubmitted or tried again takes the place of the one before. */
function newestPerApplication(workflows: readonly Workflow[]): Workflow[] {
  const found = new Map<string, Workflow>();
  for (const one of workflows) {
    const application = one.labels.application ?? '';
    const known = found.get(application);
    if (!known || startOf(one) > startOf(known)) found.set(application, one);
  }
  return [...found.values()];
}

/** What the runs say together: the one that failed counts first, then one that runs. */
function ofWorkflows(newest: readonly Workflow[]): CellTests {
  const ended = newest.filter((one) => !isUnfinished(one) && one.phase !== 'Succeeded' && !one.shutdown);
  const failed = ended.find((one) => !failedInPromotionAlone(one)) ?? ended[0];
  const running = newest.find(isUnfinished);
  const stopped = newest.find((one) => one.phase !== 'Succeeded' && one.shutdown);
  const told = failed ?? running ?? stopped ?? newest[0];
  if (!told) throw new Error('There is at least one run.');
  const { namespace, name, message, progress, startedAt, finishedAt } = told;
  const workflow = { namespace, name };
  if (told === failed && failedInPromotionAlone(failed))
    return {
      state: 'promotion-failed',
      text: `Tests passed, but the promotion failed: ${name}${message ? `: ${message}` : ''}`,
      at: finishedAt,
      workflow,
    };
  if (told === failed)
    return {
      state: 'failed',
      text: `Tests failed, so it isn’t promoted: ${name}${message ? `: ${message}` : ''}`,
      at: finishedAt,
      workflow,
    };
  if (told === running)
    return {
      state: 'running',
      text: `Tests are running: ${name}${progress ? ` (${progress})` : ''}`,
      at: startedAt,
      workflow,
    };
  if (told === stopped)
    return {
      state: 'stopped',
      text: `Tests were stopped early, so it isn’t promoted: ${name}`,
      at: finishedAt,
      workflow,
    };
  return { state: 'passed', text: 'Tests passed.', at: finishedAt, workflow };
}
