import { create } from 'zustand';
import type { Stamps } from './line-time';

interface LogPreferences {
  wrap: boolean;
  stamps: Stamps;
  numbers: boolean;
}

/** How a person likes logs to be shown, for every viewer of this window. */
export const useLogPreferences = create<LogPreferences>(() => ({
  wrap: false,
  stamps: 'local',
  numbers: true,
}));
