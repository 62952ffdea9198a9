/** Where an address of Git's leads by SSH. */
export interface SshAddress {
  host: string;
  /** `null`: whom the person's SSH settings say, or the name on this computer. */
  user: string | null;
  /** `null`: what the person's SSH settings say, or 22. */
  port: number | null;
}

/** A name or address that can't be taken for an option, a path or a second argument. */
const safeHost = /^(?!-)[A-Za-z0-9._:%-]{1,255}$/;
const safeUser = /^(?!-)[A-Za-z0-9._@+-]{1,100}$/;

function checked(host: string, user: string | null, port: number | null): SshAddress | null {
  if (!safeHost.test(host) || (user !== null && !safeUser.test(user))) return null;
  return port === null || (port > 0 && port < 65_536) ? { host, user, port } : null;
}

/**
 * Reads an address of Git's: `ssh://user@host:port/path` and the scp-like `user@host:path` (git-clone(1), "GIT URLS": only
 * where no slash stands before the first colon). `null`: it does not lead over SSH, or its host can be no name.
 */
export function sshAddressOf(url: string): SshAddress | null {
  const scheme = /^(?:ssh|git\+ssh|ssh\+git):\/\//i.exec(url);
  if (scheme) {
    const found = /^(?:([^@/]*)@)?(\[[^\]/]+\]|[^:/]+)(?::(\d{1,5}))?(?:\/|$)/.exec(
      url.slice(scheme[0].length),
    );
    if (!found) return null;
    const [, user, host = '', port] = found;
    return checked(host.replace(/^\[|\]$/g, ''), user || null, port === undefined ? null : Number(port));
  }
  if (url.includes('://')) return null;
  const found = /^(?:([^@:/]+)@)?(\[[^\]/]+\]|[^:/]+):(?!:)/.exec(url);
  if (!found) return null;
  const [, user, host = ''] = found;
  // A drive of Windows.
  if (user === undefined && /^[A-Za-z]$/.test(host)) return null;
  return checked(host.replace(/^\[|\]$/g, ''), user ?? null, null);
}
