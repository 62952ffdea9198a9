import {
  type Icon,
  IconAlertTriangle,
  IconArrowsExchange,
  IconCircleCheck,
  IconCircleX,
  IconGitCommit,
  IconHelpCircle,
  IconHourglass,
  IconLoader2,
  IconPlayerStop,
} from '@tabler/icons-react';
import type { Cell } from '../../../shared/domain/board/board';
import type { CellStage, CellTests } from '../../../shared/domain/board/cell-view';
import { headline, stageText, testsText } from '../../../shared/domain/board/cell-words';
import { Version } from '../change/version';
import { VersionLink } from '../change/version-link';
import { Mark, type Tone } from '../layout/mark';
import classes from './cell-marks.module.css';

interface Look {
  icon: Icon;
  tone: Tone;
  turning?: boolean;
}

const stageLook: Record<CellStage['state'], Look> = {
  committed: { icon: IconGitCommit, tone: 'accent' },
  waiting: { icon: IconHourglass, tone: 'accent' },
  syncing: { icon: IconLoader2, tone: 'accent', turning: true },
  hooks: { icon: IconLoader2, tone: 'accent', turning: true },
  'rolling-out': { icon: IconLoader2, tone: 'accent', turning: true },
  running: { icon: IconCircleCheck, tone: 'ok' },
  drifted: { icon: IconArrowsExchange, tone: 'bad' },
  unknown: { icon: IconHelpCircle, tone: 'quiet' },
};

/** Where the wanted version is on its way; nothing where it runs. */
export function StageMark({ cell }: { cell: Cell }) {
  const text = stageText(cell);
  if (!cell.stage || text === null) return null;
  const look = cell.stage.failing ? { icon: IconCircleX, tone: 'bad' as const } : stageLook[cell.stage.state];
  return <Mark {...look} label={text} />;
}

const testsLook: Record<CellTests['state'], Look> = {
  running: { icon: IconLoader2, tone: 'accent', turning: true },
  passed: { icon: IconCircleCheck, tone: 'ok' },
  failed: { icon: IconAlertTriangle, tone: 'bad' },
  'promotion-failed': { icon: IconAlertTriangle, tone: 'warn' },
  stopped: { icon: IconPlayerStop, tone: 'warn' },
  unknown: { icon: IconHelpCircle, tone: 'quiet' },
};

/** What the tests after the sync say. */
export function TestsMark({ value }: { value: CellTests }) {
  return <Mark {...testsLook[value.state]} label={testsText[value.state]} />;
}

/** The version that runs, as the biggest thing of its place; muted where that is not known. */
export function Headline({ cell, link = false }: { cell: Cell; link?: boolean }) {
  const { version, word, certain } = headline(cell);
  if (word !== null) return <span className={classes.word}>{word}</span>;
  const strong = certain !== 'unknown';
  return (
    <span
      className={certain === 'unknown' ? classes.unknown : undefined}
      title={certain === 'unknown' ? 'The version in Git; the running version is not known.' : undefined}
    >
      {link ? (
        <VersionLink app={cell.app} value={version} strong={strong} />
      ) : (
        <Version value={version} strong={strong} />
      )}
    </span>
  );
}
