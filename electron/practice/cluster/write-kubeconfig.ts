import { stringify } from 'yaml';
import { writeWhole } from '../whole-file';

/** One context of a kubeconfig. */
export interface KubeconfigEntry {
  /** Name of context, cluster and user. */
  name: string;
  /** `https://127.0.0.1:1234`. */
  server: string;
  /** PEM. */
  ca: string;
  token: string;
  /** `users[].user`, where it logs in otherwise than by the token. */
  user?: Record<string, unknown> | undefined;
  namespace?: string;
}

/** A kubeconfig (`v1`, `Config`) with one context per entry; the first is current. */
export function kubeconfig(entries: readonly KubeconfigEntry[]): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    preferences: {},
    'current-context': entries[0]?.name ?? '',
    clusters: entries.map(({ name, server, ca }) => ({
      name,
      cluster: { server, 'certificate-authority-data': Buffer.from(ca).toString('base64') },
    })),
    users: entries.map(({ name, token, user }) => ({ name, user: user ?? { token } })),
    contexts: entries.map(({ name, namespace }) => ({
      name,
      context: { cluster: name, user: name, ...(namespace ? { namespace } : {}) },
    })),
  });
}

/** Writes the kubeconfig in one move (nobody reads half a file), readable by its owner alone. */
export async function writeKubeconfig(path: string, entries: readonly KubeconfigEntry[]): Promise<void> {
  await writeWhole(path, kubeconfig(entries), 0o600);
}
