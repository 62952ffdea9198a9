import { type SavedStages, savedStagesSchema } from '../../shared/domain/timeline/timeline';

/** What was kept of a deployment, read again; `null`: another version of Signalbox wrote it. */
export function savedStages({ at, body }: { at: string; body: string }): SavedStages | null {
  try {
    return savedStagesSchema.parse({ at, stages: JSON.parse(body) });
  } catch {
    // What the cluster tells now has to do.
    return null;
  }
}
