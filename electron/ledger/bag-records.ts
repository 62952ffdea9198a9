import { gatherRecords, type PipelineRecords } from '../../shared/domain/bags/pipeline-records';
import { type RecordEntry, readEntry } from '../../shared/domain/records/record-entry';
import { pipelineFolders } from '../../shared/domain/records/record-paths';
import type { LedgerFile, Snapshot } from './ledger';

/** Files are immutable and shared between snapshots, so each is parsed once. */
const entries = new WeakMap<LedgerFile, RecordEntry | 'none'>();
const gathered = new WeakMap<Snapshot, Map<string, PipelineRecords>>();

function entryOf(file: LedgerFile): RecordEntry | null {
  let known = entries.get(file);
  if (!known) {
    known = readEntry(file.path, file.text) ?? 'none';
    entries.set(file, known);
  }
  return known === 'none' ? null : known;
}

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
      if (!file || entries.has(file)) continue;
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
  const found = pipelineFolders.flatMap((folder) =>
    snapshot.list(`${folder}${pipeline}`).flatMap((path) => {
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
