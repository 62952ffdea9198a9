import {
  type Icon,
  IconCircleCheck,
  IconCircleDashed,
  IconCircleX,
  IconHelpCircle,
  IconLoader2,
  IconPlayerSkipForward,
} from '@tabler/icons-react';
import type { Stage, StageName, StageState } from '../../../shared/domain/timeline/timeline';
import type { Tone } from '../layout/mark';
import { duration } from '../time/time';

export const stageWord: Record<StageName, string> = {
  run: 'GitHub run',
  commit: 'Commit',
  refresh: 'Refresh',
  sync: 'Sync',
  hooks: 'Hooks',
  rollout: 'Rollout',
  tests: 'Tests',
  promotion: 'Promotion',
};

export const stageLook: Record<StageState, { icon: Icon; tone: Tone; label: string; turning?: boolean }> = {
  waiting: { icon: IconCircleDashed, tone: 'quiet', label: 'Not started' },
  running: { icon: IconLoader2, tone: 'accent', label: 'Running', turning: true },
  succeeded: { icon: IconCircleCheck, tone: 'ok', label: 'Done' },
  failed: { icon: IconCircleX, tone: 'bad', label: 'Failed' },
  skipped: { icon: IconPlayerSkipForward, tone: 'quiet', label: 'Skipped' },
  unknown: { icon: IconHelpCircle, tone: 'quiet', label: 'Unknown' },
};

/** How long a stage took or has been running by `now`; empty where that cannot be told. */
export function stageTime({ state, startedAt, tookMs, asOf }: Stage, now: number): string {
  if (tookMs !== null) return duration(tookMs);
  if (state !== 'running' || !startedAt) return '';
  // What is away may be over by now: it ran at least as long as it was seen to.
  const until = asOf === null ? now : Date.parse(asOf);
  return duration(Math.max(0, until - Date.parse(startedAt.at)));
}
