import { readFile, writeFile } from 'node:fs/promises';
import { parse, stringify } from 'yaml';
import type { RouteConfig } from '../../../shared/domain/estate/routes';

interface EstateFile {
  ledger: { github?: object };
  sources?: { github?: object };
}

/**
 * Writes a copy of an estate file that lists these routes for the whole release repo.
 * @param githubUrl where GitHub's API is; left out: where the estate file says.
 * @returns its path
 */
export async function routedEstate(
  estateFile: string,
  target: string,
  routes: readonly (Partial<RouteConfig> & Pick<RouteConfig, 'kind'>)[],
  githubUrl?: string,
): Promise<string> {
  const estate = parse(await readFile(estateFile, 'utf8')) as EstateFile;
  const { ledger, sources } = estate;
  const apiUrl = githubUrl === undefined ? {} : { apiUrl: githubUrl };
  const landing = routes.some(({ kind }) => kind === 'merge-branch') ? { landing: 'merge-branch' } : {};
  await writeFile(
    target,
    stringify({
      ...estate,
      ledger: {
        ...ledger,
        ...landing,
        routes,
        ...(ledger.github ? { github: { ...ledger.github, ...apiUrl } } : {}),
      },
      ...(sources?.github ? { sources: { ...sources, github: { ...sources.github, ...apiUrl } } } : {}),
    }),
  );
  return target;
}
