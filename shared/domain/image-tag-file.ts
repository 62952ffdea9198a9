/**
 * Image-tag files: one small YAML file per app and environment, which is the truth about what should run there.
 * They are read by a YAML parser and changed in place: only the bytes of a value differ afterwards, so that
 * comments, order, quoting, line ends, a byte order mark and a missing last line end stay as people left them.
 */
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  LineCounter,
  type Pair,
  parse,
  parseDocument,
  type Scalar,
  type YAMLMap,
} from 'yaml';
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
  /** `image_tag` as it is written in the file, also where YAML would read it as a number. */
  imageTag: string | null;
  /** `automatic_deploys_enabled` */
  automaticDeploys: boolean | null;
  /** `promote_deployment` */
  promote: boolean | null;
  problems: readonly FileProblem[];
}

/** New values; what is left out stays. */
export interface ImageTagChange {
  imageTag?: string;
  automaticDeploys?: boolean;
  promote?: boolean;
}

/** A changed text, or why the file cannot be changed. */
export type Edit = { ok: true; text: string } | { ok: false; problem: FileProblem };

const keys = {
  imageTag: 'image_tag',
  automaticDeploys: 'automatic_deploys_enabled',
  promote: 'promote_deployment',
} as const;
type Field = keyof typeof keys;
const fields = Object.keys(keys) as Field[];

/**
 * What YAML makes of a text that stands there without quotes: by YAML 1.2's core schema, or else by 1.1 (which Helm's
 * parser still follows in part: `yes`, `0b1`, `1_000`, dates).
 */
export function plainReadsAs(text: string): 'text' | 'a number' | 'true or false' | 'nothing' | 'a date' {
  if (/^v[0-9]+$/.test(text)) return 'text';
  for (const version of ['1.2', '1.1'] as const) {
    let value: unknown;
    try {
      value = parse(text, { version, logLevel: 'silent', intAsBigInt: true });
    } catch {
      continue;
    }
    if (typeof value === 'number' || typeof value === 'bigint') return 'a number';
    if (typeof value === 'boolean') return 'true or false';
    if (value === null) return 'nothing';
    if (value instanceof Date) return 'a date';
  }
  return 'text';
}

/** What an image-tag file says, and every problem in it. Never throws, whatever the text. */
export function readImageTagFile(text: string): ImageTagFile {
  const parsed = parseFile(text);
  const none = { imageTag: null, automaticDeploys: null, promote: null };
  if (!parsed.ok) return { ...none, problems: [parsed.problem] };
  const { map, lineAt } = parsed;
  const problems: FileProblem[] = [];
  const read: { -readonly [F in Field]: string | null } = { ...none };
  for (const field of fields) {
    const pair = pairOf(map, keys[field]);
    if (!pair) continue;
    const found = scalarOf(pair, keys[field], lineAt);
    if (!found.ok) problems.push(found.problem);
    else read[field] = sourceText(found.scalar, text);
    if (field === 'imageTag' && found.ok) {
      const line = lineAt(found.scalar.range[0]);
      const problem = tagProblem(found.scalar, read.imageTag ?? '', line);
      if (problem) problems.push(problem);
      if (problem && problem.code !== 'tag-read-as-something-else') read.imageTag = null;
    }
  }
  const merge = pairOf(map, '<<');
  if (merge) problems.push(referenceProblem('<<', lineAt(keyOffset(merge))));
  if (!pairOf(map, keys.imageTag)) problems.push({ code: 'no-tag', reason: `It has no ${keys.imageTag}.` });
  const flag = (field: 'automaticDeploys' | 'promote'): boolean | null => {
    const said = read[field];
    if (said === null) return null;
    if (/^true$/i.test(said)) return true;
    if (/^false$/i.test(said)) return false;
    const pair = pairOf(map, keys[field]);
    problems.push({
      code: 'not-true-or-false',
      ...(pair ? { line: lineAt(keyOffset(pair)) } : {}),
      reason: `${keys[field]} is ${quoted(said)}: it must be true or false.`,
    });
    return null;
  };
  return {
    imageTag: read.imageTag,
    automaticDeploys: flag('automaticDeploys'),
    promote: flag('promote'),
    problems,
  };
}

/**
 * The text with other values: only the bytes of those values differ. A key that is missing is added on a line of its own
 * after the last one. A value that is there already leaves the text as it is.
 * The result is read back before it is given out, so a file whose form is not understood is refused, not damaged.
 */
