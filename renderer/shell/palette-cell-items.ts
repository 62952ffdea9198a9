import type { Board, Cell } from '../../shared/domain/board/board';
import { ownHold } from '../../shared/domain/board/own-hold';
import { waitingHere } from '../../shared/domain/board/waiting-here';
import { shortVersion } from '../../shared/domain/ledger/version';
import { openSheet } from '../ui/layout/ui-state';
import type { PaletteItem } from './palette-items';

/** What the selected cell's actions are pushed by: they come before the same actions of other cells. */
const selectedPush = 14;

/** Words of which one has to begin so before a rollback is offered: no other word ever leads to it. */
const rollbackVerbs = ['roll', 'rollback', 'undo', 'revert'];

/** The actions of every cell; each opens its sheet. Those of the selected cell come first, and without a word too. */
export function cellItems(
  board: Board | undefined,
  selected: { app: string; environment: string | null } | null,
): PaletteItem[] {
  if (!board) return [];
  const before = new Map(board.environments.map((one) => [one.name, one.before]));
  const places = new Map(board.cells.map((cell) => [`${cell.app}\n${cell.environment}`, cell]));
  return board.cells.flatMap((cell) => {
    const from = before.get(cell.environment) ?? null;
    const lower = from === null ? null : (places.get(`${cell.app}\n${from}`) ?? null);
    const items = actionsOf(cell, lower);
    const isSelected =
      selected?.app === cell.app &&
      (selected.environment === cell.environment || selected.environment === null);
    if (!isSelected) return items;
    return items.map((item) => ({
      ...item,
      // A rollback is never the first of a list that nobody typed for.
      weight: item.verbs ? 0 : (item.weight ?? 0) + selectedPush,
      note: item.note || 'selected',
    }));
  });
}

function actionsOf(cell: Cell, before: Cell | null): PaletteItem[] {
  const { app, environment, rollbackTarget: target } = cell;
  const items: PaletteItem[] = [
    {
      id: `deploy ${app} ${environment}`,
      group: 'Actions',
      title: `Deploy ${app} to ${environment}`,
      words: 'release version tag',
      note: '',
      weight: -6,
      strict: true,
      run: () => openSheet({ kind: 'deploy', app, environment }),
    },
    ownHold(cell)
      ? {
          id: `release ${app} ${environment}`,
          group: 'Actions',
          title: `Release the hold on ${app} in ${environment}`,
          words: 'unfreeze automatic',
          note: '',
          weight: -7,
          strict: true,
          run: () => openSheet({ kind: 'release-hold', app, environment }),
        }
      : {
          id: `hold ${app} ${environment}`,
          group: 'Actions',
          title: `Hold ${app} in ${environment}`,
          words: 'freeze stop automatic',
          note: '',
          weight: -8,
          strict: true,
          run: () => openSheet({ kind: 'hold', app, environment }),
        },
  ];
  const waiting = waitingHere(cell, before);
  if (waiting)
    items.push({
      id: `promote ${app} ${environment}`,
      group: 'Actions',
      title: `Promote ${app} to ${environment}`,
      words: 'release',
      note: `${shortVersion(waiting.version)} from ${waiting.from}`,
      weight: -4,
      strict: true,
      run: () => openSheet({ kind: 'promote', app, environment, ...waiting }),
    });
  if (target)
    items.push({
      id: `rollback ${app} ${environment}`,
      group: 'Actions',
      title: `Roll back ${app} in ${environment}`,
      words: 'undo revert previous rollback',
      note: `to ${shortVersion(target.version)}, review first`,
      weight: -5,
      strict: true,
      verbs: rollbackVerbs,
      // From the palette it always opens the sheet: the version was not in sight when it was chosen.
      run: () => openSheet({ kind: 'rollback', app, environment, version: target.version }),
    });
  return items;
}
