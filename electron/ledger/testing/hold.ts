import { editImageTagFile } from '../../../shared/domain/ledger/image-tag-edit';
import { commitMessage } from '../../../shared/domain/ledger/trailers';
import { put } from '../../../shared/domain/records/record-change';
import { recordPath } from '../../../shared/domain/records/record-paths';
import type { Mutation, Snapshot } from '../ledger';
import { tagPath } from './release-repo';

/** A hold as the engine takes it: the flag in the image-tag file, and the hold's own record. */
export const takeHold =
  (app: string, operation: string, reason = 'why') =>
  (snapshot: Snapshot): Mutation<null> => {
    const path = tagPath('production', app);
    const edit = editImageTagFile(snapshot.file(path)?.text ?? '', { automaticDeploys: false });
    const there = snapshot.file(recordPath('hold', { environment: 'production', app }));
    if (there)
      return {
        kind: 'refusal',
        failure: { code: 'refused', message: `${app} is held.`, meaning: 'Nothing was changed.', next: [] },
      };
    if (!edit.ok) throw new Error(edit.problem.reason);
    return {
      kind: 'change',
      files: new Map([[path, edit.text]]),
      records: [
        put('hold', {
          app,
          environment: 'production',
          by: 'Robin',
          since: '2026-03-01T10:00:00.000Z',
          reason,
          operation,
          imageTag: 'v1',
          changed: [{ environment: 'production', automatic_deploys_enabled: true }],
        }),
      ],
      message: commitMessage(`Hold ${app} in production`, { operation, kind: 'hold', reason }),
      value: null,
    };
  };

export const holdPath = (app: string): string => recordPath('hold', { environment: 'production', app });
