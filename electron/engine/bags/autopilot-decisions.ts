import type { AutopilotDecision } from '../../../shared/domain/bags/view';
import type { Log } from '../../log/log';

/** Decisions of one pipeline that are kept, newest first. */
const mostKept = 50;

/** What this console's autopilot decided since the start, by pipeline; every change of mind goes into the log, too. */
export interface AutopilotDecisions {
  of(pipeline: string): readonly AutopilotDecision[];
  /** Notes a decision, unless it is what was decided about the same thing before. */
  note(pipeline: string, decision: Omit<AutopilotDecision, 'at'>): void;
  /** What was in the way of the whole pipeline is over. */
  goOn(pipeline: string): void;
}

const levels = {
  started: 'info',
  idle: 'info',
  waiting: 'info',
  refused: 'warn',
  failed: 'error',
} as const;

/** @param options `onChanged`: told of the pipeline whose decisions changed. */
export function autopilotDecisions(options: {
  log: Log;
  now: () => Date;
  onChanged: (pipeline: string) => void;
}): AutopilotDecisions {
  const kept = new Map<string, AutopilotDecision[]>();
  /** What was decided last, by what it is about. */
  const last = new Map<string, string>();
  const subject = (pipeline: string, about: string, environment: string | null, suite: string | null) =>
    [pipeline, about, environment, suite].join('\n');
  return {
    of: (pipeline) => kept.get(pipeline) ?? [],
    note: (pipeline, decision) => {
      const { about, environment, suite, outcome, bag, why } = decision;
      const key = subject(pipeline, about, environment, suite);
      const same = JSON.stringify([outcome, bag, why]);
      // Each start is one of its own; waiting for the same, or being refused for the same, is told once.
      if (last.get(key) === same && outcome !== 'started') return;
      last.set(key, same);
      const list = [{ ...decision, at: options.now().toISOString() }, ...(kept.get(pipeline) ?? [])];
      kept.set(pipeline, list.slice(0, mostKept));
      options.log(levels[outcome], 'autopilot.decision', { pipeline, ...decision });
      options.onChanged(pipeline);
    },
    goOn: (pipeline) => {
      last.delete(subject(pipeline, 'pipeline', null, null));
    },
  };
}
