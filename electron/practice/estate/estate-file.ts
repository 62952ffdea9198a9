import { stringify } from 'yaml';
import { type Estate, estateSchema } from '../../../shared/domain/estate';
import { environments, owner, releaseRepoName } from './apps';
import { type StatePaths, writeWhole } from './state-folder';

/** Where the servers of a practice estate are. URLs have no slash at the end. */
export interface EstateUrls {
  git: string;
  github: string;
  control: string;
}

/** How commits of the console land in the release repo; see the estate file's `ledger.landing`. */
export type Landing = Estate['ledger']['landing'];

/**
 * Writes `signalbox.yaml`: the practice estate as the console sees it. Holds no secret.
 * @throws when it would not fit the estate's schema
 */
export async function writeEstateFile(paths: StatePaths, urls: EstateUrls, landing: Landing): Promise<void> {
  const estate = {
    name: 'GOV.UK in miniature',
    ledger: {
      url: `${urls.git}/${owner}/${releaseRepoName}.git`,
      branch: 'main',
      landing,
      github: { apiUrl: urls.github, owner, repo: releaseRepoName },
    },
    environments: environments.map((name) => ({
      name,
      tier: name === 'production' ? 'production' : 'standard',
      cluster: { context: name, kubeconfig: paths.kubeconfig },
    })),
    pipelines: [{ name: 'govuk', kind: 'apps', environments: [...environments] }],
    sources: {
      urlTemplate: `${urls.git}/${owner}/{app}.git`,
      github: { apiUrl: urls.github, owner },
    },
    practice: { controlUrl: urls.control },
  };
  estateSchema.parse(estate);
  const heading = '# Written by the practice estate at every start: changes to this file are lost.\n';
  await writeWhole(paths.estateFile, heading + stringify(estate));
}
