import type { noteProcedures } from '../../shared/contract/notes';
import type { operationProcedures } from '../../shared/contract/operations';
import { unwrap } from '../../shared/domain/failure/failure';
import type { RunArchive } from '../archive/run-archive';
import type { Engine } from '../engine/engine-types';
import type { ReleaseNotes } from '../engine/ports';
import type { HandlersOf } from '../ipc/dispatcher';
import type { Requests } from './requests';

/** Handlers of what a release manager asks for, from the preview to the end. */
export const operationHandlers = (
  engine: Engine,
  runs: Pick<RunArchive, 'run'>,
  requests: Requests,
): HandlersOf<typeof operationProcedures> => ({
  'preview.early': (intent) => engine.earlyPreview(intent),
  'preview.get': async (intent) => unwrap(await engine.preview(intent)),
  'operation.start': ({ intent, seen, requestId }) =>
    unwrap(engine.start(intent, seen, requests.operationId(requestId))),
  'operation.get': ({ operationId }) => unwrap(engine.get(operationId)),
  'operation.run': ({ operationId }) => runs.run(operationId),
  'operation.list': (filter) => engine.list(filter),
  'operation.cancel': ({ operationId }) => unwrap(engine.cancel(operationId)),
});

/** Milliseconds after which the window is told what is known of the Release app so far. */
const releaseWait = 10_000;

/** Handlers of what people left to be known. */
export const noteHandlers = (engine: Engine, release: ReleaseNotes): HandlersOf<typeof noteProcedures> => ({
  'note.list': ({ app }) => engine.notes(app),
  'note.reasons': ({ commit }) => engine.reasons(commit),
  'note.release': async ({ app }) => {
    await release.load(app, AbortSignal.timeout(releaseWait));
    return release.peek(app);
  },
  'mark.list': ({ app }) => engine.marks(app),
});
