import {
  type Icon,
  IconAlertTriangle,
  IconBan,
  IconCircleCheck,
  IconCircleDashed,
  IconCircleX,
  IconHandStop,
  IconHelpCircle,
  IconInfoCircle,
  IconLoader2,
  IconPlayerPause,
  IconPlayerSkipForward,
  IconUrgent,
} from '@tabler/icons-react';
import type { Cell, Hold } from '../../../shared/domain/board/board';
import type { OperationState, Step } from '../../../shared/domain/operation/operation';
import type { FindingLevel } from '../../../shared/domain/preflight/finding';
import type { WorkflowNode } from '../../../shared/domain/workflows/workflow';
import { holdText, holdWord, operationStateWord } from '../text/words';
import classes from './mark.module.css';

/** What a mark means; each has a colour, but shape and text say it as well. */
export type Tone = 'ok' | 'warn' | 'bad' | 'hold' | 'accent' | 'quiet';

interface MarkProps {
  icon: Icon;
  tone: Tone;
  label: string;
  /** A tinted badge instead of plain text. */
  badge?: boolean;
  turning?: boolean;
  /** The icon alone is seen; the label is for assistive technology. */
  iconOnly?: boolean;
  size?: number;
}

/** An icon with its text, in a colour that repeats what both say. */
export function Mark({ icon: Shape, tone, label, badge, turning, iconOnly, size = 14 }: MarkProps) {
  return (
    <span className={`${classes.mark} ${classes[tone]} ${badge ? classes.badge : ''}`}>
      <Shape
        size={badge ? 12 : size}
        stroke={2}
        aria-hidden
        className={turning ? classes.turning : undefined}
      />
      <span className={iconOnly ? 'visually-hidden' : classes.label}>{label}</span>
    </span>
  );
}

const health: Record<NonNullable<Cell['health']>, { icon: Icon; tone: Tone }> = {
  Healthy: { icon: IconCircleCheck, tone: 'ok' },
  Progressing: { icon: IconLoader2, tone: 'accent' },
  Degraded: { icon: IconAlertTriangle, tone: 'bad' },
  Missing: { icon: IconBan, tone: 'bad' },
  Suspended: { icon: IconPlayerPause, tone: 'warn' },
  Unknown: { icon: IconHelpCircle, tone: 'quiet' },
};

/** Health in Argo CD's words; `null` (nothing was seen) says so. */
export function HealthMark({ value }: { value: Cell['health'] }) {
  if (value === null) return <Mark icon={IconHelpCircle} tone="quiet" label="Health unknown" />;
  return <Mark {...health[value]} label={value} />;
}

const hold: Record<Hold['state'], { icon: Icon; tone: Tone }> = {
  pending: { icon: IconHandStop, tone: 'warn' },
  effective: { icon: IconHandStop, tone: 'hold' },
  unknown: { icon: IconHelpCircle, tone: 'quiet' },
  alarm: { icon: IconUrgent, tone: 'bad' },
};

/** @param props.brief for where there is room for one short word. */
export function HoldMark({ value, brief }: { value: Hold; brief?: boolean }) {
  return <Mark {...hold[value.state]} label={brief ? holdWord(value) : holdText(value)} badge />;
}

const level: Record<FindingLevel, { icon: Icon; tone: Tone; label: string }> = {
  block: { icon: IconCircleX, tone: 'bad', label: 'Blocked' },
  warn: { icon: IconAlertTriangle, tone: 'warn', label: 'Warning' },
  unknown: { icon: IconHelpCircle, tone: 'quiet', label: 'Not known' },
  info: { icon: IconInfoCircle, tone: 'accent', label: 'Info' },
  pass: { icon: IconCircleCheck, tone: 'ok', label: 'OK' },
};

export function LevelMark({ value }: { value: FindingLevel }) {
  return <Mark {...level[value]} />;
}

const operation: Record<OperationState, { icon: Icon; tone: Tone; turning?: boolean }> = {
  running: { icon: IconLoader2, tone: 'accent', turning: true },
  succeeded: { icon: IconCircleCheck, tone: 'ok' },
  failed: { icon: IconCircleX, tone: 'bad' },
  cancelled: { icon: IconBan, tone: 'quiet' },
  superseded: { icon: IconPlayerSkipForward, tone: 'quiet' },
  unknown: { icon: IconHelpCircle, tone: 'warn' },
};

export function OperationMark(props: {
  value: OperationState;
  label?: string;
  badge?: boolean;
  iconOnly?: boolean;
}) {
  const { value, label, ...rest } = props;
  return <Mark {...operation[value]} label={label ?? operationStateWord[value]} {...rest} />;
}

/** How a step, stage, job or hook stands. */
export const stepLook: Record<Step['state'], { icon: Icon; tone: Tone; label: string; turning?: boolean }> = {
  waiting: { icon: IconCircleDashed, tone: 'quiet', label: 'Not started' },
  running: { icon: IconLoader2, tone: 'accent', label: 'Running', turning: true },
  succeeded: { icon: IconCircleCheck, tone: 'ok', label: 'Done' },
  failed: { icon: IconCircleX, tone: 'bad', label: 'Failed' },
  skipped: { icon: IconPlayerSkipForward, tone: 'quiet', label: 'Skipped' },
  cancelled: { icon: IconBan, tone: 'quiet', label: 'Cancelled' },
  unknown: { icon: IconHelpCircle, tone: 'warn', label: 'Unknown' },
};

export function StepMark({ value, iconOnly }: { value: Step['state']; iconOnly?: boolean }) {
  return <Mark {...stepLook[value]} iconOnly={iconOnly ?? false} size={16} />;
}

const phase: Record<WorkflowNode['phase'], { icon: Icon; tone: Tone; label: string; turning?: boolean }> = {
  '': { icon: IconCircleDashed, tone: 'quiet', label: 'Not started' },
  Pending: { icon: IconCircleDashed, tone: 'quiet', label: 'Pending' },
  Running: { icon: IconLoader2, tone: 'accent', label: 'Running', turning: true },
  Succeeded: { icon: IconCircleCheck, tone: 'ok', label: 'Succeeded' },
  Skipped: { icon: IconPlayerSkipForward, tone: 'quiet', label: 'Skipped' },
  Failed: { icon: IconCircleX, tone: 'bad', label: 'Failed' },
  Error: { icon: IconCircleX, tone: 'bad', label: 'Error' },
  Omitted: { icon: IconPlayerSkipForward, tone: 'quiet', label: 'Omitted' },
};

export function PhaseMark({ value, iconOnly }: { value: WorkflowNode['phase']; iconOnly?: boolean }) {
  return <Mark {...phase[value]} iconOnly={iconOnly ?? false} />;
}
