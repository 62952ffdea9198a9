import { utcText } from '../text/utc-text';
import type { Freeze } from './freeze';

/** What still goes through a freeze, in sentences. */
export function passesText({ automatic, manual }: Pick<Freeze, 'automatic' | 'manual'>): string {
  const first = automatic ? 'Automatic deploys are stopped.' : 'Automatic deploys go on.';
  const byHand =
    manual === 'warn'
      ? 'Deploys by hand need a reason'
      : 'Deploys by hand are blocked unless overridden with a reason';
  return `${first} ${byHand}; rollbacks go through.`;
}

/** Milliseconds up to which a console is on time: it looks at the clock now and then, and the release repo is asked first. */
const onTime = 2 * 60_000;

/** Since when a begin or an end is late; `null`: it is not. */
export const lateSince = (due: string | null, now: Date): string | null =>
  due !== null && now.getTime() - Date.parse(due) > onTime ? due : null;

/** Why a console begins or ends a freeze, with since when it was due where nobody did it in time. */
export function lateText(what: 'began' | 'ended', due: string | null, now: Date): string {
  const said = what === 'ended' ? 'Its end time has passed.' : 'Its start time has passed.';
  const late = lateSince(due, now);
  return late === null
    ? said
    : `${said} It was due at ${utcText(late)}; no Signalbox that could do this was running.`;
}

/** When a freeze ends, as the end of a sentence. */
export const untilText = (until: string | null): string =>
  until === null ? 'until somebody lifts it' : `until ${utcText(until)}`;
