/** A value after a name: in quotes, or up to what ends a word. */
const value = String.raw`(?:"(?:[^"\\]|\\.)*"?|'[^']*'?|[^\s"',}]+)`;

/** Headers, URLs with user info, and what tokens and keys look like, each with what stays of it as its first group. */
const secrets: readonly RegExp[] = [
  new RegExp(
    String.raw`(authorization["']?\s*[:=]\s*)(?:["']?(?:bearer|basic|token|negotiate)\s+)?${value}`,
    'gi',
  ),
  new RegExp(
    String.raw`((?:token|passw(?:or)?d|secret|api[_-]?key|private[_-]?key)["']?\s*[:=]\s*)${value}`,
    'gi',
  ),
  // Up to the last @ of the authority: a password may hold one that nobody wrote as %40.
  /(:\/\/)[^/\s]*(?=@)/g,
  /(-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----)[\s\S]*?(?:-----END|$)/g,
  // GitHub's tokens (docs.github.com, "About authentication to GitHub", token formats).
  /\b()(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,})/g,
  // JSON Web Tokens (RFC 7519), such as service accounts have; tokens of `aws eks get-token`.
  /\b()eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*/g,
  // Slack's tokens (docs.slack.dev, "Tokens") and the addresses of its incoming webhooks, which are secrets themselves;
  // secrets of signed webhooks (standardwebhooks.com).
  /\b()xox[a-z](?:\.xox[a-z])?-[A-Za-z0-9-]{8,}/g,
  /\b()xapp-[A-Za-z0-9-]{8,}/g,
  /(\/(?:services|workflows|triggers)\/)[A-Z0-9]{5,}\/[A-Za-z0-9/]{8,}/g,
  /\b()whsec_[A-Za-z0-9+/=]{16,}/g,
  /\b()k8s-aws-v1\.[A-Za-z0-9_-]+/g,
];

/** A text with every secret in it replaced by `***`: the one place that knows what secrets look like. */
export const redact = (text: string): string =>
  secrets.reduce((clean, secret) => clean.replace(secret, '$1***'), text);

/** Whether what has this name (a header, a key of an object) is a secret, whatever it looks like. */
export const isSecretName = (name: string): boolean =>
  /authorization|token|passw(or)?d|secret|api[_-]?key|private[_-]?key|cookie/i.test(name);
