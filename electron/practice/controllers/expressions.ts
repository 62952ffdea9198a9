/** `{{name}}` replaced by its value; names that aren't known stay as they are, as Argo Workflows leaves them. */
export function substituted(text: string, values: ReadonlyMap<string, string>): string {
  return text.replace(/\{\{\s*([\w.-]+)\s*\}\}/g, (whole, name: string) => values.get(name) ?? whole);
}

type Token = { kind: 'value'; text: string } | { kind: 'sign'; text: string };

/**
 * Evaluates a `when` of Argo Workflows after substitution, the part of govaluate that GOV.UK's templates use:
 * quoted or bare values, `==`, `!=`, `=~`, `!~`, `&&`, `||`, `!` and parentheses.
 * @throws Error for text that doesn't parse.
 */
export function evaluateWhen(expression: string): boolean {
  const tokens = tokenise(expression);
  let at = 0;
  const sign = (text: string): boolean => {
    const token = tokens[at];
    if (token?.kind !== 'sign' || token.text !== text) return false;
    at += 1;
    return true;
  };
  const either = (): boolean => {
    let value = both();
    while (sign('||')) value = both() || value;
    return value;
  };
  const both = (): boolean => {
    let value = single();
    while (sign('&&')) value = single() && value;
    return value;
  };
  const single = (): boolean => {
    if (sign('!')) return !single();
    if (sign('(')) {
      const value = either();
      if (!sign(')')) throw new Error(`Invalid 'when' expression '${expression}': a ) is missing`);
      return value;
    }
    const left = operand();
    if (sign('==')) return left === operand();
    if (sign('!=')) return left !== operand();
    if (sign('=~')) return new RegExp(operand()).test(left);
    if (sign('!~')) return !new RegExp(operand()).test(left);
    if (left === 'true' || left === 'false') return left === 'true';
    throw new Error(`Invalid 'when' expression '${expression}': it is not a boolean`);
  };
  const operand = (): string => {
    const token = tokens[at];
    if (token?.kind !== 'value')
      throw new Error(`Invalid 'when' expression '${expression}': a value is missing`);
    at += 1;
    return token.text;
  };
  const value = either();
  if (at !== tokens.length) throw new Error(`Invalid 'when' expression '${expression}'`);
  return value;
}

function tokenise(expression: string): Token[] {
  const tokens: Token[] = [];
  const pattern = /\s*(?:'([^']*)'|"([^"]*)"|(==|!=|=~|!~|&&|\|\||!|\(|\))|([^\s()!=&|'"]+))/y;
  while (pattern.lastIndex < expression.trimEnd().length) {
    const match = pattern.exec(expression);
    if (!match) throw new Error(`Invalid 'when' expression '${expression}'`);
    const [, single, double, sign, bare] = match;
    if (sign !== undefined) tokens.push({ kind: 'sign', text: sign });
    else tokens.push({ kind: 'value', text: single ?? double ?? bare ?? '' });
  }
  return tokens;
}

/** Evaluates a DAG task's `depends` (`a.Succeeded && (b.Failed || c)`), given what holds of the tasks. */
export function evaluateDepends(
  depends: string,
  holds: (task: string, condition: string) => boolean,
): boolean {
  return evaluateWhen(
    depends.replace(/[A-Za-z][\w-]*(?:\.\w+)?/g, (reference) => {
      const [task = '', condition = ''] = reference.split('.');
      return String(holds(task, condition));
    }),
  );
}

/** The tasks that a `depends` names. */
export function dependencyNames(depends: string | undefined): string[] {
  return [
    ...new Set((depends?.match(/[A-Za-z][\w-]*(?:\.\w+)?/g) ?? []).map((one) => one.split('.')[0] ?? '')),
  ];
}
