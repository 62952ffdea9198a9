import { isMap, isNode, isPair, isSeq, LineCounter, type ParsedNode, parseDocument } from 'yaml';
import { type Estate, estateSchema } from './estate';
import { type Failure, ok, type Result } from './failure';

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

/**
 * Reads an estate file (`signalbox.yaml`).
 * @param file name for messages.
 */
export function parseEstate(text: string, file = 'signalbox.yaml'): Result<Estate, EstateFailure> {
  const counter = new LineCounter();
  const lineAt = (offset: number): number => Math.max(1, counter.linePos(offset).line);
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false, logLevel: 'error' });
  if (document.errors.length > 0)
    return refuse(
      estateFailure(
        file,
        document.errors.map((error) => ({
          at: '',
          line: lineAt(error.pos[0]),
          reason: `not valid YAML: ${error.message.split('\n', 1)[0] ?? ''}`,
        })),
      ),
    );
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    return refuse(estateFailure(file, [{ at: '', reason: `not valid YAML: ${said}` }]));
  }
  const parsed = estateSchema.safeParse(value ?? {});
  if (parsed.success) return ok(parsed.data);
  const problems = parsed.error.issues.flatMap((issue) => {
    const paths =
      issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
    return paths.map((path) => {
      const offset = offsetOf(document.contents, path);
      return {
        at: path
          .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
          .join('')
          .replace(/^\./, ''),
        ...(offset === null ? {} : { line: lineAt(offset) }),
        reason: issue.code === 'unrecognized_keys' ? 'this key is not known' : issue.message,
      };
    });
  });
  return refuse(estateFailure(file, problems));
}

const refuse = (failure: EstateFailure): { ok: false; failure: EstateFailure } => ({ ok: false, failure });

/** Where the node at a path begins (its key, for a pair), or the nearest one around it. */
function offsetOf(root: ParsedNode | null, path: readonly PropertyKey[]): number | null {
  let node: unknown = root;
  let offset: number | null = root?.range[0] ?? null;
  for (const part of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isNode(key) && String(key) === String(part));
      if (!isPair(pair)) return offset;
      offset = isNode(pair.key) ? (pair.key.range?.[0] ?? offset) : offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(part)];
      if (!isNode(node)) return offset;
      offset = node.range?.[0] ?? offset;
    } else return offset;
  }
  return offset;
}

function estateFailure(file: string, problems: readonly EstateProblem[]): EstateFailure {
  const [first] = problems;
  const words = ({ at, line, reason }: EstateProblem): string =>
    `${file}${line === undefined ? '' : `, line ${line}`}: ${at ? `${at} ` : ''}${reason}`;
  const more = problems.length - 1;
  return {
    code: 'invalid-input',
    message: `${first ? words(first) : file}${more > 0 ? ` (and ${more} more)` : ''}`,
    meaning: 'The estate cannot be opened until its file is right. Nothing was changed.',
    next: [{ do: 'advice', label: `Put ${file} right and open it again.` }],
    detail: problems.map(words).join('\n'),
    place: { path: file, ...(first?.line === undefined ? {} : { line: first.line }) },
    problems,
  };
}
