import { type Failure, ok, type Result } from '../failure/failure';
import { readGoYaml } from '../go/yaml/decode';
import type { YamlNode } from '../go/yaml/nodes';
import { moreDocuments } from '../ledger/image-tag-file';
import { type Estate, estateSchema } from './estate';

/** One thing that is wrong with an estate file. */
export interface EstateProblem {
  /** Where in the file's structure: `environments[1].tier`; empty for the whole file. */
  at: string;
  /** 1-based. */
  line?: number;
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
  const unsure = repeated.slice(0, mostProblems).map((key) => ({
    at: '',
    line: key.start.line + 1,
    reason: 'not valid YAML: a key appears twice',
  }));
  const more = moreDocuments(read.yaml, text);
  if (more) unsure.push({ at: '', line: more.line ?? 1, reason: 'it contains more than one YAML document' });
  if (unsure.length > 0) return refuse(estateFailure(file, unsure));
  const parsed = estateSchema.safeParse(amend(value ?? {}));
  if (parsed.success) return ok(parsed.data);
  const problems = parsed.error.issues.slice(0, mostProblems).flatMap((issue) => {
    const paths =
      issue.code === 'unrecognized_keys'
        ? issue.keys.slice(0, mostProblems).map((key) => [...issue.path, key])
        : [issue.path];
    return paths.map((path) => {
      const line = lineOf(root, path);
      return {
        at: path
          .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
          .join('')
          .replace(/^\./, ''),
        ...(line === null ? {} : { line }),
        reason: issue.code === 'unrecognized_keys' ? 'unknown key' : issue.message,
      };
    });
  });
  return refuse(estateFailure(file, problems));
}

const refuse = (failure: EstateFailure): { ok: false; failure: EstateFailure } => ({ ok: false, failure });

/** The line at which the node at a path begins (its key, for a pair), or the nearest one around it; 1-based. */
function lineOf(root: YamlNode | null, path: readonly PropertyKey[]): number | null {
  let node: YamlNode | undefined = root ?? undefined;
  let line: number | null = null;
  for (const part of [null, ...path]) {
    let key: YamlNode | undefined;
    if (node?.kind === 'alias') node = node.target;
    if (part !== null) {
      if (node?.kind === 'mapping')
        [key, node] = node.pairs.find(([one]) => one.kind === 'scalar' && one.value === String(part)) ?? [];
      else if (node?.kind === 'sequence') node = node.items[Number(part)];
      else return line;
    }
    if (!node) return line;
    line = (key ?? node).start.line + 1;
  }
  return line;
}

function estateFailure(file: string, problems: readonly EstateProblem[]): EstateFailure {
  const [first] = problems;
  const words = ({ at, line, reason }: EstateProblem): string =>
    `${file}${line === undefined ? '' : `, line ${line}`}: ${at ? `${at} ` : ''}${reason}`;
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
