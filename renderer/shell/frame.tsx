import { Notifications } from '@mantine/notifications';
import { useLocation, useRouter } from '@tanstack/react-router';
import { type ReactNode, useEffect } from 'react';
import { useSession } from '../data/queries';
import { useShortcuts } from '../ui/action/shortcuts';
import { AnnounceDialog } from '../ui/announcement/announce-dialog';
import { estateLook } from '../ui/estate/estate-kind';
import { useSwitchEstate } from '../ui/estate/use-switch';
import { FailurePanel } from '../ui/finding/failure-panel';
import { useUiState } from '../ui/layout/ui-state';
import banner from './banner.module.css';
import { ConsentBanner } from './consent-banner';
import { useCutTitles } from './cut-titles';
import { EmergencyBanner } from './emergency-banner';
import { ErrorBoundary } from './error-boundary';
import { EstateChangeBanner } from './estate-change-banner';
import classes from './frame.module.css';
import { FreezeBanner } from './freeze-banner';
import { IncidentStrip } from './incident-strip';
import { LiveRegion } from './live-region';
import { LostBanner } from './lost-banner';
import { Navigation } from './navigation';
import { OfflineBanner } from './offline-banner';
import { Palette } from './palette';
import { PhaseWatch } from './phase-watch';
import { SessionBanner } from './session-banner';
import { ShortcutList } from './shortcut-list';
import { TopBar } from './top-bar';
import { Tray } from './tray';
import { WindowTitle } from './window-title';

/** What surrounds every screen. `sheet` holds the sheets in which actions are looked at, which can be opened from any of them. */
export function Frame({ children, sheet }: { children: ReactNode; sheet: ReactNode }) {
  useFocusFallback();
  useCutTitles();
  const { history } = useRouter();
  useShortcuts({
    'mod+k': () => useUiState.setState((state) => ({ paletteOpen: !state.paletteOpen })),
    '?': () => useUiState.setState({ shortcutsOpen: true }),
    // As in a browser; Electron's window has no keys of its own for it. On macOS it is the brackets.
    'alt+ArrowLeft': () => history.back(),
    'alt+ArrowRight': () => history.forward(),
    'mod+[': () => history.back(),
    'mod+]': () => history.forward(),
  });
  const { wish, failure, parts } = useSwitchEstate();
  const session = useSession().data;
  return (
    <div className={classes.frame} data-estate={session && estateLook(session)}>
      <button
        type="button"
        className={classes.skip}
        onClick={() => document.getElementById('content')?.focus()}
      >
        Skip to the content
      </button>
      <TopBar wish={wish} />
      <section className={banner.banners} aria-label="Notices">
        <IncidentStrip />
        <OfflineBanner />
        <EmergencyBanner />
        <FreezeBanner />
        <ConsentBanner />
        <SessionBanner />
        <LostBanner />
        <EstateChangeBanner />
        {failure && <FailurePanel failure={failure} />}
      </section>
      <Navigation />
      <main id="content" className={classes.main} tabIndex={-1}>
        <ErrorBoundary place="This screen">{children}</ErrorBoundary>
      </main>
      <Tray />
      {sheet}
      <Palette wish={wish} />
      {parts}
      <AnnounceDialog />
      <ShortcutList />
      <LiveRegion />
      <PhaseWatch />
      <WindowTitle />
      {/* Inside the router: their links need it. */}
      <Notifications position="bottom-right" limit={4} autoClose={8_000} zIndex={150} mb={44} />
    </div>
  );
}

/**
 * Dialogs give the focus back to where it was, and a link is gone with the screen that it was on. Where that is gone by then (the palette's own field, a row of a
 * screen that was left), it goes to the grid's stop or to the content, never to nowhere.
 */
function useFocusFallback(): void {
  const open = useUiState(
    (state) =>
      state.paletteOpen ||
      state.shortcutsOpen ||
      state.announceOpen ||
      state.sheet !== null ||
      state.action !== null ||
      state.freeze !== null,
  );
  const screen = useLocation({ select: ({ pathname }) => pathname });
  const selected = useUiState((state) => state.selected);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is shown has changed, and with it what may have the focus
  useEffect(() => {
    if (open) return;
    const timer = setTimeout(() => {
      if (document.activeElement !== document.body) return;
      const stop = document.querySelector<HTMLElement>('#content [data-column][tabindex="0"]');
      (stop ?? document.getElementById('content'))?.focus({ preventScroll: true });
    }, 300);
    return () => clearTimeout(timer);
  }, [open, screen, selected]);
}
