import { gatherRecords, type PipelineRecords } from '../../shared/domain/bags/pipeline-records';
import { markFolder, pipelineFolders } from '../../shared/domain/records/record-paths';
import { entryOf, isParsed } from './entry-of-file';
import type { Snapshot } from './ledger';

const gathered = new WeakMap<Snapshot, Map<string, PipelineRecords>>();

/** Milliseconds of parsing after which others get their turn. */
const slice = 8;

/**
 * Parses the records of a snapshot ahead, in slices: a thousand bags are 7,000 files, and whoever asks for them first
 * would else hold up the window for as long as it takes.
 */
export async function parseAhead(snapshot: Snapshot, signal: AbortSignal): Promise<void> {
  let began = performance.now();
  for (const folder of pipelineFolders)
    for (const path of snapshot.list(folder)) {
      const file = snapshot.file(path);
      if (!file || isParsed(file)) continue;
      entryOf(file);
      if (performance.now() - began < slice) continue;
      await new Promise<void>((resolve) => setImmediate(resolve));
      if (signal.aborted) return;
      began = performance.now();
    }
}

/** All that a snapshot says of one pipeline: bags, passes, deployments, policies and locks. */
export function bagRecords(snapshot: Snapshot, pipeline: string): PipelineRecords {
  const known = gathered.get(snapshot)?.get(pipeline);
  if (known) return known;
  const found = [markFolder, ...pipelineFolders.map((folder) => `${folder}${pipeline}`)].flatMap((folder) =>
    snapshot.list(folder).flatMap((path) => {
      const file = snapshot.file(path);
      return (file && entryOf(file)) ?? [];
    }),
  );
  const records = gatherRecords(pipeline, found);
  const all = gathered.get(snapshot) ?? new Map<string, PipelineRecords>();
  all.set(pipeline, records);
  gathered.set(snapshot, all);
  return records;
}
