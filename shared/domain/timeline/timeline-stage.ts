import { type MomentOf, type Stage, type StageName, type StageState, spanOf } from './timeline';
import { clockTolerance, followTime, ownTime, type TimelineFacts } from './timeline-facts';

type Draft = Partial<Omit<Stage, 'name' | 'state' | 'text'>>;

/** A stage with its time worked out. */
export function stage(name: StageName, state: StageState, text: string, draft: Draft = {}): Stage {
  const startedAt = draft.startedAt ?? null;
  const finishedAt = draft.finishedAt ?? null;
  return {
    name,
    state,
    startedAt,
    finishedAt,
    ...spanOf(startedAt, finishedAt),
    text,
    parts: draft.parts ?? [],
    asOf: draft.asOf ?? null,
    url: draft.url ?? null,
    workflows: draft.workflows ?? [],
  };
}

/** A time with its clock; `null` stays `null`. */
export const moment = (at: string | null | undefined, source: MomentOf['source']): MomentOf | null =>
  at ? { at, source } : null;

/** Whether a time is not of before the commit, as far as clocks agree. */
export const sinceCommit = (facts: TimelineFacts, at: string | null): boolean =>
  at !== null && Date.parse(at) >= Date.parse(facts.deployment.at) - clockTolerance;
/** Whether something began so soon after the commit that it can be of this deployment. */
export const isOwn = (facts: TimelineFacts, at: string | null): boolean =>
  sinceCommit(facts, at) && at !== null && Date.parse(at) <= Date.parse(facts.deployment.at) + ownTime;

/** Whether what should follow a stage by itself may still be to come. */
export const mayFollow = ({ now }: TimelineFacts, { finishedAt }: Stage): boolean =>
  finishedAt !== null && Date.parse(now) - Date.parse(finishedAt.at) < followTime;

/** Whether a time is of before the next version came. */
export const beforeReplaced = (facts: TimelineFacts, at: string): boolean =>
  facts.replaced === null || Date.parse(at) <= Date.parse(facts.replaced.at) + clockTolerance;
