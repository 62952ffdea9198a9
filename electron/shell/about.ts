import { readFileSync } from 'node:fs';
import path from 'node:path';
import { app } from 'electron';
import { z } from 'zod';
import type { OutputOf } from '../../shared/contract/contract';

const packageSchema = z.object({ devDependencies: z.object({ electron: z.string() }).optional() });

/**
 * Which program and runtime this is. A packaged app always runs on the Electron that it was shipped with; a checkout may
 * run on the older one that development falls back to where the official binary cannot be fetched.
 */
export function about(): OutputOf<'session.get'>['app'] {
  let wanted: string | undefined;
  try {
    const file = readFileSync(path.join(app.getAppPath(), 'package.json'), 'utf8');
    wanted = packageSchema.parse(JSON.parse(file)).devDependencies?.electron;
  } catch {
    // A packaged app may have no such file; then nothing is compared.
    wanted = undefined;
  }
  return {
    version: app.getVersion(),
    runtime: `Electron ${process.versions.electron}`,
    chromium: process.versions.chrome,
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    fallbackRuntime: !app.isPackaged && wanted !== undefined && wanted !== process.versions.electron,
  };
}
