import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { argoSessionsSchema, usualArgoSessions } from '../../systems/practice/argo-sessions';
import { appFaultsSchema, gitFaultsSchema, githubFaultsSchema } from '../../systems/practice/faults';
import { type PracticeCredentials, practiceCredentialsSchema } from '../../systems/practice/practice-ready';
import { rightsStateSchema } from '../../systems/practice/rights';
import { noGitFaults } from '../git/faults';
import { actionsRunSchema } from '../github/actions';
import { noGithubFaults } from '../github/faults';
import { noPulls, pullsStateSchema } from '../github/pull-state';
import { standardRights } from '../rights/standard-rights';
import { writeWhole } from '../whole-file';
import { noAppFaults } from './app-faults';
import { readJsonFile, type StatePaths } from './state-folder';

const reachability = z.enum(['up', 'refused', 'hanging']);

/** What is kept of an estate beside its repos and clusters. */
export const estateStateSchema = z.object({
  version: z.literal(1),
  /** Seed of the repos' history. */
  seed: z.number().int(),
  speed: z.number().min(1).max(10_000),
  /** Ports by server: `git`, `github`, `control`, `cluster-<environment>`. */
  ports: z.record(z.string(), z.number().int().positive()),
  git: gitFaultsSchema,
  github: githubFaultsSchema,
  apps: appFaultsSchema,
  clusters: z.record(z.string(), reachability),
  /** Runs of GitHub Actions, oldest first. */
  actions: z.array(actionsRunSchema).default([]),
  /** Pull requests, and how the release repo treats them. */
  pulls: pullsStateSchema.default(noPulls),
  rights: rightsStateSchema.default(() => standardRights('everything')),
  argoSessions: argoSessionsSchema.default(usualArgoSessions),
});
export type EstateState = z.infer<typeof estateStateSchema>;

/** A state without faults; `kept` survives a reset, of the rights their profile. */
export const freshState = ({
  rights,
  ...kept
}: Pick<EstateState, 'seed' | 'speed' | 'ports'> & Partial<Pick<EstateState, 'rights'>>): EstateState => ({
  version: 1,
  ...kept,
  git: noGitFaults(),
  github: noGithubFaults(),
  apps: noAppFaults(),
  clusters: {},
  actions: [],
  pulls: noPulls(),
  rights: standardRights(rights?.profile ?? 'everything'),
  argoSessions: usualArgoSessions(),
});

/** Reads the credentials, or makes new ones. */
export async function openCredentials(
  paths: StatePaths,
  environments: readonly string[],
): Promise<PracticeCredentials> {
  const found = await readJsonFile(paths.credentials, practiceCredentialsSchema);
  if (found && environments.every((environment) => found.clusters[environment])) return found;
  const token = (prefix: string): string => `${prefix}_${randomBytes(18).toString('hex')}`;
  const own = token('practice');
  const made: PracticeCredentials = {
    ledger: { username: 'practice', password: own },
    github: { token: own },
    control: { token: token('control') },
    others: {
      reader: token('reader'),
      rival: token('rival'),
      reviewer: token('reviewer'),
      bot: token('bot'),
    },
    clusters: Object.fromEntries(environments.map((environment) => [environment, token('cluster')])),
  };
  await writeWhole(paths.credentials, `${JSON.stringify(made, null, 2)}\n`, 0o600);
  return made;
}
