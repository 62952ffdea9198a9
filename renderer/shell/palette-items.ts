import type { Board } from '../../shared/domain/board/board';
import type { HistoryEvent } from '../../shared/domain/history/history-event';
import { shortVersion } from '../../shared/domain/ledger/version';
import { openFreeze, useUiState } from '../ui/layout/ui-state';
import type { Findable } from './rank';

/** One line of the palette. */
export interface PaletteItem extends Findable {
  id: string;
  group: 'Apps' | 'Actions' | 'Screens' | 'Versions';
  /** At the right, in small. */
  note: string;
  run: () => void;
}

export interface PaletteDoors {
  openApp: (app: string) => void;
  openScreen: (
    to:
      | '/'
      | '/history'
      | '/history/figures'
      | '/history/compare'
      | '/operations'
      | '/workflows'
      | '/clusters'
      | '/freezes'
      | '/practice'
      | '/settings'
      | '/diagnostics'
      | '/licences',
  ) => void;
  openPipeline: (pipeline: string, view: 'now' | 'timeline' | 'periodic') => void;
  openBatch: (environment: string) => void;
  toggleColours: () => void;
}

const views = [
  { view: 'now', title: 'Pipeline', words: 'bags next lock deploy' },
  { view: 'timeline', title: 'Bag timeline', words: 'bags passed failed pinned bad roll back' },
  { view: 'periodic', title: 'Periodic tests', words: 'suites smoke' },
] as const;

const pipelineItems = (name: string, doors: PaletteDoors): PaletteItem[] =>
  views.map(({ view, title, words }) => ({
    id: `pipeline ${name} ${view}`,
    group: 'Screens',
    title: `${title}: ${name}`,
    words,
    note: 'screen',
    run: () => doors.openPipeline(name, view),
  }));

/** What the palette reaches wherever one is: apps, screens and the window's own actions. */
export function paletteItems(
  board: Board | undefined,
  practice: boolean,
  pipelines: readonly string[],
  doors: PaletteDoors,
): PaletteItem[] {
  const screen = (
    to: Parameters<PaletteDoors['openScreen']>[0],
    title: string,
    words: string,
  ): PaletteItem => ({
    id: to,
    group: 'Screens',
    title,
    words,
    note: 'screen',
    run: () => doors.openScreen(to),
  });
  return [
    ...(board?.apps ?? []).map(
      (app): PaletteItem => ({
        id: `app ${app}`,
        group: 'Apps',
        title: app,
        note: 'app',
        weight: 5,
        run: () => doors.openApp(app),
      }),
    ),
    screen('/', 'Board', 'apps environments home'),
    screen('/history', 'History', 'events feed past who when search deployments'),
    screen('/history/figures', 'Delivery figures', 'history lead time rolled back restore metrics'),
    screen('/history/compare', 'Compare', 'history differences two moments environments'),
    screen('/operations', 'Operations', 'deployments running recent'),
    ...pipelines.flatMap((name) => pipelineItems(name, doors)),
    screen('/workflows', 'Workflows', 'argo tests steps retry resubmit promotions'),
    screen('/clusters', 'Clusters', 'environments kubernetes permissions latency reachable'),
    screen('/freezes', 'Freezes', 'frozen thaw lift calendar stop automatic deploys'),
    ...(practice ? [screen('/practice', 'Practice', 'rehearse incident scenario')] : []),
    ...(board?.environments ?? []).flatMap(({ name, before, pipeline }): PaletteItem[] =>
      before === null || pipeline?.kind === 'bags'
        ? []
        : [
            {
              id: `batch ${name}`,
              group: 'Screens',
              title: `Ready for ${name}`,
              words: 'promote batch release what would go out',
              note: 'screen',
              run: () => doors.openBatch(name),
            },
          ],
    ),
    screen('/settings', 'Settings', 'about identity colour notifications'),
    screen('/diagnostics', 'Diagnostics', 'log faults disk versions support'),
    screen('/licences', 'Licences', 'about open source bill of materials'),
    {
      id: 'colours',
      group: 'Actions',
      title: 'Switch between light and dark',
      words: 'colour scheme theme',
      note: '',
      run: doors.toggleColours,
    },
    {
      id: 'freeze',
      group: 'Actions',
      title: 'Freeze…',
      words: 'stop automatic deploys code freeze',
      note: 'or type: freeze production until Monday',
      strict: true,
      run: () =>
        openFreeze({
          kind: 'freeze',
          scope: { app: null, environment: null, pipeline: null },
          from: null,
          until: null,
          automatic: true,
          manual: 'warn',
          reason: '',
        }),
    },
    {
      id: 'announce',
      group: 'Actions',
      title: 'Announce…',
      words: 'tell people slack mail message risky deploy',
      note: '',
      run: () => useUiState.setState({ announceOpen: true }),
    },
    {
      id: 'shortcuts',
      group: 'Actions',
      title: 'Show keyboard shortcuts',
      words: 'keys help',
      note: '?',
      run: () => useUiState.setState({ shortcutsOpen: true }),
    },
  ];
}

interface VersionDoors {
  openVersion: (app: string, version: string) => void;
  searchHistory: (text: string) => void;
}

/** What the history knows of a text: the versions that begin so, and always the search for it. */
export function historyItems(
  text: string,
  found: readonly HistoryEvent[],
  doors: VersionDoors,
): { versions: PaletteItem[]; search: PaletteItem[] } {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return { versions: [], search: [] };
  const versions = new Map<string, PaletteItem>();
  for (const event of found) {
    if (event.type !== 'deployment' || !event.to.toLowerCase().startsWith(wanted)) continue;
    const { app, to } = event;
    versions.set(`${app} ${to}`, {
      id: `version ${app} ${to}`,
      group: 'Versions',
      title: `${app} ${shortVersion(to)}`,
      note: 'history',
      run: () => doors.openVersion(app, to),
    });
  }
  return {
    versions: [...versions.values()].slice(0, 8),
    search: [
      {
        id: 'search history',
        group: 'Screens',
        title: `Search the history for “${text.trim()}”`,
        note: 'history',
        run: () => doors.searchHistory(text.trim()),
      },
    ],
  };
}

/** How many of what was chosen last come first. */
const recentShown = 5;

/**
 * The items that were chosen last come first, in that order. An action that undoes or breaks something is not among them:
 * the first of the list is what Enter takes.
 */
export function recentFirst(
  shown: readonly PaletteItem[],
  recent: readonly string[],
  all: readonly PaletteItem[],
): PaletteItem[] {
  const known = new Map(all.map((item) => [item.id, item]));
  const first = recent.flatMap((id) => {
    const item = known.get(id);
    return item && !item.verbs ? [item] : [];
  });
  const last = first.slice(0, recentShown);
  const ids = new Set(last.map(({ id }) => id));
  return [...last.map((item) => ({ ...item, note: 'recent' })), ...shown.filter(({ id }) => !ids.has(id))];
}
