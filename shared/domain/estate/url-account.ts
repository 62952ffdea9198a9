/**
 * Whether an http(s) address has a user or password in it, as a parser finds it and not as the text looks:
 * `https:///user:pw@host` is one (URL standard, "special authority ignore slashes state").
 */
export function namesAccount(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, username, password } = new URL(url);
  return /^https?:$/.test(protocol) && (username !== '' || password !== '');
}
