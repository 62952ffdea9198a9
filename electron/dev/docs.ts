import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { estateJsonSchema, estateSchemaFile } from '../../shared/domain/estate/estate-json-schema';
import { estatePage } from './estate-page';
import { projectRoot } from './project';
import { recordsPage } from './records-page';
import { runCommand } from './say';

/** The pages that are made of schemas, by their path. */
export const madePages: Readonly<Record<string, () => string>> = {
  'docs/records.md': recordsPage,
  'docs/estate.md': estatePage,
  [estateSchemaFile]: () => `${JSON.stringify(estateJsonSchema(), null, 2)}\n`,
};

/** `npm run docs`: writes the pages that are made of schemas. */
export async function run(): Promise<void> {
  await runCommand(async () => {
    for (const [path, page] of Object.entries(madePages)) await writeFile(join(projectRoot, path), page());
    return 0;
  });
}
