/**
 * Image-tag files: one small YAML file per app and environment, which is the truth about what should run there. They are
 * read as Helm reads them (`go-yaml/decode.ts`), whatever their form; changing them is `image-tag-edit.ts`.
 */
import { type Entry, type GoYaml, readGoYaml } from '../go/yaml/decode';
import type { ScalarNode } from '../go/yaml/nodes';
import { plainReads } from '../go/yaml/resolve';
import { isImageTag } from './version';

/** Why a file, or one value in it, cannot be used or cannot be trusted. */
export interface FileProblem {
  code:
    | 'not-yaml'
    | 'empty'
    | 'not-a-mapping'
    | 'duplicate-key'
    | 'several-documents'
    | 'no-tag'
    | 'not-a-tag'
    | 'tag-read-as-something-else'
    | 'reference'
    | 'not-true-or-false'
    | 'cannot-change-in-place';
  /** 1-based. */
  line?: number;
  /** One sentence for a person, without the file's name. */
  reason: string;
}

/** What an image-tag file says. `null`: it does not say, or not in a way that can be trusted. */
export interface ImageTagFile {
  /** `image_tag` as it is written in the file, also where Helm reads a number. */
  imageTag: string | null;
  /** `automatic_deploys_enabled` */
  automaticDeploys: boolean | null;
  /** `promote_deployment` */
  promote: boolean | null;
  problems: readonly FileProblem[];
}

export const imageTagKeys = {
  imageTag: 'image_tag',
  automaticDeploys: 'automatic_deploys_enabled',
  promote: 'promote_deployment',
} as const;

/** What Helm makes of a text that stands there without quotes. A date stays a text. */
export function plainReadsAs(text: string): 'text' | 'a number' | 'true or false' | 'nothing' {
  switch (plainReads(text)) {
    case 'integer':
    case 'float':
      return 'a number';
    case 'boolean':
      return 'true or false';
    case 'null':
      return 'nothing';
    default:
      return 'text';
  }
}

/** A file that is a mapping, or why it is none. */
export type ParsedFile =
  | { ok: true; yaml: GoYaml; values: Readonly<Record<string, unknown>> }
  | { ok: false; problem: FileProblem };

/** Reads a file as far as all its values go. Never throws. */
export function parseImageTagFile(text: string): ParsedFile {
  const read = readGoYaml(text);
  if (!read.ok) {
    const { line, reason } = read;
    return { ok: false, problem: { code: 'not-yaml', line, reason: `It is not valid YAML: ${reason}` } };
  }
  const { yaml } = read;
  if (yaml.value === null || yaml.root === null)
    return { ok: false, problem: { code: 'empty', reason: 'It is empty: it has no image_tag.' } };
  if (yaml.root.kind === 'mapping') return { ok: true, yaml, values: yaml.value as Record<string, unknown> };
  return {
    ok: false,
    problem: {
      code: 'not-a-mapping',
      line: yaml.root.start.line + 1,
      reason: 'It is not a list of "key: value" lines.',
    },
  };
}

/** What an image-tag file says, and every problem in it. Never throws, whatever the text. */
export function readImageTagFile(text: string): ImageTagFile {
  const parsed = parseImageTagFile(text);
  if (!parsed.ok)
    return { imageTag: null, automaticDeploys: null, promote: null, problems: [parsed.problem] };
  const problems: FileProblem[] = [];
  const { yaml, values } = parsed;
  const imageTag = readTag(yaml.entries.get(imageTagKeys.imageTag), values[imageTagKeys.imageTag], problems);
  const flag = (key: string): boolean | null => readFlag(key, yaml.entries.get(key), values[key], problems);
  const automaticDeploys = flag(imageTagKeys.automaticDeploys);
  const promote = flag(imageTagKeys.promote);
  const twice = keyTwice(yaml);
  if (twice) problems.push(twice);
  const more = moreDocuments(yaml, text);
  if (more) problems.push(more);
  return { imageTag, automaticDeploys, promote, problems };
}

/** A key that the file has twice: Helm takes the last one, other readers refuse the file. */
export function keyTwice({ repeated }: GoYaml): FileProblem | null {
  const [key] = repeated;
  return key
    ? { code: 'duplicate-key', line: lineOf(key), reason: 'A key appears twice: the last one counts.' }
    : null;
}

/** A second document that says something. Helm reads the first one alone. */
export function moreDocuments({ end, more }: GoYaml, text: string): FileProblem | null {
  if (!more) return null;
  if (linesOf(text.slice(end)).every((line) => /^(?:---|\.\.\.)?[ \t]*(?:#|$)/.test(line))) return null;
  return {
    code: 'several-documents',
    line: linesOf(text.slice(0, end)).length,
    reason: 'It contains more than one YAML document: the first one counts.',
  };
}

const linesOf = (text: string): string[] => text.split(/\r\n|[\r\n\u0085\u2028\u2029]/);

/** The scalar that an entry comes to, through aliases. */
function scalarOf({ value }: Entry): ScalarNode | null {
  const node = value.kind === 'alias' ? value.target : value;
  return node.kind === 'scalar' ? node : null;
}

const lineOf = (node: { start: { line: number } }): number => node.start.line + 1;

function readTag(entry: Entry | undefined, value: unknown, problems: FileProblem[]): string | null {
  const key = imageTagKeys.imageTag;
  const refuse = (problem: FileProblem): null => {
    problems.push(problem);
    return null;
  };
  if (!entry) return refuse({ code: 'no-tag', reason: `It has no ${key}.` });
  const line = lineOf(entry.key);
  const node = scalarOf(entry);
  if (!node) return refuse({ code: 'not-a-tag', line, reason: `${key} is not a single value.` });
  const said = typeof value === 'string' ? value : node.value;
  if (value === null || said === '') return refuse({ code: 'no-tag', line, reason: `${key} has no value.` });
  if (!isImageTag(said))
    return refuse({ code: 'not-a-tag', line, reason: `${quoted(said)} is not a valid image tag.` });
  if (typeof value !== 'string') {
    const readAs = typeof value === 'boolean' ? 'true or false' : 'a number';
    problems.push({
      code: 'tag-read-as-something-else',
      line,
      reason: `YAML reads the ${key} ${said} as ${readAs}: it needs quotes.`,
    });
  }
  return said;
}

function readFlag(
  key: string,
  entry: Entry | undefined,
  value: unknown,
  problems: FileProblem[],
): boolean | null {
  if (!entry) return null;
  if (typeof value === 'boolean') return value;
  const word = typeof value === 'string' ? value.toLowerCase() : '';
  if (word === 'true' || word === 'false') return word === 'true';
  const said = scalarOf(entry)?.value;
  problems.push({
    code: 'not-true-or-false',
    line: lineOf(entry.key),
    reason: `${key} is ${said === undefined ? 'not a single value' : quoted(said)}: it must be true or false.`,
  });
  return null;
}

/** A text as a sentence quotes it, cut where it is long. */
export const quoted = (text: string): string =>
  JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
