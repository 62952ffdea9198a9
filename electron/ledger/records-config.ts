import type { LedgerConfig } from './ledger';

const originOf = (url: string): string | null =>
  /^https?:/i.test(url) && URL.canParse(url) ? new URL(url).origin : null;

/**
 * What opens the branch of records, `null` where records lie beside the image tags. The release repo's credentials go
 * to its own host alone: another host's repo is reached as git itself would (SSH keys, a netrc file).
 */
export function recordsConfig(config: LedgerConfig): LedgerConfig | null {
  const { ledger } = config.estate;
  if (!ledger.records) return null;
  const { url = ledger.url, branch } = ledger.records;
  const { credentials, dir, githubToken: _, ...rest } = config;
  const isSameHost = url === ledger.url || (originOf(url) !== null && originOf(url) === originOf(ledger.url));
  return {
    ...rest,
    dir: `${dir}-records`,
    ...(credentials && isSameHost ? { credentials } : {}),
    // Records land by push, whatever the image tags need.
    estate: { ledger: { url, branch, landing: 'push', imageTagPath: ledger.imageTagPath } },
  };
}
