import { readFile, writeFile } from 'node:fs/promises';
import { parse, stringify } from 'yaml';
import type { RouteConfig } from '../../../shared/domain/estate/routes';

/** Writes a copy of an estate file that lists these routes for the whole release repo. @returns its path */
export async function routedEstate(
  estateFile: string,
  target: string,
  routes: readonly (Partial<RouteConfig> & Pick<RouteConfig, 'kind'>)[],
): Promise<string> {
  const estate = parse(await readFile(estateFile, 'utf8')) as { ledger: object };
  await writeFile(target, stringify({ ...estate, ledger: { ...estate.ledger, routes } }));
  return target;
}
