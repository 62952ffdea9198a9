import { useMemo } from 'react';
import { type BoardSettings, defaultBoardSettings } from '../../shared/domain/board/board-view';
import type { Failure } from '../../shared/domain/failure/failure';
import { useSaveSettings, useSettings } from './queries';

interface KeptBoardSettings extends BoardSettings {
  save: (change: Partial<BoardSettings>) => void;
  failure: Failure | null;
}

/** How the board is shown, with the way to change it. */
export function useBoardSettings(): KeptBoardSettings {
  const settings = useSettings().data?.board ?? defaultBoardSettings;
  const { mutate, error } = useSaveSettings();
  const failure = error?.failure ?? null;
  return useMemo(
    () => ({ ...settings, save: (change) => mutate({ board: { ...settings, ...change } }), failure }),
    [settings, mutate, failure],
  );
}
