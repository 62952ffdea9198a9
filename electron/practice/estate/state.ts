import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { gitFaultsSchema, noGitFaults } from '../git/faults';
import { actionsRunSchema } from '../github/actions';
import { githubFaultsSchema, noGithubFaults } from '../github/faults';
import { appFaultsSchema, noAppFaults } from './app-faults';
import { readJsonFile, type StatePaths, writeWhole } from './state-folder';

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
});
export type EstateState = z.infer<typeof estateStateSchema>;

/** A state without faults; `kept` survives a reset. */
export const freshState = (kept: Pick<EstateState, 'seed' | 'speed' | 'ports'>): EstateState => ({
  version: 1,
  ...kept,
  git: noGitFaults(),
  github: noGithubFaults(),
  apps: noAppFaults(),
  clusters: {},
  actions: [],
});

/** The estate's secrets: what the main process puts into its vault. Never in `signalbox.yaml`. */
export const practiceCredentialsSchema = z.object({
  /** For Git over HTTP. */
  ledger: z.object({ username: z.string(), password: z.string() }),
  /** For the GitHub API. */
  github: z.object({ token: z.string() }),
  /** For the control API. */
  control: z.object({ token: z.string() }),
  /** Further tokens for tests: one that only reads, and another release manager's. */
  others: z.object({ reader: z.string(), rival: z.string() }),
  /** Bearer token by environment; the kubeconfig holds them too. */
  clusters: z.record(z.string(), z.string()),
});
export type PracticeCredentials = z.infer<typeof practiceCredentialsSchema>;

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
    others: { reader: token('reader'), rival: token('rival') },
    clusters: Object.fromEntries(environments.map((environment) => [environment, token('cluster')])),
  };
  await writeWhole(paths.credentials, `${JSON.stringify(made, null, 2)}\n`, 0o600);
  return made;
}
