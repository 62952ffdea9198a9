/**
 * Changing image-tag files in place: only the bytes of a value differ afterwards, so that comments, order, quoting, line
 * ends, a byte order mark and a missing last line end stay as people left them. What is written is read back by Helm's
 * rules before it is given out: the new value is there, every other key says what it said, and so does whatever follows
 * the first document. A form that cannot be changed so is refused, also where it can be read.
 */
import { parse } from 'yaml';
import { isBreak } from '../go/yaml/characters';
import type { Entry } from '../go/yaml/decode';
import type { MappingNode } from '../go/yaml/nodes';
import {
  type FileProblem,
  imageTagKeys,
  keyTwice,
  moreDocuments,
  type ParsedFile,
  parseImageTagFile,
  plainReadsAs,
  quoted,
} from './image-tag-file';
import { isImageTag } from './version';

/** New values; what is left out stays. */
export interface ImageTagChange {
  imageTag?: string;
  automaticDeploys?: boolean;
  promote?: boolean;
}

/** A changed text, or why the file cannot be changed. */
export type Edit = { ok: true; text: string } | { ok: false; problem: FileProblem };

type Field = keyof typeof imageTagKeys;
const fields = Object.keys(imageTagKeys) as Field[];

/**
 * The text with other values: only the bytes of those values differ. A key that is missing is added on a line of its own
 * after the last one, or before it where that would change what the last one says. A value that is there already leaves
 * the text as it is.
 */
export function editImageTagFile(text: string, change: ImageTagChange): Edit {
  if (change.imageTag !== undefined && !isImageTag(change.imageTag))
    return {
      ok: false,
      problem: { code: 'not-a-tag', reason: `${quoted(change.imageTag)} is not a valid image tag.` },
    };
  let edited = text;
  for (const field of fields) {
    const value = change[field];
    if (value === undefined) continue;
    const step = setValue(edited, imageTagKeys[field], value);
    if (!step.ok) return step;
    edited = step.text;
  }
  return { ok: true, text: edited };
}

/** A new image-tag file in the usual order. `imageTag` must be a possible image tag. */
export function newImageTagFile(values: Required<ImageTagChange>): Edit {
  return editImageTagFile(
    `${imageTagKeys.imageTag}: new\n${imageTagKeys.automaticDeploys}: ${values.automaticDeploys}\n${imageTagKeys.promote}: ${values.promote}\n`,
    { imageTag: values.imageTag },
  );
}

/**
 * Whether a tag has to stand in quotes: Helm would read something else, or another parser of YAML 1.1 or 1.2 would
 * (dates, numbers beyond Go's range), which may come after Helm's.
 */
export function needsQuotes(tag: string): boolean {
  if (/^v[0-9]+$/.test(tag)) return false;
  if (plainReadsAs(tag) !== 'text') return true;
  return (['1.1', '1.2'] as const).some(
    (version) => typeof parse(tag, { version, logLevel: 'silent', intAsBigInt: true }) !== 'string',
  );
}

function setValue(text: string, key: string, value: string | boolean): Edit {
  const parsed = parseImageTagFile(text);
  if (!parsed.ok) return parsed;
  const { yaml, values } = parsed;
  const unsure = keyTwice(yaml) ?? moreDocuments(yaml, text) ?? merges(yaml.root as MappingNode);
  if (unsure) return { ok: false, problem: unsure };
  const plain = typeof value === 'string' && needsQuotes(value) ? `"${value}"` : String(value);
  const entry = yaml.entries.get(key);
  if (entry && (values[key] === value || values[key] === String(value))) return { ok: true, text };
  const problem = entry && fixed(entry, key);
  if (problem) return { ok: false, problem };
  const candidates = entry
    ? [replaced(text, entry, String(value), plain)]
    : withKey(text, yaml.root as MappingNode, `${key}: ${plain}`);
  const good = candidates.find((edited) => says(parsed, text, edited, key, value));
  return good === undefined
    ? {
        ok: false,
        problem: {
          code: 'cannot-change-in-place',
          reason: entry
            ? 'It is written in a way that Signalbox can’t safely edit.'
            : `${key} is missing and can’t be added safely.`,
        },
      }
    : { ok: true, text: good };
}

/** `<<` at the top: whatever is changed, what the file says depends on another place. */
function merges(root: MappingNode): FileProblem | null {
  const merge = root.pairs.find(([key]) => key.kind === 'scalar' && key.value === '<<' && key.implicit);
  return merge
    ? {
        code: 'reference',
        line: merge[0].start.line + 1,
        reason: 'It merges in other keys ("<<"), so its value depends on another place.',
      }
    : null;
}

/** Why a value cannot be changed on its own. */
function fixed({ key, value }: Entry, name: string): FileProblem | null {
  const line = key.start.line + 1;
  if (value.kind === 'alias' || value.anchored)
    return {
      code: 'reference',
      line,
      reason: `${name} uses a YAML anchor or alias, so its value depends on another place.`,
    };
  if (value.kind !== 'scalar') return { code: 'not-a-tag', line, reason: `${name} is not a single value.` };
  if (value.style === 'literal' || value.style === 'folded')
    return {
      code: 'cannot-change-in-place',
      line: value.start.line + 1,
      reason: `${name} is written as a block of text, which can’t be edited safely.`,
    };
  return null;
}

function replaced(text: string, { value: node }: Entry, value: string, plain: string): string {
  if (node.kind !== 'scalar') return text;
  const { from, end, style } = node;
  const written =
    style === 'double'
      ? `"${value}"`
      : style === 'single'
        ? `'${value}'`
        : from === end
          ? ` ${plain}`
          : plain;
  return text.slice(0, from) + written + text.slice(end);
}

/** The text with one more line: after the last pair, or else before it. */
function withKey(text: string, root: MappingNode, line: string): string[] {
  const [first, last] = [root.pairs[0], root.pairs.at(-1)];
  if (root.flow || !first || !last) return [];
  const eol = text.includes('\r\n') ? '\r\n' : text.includes('\n') || !text.includes('\r') ? '\n' : '\r';
  const indented = ' '.repeat(first[0].start.column) + line;
  let end = Math.max(last[0].end, last[1].end);
  while (end < text.length && !isBreak(text.charCodeAt(end - 1))) end += 1;
  if (text[end - 1] === '\r' && text[end] === '\n') end += 1;
  const after = isBreak(text.charCodeAt(end - 1))
    ? `${text.slice(0, end)}${indented}${eol}${text.slice(end)}`
    : `${text}${eol}${indented}`;
  const { at, column } = last[0].start;
  return [after, `${text.slice(0, at - column)}${indented}${eol}${text.slice(at - column)}`];
}

/** Whether an edited text says what it should, and nothing else than before besides. */
function says(
  before: ParsedFile & { ok: true },
  text: string,
  edited: string,
  key: string,
  value: string | boolean,
): boolean {
  const after = parseImageTagFile(edited);
  if (!after.ok) return false;
  const { [key]: now, ...others } = after.values;
  const { [key]: _, ...othersBefore } = before.values;
  const inOrder = (values: object): string => JSON.stringify(Object.entries(values).sort(byName));
  return (
    (now === value || now === String(value)) &&
    inOrder(others) === inOrder(othersBefore) &&
    edited.slice(after.yaml.end) === text.slice(before.yaml.end)
  );
}

const byName = ([a]: [string, unknown], [b]: [string, unknown]): number => (a < b ? -1 : 1);