export function editImageTagFile(text: string, change: ImageTagChange): Edit {
  if (change.imageTag !== undefined && !isImageTag(change.imageTag))
    return {
      ok: false,
      problem: { code: 'not-a-tag', reason: `${quoted(change.imageTag)} cannot be an image tag.` },
    };
  const before = readImageTagFile(text);
  let edited = text;
  for (const field of fields) {
    const value = change[field];
    if (value === undefined) continue;
    const step = setValue(edited, keys[field], String(value), field === 'imageTag');
    if (!step.ok) return step;
    edited = step.text;
  }
  const after = readImageTagFile(edited);
  const asWanted = fields.every((field) => after[field] === (change[field] ?? before[field]));
  return asWanted && !after.problems.some((problem) => problem.code === 'not-yaml')
    ? { ok: true, text: edited }
    : {
        ok: false,
        problem: {
          code: 'cannot-change-in-place',
          reason: 'It is written in a way that cannot be changed in place safely.',
        },
      };
}

/** A new image-tag file in the usual order. `imageTag` must be a possible image tag. */
export function newImageTagFile(values: Required<ImageTagChange>): Edit {
  return editImageTagFile(
    `${keys.imageTag}: new\n${keys.automaticDeploys}: ${values.automaticDeploys}\n${keys.promote}: ${values.promote}\n`,
    { imageTag: values.imageTag },
  );
}

function setValue(text: string, key: string, value: string, isText: boolean): Edit {
  const parsed = parseFile(text);
  if (!parsed.ok) return parsed;
  const { map, lineAt } = parsed;
  const merge = pairOf(map, '<<');
  if (merge) return { ok: false, problem: referenceProblem('<<', lineAt(keyOffset(merge))) };
  const plain = isText && plainReadsAs(value) !== 'text' ? `"${value}"` : value;
  const pair = pairOf(map, key);
  if (!pair) return addKey(text, map, key, plain);
  const found = scalarOf(pair, key, lineAt);
  if (!found.ok) return found;
  const { scalar } = found;
  const [start, end] = scalar.range;
  if (sourceText(scalar, text) === value && (!isText || typeof scalar.value === 'string'))
    return { ok: true, text };
  switch (scalar.type) {
    case 'QUOTE_DOUBLE':
      return { ok: true, text: `${text.slice(0, start)}"${value}"${text.slice(end)}` };
    case 'QUOTE_SINGLE':
      return { ok: true, text: `${text.slice(0, start)}'${value}'${text.slice(end)}` };
    case 'PLAIN': {
      if (start < end) return { ok: true, text: text.slice(0, start) + plain + text.slice(end) };
      const colon = colonOffset(pair);
      if (colon !== null)
        return { ok: true, text: `${text.slice(0, colon + 1)} ${plain}${text.slice(colon + 1)}` };
    }
  }
  return {
    ok: false,
    problem: {
      code: 'cannot-change-in-place',
      line: lineAt(start),
      reason: `${key} is written as a block of text, which cannot be changed in place.`,
    },
  };
}

/** Adds `key: value` on the line after the last pair, indented as the first one, with the file's line end. */
function addKey(text: string, map: YAMLMap, key: string, value: string): Edit {
  const first = map.items[0];
  const last = map.items.at(-1);
  if (map.flow || !first || !last)
    return {
      ok: false,
      problem: { code: 'cannot-change-in-place', reason: `${key} is missing and cannot be added in place.` },
    };
  const firstOffset = keyOffset(first);
  const indent = firstOffset - Math.max(text.lastIndexOf('\n', firstOffset - 1) + 1, text[0] === bom ? 1 : 0);
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const end = Math.max(nodeEnd(last.value), nodeEnd(last.key), (colonOffset(last) ?? -1) + 1);
  const line = `${' '.repeat(indent)}${key}: ${value}`;
  if (text[end - 1] === '\n')
    return { ok: true, text: `${text.slice(0, end)}${line}${eol}${text.slice(end)}` };
  const nextEnd = text.indexOf('\n', end);
  if (nextEnd < 0) return { ok: true, text: text + eol + line };
  const at = nextEnd + 1;
  return { ok: true, text: `${text.slice(0, at)}${line}${eol}${text.slice(at)}` };
}

const bom = '\ufeff';

type Parsed =
  | { ok: true; map: YAMLMap; lineAt: (offset: number) => number }
  | { ok: false; problem: FileProblem };

