/** Shorter texts are words of the language as often as secrets: hiding them would make other texts unreadable. */
const shortest = 10;
/** Tokens of logins come and go: the oldest are forgotten. */
const mostKnown = 80;

/** By secret, the forms in which it can come back: as it is, base64 (RFC 4648, both alphabets), in URLs and JSON. */
const known = new Map<string, readonly string[]>();
let pattern: RegExp | null = null;

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');

function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret, 'utf8');
  const forms = [
    secret,
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url'),
    encodeURIComponent(secret),
    new URLSearchParams({ '': secret }).toString().slice(1),
    JSON.stringify(secret).slice(1, -1),
  ];
  return [...new Set(forms)];
}

/**
 * Tells that a text is a secret which this process holds, so that it is never shown or written by {@link hideSecrets}:
 * servers and commands repeat what they are sent in their errors, where nothing tells a bare token from other text.
 * @param header a scheme before it (`Bearer `, `Basic `) is left out.
 */
export function rememberSecret(header: string | null | undefined): void {
  const secret = (header ?? '').replace(/^(?:Bearer|Basic|token)\s+/i, '').trim();
  if (secret.length < shortest) return;
  const forms = known.get(secret);
  const isNew = forms === undefined;
  // Used lately is used again.
  known.delete(secret);
  known.set(secret, forms ?? formsOf(secret));
  const [oldest] = known.size > mostKnown ? known.keys() : [];
  if (oldest !== undefined) known.delete(oldest);
  if (isNew || oldest !== undefined) pattern = null;
}

/** A text without any secret that this process holds, in whatever form. */
export function hideSecrets(text: string): string {
  if (known.size === 0 || text.length < shortest) return text;
  // The longest first, so that a token which begins as another one is hidden whole.
  pattern ??= new RegExp(
    [...known.values()]
      .flat()
      .sort((a, b) => b.length - a.length)
      .map(escaped)
      .join('|'),
    'g',
  );
  return text.replace(pattern, '***');
}

/** The same of all texts in a value of JSON; the value itself where there is none. */
export function hideSecretsIn<T>(value: T): T {
  if (known.size === 0) return value;
  const text = JSON.stringify(value);
  if (text === undefined || hideSecrets(text) === text) return value;
  return JSON.parse(text, (_, one: unknown) => (typeof one === 'string' ? hideSecrets(one) : one)) as T;
}
