import {
  type Icon,
  IconBan,
  IconCircleCheck,
  IconCircleX,
  IconClock,
  IconHelpCircle,
  IconLoader2,
  IconSquareX,
} from '@tabler/icons-react';
import { bagStateWord, deploymentWord } from '../../../shared/domain/bags/bag-words';
import type { BagState } from '../../../shared/domain/bags/machine';
import type { BlockingRule } from '../../../shared/domain/bags/next';
import type { DeploymentView } from '../../../shared/domain/bags/view';
import { Mark, type Tone } from '../layout/mark';

const state: Record<BagState, { icon: Icon; tone: Tone; turning?: boolean }> = {
  queued: { icon: IconClock, tone: 'quiet' },
  locked: { icon: IconLoader2, tone: 'accent', turning: true },
  deploying: { icon: IconLoader2, tone: 'accent', turning: true },
  deployed: { icon: IconLoader2, tone: 'accent', turning: true },
  testing: { icon: IconLoader2, tone: 'accent', turning: true },
  'test-failed': { icon: IconCircleX, tone: 'bad' },
  'deploy-failed': { icon: IconSquareX, tone: 'bad' },
  'deploy-unknown': { icon: IconHelpCircle, tone: 'warn' },
  passed: { icon: IconCircleCheck, tone: 'ok' },
  done: { icon: IconCircleCheck, tone: 'ok' },
  cancelled: { icon: IconBan, tone: 'quiet' },
  abandoned: { icon: IconBan, tone: 'warn' },
  unknown: { icon: IconHelpCircle, tone: 'warn' },
};

/** The state of a bag's deployment, with what it had failed at where it was abandoned since. */
export function DeploymentMark({ value }: { value: DeploymentView }) {
  const label = deploymentWord(value);
  const failed = label !== bagStateWord[value.state];
  return <Mark {...state[failed ? 'test-failed' : value.state]} label={label} />;
}

const ruleWord: Record<BlockingRule, string> = {
  'pinned-not-passed': 'pinned bag has not passed',
  'pinned-and-bad': 'pinned bag is marked bad',
  'nothing-deployable': 'no bag can be deployed',
  'missing-image': 'missing image',
  unreadable: 'unreadable file',
};

/** The rule that keeps a bag out, by name. */
export function BlockedMark({ rule }: { rule: BlockingRule | null }) {
  return <Mark icon={IconBan} tone="bad" label={`Blocked: ${rule ? ruleWord[rule] : 'policy'}`} badge />;
}
