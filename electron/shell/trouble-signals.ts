import { app, type BrowserWindow, Notification } from 'electron';
import { attentionItems, notKnownBecause } from '../../shared/domain/attention/attention-items';
import { type DeskStatus, deskStatus } from '../../shared/domain/attention/desk-status';
import { frozenItems } from '../../shared/domain/attention/frozen-items';
import { createTroubleMemory } from '../../shared/domain/attention/new-trouble';
import { type TroubleNotice, troubleNotices } from '../../shared/domain/attention/trouble-notices';
import { undeliveredItems } from '../../shared/domain/attention/undelivered-items';
import { createWaitingMemory, waitingForMe } from '../../shared/domain/attention/waiting-for-me';
import type { BagPipelineView } from '../../shared/domain/bags/view';
import type { ArgoAccount } from '../../shared/domain/estate/argo-account';
import { count } from '../../shared/domain/text/count';
import { visibleText } from '../../shared/domain/text/visible-text';
import type { Engine } from '../engine/engine-types';
import type { Announcements } from '../session/announcements/announcements';
import { withLocalTimes } from './local-times';
import { dot } from './tray';

/** Milliseconds between two looks: people see no difference, and a busy cluster changes two hundred times a second. */
const lookEvery = 1_000;
/** More notifications at once would bury each other. */
const mostWaiting = 3;

/**
 * Shows on the dock or taskbar how much needs attention, and tells new trouble in production, whoever deployed it, and
 * what begins to wait for the person, while the window is not in front. A click opens where it is seen.
 * @returns ends it.
 */
export function signalTrouble(options: {
  engine: Engine;
  announcements: Pick<Announcements, 'known' | 'onChange'>;
  waiting: {
    accounts: () => readonly ArgoAccount[];
    /** How many commands wait for permission. */
    permissions: () => number;
    onChange: (listener: () => void) => () => void;
  };
  window: () => BrowserWindow | null;
  enabled: () => boolean;
  /** Told what the desktop is to show. */
  status: (status: DeskStatus) => void;
  /** `place`: path in the window, as its router has it. */
  open: (place: string) => void;
}): () => void {
  const { engine, announcements, waiting } = options;
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
    options.status(deskStatus(items, operations, notKnown));
    if (items.length !== shown) showCount(options.window(), items.length);
    shown = items.length;
    const told = news(items, performance.now());
    const waits = newWaiting(
      waitingForMe({ items, operations, accounts: waiting.accounts(), permissions: waiting.permissions() }),
    );
    if (!options.enabled() || !Notification.isSupported() || options.window()?.isFocused()) return;
    for (const { place, ...notice } of troubleNotices(told))
      notify({ ...notice, place: pathOf(place) }, 'critical', options.open);
    for (const one of waits.slice(0, mostWaiting)) notify(one, 'normal', options.open);
  };
  const lookSoon = (): void => {
    timer ??= setTimeout(look, lookEvery);
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
    if (shown > 0) showCount(options.window(), 0);
  };
}

/** Pipelines of bags that can be read by now; the others are told of as soon as they can. */
function readPipelines({ bags }: Engine): BagPipelineView[] {
  return bags.pipelines().flatMap((name) => {
    try {
      return [bags.pipeline(name)];
    } catch {
      // Their records have not been read yet, or can't be: the screen of the pipeline says why.
      return [];
    }
  });
}

/**
 * macOS and Linux count on the icon itself (`app.setBadgeCount`: "on Linux, it works for Unity launcher"), Windows lays
 * a small picture over it (`win.setOverlayIcon`).
 */
function showCount(window: BrowserWindow | null, items: number): void {
  if (process.platform !== 'win32') app.setBadgeCount(items);
  else if (window && !window.isDestroyed())
    window.setOverlayIcon(
      items > 0 ? dot('trouble') : null,
      items > 0 ? `${count(items, 'thing')} need attention` : '',
    );
}

function notify(
  { title, body, place }: { title: string; body: string; place: string },
  urgency: 'critical' | 'normal',
  open: (place: string) => void,
): void {
  const notification = new Notification({
    title: visibleText(title),
    body: visibleText(withLocalTimes(body)),
    urgency,
  });
  notification.on('click', () => open(place));
  notification.show();
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
