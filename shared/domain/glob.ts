const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');

/**
 * Whether a text matches one of Argo CD's globs (argo-cd `util/glob`, gobwas/glob without separators): `*` and `**` any
 * text, `?` one character, `[a-c]`, `[!a-c]`, `{one,other}`, `\` takes the next character as it is. A pattern that
 * cannot be read matches nothing.
 */
export function globMatches(glob: string, text: string): boolean {
  let pattern = '';
  let depth = 0;
  for (let i = 0; i < glob.length; i += 1) {
    const char = glob[i] ?? '';
    if (char === '\\') {
      i += 1;
      if (i === glob.length) return false;
      pattern += escaped(glob[i] ?? '');
    } else if (char === '*') pattern += '.*';
    else if (char === '?') pattern += '.';
    else if (char === '[') {
      const end = glob.indexOf(']', i + 2);
      if (end < 0) return false;
      const inside = glob.slice(i + 1, end);
      const not = inside.startsWith('!') ? '^' : '';
      pattern += `[${not}${(not ? inside.slice(1) : inside).replace(/[\\^[\]]/g, '\\$&')}]`;
      i = end;
    } else if (char === '{') {
      depth += 1;
      pattern += '(?:';
    } else if (char === '}' && depth > 0) {
      depth -= 1;
      pattern += ')';
    } else if (char === ',' && depth > 0) pattern += '|';
    else pattern += escaped(char);
  }
  if (depth > 0) return false;
  try {
    return new RegExp(`^${pattern}$`, 'su').test(text);
  } catch {
    return false;
  }
}
