/**
 * What keeps Argo CD from comparing, where it is not the app: the Git repo, its sign-in there, one of its own parts
 * (repo server, Redis), or its sight of the cluster.
 */
export type ComparisonOutage = 'repo' | 'sign-in' | 'argo-cd' | 'cluster';

/** A condition of an Application, as far as it is told here. */
interface Condition {
  type: string;
  message: string;
}

/** Characters of a message that are looked at. */
const mostOfMessage = 4_000;

/** The repo server did get the repo, and what it made of it is wrong: `reposerver/repository/repository.go`. */
const madeOfRepo =
  /manifest generation error|`?(?:helm|kustomize|jsonnet|sh) (?:template|build|dependency)|app path does not exist|plugin sidecar failed|unmarshal|converting YAML/i;

/** `code = Unavailable` is gRPC's own word for a server that can't be reached; 8081 and 6379 are Argo CD's own ports. */
const ownPart = /code = Unavailable|error reading from server: EOF|dial tcp [^ ]*:(?:8081|6379)\b|\bredis\b/i;

const signIn =
  /authentication (?:required|failed)|authorization failed|unable to authenticate|permission denied \(|invalid (?:username|credentials)|access denied|could not read (?:username|password)|SSH agent requested|knownhosts: key|\b40[13]\b/i;

const repo =
  /failed to list refs|git-upload-pack|ls-remote|`?git (?:fetch|clone|checkout|lfs)|unable to access|repository not found|remote: |could(?:n.t| not) (?:resolve host|connect|read from remote)|failed to connect|failed to (?:initialize|fetch) (?:repo|default|`git)|dial tcp|no such host|connection (?:refused|reset|timed out)|i\/o timeout|context deadline exceeded|TLS handshake|x509: /i;

const live = /^failed to load live state|failed to get cluster info|error synchronizing cache state/i;

/**
 * What a `ComparisonError` is an outage of; `null`: it is the app's own, or it can't be told, which counts as its own.
 * What an app runs is not touched by an outage, but nothing new arrives. Messages: argo-cd `controller/state.go`
 * (`Failed to load target state`, `Failed to load live state`), `util/git/client.go`, gRPC, Go's `net`.
 */
export function comparisonOutage({ type, message }: Condition): ComparisonOutage | null {
  if (type !== 'ComparisonError') return null;
  const text = message.slice(0, mostOfMessage);
  if (live.test(text)) return 'cluster';
  if (ownPart.test(text)) return 'argo-cd';
  if (madeOfRepo.test(text)) return null;
  if (signIn.test(text)) return 'sign-in';
  return repo.test(text) ? 'repo' : null;
}

/** What an outage is, as the beginning of a sentence without its stop. */
export const outageText: Record<ComparisonOutage, string> = {
  repo: 'Argo CD can’t read the repo',
  'sign-in': 'The repo refuses Argo CD’s sign-in',
  'argo-cd': 'Argo CD can’t compare, since a part of it doesn’t answer',
  cluster: 'Argo CD can’t read the cluster',
};

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/**
 * A message without what tells one app from another (its name, versions, commits, addresses, numbers), so that the same
 * cause reads the same.
 */
export function errorCause(app: string, message: string): string {
  const named = new RegExp(`(?<![\\w-])${escaped(app)}(?:-[\\w-]+)?(?![\\w])`, 'gi');
  return message
    .slice(0, mostOfMessage)
    .replace(/^failed to load target state: /i, '')
    .replace(/failed to generate manifest for source \d+ of \d+: /gi, '')
    .replace(/rpc error: code = \w+ desc = /g, '')
    .replace(named, '…')
    .replace(/\b[0-9a-f]{7,64}\b/gi, '…')
    .replace(/\d+/g, '#')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 400);
}
