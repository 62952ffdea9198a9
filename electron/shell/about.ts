import { readFileSync } from 'node:fs';
import path from 'node:path';
import { app } from 'electron';
import { z } from 'zod';
import type { OutputOf } from '../../shared/contract/contract';

const packageSchema = z.object({
  devDependencies: z.object({ electron: z.string() }).optional(),
  /** What a packaged app says instead: the Electron that is shipped (electron/dev/package.ts). */
  shippedElectron: z.string().optional(),
});

/**
 * Which program and runtime this is. A checkout, and a folder that was packaged to be tested, may run on the older
 * Electron that development falls back to where the official binary cannot be fetched.
 */
export function about(): OutputOf<'session.get'>['app'] {
  let wanted: string | undefined;
  try {
    const file = readFileSync(path.join(app.getAppPath(), 'package.json'), 'utf8');
    const { devDependencies, shippedElectron } = packageSchema.parse(JSON.parse(file));
    wanted = shippedElectron ?? devDependencies?.electron;
  } catch {
    // Without such a file nothing is compared.
    wanted = undefined;
  }
  return {
    version: app.getVersion(),
    runtime: `Electron ${process.versions.electron}`,
    chromium: process.versions.chrome,
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    fallbackRuntime: wanted !== undefined && wanted !== process.versions.electron,
  };
}
