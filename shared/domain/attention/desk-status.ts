import { shortTitleOf } from '../operation/intent';
import type { Operation } from '../operation/operation';
import { count } from '../text/count';
import type { AttentionItem } from './attention-items';

/** What the desktop shows of Signalbox while its window is not in front. */
export interface DeskStatus {
  /** The worst that is known: `trouble` in production, something that needs `attention`, not all is known, or `well`. */
  worst: 'trouble' | 'attention' | 'unknown' | 'well';
  /** In a few words, for whoever points at the icon. */
  tip: string;
  /** What a menu lists, worst and newest first; `place` is a path of the window's router. */
  lines: readonly { label: string; place: string }[];
  /** How far what runs has come, from 0 to 1; `null`: nothing runs. */
  progress: number | null;
}

/** A menu is read at a glance. */
const mostLines = 8;

const isDone = (state: string): boolean => ['succeeded', 'skipped', 'failed', 'cancelled'].includes(state);

/**
 * @param open operations that run, newest first.
 * @param notKnown why it can't be said that nothing needs attention, as a sentence; `null`: it can.
 */
export function deskStatus(
  items: readonly AttentionItem[],
  open: readonly Operation[],
  notKnown: string | null,
): DeskStatus {
  const inProduction = items.filter(({ production }) => production);
  const running = open.filter(({ state }) => state === 'running');
  const steps = running.flatMap((operation) => operation.steps);
  const worst =
    inProduction.length > 0
      ? 'trouble'
      : items.length > 0
        ? 'attention'
        : notKnown === null
          ? 'well'
          : 'unknown';
  const lines = [
    ...[...inProduction, ...items.filter(({ production }) => !production)].map(({ subject, reason }) => ({
      label: `${subject}: ${reason}`,
      place: '/?only=attention',
    })),
    ...running.map(({ id, intent }) => ({ label: shortTitleOf(intent), place: `/operations/${id}` })),
  ];
  const told = [
    items.length > 0
      ? `${count(items.length, 'thing')} need${items.length === 1 ? 's' : ''} attention`
      : null,
    running.length > 0 ? `${count(running.length, 'operation')} running` : null,
  ].filter((text) => text !== null);
  return {
    worst,
    tip: `Signalbox: ${told.length > 0 ? told.join(', ') : (notKnown ?? 'nothing needs attention')}`,
    lines: lines.slice(0, mostLines),
    progress: steps.length === 0 ? null : steps.filter(({ state }) => isDone(state)).length / steps.length,
  };
}
