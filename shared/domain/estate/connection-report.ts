import { z } from 'zod';
import type { Estate } from './estate';

/** What a test of one connection came to. */
export const connectionReportSchema = z.object({
  /** Whether it answers as the person; rights may be missing all the same. */
  ok: z.boolean(),
  /** What works, or why it does not and what to do, in sentences. */
  text: z.string(),
  /** Rights that are missing, in words, and who grants each. */
  lacks: z.array(z.object({ right: z.string(), grantedBy: z.string() })),
});
export type ConnectionReport = z.infer<typeof connectionReportSchema>;

const joined = (names: readonly string[]): string =>
  names.slice(0, 3).join(', ') + (names.length > 3 ? ` and ${names.length - 3} more` : '');

/** Who lets people into an environment's cluster. Nothing but the estate file tells; without a team nobody is named. */
export function clusterGranters({ name, cluster, team }: Estate['environments'][number]): string {
  const access = `whoever manages access to the cluster of ${name}${cluster?.context ? ` (context ${cluster.context})` : ''}`;
  return team ? `the maintainers of the GitHub team ${team.org}/${team.team}, or ${access}` : access;
}

/** Who lets people write to the release repo. @param owners code owners of the image tags, as CODEOWNERS names them. */
export function repoGranters({ ledger }: Pick<Estate, 'ledger'>, owners: readonly string[]): string {
  const { github } = ledger;
  const admins = github
    ? `an administrator of ${github.owner}/${github.repo}`
    : 'an administrator of the release repo';
  return owners.length > 0 ? `${admins}, or its code owners ${joined(owners)}` : admins;
}
