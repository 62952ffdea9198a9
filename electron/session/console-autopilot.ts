import { readFileSync } from 'node:fs';
import { writeFileSync } from 'atomically';
import { z } from 'zod';
import type { World } from '../engine/world';
import type { Log } from '../log/log';
import { makeWayForFile } from '../systems/own-folder';

/** Stands in the file for every pipeline that it does not name; no pipeline can have this name. */
const others = '*';

/**
 * Whether this console's autopilot is on, by pipeline, kept in a small file beside the journal. On until somebody
 * switches it off: continuous deployment is what a pipeline of bags promises, and each environment has a switch for
 * everybody besides. A file that cannot be read counts as off, and `notice` says so.
 */
export function consoleAutopilot(
  file: string,
  log: Log,
): World['consoleAutopilot'] & { readonly notice: string | null } {
  const schema = z.record(z.string(), z.boolean());
  let all: Record<string, boolean> = {};
  let readable = true;
  try {
    all = schema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    readable = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (!readable) log('warn', 'autopilot.switch-unreadable', { file, error });
  }
  return {
    notice: readable
      ? null
      : 'This console’s autopilot setting could not be read: it is off for every pipeline until you switch it on.',
    get: (pipeline) => all[pipeline] ?? all[others] ?? readable,
    set: (pipeline, on) => {
      // What could not be read stays off for the other pipelines, at the next start, too.
      all = { ...(readable ? {} : { [others]: false }), ...all, [pipeline]: on };
      makeWayForFile(file);
      writeFileSync(file, JSON.stringify(all), { mode: 0o600 });
      log('info', 'autopilot.switched', { pipeline, on });
    },
  };
}
