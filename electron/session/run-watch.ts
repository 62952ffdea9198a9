import { type Failure, ok } from '../../shared/domain/failure/failure';
import type { RunArchive } from '../archive/run-archive';
import type { RunWatch } from '../engine/ports';
import type { GitHub } from '../systems/github/github-client';
import { createRunDetails } from '../systems/github/run-details';

/**
 * Runs of GitHub Actions as an operation watches them, saved as they are seen: offline a run can be read as it was, with
 * the logs of its jobs.
 * @param onFailure why something could not be saved, which hinders nothing else.
 */
export function createRunWatch({
  github,
  archive,
  onFailure,
}: {
  github: GitHub;
  archive: RunArchive;
  onFailure: (failure: Failure | null) => void;
}): RunWatch {
  const details = createRunDetails(github);
  return {
    details,
    log: async (place, job, signal) => {
      const repo = `${place.owner}/${place.repo}`;
      const saved = archive.jobLog(repo, job);
      if (saved) return ok(saved);
      const asked = await details.log(place, job, signal);
      if (asked.ok) onFailure(archive.keepJobLog(repo, job, asked.value));
      return asked;
    },
    keep: (operationId, view) => onFailure(archive.keepRun(operationId, view)),
  };
}
