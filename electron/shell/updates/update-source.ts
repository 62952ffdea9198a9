import { FailureError } from '../../../shared/domain/failure/failure';
import { storageFailure } from '../../../shared/domain/failure/storage-failure';
import { releaseNotesText } from '../../../shared/domain/update/release-notes';
import type { Log } from '../../log/log';
import { checkSignature } from './release-signature';

/** Where newer versions come from, and how one takes this one's place. */
export interface UpdateSource {
  /** The newest version; `null`: none is newer, or not for this computer yet. @throws FailureError */
  look(): Promise<{ version: string; notes: string | null } | null>;
  /** Loads what was found. @param onProgress told how much is there, from 0 to 1. @throws FailureError */
  load(onProgress: (part: number) => void): Promise<void>;
  /** Puts it in this one's place and ends this process. @throws where it can't. */
  install(): void;
}

/**
 * electron-updater on the source that packaging wrote into the package. Nothing happens by itself; never an older
 * version, a preview or an installer that loads more; signed by the key. Its random number of this computer is for
 * staged releases, which are decided here: it isn't sent.
 * @param key as `checkSignature` wants it; `null`: only looking makes sense.
 */
export async function openUpdateSource(key: string | null, log: Log): Promise<UpdateSource> {
  const { autoUpdater: updater } = (await import('electron-updater')).default;
  updater.autoDownload = false;
  updater.autoInstallOnAppQuit = false;
  updater.allowPrerelease = false;
  updater.allowDowngrade = false;
  updater.disableWebInstaller = true;
  updater.requestHeaders = { 'x-user-staging-id': '00000000-0000-0000-0000-000000000000' };
  updater.logger = {
    info: (text: unknown) => log('debug', 'update.note', { text: String(text) }),
    warn: (text: unknown) => log('warn', 'update.warning', { text: String(text) }),
    // It is thrown as well, and told there.
    error: (text: unknown) => log('debug', 'update.fault', { text: String(text) }),
  };
  // An event of this name without a listener would be thrown.
  updater.on('error', () => undefined);
  return {
    async look() {
      const found = await updater.checkForUpdates().catch((error: unknown) => {
        throw failureOfUpdate(error);
      });
      if (!found?.isUpdateAvailable) return null;
      if (key !== null) checkSignature(found.updateInfo, key);
      return {
        version: found.updateInfo.version,
        notes: releaseNotesText(found.updateInfo.releaseNotes),
      };
    },
    async load(onProgress) {
      const tell = ({ percent }: { percent: number }): void =>
        onProgress(Math.min(1, Math.max(0, Number.isFinite(percent) ? percent / 100 : 0)));
      updater.on('download-progress', tell);
      try {
        await updater.downloadUpdate();
      } catch (error) {
        throw failureOfUpdate(error);
      } finally {
        updater.off('download-progress', tell);
      }
    },
    install() {
      let failed: Error | null = null;
      const keep = (error: Error): void => {
        failed = error;
      };
      updater.once('error', keep);
      updater.quitAndInstall(false, true);
      updater.off('error', keep);
      if (failed) throw failed;
    },
  };
}

const again = [{ do: 'retry' as const, label: 'Try again' }];

/** What an error of electron-updater means to a person; its codes begin with `ERR_UPDATER_` or `ERR_CHECKSUM_`. */
function failureOfUpdate(error: unknown): FailureError {
  if (error instanceof FailureError) return error;
  const { code, message, statusCode } = (error ?? {}) as Record<string, unknown>;
  const detail = `${String(code ?? '')} ${String(message ?? error)}`.trim().slice(0, 2_000);
  const told = { meaning: 'Nothing was installed. This version goes on.', detail };
  if (code === 'ERR_CHECKSUM_MISMATCH')
    return new FailureError({
      code: 'bad-data',
      message: 'The newer version arrived damaged: its checksum is another one.',
      ...told,
      next: again,
    });
  const onDisk = storageFailure(error);
  if (onDisk) return new FailureError({ ...onDisk, meaning: told.meaning });
  if (typeof statusCode === 'number')
    return new FailureError({
      code: 'unreachable',
      message: `The server of newer versions answered with an error (${statusCode}).`,
      ...told,
      next: again,
    });
  if (/^ERR_UPDATER_/.test(String(code ?? '')))
    return new FailureError({
      code: 'bad-data',
      message: 'What the server of newer versions answered can’t be read.',
      ...told,
      next: again,
    });
  if (/net::ERR_|ECONN|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|timed out/i.test(detail))
    return new FailureError({
      code: 'unreachable',
      message: 'The server of newer versions can’t be reached.',
      ...told,
      next: [{ do: 'advice', label: 'Check the network and the proxy, then look again.' }],
    });
  return new FailureError({
    code: 'bad-data',
    message: 'Looking for or loading a newer version failed.',
    ...told,
    next: again,
  });
}
