import { existsSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { procedures } from '../../shared/contract/contract';
import type { Settings } from '../../shared/contract/session';
import { readBoardSettings } from '../../shared/domain/board/board-view';
import { type GivenConsent, givenConsentSchema } from '../../shared/domain/estate/consent';
import { count } from '../../shared/domain/text/count';
import type { ConsentStore } from '../session/consents';
import { type KnownEstates, knownEstates } from '../session/estates/known-estates';
import { type AllowedHosts, allowedHosts } from './sign-in/allowed-hosts';
import { openStoredFile, type StoredFile } from './stored-file';

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
  get(): Settings;
  /** @throws FailureError where they cannot be written. */
  set(change: Partial<Settings>): Settings;
  windowPlace(): WindowPlace | null;
  keepWindowPlace(place: WindowPlace): void;
  /** What kubeconfigs of estates may do. */
  readonly consents: ConsentStore;
  /** Whom estates tell what happened: `announcements` in it. */
  readonly announcements: Pick<StoredFile, 'get' | 'set'>;
  /** Which estates were opened here. */
  readonly estates: KnownEstates;
  /** Where sign-in windows may go. */
  readonly allowedHosts: AllowedHosts;
  /** The encrypted secrets by name: a file of their own, so that damage of the one never loses the other. */
  readonly secrets: StoredFile;
  /** What was lost of both at opening, for a person. */
  readonly notices: readonly string[];
}

/**
 * Opens settings and secrets.
 * @param dir the user-data folder.
 * @throws FailureError where a file can neither be read nor set aside.
 */
export function openSettings(dir: string, defaults: Settings): SettingsStore {
  const file = openStoredFile(path.join(dir, 'config.json'), 'The settings');
  const secrets = openStoredFile(path.join(dir, 'vault.json'), 'The saved credentials');
  const gone: string[] = [];
  // Opening an estate makes its folder: then there were settings, too.
  if (file.isNew && existsSync(path.join(dir, 'estates')))
    gone.push('The settings are gone. They are reset to the defaults.');
  if (secrets.isNew && file.get('secrets') === true)
    gone.push('The saved credentials are gone. Enter them again in Settings.');
  // Told once.
  if (file.isNew || secrets.isNew || secrets.notice) file.set({ secrets: undefined });
  moveSecrets(file, secrets);
  const { settings: board, dropped } = readBoardSettings(file.get('board'));
  if (dropped > 0) {
    gone.push(
      `${count(dropped, 'saved view')} of the board couldn’t be read and ${dropped === 1 ? 'was' : 'were'} removed.`,
    );
    file.set({ board });
  }
  const get = (): Settings => ({
    colourScheme: settingsSchema.shape.colourScheme
      .catch(defaults.colourScheme)
      .parse(file.get('colourScheme')),
    notifications: settingsSchema.shape.notifications
      .catch(defaults.notifications)
      .parse(file.get('notifications')),
    desktop: settingsSchema.shape.desktop.catch(defaults.desktop).parse(file.get('desktop')),
    identity: settingsSchema.shape.identity.catch(defaults.identity).parse(file.get('identity')),
    signCommits: settingsSchema.shape.signCommits.catch(defaults.signCommits).parse(file.get('signCommits')),
    board: readBoardSettings(file.get('board')).settings,
  });
  const given = (): GivenConsent[] => {
    const all = z.array(z.unknown()).catch([]).parse(file.get('consents'));
    return all.flatMap((one) => {
      const parsed = givenConsentSchema.safeParse(one);
      return parsed.success ? [parsed.data] : [];
    });
  };
  return {
    secrets: {
      ...secrets,
      set(changes) {
        secrets.set(changes);
        file.set({ secrets: true });
      },
    },
    notices: [file.notice, secrets.notice, ...gone].filter((notice) => notice !== null),
    get,
    set(change) {
      file.set(Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)));
      return get();
    },
    windowPlace() {
      return windowPlaceSchema
        .nullable()
        .catch(null)
        .parse(file.get('windowPlace') ?? null);
    },
    keepWindowPlace(place) {
      file.set({ windowPlace: place });
    },
    consents: { get: given, set: (consents) => file.set({ consents }) },
    announcements: file,
    estates: knownEstates(file),
    allowedHosts: allowedHosts(file),
  };
}

/** Earlier versions kept the secrets in the settings' file, under `vault`. They are there before they are taken out here. */
function moveSecrets(file: StoredFile, secrets: StoredFile): void {
  const before = z.record(z.string(), z.unknown()).safeParse(file.get('vault'));
  if (!before.success) return;
  const missing = Object.entries(before.data).filter(([name]) => secrets.get(name) === undefined);
  if (missing.length > 0) secrets.set(Object.fromEntries(missing));
  file.set({ vault: undefined, secrets: true });
}
