import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { BranchRefusal } from '../rights/branch-rules';

/**
 * Refuses main, whatever is pushed to it, and lets every other ref of the same push alone: as GitHub does, and as
 * neither `pre-receive` (all refs or none) nor `update` (whose reason is always "hook declined") can
 * (githooks(5), "proc-receive"). The reason and what is said to the person come by the environment. Packets and a flush
 * of ours need no answer, so that nothing is read but the end.
 */
const hook = `#!/bin/sh
packet() { printf '%04x%s' $((\${#1} + 4)) "$1"; }
packet version=1
printf 0000
printf '%s\\n' "$SIGNALBOX_SAYS" >&2
packet "ng refs/heads/main $SIGNALBOX_REASON"
printf 0000
cat > /dev/null
`;

/** Writes the hook of a protected main beside the repos (a name that is never served). @returns its folder. */
export async function protectionHooks(root: string): Promise<string> {
  const folder = path.join(root, '.hooks');
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'proc-receive'), hook, { mode: 0o755 });
  return folder;
}

/**
 * What GitHub says of a push to a protected main, as it was seen in the logs of many repos (az-digital/arizona-bootstrap
 * issue 1524 by branch protection, yshavit/mdq pull request 255 by a ruleset).
 * @returns variables of the hook's environment.
 */
export function refusalWords(
  place: { owner: string; repo: string },
  refusal: BranchRefusal,
): Record<string, string> {
  const list = refusal.reasons.map((reason) => `\n- ${reason}\n`).join('');
  const isRule = refusal.code === 'GH013';
  const first = isRule
    ? `error: GH013: Repository rule violations found for refs/heads/main.\nReview all repository rules at https://github.example/${place.owner}/${place.repo}/rules?ref=refs%2Fheads%2Fmain\n`
    : 'error: GH006: Protected branch update failed for refs/heads/main.\n';
  return {
    SIGNALBOX_SAYS: `${first}${list}`.trimEnd() + (isRule ? '\n' : ''),
    SIGNALBOX_REASON: isRule
      ? 'push declined due to repository rule violations'
      : 'protected branch hook declined',
  };
}
