import { type ESTree, parseSync, Visitor } from 'vite';

/** A place that swallows what went wrong, or lets a promise go, without saying why it may. */
interface SilentPlace {
  file: string;
  line: number;
  message: string;
}

/** Tests, and what only developers and rehearsals run: there a fault is seen by whoever started it. */
const isLeftAlone = (file: string): boolean =>
  /\.(test|spec)\.tsx?$|\/testing\/|^e2e\/|^electron\/(practice|conformance|dev|bench)\//.test(file);

/**
 * Finds `catch {`, `.catch(() => …)` and, in the main process, `void promise` that no comment explains: beside it, within
 * it or on the line above. Whoever swallows a fault says why it may be silent, or logs it (electron/log).
 */
export function silentCatches(sources: ReadonlyMap<string, string>): SilentPlace[] {
  const found: SilentPlace[] = [];
  for (const [file, source] of sources) {
    if (isLeftAlone(file) || !/catch|void /.test(source)) continue;
    const { program, comments } = parseSync(file, source);
    const lineOf = lines(source);
    const explained = new Set<number>();
    for (const { start, end } of comments)
      for (let line = lineOf(start); line <= lineOf(end); line += 1) explained.add(line);
    /** @param first the line above which a comment counts, too */
    const look = (node: { start: number; end: number }, first: number, message: string): void => {
      for (let line = first - 1; line <= lineOf(node.end); line += 1) if (explained.has(line)) return;
      found.push({ file, line: lineOf(node.start), message });
    };
    new Visitor({
      CatchClause: (node) => {
        // One that throws something else is not silent.
        if (node.param === null && !node.body.body.some(({ type }) => type === 'ThrowStatement'))
          look(node, lineOf(node.start) + 1, 'a catch that drops its error says why in a comment, or logs');
      },
      CallExpression: (node) => {
        const handler = caughtBy(node);
        if (handler)
          look(
            { start: handler.start, end: node.end },
            lineOf(node.start),
            'a rejection that is dropped is explained in a comment, or logged',
          );
      },
      ExpressionStatement: ({ expression }) => {
        if (!file.startsWith('electron/') || expression.type !== 'UnaryExpression') return;
        const { operator, argument } = expression;
        if (operator === 'void' && argument.type === 'CallExpression' && !catches(argument))
          look(
            expression,
            lineOf(expression.start),
            'work that nobody waits for goes by inBackground (electron/log), or a comment says why it never rejects',
          );
      },
    }).visit(program);
  }
  return found;
}

/** The handler of `.catch(() => …)`, where it takes no error. */
function caughtBy(node: ESTree.CallExpression): ESTree.Node | null {
  const { callee } = node;
  const [handler] = node.arguments;
  const isCatch =
    callee.type === 'MemberExpression' &&
    callee.property.type === 'Identifier' &&
    callee.property.name === 'catch';
  return isCatch && handler?.type === 'ArrowFunctionExpression' && handler.params.length === 0
    ? handler
    : null;
}

const catches = (node: ESTree.CallExpression): boolean =>
  node.callee.type === 'MemberExpression' &&
  node.callee.property.type === 'Identifier' &&
  node.callee.property.name === 'catch';

/** Line by offset, counted from 1. */
function lines(source: string): (offset: number) => number {
  const starts = [0];
  for (let at = source.indexOf('\n'); at >= 0; at = source.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  };
}
