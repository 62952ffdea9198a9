import type { Finding } from '../../../shared/domain/preflight/finding';
import { noteFindings } from '../../../shared/domain/preflight/preflight-notes';
import type { Snapshot } from '../../ledger/ledger';
import { notesForAll } from '../marks-and-notes';

/** What people left to be known when deploying any of a bag's services, or anything of the estate. */
export const serviceNotes = (snapshot: Snapshot, services: readonly string[]): Finding[] =>
  noteFindings(null, notesForAll(snapshot, services), { release: null });
