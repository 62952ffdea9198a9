import { stringify } from 'yaml';
import type { Connection } from '../../../shared/contract/connect';
import type { EstateAmendment } from '../../../shared/domain/estate/amend-estate';
import { defaultImageTagPath } from '../../../shared/domain/estate/estate';

/** Where a release repo is at GitHub, by its address; `null`: it is elsewhere. */
function gitHubPlaceOf(url: string): { apiUrl: string; owner: string; repo: string } | null {
  const found =
    /^(?:https:\/\/github\.com\/|(?:ssh:\/\/)?git@github\.com[:/])([A-Za-z0-9][A-Za-z0-9-]{0,38})\/([A-Za-z0-9._-]{1,100}?)(?:\.git)?\/?$/i.exec(
      url,
    );
  const [, owner, repo] = found ?? [];
  return owner && repo ? { apiUrl: 'https://api.github.com', owner, repo } : null;
}

/**
 * An estate file for a release repo that has none: what was found in it, and GitHub where it lies there. It may be copied
 * into the repo as it is; what holds on this computer alone stands in the amendment.
 */
export function madeEstateText(made: {
  name: string;
  url: string;
  branch: string;
  imageTagPath: string;
  environments: readonly Connection[];
  chain: readonly string[];
}): string {
  const { url, branch, imageTagPath } = made;
  const github = gitHubPlaceOf(url);
  const chain = made.chain.filter((name) => made.environments.some((one) => one.name === name));
  return stringify({
    name: made.name,
    ledger: {
      url,
      branch,
      ...(imageTagPath === defaultImageTagPath ? {} : { imageTagPath }),
      ...(github
        ? {
            github,
            // The first that the person may use is taken: nobody has to know beforehand which one that is.
            routes: ['push', 'workflow', 'actions', 'pull-request'].map((kind) => ({ kind })),
          }
        : {}),
    },
    environments: made.environments.map(({ name, tier }) => ({ name, tier })),
    ...(chain.length > 0 ? { pipelines: [{ name: 'apps', kind: 'apps', environments: chain }] } : {}),
    ...(github
      ? {
          sources: {
            urlTemplate: `https://github.com/${github.owner}/{app}.git`,
            github: { apiUrl: github.apiUrl, owner: github.owner },
          },
        }
      : {}),
  });
}

/** What the person said in the window, over what the file says. @param kubeconfig absolute path; `null`: the usual one. */
export function amendmentOf(
  ledger: EstateAmendment['ledger'],
  environments: readonly Connection[],
  kubeconfig: string | null,
): EstateAmendment {
  return {
    ledger,
    environments: Object.fromEntries(
      environments.map(({ name, context, wrapper, argoCd, argoWorkflows }) => [
        name,
        {
          ...(context === null
            ? {}
            : {
                cluster: {
                  context,
                  ...(kubeconfig === null ? {} : { kubeconfig }),
                  ...(wrapper.length > 0 ? { exec: { wrapper } } : {}),
                },
              }),
          ...(argoCd === null && argoWorkflows === null
            ? {}
            : {
                argo: {
                  ...(argoCd === null ? {} : { cd: { url: argoCd } }),
                  ...(argoWorkflows === null ? {} : { workflows: { url: argoWorkflows } }),
                },
              }),
        },
      ]),
    ),
  };
}
