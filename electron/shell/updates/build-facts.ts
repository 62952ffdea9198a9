import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { app } from 'electron';
import { z } from 'zod';
import type { BuildFacts } from '../../../shared/domain/update/build-facts';

const manifestSchema = z.object({ updateKey: z.string().min(1).optional() });

/** The key by which versions are signed, which packaging wrote into the package (electron/dev/package.ts). */
export function updateKey(): string | null {
  try {
    const file = readFileSync(path.join(app.getAppPath(), 'package.json'), 'utf8');
    return manifestSchema.parse(JSON.parse(file)).updateKey ?? null;
  } catch {
    // Then nothing that is newer can be told to be genuine, which is said.
    return null;
  }
}

/** What this build tells of how it came to this computer. */
export function buildFacts(key: string | null): BuildFacts {
  const resources = process.resourcesPath;
  const appImage = process.env.APPIMAGE;
  return {
    packaged: app.isPackaged,
    platform: process.platform,
    hasSource: existsSync(path.join(resources, 'app-update.yml')),
    hasKey: key !== null,
    packageType: packageTypeIn(resources),
    isAppImage: appImage !== undefined,
    // Of macOS the bundle is replaced, which three folders above the program stands in.
    isWritable: mayWrite(
      path.dirname(
        appImage ??
          (process.platform === 'darwin' ? path.resolve(process.execPath, '../../..') : process.execPath),
      ),
    ),
  };
}

/** electron-builder says so in a file beside the app (electron-updater 6.8, `main.ts`). */
function packageTypeIn(resources: string): string | null {
  try {
    const type = readFileSync(path.join(resources, 'package-type'), 'utf8').trim();
    return /^[a-z]{1,20}$/.test(type) ? type : null;
  } catch {
    // An AppImage, a folder, or another system.
    return null;
  }
}

function mayWrite(folder: string): boolean {
  // The installer of Windows asks for the rights itself.
  if (process.platform === 'win32') return true;
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    // It may not: that is the answer.
    return false;
  }
}
