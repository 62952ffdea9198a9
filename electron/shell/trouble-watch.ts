import { attentionItems, notKnownBecause } from '../../shared/domain/attention/attention-items';
import { type DeskStatus, deskStatus } from '../../shared/domain/attention/desk-status';
import { frozenItems } from '../../shared/domain/attention/frozen-items';
import { createTroubleMemory } from '../../shared/domain/attention/new-trouble';
import { type TroubleNotice, troubleNotices } from '../../shared/domain/attention/trouble-notices';
import { undeliveredItems } from '../../shared/domain/attention/undelivered-items';
import { createWaitingMemory, waitingForMe } from '../../shared/domain/attention/waiting-for-me';
import type { BagPipelineView } from '../../shared/domain/bags/view';
import type { ArgoAccount } from '../../shared/domain/estate/argo-account';
import type { Engine } from '../engine/engine-types';
import type { Announcements } from '../session/announcements/announcements';

/** Milliseconds between two looks: people see no difference, and a busy cluster changes two hundred times a second. */
const lookEvery = 1_000;
/** More notifications at once would bury each other. */
const mostWaiting = 3;

/** What a notification says, and the path in the window that a click opens, as its router has it. */
export interface DeskNotice {
  title: string;
  body: string;
  place: string;
}

/** What of the operating system is used. */
interface Desktop {
  /** Whether a notification is wanted, can be shown, and the window is not in front anyway. */
  mayNotify: () => boolean;
  notify: (notice: DeskNotice, urgency: 'critical' | 'normal') => void;
  /** How many things need attention, for the icon on the dock or taskbar; 0: none. */
  showCount: (items: number) => void;
  /** Told what the desktop is to show. */
  status: (status: DeskStatus) => void;
}

/** What is looked at. */
export interface Watched {
  engine: Pick<Engine, 'board' | 'list' | 'onChange'> & {
    bags: Pick<Engine['bags'], 'pipelines' | 'pipeline'>;
    freezes: Pick<Engine['freezes'], 'list'>;
  };
  announcements: Pick<Announcements, 'known' | 'onChange'>;
  waiting: {
    accounts: () => readonly ArgoAccount[];
    /** How many commands wait for permission. */
    permissions: () => number;
    onChange: (listener: () => void) => () => void;
  };
}

/**
 * Looks at the estate when something changed, at most once in `every` milliseconds, and tells the desktop how much needs attention, new
 * trouble in production, whoever deployed it, and what begins to wait for the person.
 * @returns ends it.
 */
export function watchTrouble(
  { engine, announcements, waiting }: Watched,
  desktop: Desktop,
  every = lookEvery,
): () => void {
  const news = createTroubleMemory();
  const newWaiting = createWaitingMemory();
  let shown = 0;
  let timer: NodeJS.Timeout | null = null;
  const look = (): void => {
    timer = null;
    const board = engine.board();
    const pipelines = readPipelines(engine);
    const items = [
      ...attentionItems(board, pipelines, Date.now()),
      ...undeliveredItems(announcements.known()),
      ...frozenItems(engine.freezes.list(), Date.now()),
    ];
    const notKnown = notKnownBecause(board, pipelines.length === engine.bags.pipelines().length);
    const operations = engine.list({ open: true, limit: 50 });
    desktop.status(deskStatus(items, operations, notKnown));
    if (items.length !== shown) desktop.showCount(items.length);
    shown = items.length;
    const told = news(items, performance.now());
    const waits = newWaiting(
      waitingForMe({ items, operations, accounts: waiting.accounts(), permissions: waiting.permissions() }),
    );
    if (!desktop.mayNotify()) return;
    for (const { place, ...notice } of troubleNotices(told))
      desktop.notify({ ...notice, place: pathOf(place) }, 'critical');
    for (const { title, body, place } of waits.slice(0, mostWaiting))
      desktop.notify({ title, body, place }, 'normal');
  };
  const lookSoon = (): void => {
    timer ??= setTimeout(look, every);
  };
  const unsubscribes = [
    engine.onChange(lookSoon),
    announcements.onChange(lookSoon),
    waiting.onChange(lookSoon),
  ];
  lookSoon();
  return () => {
    for (const unsubscribe of unsubscribes) unsubscribe();
    if (timer) clearTimeout(timer);
    if (shown > 0) desktop.showCount(0);
  };
}

/** Pipelines of bags that can be read by now; the others are told of as soon as they can. */
function readPipelines({ bags }: Watched['engine']): BagPipelineView[] {
  return bags.pipelines().flatMap((name) => {
    try {
      return [bags.pipeline(name)];
    } catch {
      // Their records have not been read yet, or can't be: the screen of the pipeline says why.
      return [];
    }
  });
}

/** Where it is seen, as a path of the window's router. */
function pathOf(place: TroubleNotice['place']): string {
  switch (place.at) {
    case 'attention':
      return '/?only=attention';
    case 'cell': {
      const search = new URLSearchParams({ environment: place.cell.environment, look: 'rollout' });
      return `/apps/${encodeURIComponent(place.cell.app)}?${search}`;
    }
    case 'pipeline':
      return `/pipelines/${encodeURIComponent(place.pipeline)}`;
    case 'cluster':
      return '/clusters';
    case 'freezes':
      return '/freezes';
    case 'repo':
    case 'announcements':
      return '/settings';
  }
}
