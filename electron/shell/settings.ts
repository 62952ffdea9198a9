import ElectronStore from 'electron-store';
import { z } from 'zod';
import { procedures, type Settings } from '../../shared/contract/contract';

/** Window bounds in device-independent pixels. */
const windowPlaceSchema = z.object({
  x: z.number().int(),
  y: z.number().int(),
  width: z.number().int().min(400).max(20_000),
  height: z.number().int().min(300).max(20_000),
  maximised: z.boolean(),
});
export type WindowPlace = z.infer<typeof windowPlaceSchema>;

const settingsSchema = procedures['settings.get'].output;

/** Settings of this machine and user. What cannot be read is put back to its default, one value at a time. */
export interface SettingsStore {
  /** The file behind it, which also holds the vault's encrypted secrets. */
  readonly store: ElectronStore<Record<string, unknown>>;
  get(): Settings;
  set(change: Partial<Settings>): Settings;
  windowPlace(): WindowPlace | null;
  keepWindowPlace(place: WindowPlace): void;
}

export function openSettings(defaults: Settings): SettingsStore {
  // A settings file that is no JSON is set aside by the store instead of stopping the start.
  const store = new ElectronStore<Record<string, unknown>>({ clearInvalidConfig: true });
  const get = (): Settings => ({
    colourScheme: settingsSchema.shape.colourScheme
      .catch(defaults.colourScheme)
      .parse(store.get('colourScheme')),
    notifications: settingsSchema.shape.notifications
      .catch(defaults.notifications)
      .parse(store.get('notifications')),
    identity: settingsSchema.shape.identity.catch(defaults.identity).parse(store.get('identity')),
  });
  return {
    store,
    get,
    set(change) {
      for (const [key, value] of Object.entries(change)) if (value !== undefined) store.set(key, value);
      return get();
    },
    windowPlace() {
      return windowPlaceSchema
        .nullable()
        .catch(null)
        .parse(store.get('windowPlace') ?? null);
    },
    keepWindowPlace(place) {
      store.set('windowPlace', place);
    },
  };
}
