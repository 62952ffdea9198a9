import {
  type Icon,
  IconArrowBackUp,
  IconBan,
  IconCircleCheck,
  IconCircleMinus,
  IconCircleX,
  IconFile,
  IconFileArrowRight,
  IconHandClick,
  IconHandStop,
  IconHelp,
  IconLock,
  IconLockOpen,
  IconPackage,
  IconPin,
  IconPinnedOff,
  IconPlayerPlay,
  IconPlus,
  IconRobot,
  IconRocket,
  IconSnowflake,
  IconSnowflakeOff,
  IconToggleLeft,
  IconToggleRight,
  IconTrain,
  IconTrash,
} from '@tabler/icons-react';
import type { DeploymentKind } from '../../../shared/domain/history/deployment';
import type { HistoryEvent, HistoryEventType } from '../../../shared/domain/history/history-event';
import type { Tone } from '../layout/mark';

interface Look {
  icon: Icon;
  tone: Tone;
  label: string;
}

const kinds: Record<DeploymentKind, Look> = {
  deploy: { icon: IconRocket, tone: 'accent', label: 'Deploy' },
  promote: { icon: IconTrain, tone: 'quiet', label: 'Promotion' },
  rollback: { icon: IconArrowBackUp, tone: 'warn', label: 'Rollback' },
  bag: { icon: IconPackage, tone: 'accent', label: 'Bag' },
  automatic: { icon: IconRobot, tone: 'quiet', label: 'Automatic' },
  manual: { icon: IconHandClick, tone: 'accent', label: 'Manual' },
};

const types: Record<Exclude<HistoryEventType, 'deployment'>, Look> = {
  appeared: { icon: IconPlus, tone: 'ok', label: 'App added' },
  'hold-set': { icon: IconHandStop, tone: 'hold', label: 'Hold set' },
  'hold-released': { icon: IconPlayerPlay, tone: 'hold', label: 'Hold released' },
  'promotion-on': { icon: IconToggleRight, tone: 'quiet', label: 'Automatic promotion on' },
  'promotion-off': { icon: IconToggleLeft, tone: 'quiet', label: 'Automatic promotion off' },
  gone: { icon: IconTrash, tone: 'bad', label: 'App removed' },
  moved: { icon: IconFileArrowRight, tone: 'quiet', label: 'File moved' },
  locked: { icon: IconLock, tone: 'hold', label: 'Locked' },
  unlocked: { icon: IconLockOpen, tone: 'quiet', label: 'Unlocked' },
  frozen: { icon: IconSnowflake, tone: 'hold', label: 'Frozen' },
  unfrozen: { icon: IconSnowflakeOff, tone: 'quiet', label: 'Freeze ended' },
  'freeze-set': { icon: IconSnowflake, tone: 'hold', label: 'Freeze set' },
  'freeze-changed': { icon: IconSnowflake, tone: 'hold', label: 'Freeze changed' },
  'freeze-lifted': { icon: IconSnowflakeOff, tone: 'quiet', label: 'Freeze lifted' },
  'bag-packed': { icon: IconPackage, tone: 'quiet', label: 'Bag packed' },
  'bag-started': { icon: IconRocket, tone: 'accent', label: 'Bag started' },
  'bag-failed': { icon: IconCircleX, tone: 'bad', label: 'Bag failed' },
  'bag-passed': { icon: IconCircleCheck, tone: 'ok', label: 'Bag passed' },
  pinned: { icon: IconPin, tone: 'hold', label: 'Pinned' },
  unpinned: { icon: IconPinnedOff, tone: 'quiet', label: 'Unpinned' },
  'marked-bad': { icon: IconBan, tone: 'bad', label: 'Marked bad' },
  'unmarked-bad': { icon: IconCircleMinus, tone: 'quiet', label: 'Bad mark cleared' },
  'autopilot-on': { icon: IconToggleRight, tone: 'quiet', label: 'Autopilot on' },
  'autopilot-off': { icon: IconToggleLeft, tone: 'hold', label: 'Autopilot off' },
  'ledger-changed': { icon: IconFile, tone: 'quiet', label: 'Record changed' },
  unknown: { icon: IconHelp, tone: 'warn', label: 'Not known' },
};

/** How a kind of deployment looks and what it is called. */
export const kindLook = (kind: DeploymentKind): Look => kinds[kind];

/** The words of a type of event. */
export const eventTypeWord = (type: HistoryEventType): string =>
  type === 'deployment' ? 'Deployment' : types[type].label;

/** How a kind of deployment or another event looks and what it is called. */
export const eventLook = (event: HistoryEvent): Look =>
  event.type === 'deployment' ? kinds[event.kind] : types[event.type];

/** Where the file of an event came from or went to, in a sentence; `null` where nothing moved. */
export function movedText(event: HistoryEvent): string | null {
  const path = 'otherPath' in event ? event.otherPath : undefined;
  if (path === undefined) return null;
  if (event.type === 'moved') return `Moved from ${path}. This deployed nothing.`;
  if (event.type === 'gone') return `Moved to ${path}.`;
  return `${path} was removed in the same commit. This may be the same app under another name.`;
}

/** What an event is about where that is no app: a pipeline, or the file that changed. */
export const eventSubject = (event: HistoryEvent): string => {
  if (event.app || !('path' in event)) return event.app;
  const isFreeze = /^(?:un)?(?:frozen|freeze-)/.test(event.type);
  return event.pipeline ?? (isFreeze ? 'All apps' : event.path);
};

/** App or pipeline, and environment, as far as an event names them. */
export const aboutText = (event: HistoryEvent): string =>
  [eventSubject(event), event.environment].filter(Boolean).join(' · ');

/** The version that an event is about, `null` when it is about none. */
export const eventVersion = (event: HistoryEvent): string | null =>
  event.type === 'deployment' ? event.to : event.version;
