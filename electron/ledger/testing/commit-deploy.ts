import type { Failure } from '../../../shared/domain/failure/failure';
import { editImageTagFile } from '../../../shared/domain/ledger/image-tag-edit';
import { readImageTagFile } from '../../../shared/domain/ledger/image-tag-file';
import { commitMessage } from '../../../shared/domain/ledger/trailers';
import type { Mutation, Snapshot } from '../ledger';
import { tagPath } from './release-repo';

const refusal = (code: Failure['code'], message: string): { kind: 'refusal'; failure: Failure } => ({
  kind: 'refusal',
  failure: { code, message, meaning: 'Nothing was changed.', next: [] },
});

/** A deploy as the engine does it: it says which version it replaces and is refused when that has moved. */
export function deploy(wish: {
  operationId: string;
  app: string;
  version: string;
  /** `null`: whatever is there. */
  expectedFrom: string | null;
  environment?: string;
}): (snapshot: Snapshot) => Mutation<{ from: string | null }> {
  return (snapshot) => {
    const path = tagPath(wish.environment ?? 'production', wish.app);
    const file = snapshot.file(path);
    if (!file) return refusal('not-found', `${wish.app} has no file.`);
    const from = readImageTagFile(file.text).imageTag;
    if (wish.expectedFrom !== null && from !== wish.expectedFrom)
      return refusal('conflict', `${wish.app} is at ${from}, not at ${wish.expectedFrom}.`);
    const edit = editImageTagFile(file.text, { imageTag: wish.version, promote: false });
    if (!edit.ok) return refusal('bad-data', edit.problem.reason);
    return {
      kind: 'change',
      files: new Map([[path, edit.text]]),
      message: commitMessage(`Deploy ${wish.app} ${wish.version} to production`, {
        operation: wish.operationId,
        kind: 'deploy',
      }),
      value: { from },
    };
  };
}
