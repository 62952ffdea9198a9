import type { Estate } from '../estate/estate';
import { sourceRepoName } from '../estate/source-repo-name';
import { refOfVersion } from '../history/source-history';
import { fillTemplates } from '../text/fill-template';

/**
 * A template's parameters or a workflow's inputs with what stands for `{app}`, `{environment}`, `{version}`, `{ref}`
 * (what the version was built from), `{repo}` and `{operation}` put in. Anything else in braces is left as it is.
 * @throws FailureError `not-found` where the app can have no source repo and `{repo}` asks for it.
 */
export const routeValues = (
  values: Readonly<Record<string, string>>,
  asked: { app: string; environment: string; version: string; operation: string },
  estate: Pick<Estate, 'sources'>,
): Record<string, string> =>
  fillTemplates(values, (name, detail) => {
    if (detail !== undefined) return undefined;
    switch (name) {
      case 'app':
      case 'environment':
      case 'version':
      case 'operation':
        return asked[name];
      case 'ref':
        return refOfVersion(asked.version);
      case 'repo':
        return sourceRepoName(estate.sources?.repos ?? {}, asked.app);
      default:
        return undefined;
    }
  });
