import { Temporal } from 'temporal-polyfill';
import { scopeText } from '../../shared/domain/freeze/freeze';
import type { FreezesView } from '../../shared/domain/freeze/freeze-view';
import { type FreezeNames, readFreeze } from '../../shared/domain/freeze/parse-freeze';
import { teamTime } from '../ui/freeze/team-time';
import { openFreeze } from '../ui/layout/ui-state';
import type { PaletteItem } from './palette-items';

/**
 * What the palette makes of "freeze production until Monday 9:00": one line that says what was understood, and opens the
 * sheet with it. What is not understood is said in its place.
 */
export function typedFreeze(text: string, names: FreezeNames, view: FreezesView | undefined): PaletteItem[] {
  const timeZone = view?.timeZone ?? 'Europe/London';
  const typed = readFreeze(text, names, Temporal.Now.zonedDateTimeISO(timeZone));
  if (!typed) return [];
  const { scope, until, reason, problem } = typed;
  const end = until === null ? '' : ` until ${teamTime(until, timeZone)}`;
  const title = scope === null ? 'Freeze…' : `Freeze ${scopeText(scope)}${end}`;
  return [
    {
      id: 'freeze typed',
      group: 'Actions',
      title,
      note: problem ?? (until === null ? 'no end' : ''),
      run: () =>
        openFreeze({
          kind: 'freeze',
          scope: scope ?? { app: null, environment: null, pipeline: null },
          from: null,
          until,
          automatic: true,
          manual: 'warn',
          reason,
        }),
    },
  ];
}

/** The ways to lift and change what is frozen. */
export const freezeItems = (view: FreezesView | undefined): PaletteItem[] =>
  (view?.freezes ?? []).flatMap((one): PaletteItem[] => {
    const { operation, what, app, environment, pipeline, until, by } = one;
    const about = { freeze: operation, scope: { app, environment, pipeline } };
    const note = `by ${by}`;
    return [
      {
        id: `thaw ${operation}`,
        group: 'Actions',
        title: `Lift the freeze of ${what}`,
        words: 'thaw unfreeze end',
        note,
        weight: -2,
        run: () => openFreeze({ kind: 'thaw', ...about, ended: false }),
      },
      {
        id: `change-freeze ${operation}`,
        group: 'Actions',
        title: `Change the freeze of ${what}`,
        words: 'end until extend',
        note,
        weight: -3,
        run: () =>
          openFreeze({
            kind: 'change-freeze',
            ...about,
            seen: until,
            until,
            manual: one.manual === 'warn' ? 'warn' : 'block',
          }),
      },
    ];
  });
