import { type Failure, ok, type Result } from '../failure/failure';
import { readGoYaml } from '../go/yaml/decode';
import type { YamlNode } from '../go/yaml/nodes';
import { moreDocuments } from '../ledger/image-tag-file';
import { type Estate, estateSchema } from './estate';
import { problemWords, unknownKeyWords } from './estate-problem-words';

/** One thing that is wrong with an estate file. */
export interface EstateProblem {
  /** Where in the file's structure: `environments[1].tier`; empty for the whole file. */
  at: string;
  /** 1-based, both. */
  line?: number;
  column?: number;
  reason: string;
}

/** A failure that names every problem of the file; `place` is the first one's. */
export type EstateFailure = Failure & { problems: readonly EstateProblem[] };

/** Problems of one file that are told: nobody reads more, and each is looked for in the file. */
const mostProblems = 50;

/**
 * Reads an estate file (`signalbox.yaml`), by the YAML rules of kubectl and Helm. A key that is there twice, or a second
 * document, is an error.
 * @param file name for messages.
 * @param amend lays something over its content before that is checked (`amendEstate`).
 */
export function parseEstate(
  text: string,
  file = 'signalbox.yaml',
  amend: (value: unknown) => unknown = (value) => value,
): Result<Estate, EstateFailure> {
  const read = readGoYaml(text);
  if (!read.ok)
    return refuse(
      estateFailure(file, [{ at: '', line: read.line, reason: `not valid YAML: ${read.reason}` }]),
    );
  const { value, root, repeated } = read.yaml;
  const unsure: EstateProblem[] = repeated.slice(0, mostProblems).map((key) => ({
    at: '',
    ...placeOf(key),
    reason: `not valid YAML: a key appears twice${key.kind === 'scalar' ? `: "${key.value.slice(0, 60)}"` : ''}`,
  }));
  const more = moreDocuments(read.yaml, text);
  if (more) unsure.push({ at: '', line: more.line ?? 1, reason: 'it contains more than one YAML document' });
  if (unsure.length > 0) return refuse(estateFailure(file, unsure));
  const content = amend(value ?? {});
  const parsed = estateSchema.safeParse(content);
  if (parsed.success) return ok(parsed.data);
  const problems = parsed.error.issues.slice(0, mostProblems).flatMap((issue) => {
    const found =
      issue.code === 'unrecognized_keys'
        ? issue.keys.slice(0, mostProblems).map((key) => ({
            path: [...issue.path, key],
            reason: unknownKeyWords(key, issue.path, content),
          }))
        : [{ path: issue.path, reason: problemWords(issue, content) }];
    return found.map(({ path, reason }) => ({
      at: path
        .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
        .join('')
        .replace(/^\./, ''),
      ...placeAt(root, path),
      reason,
    }));
  });
  // What names its own mending first: a mistyped key is also a missing one.
  const isSure = ({ reason }: EstateProblem): number => (/did you mean|it belongs/.test(reason) ? 0 : 1);
  return refuse(
    estateFailure(
      file,
      problems.toSorted((a, b) => isSure(a) - isSure(b) || (a.line ?? 0) - (b.line ?? 0)),
    ),
  );
}

const refuse = (failure: EstateFailure): { ok: false; failure: EstateFailure } => ({ ok: false, failure });

type Place = Pick<EstateProblem, 'line' | 'column'>;

const placeOf = ({ start }: YamlNode): Place => ({ line: start.line + 1, column: start.column + 1 });

/** Where the node at a path begins (its key, for a pair), or the nearest one around it. */
function placeAt(root: YamlNode | null, path: readonly PropertyKey[]): Place {
  let node: YamlNode | undefined = root ?? undefined;
  let place: Place = {};
  for (const part of [null, ...path]) {
    let key: YamlNode | undefined;
    if (node?.kind === 'alias') node = node.target;
    if (part !== null) {
      if (node?.kind === 'mapping')
        [key, node] = node.pairs.find(([one]) => one.kind === 'scalar' && one.value === String(part)) ?? [];
      else if (node?.kind === 'sequence') node = node.items[Number(part)];
      else return place;
    }
    if (!node) return place;
    place = placeOf(key ?? node);
  }
  return place;
}

function estateFailure(file: string, problems: readonly EstateProblem[]): EstateFailure {
  const [first] = problems;
  const words = ({ at, line, column, reason }: EstateProblem): string =>
    `${file}${line === undefined ? '' : `, line ${line}`}${column === undefined ? '' : `, column ${column}`}: ${at ? `${at} ` : ''}${reason}`;
  const more = problems.length - 1;
  return {
    code: 'invalid-input',
    message: `${first ? words(first) : file}${more > 0 ? ` (and ${more} more)` : ''}`,
    meaning: 'The estate can’t be opened until its file is correct. Nothing was changed.',
    next: [{ do: 'advice', label: `Correct ${file}, then open it again.` }],
    detail: problems.map(words).join('\n'),
    place: { path: file, ...(first?.line === undefined ? {} : { line: first.line }) },
    problems,
  };
}
