import { create } from 'zustand';
import type { BagIntent, FreezeIntent } from '../../../shared/domain/operation/intent';

/** What is looked at in the sheet before it is sent; a nudge commits nothing and needs no look. */
const sheetKinds = [
  'deploy',
  'promote',
  'rollback',
  'hold',
  'release-hold',
  'emergency-rollback',
  'reconcile',
] as const;
export type SheetKind = (typeof sheetKinds)[number];

/** Whether there is a sheet for operations of a kind. */
export const isSheetKind = (kind: string): kind is SheetKind => sheetKinds.some((one) => one === kind);

/** What the sheet at the right is about; versions may be chosen before it opens. */
export interface SheetRequest {
  kind: SheetKind;
  app: string;
  /** `null`: to be picked in the sheet. */
  environment: string | null;
  version?: string;
  /** Where a promotion comes from. */
  from?: string;
  /** The emergency rollback that is put back. */
  debt?: string;
}

interface UiState {
  sheet: SheetRequest | null;
  /** What is about to be asked of a pipeline of bags or of a lock; reasons are typed in its sheet. */
  action: BagIntent | null;
  /** The freeze that is about to be set, changed or lifted. */
  freeze: FreezeIntent | null;
  paletteOpen: boolean;
  /** What was chosen in the palette, by id, the last first. */
  recentChoices: readonly string[];
  shortcutsOpen: boolean;
  /** Something is written to everybody who is told what happens. */
  announceOpen: boolean;
  /** What could not be told is asked for: Settings bring it into sight. */
  undeliveredWanted: boolean;
  /** The cell of the board that is selected, kept while other screens are visited. */
  selected: { app: string; environment: string | null } | null;
  /** The panel beside the board is shown. */
  panelOpen: boolean;
  /** The slider of time is shown where the board is compact, too. */
  timeBarOpen: boolean;
  /** The files that cannot be read are asked for: the overview brings them into sight. */
  problemsWanted: boolean;
  /** Where the board was scrolled to, in px. */
  boardScroll: number;
}

/** What is open and selected in this window: nothing that the main process would know. */
export const useUiState = create<UiState>(() => ({
  sheet: null,
  action: null,
  freeze: null,
  paletteOpen: false,
  recentChoices: [],
  shortcutsOpen: false,
  announceOpen: false,
  undeliveredWanted: false,
  selected: null,
  panelOpen: true,
  timeBarOpen: false,
  problemsWanted: false,
  boardScroll: 0,
}));

export const openSheet = (sheet: SheetRequest): void => useUiState.setState({ sheet });
export const closeSheet = (): void => useUiState.setState({ sheet: null });

/** Opens the sheet in which an action on a pipeline of bags, or on a lock, is looked at before it is sent. */
export const openAction = (action: BagIntent): void => useUiState.setState({ action });
export const closeAction = (): void => useUiState.setState({ action: null });

/** Opens the sheet in which a freeze is looked at before it is set, changed or lifted. */
export const openFreeze = (freeze: FreezeIntent): void => useUiState.setState({ freeze });
export const closeFreeze = (): void => useUiState.setState({ freeze: null });

/** Choices of the palette that are remembered. */
const mostRecent = 20;

/** Remembers what was chosen in the palette. */
export const rememberChoice = (id: string): void =>
  useUiState.setState(({ recentChoices }) => ({
    recentChoices: [id, ...recentChoices.filter((one) => one !== id)].slice(0, mostRecent),
  }));
