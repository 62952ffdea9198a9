import type { AttentionItem } from '../../shared/domain/attention/attention-items';
import type { BagPipelineView } from '../../shared/domain/bags/view';
import type { Board, EnvironmentView } from '../../shared/domain/board/board';
import type { BoardSettings, SavedView } from '../../shared/domain/board/board-view';
import { count } from '../../shared/domain/text/count';
import { openAction } from '../ui/layout/ui-state';
import type { PaletteItem } from './palette-items';

/** The lock of every environment: taken, given back, or taken away from somebody. */
export const lockItems = (board: Board | undefined): PaletteItem[] =>
  (board?.environments ?? []).flatMap((one) => {
    const item = lockItem(one);
    return item ? [item] : [];
  });

function lockItem({ name, pipeline, lock }: EnvironmentView): PaletteItem | null {
  if (!pipeline) return null;
  const place = { pipeline: pipeline.name, environment: name };
  const common = { group: 'Actions' as const, weight: -1, strict: true };
  if (!lock)
    return {
      ...common,
      id: `lock ${name}`,
      title: `Lock ${name}`,
      words: 'hold exclusive stop others',
      note: pipeline.name,
      run: () => openAction({ kind: 'lock', ...place, reason: '-', until: null }),
    };
  if (lock.mine && lock.kind === 'manual')
    return {
      ...common,
      id: `unlock ${name}`,
      title: `Unlock ${name}`,
      words: 'release lock',
      note: 'locked by you',
      run: () => openAction({ kind: 'unlock', ...place, token: lock.token }),
    };
  // An operation of this console has it: it gives it back by itself.
  if (lock.mine) return null;
  return {
    ...common,
    id: `force-unlock ${name}`,
    title: `Force unlock ${name}`,
    words: 'release lock break',
    note: `locked by ${lock.by}`,
    verbs: ['force', 'unlock'],
    run: () => openAction({ kind: 'force-unlock', ...place, token: lock.token, reason: '-', override: [] }),
  };
}

/** A bag of every pipeline of bags. */
export const packItems = (pipelines: readonly BagPipelineView[]): PaletteItem[] =>
  pipelines.map(({ pipeline, stages, lastBag }) => ({
    id: `pack ${pipeline}`,
    group: 'Actions',
    title: `Pack a bag: ${pipeline}`,
    words: 'new bag services snapshot',
    note: lastBag === null ? '' : `after bag ${lastBag}`,
    weight: -1,
    strict: true,
    run: () =>
      openAction({
        kind: 'pack-bag',
        pipeline,
        environment: stages[0]?.environment ?? '',
        source: 'running',
        contents: {},
        last: lastBag ?? 0,
        force: false,
      }),
  }));

/** Everything that needs attention, and the list of it. */
export function troubleItems(
  items: readonly AttentionItem[],
  doors: { openAll: () => void; openPlace: (place: AttentionItem['place']) => void },
): PaletteItem[] {
  return [
    {
      id: 'attention',
      group: 'Screens',
      title: 'Needs attention',
      words: 'trouble failing incident wrong broken',
      note: items.length === 0 ? 'screen' : count(items.length, 'thing'),
      weight: 6,
      run: doors.openAll,
    },
    ...items.map(
      (item): PaletteItem => ({
        id: `attention ${item.key}`,
        group: 'Screens',
        title: `${item.subject}: ${item.reason}`,
        words: 'attention trouble failing incident',
        note: 'needs attention',
        weight: 7,
        strict: true,
        run: () => doors.openPlace(item.place),
      }),
    ),
  ];
}

/** The board's saved views and its density. */
export function viewItems(
  { density, views }: BoardSettings,
  doors: { openView: (view: SavedView) => void; setDensity: (density: BoardSettings['density']) => void },
): PaletteItem[] {
  const other = density === 'compact' ? 'comfortable' : 'compact';
  return [
    ...views.map(
      (view): PaletteItem => ({
        id: `view ${view.name}`,
        group: 'Screens',
        title: `View: ${view.name}`,
        words: 'saved filter board',
        note: 'saved view',
        weight: 3,
        run: () => doors.openView(view),
      }),
    ),
    {
      id: 'density',
      group: 'Actions',
      title: `Show the board ${other === 'compact' ? 'in compact rows' : 'in comfortable rows'}`,
      words: 'density dense rows height',
      note: '',
      run: () => doors.setDensity(other),
    },
  ];
}
