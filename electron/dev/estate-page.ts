import { estateSchema } from '../../shared/domain/estate/estate';
import { fieldsOf, fieldTable } from './schema-fields';

const intro = `# The estate file: every field

<!-- Made by \`npm run docs\` from the schema in shared/domain/estate/estate.ts; a test compares. -->

\`signalbox.yaml\` says what one console watches. How to write one, with an example: [real-estates.md](real-estates.md).

Editors check the file while it is written, and offer its fields, by [signalbox.schema.json](signalbox.schema.json): VS Code's YAML extension and the JetBrains IDEs take its path in the file's first line, \`# yaml-language-server: $schema=<path or address of signalbox.schema.json>\`.

- A key that is not listed here is refused, and so is a field that is *required* and missing.
- Names are 1–63 of letters, digits, \`.\`, \`_\`, \`-\`, and begin with a letter or digit. The names of jobs and templates are 1–40 of lower-case letters, digits and \`-\`.
- \`[]\` stands for each item of a list, \`<name>\` for each name, and \`[bags]\` for an item of that \`kind\`.
- No environment or pipeline is listed twice; a pipeline names only environments of the file; every environment of a pipeline of bags, or of a Concourse, has its stage; \`landing: merge-branch\` needs \`ledger.github\`; \`ledger.records\` does not name the branch of the image tags.

`;

/** `docs/estate.md`. */
export const estatePage = (): string => `${intro}${fieldTable(fieldsOf(estateSchema))}\n`;
