import { type BoardSettings, defaultBoardSettings } from '../../shared/domain/board/board-view';
import type { Failure } from '../../shared/domain/failure/failure';
import { useSaveSettings, useSettings } from './queries';

/** How the board is shown, with the way to change it. It is shown at once, and put back where it can't be kept. */
export function useBoardSettings(): BoardSettings & {
  save: (change: Partial<BoardSettings>) => void;
  failure: Failure | null;
} {
  const settings = useSettings().data?.board ?? defaultBoardSettings;
  const saving = useSaveSettings();
  return {
    ...settings,
    save: (change) => saving.mutate({ board: { ...settings, ...change } }),
    failure: saving.error?.failure ?? null,
  };
}