function parseFile(text: string): Parsed {
  const counter = new LineCounter();
  const lineAt = (offset: number): number => Math.max(1, counter.linePos(offset).line);
  let document: Document.Parsed;
  try {
    document = parseDocument(text, {
      lineCounter: counter,
      keepSourceTokens: true,
      // Not 'silent': the parser would then keep quiet about further documents too.
      logLevel: 'error',
      prettyErrors: false,
      intAsBigInt: true,
    });
  } catch (error) {
    const said = error instanceof Error ? firstLine(error.message) : '';
    return { ok: false, problem: { code: 'not-yaml', reason: `It is not valid YAML: ${said}` } };
  }
  const error = document.errors[0];
  if (error) {
    const line = lineAt(error.pos[0]);
    if (error.code === 'DUPLICATE_KEY')
      return { ok: false, problem: { code: 'duplicate-key', line, reason: 'A key is there twice.' } };
    if (error.code === 'MULTIPLE_DOCS')
      return {
        ok: false,
        problem: { code: 'several-documents', line, reason: 'It holds more than one YAML document.' },
      };
    return {
      ok: false,
      problem: { code: 'not-yaml', line, reason: `It is not valid YAML: ${firstLine(error.message)}` },
    };
  }
  const { contents } = document;
  if (contents === null || (isScalar(contents) && contents.value === null))
    return { ok: false, problem: { code: 'empty', reason: 'It is empty: it has no image_tag.' } };
  if (!isMap(contents))
    return {
      ok: false,
      problem: {
        code: 'not-a-mapping',
        line: lineAt(nodeStart(contents)),
        reason: 'It is not a list of "key: value" lines.',
      },
    };
  return { ok: true, map: contents as YAMLMap, lineAt };
}

type Located = Scalar & { range: [number, number, number] };

/** The scalar that a key holds, or why there is none that can be read and changed on its own. */
function scalarOf(
  pair: Pair,
  key: string,
  lineAt: (offset: number) => number,
): { ok: true; scalar: Located } | { ok: false; problem: FileProblem } {
  const node = pair.value;
  const line = lineAt(keyOffset(pair));
  if (isAlias(node)) return { ok: false, problem: referenceProblem(key, line) };
  if (!isScalar(node) || !node.range)
    return { ok: false, problem: { code: 'not-a-tag', line, reason: `${key} is not a single value.` } };
  if (node.anchor) return { ok: false, problem: referenceProblem(key, line) };
  if (node.tag)
    return {
      ok: false,
      problem: {
        code: 'cannot-change-in-place',
        line,
        reason: `${key} carries the YAML tag ${quoted(node.tag)}.`,
      },
    };
  return { ok: true, scalar: node as Located };
}

function tagProblem(scalar: Located, said: string, line: number): FileProblem | null {
  if (scalar.type === 'PLAIN') {
    if (said === '' || (scalar.value === null && said !== ''))
      return { code: 'no-tag', line, reason: `${keys.imageTag} has no value.` };
    const readAs = plainReadsAs(said);
    if (readAs !== 'text' && isImageTag(said))
      return {
        code: 'tag-read-as-something-else',
        line,
        reason: `YAML reads the ${keys.imageTag} ${said} as ${readAs}: it needs quotes.`,
      };
  }
  if (isImageTag(said)) return null;
  return said === ''
    ? { code: 'no-tag', line, reason: `${keys.imageTag} has no value.` }
    : { code: 'not-a-tag', line, reason: `${quoted(said)} cannot be an image tag.` };
}

/** A scalar's value as a text: as written where it is plain (`1e3` stays `1e3`), unescaped where it is quoted. */
function sourceText(scalar: Located, text: string): string {
  return scalar.type === 'PLAIN' ? text.slice(scalar.range[0], scalar.range[1]) : String(scalar.value ?? '');
}

const pairOf = (map: YAMLMap, key: string): Pair | undefined =>
  map.items.find((pair) => isScalar(pair.key) && (pair.key.value === key || keySource(pair.key) === key));

const keySource = (key: Scalar): unknown => key.source;

const nodeStart = (node: unknown): number => (node as { range?: [number, number, number] }).range?.[0] ?? 0;
const nodeEnd = (node: unknown): number =>
  (node as { range?: [number, number, number] } | null)?.range?.[1] ?? -1;
const keyOffset = (pair: Pair): number => nodeStart(pair.key);

/** Where the colon between a key and its value stands. */
function colonOffset(pair: Pair): number | null {
  const separators = pair.srcToken?.sep ?? [];
  return separators.find((token) => token.type === 'map-value-ind')?.offset ?? null;
}

const referenceProblem = (key: string, line: number): FileProblem => ({
  code: 'reference',
  line,
  reason:
    key === '<<'
      ? 'It merges other keys in ("<<"), so what it says depends on another place.'
      : `${key} uses a YAML anchor or alias, so what it says depends on another place.`,
});

const firstLine = (text: string): string => text.split('\n', 1)[0] ?? '';
const quoted = (text: string): string => JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
