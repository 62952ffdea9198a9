/** Headers, URLs with a password, and what tokens look like: nothing of it belongs into a log. */
const secrets: readonly RegExp[] = [
  /(authorization["':\s]+(?:bearer|basic|token)\s+)[^\s"',]+/gi,
  /((?:token|password|secret)["']?\s*[:=]\s*["']?)[^\s"',}]+/gi,
  /(\w+:\/\/[^\s/@:]+:)[^\s/@]+(?=@)/g,
  /\b()(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,})/g,
];

/** A text with every secret in it replaced by `***`. */
export function redact(text: string): string {
  return secrets.reduce((clean, secret) => clean.replace(secret, '$1***'), text);
}
