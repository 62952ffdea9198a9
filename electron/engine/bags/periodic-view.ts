import { autopilotState } from '../../../shared/domain/bags/autopilot';
import type { PeriodicView } from '../../../shared/domain/bags/view';
import { type BagsPipeline, jobName } from '../../../shared/domain/estate/bags-pipeline';
import { hasEnded } from '../../systems/argo/read-workflow';
import type { World } from '../world';
import { autopilotConfigured, recordsNow, stageOf } from './pipelines';
import { labels, ownWorkflows } from './workflow-labels';

const minute = 60_000;

/** Number of the period that a time lies in: the same on every console, since all count from 1970. */
export const periodAt = (now: number, everyMinutes: number): number =>
  Math.floor(now / (everyMinutes * minute));

/**
 * The suites that run every so often in an environment, with their runs, newest first: those that the cluster still
 * knows, and those that were kept when they were seen.
 */
export function periodicViews(world: World, pipeline: BagsPipeline, environment: string): PeriodicView[] {
  const cluster = world.clusters.get(environment);
  const there = cluster ? ownWorkflows(cluster, pipeline.name) : [];
  const names = new Set(there.map(({ name }) => name));
  const seen = [
    ...there,
    ...world
      .savedWorkflows(environment)
      .filter(
        (one) => one.labels[labels.pipeline] === pipeline.name && !names.has(one.name) && hasEnded(one),
      ),
  ];
  const state = autopilotState(
    recordsNow(world, pipeline.name),
    environment,
    autopilotConfigured(pipeline, environment),
  );
  const mine = world.consoleAutopilot.get(pipeline.name);
  return stageOf(pipeline, environment).periodic.map((suite) => {
    const { template, everyMinutes } = suite;
    const name = jobName(suite);
    const next = (periodAt(world.now().getTime(), everyMinutes) + 1) * everyMinutes * minute;
    return {
      environment,
      name,
      template,
      everyMinutes,
      nextAt: new Date(next).toISOString(),
      kept: state.on
        ? {
            on: mine,
            why: mine
              ? 'This console runs it, unless another one runs it first.'
              : "This console's autopilot is off: it runs only if another console runs it.",
          }
        : { on: false, why: state.why },
      runs: seen
        .filter((one) => one.labels[labels.suite] === name)
        .map((one) => ({
          environment,
          namespace: one.namespace,
          name: one.name,
          state: !hasEnded(one)
            ? 'running'
            : one.phase === 'Succeeded'
              ? 'succeeded'
              : one.shutdown !== null
                ? 'stopped'
                : 'failed',
          startedAt: one.startedAt,
          finishedAt: one.finishedAt,
          message: one.message,
        })),
    };
  });
}
