import { setMaxListeners } from 'node:events';
import { clusterActions, type Right, rightKey, rightsOf } from '../../shared/domain/estate/cluster-access';
import { clusterOf } from '../../shared/domain/estate/cluster-of';
import {
  type ConnectionReport,
  clusterGranters,
  repoGranters,
} from '../../shared/domain/estate/connection-report';
import type { Estate } from '../../shared/domain/estate/estate';
import type { Failure } from '../../shared/domain/failure/failure';
import { codeOwners } from '../../shared/domain/ledger/code-owners';
import { createRepoRights } from '../systems/github/repo-rights';
import { probe } from '../systems/kubernetes/probe';
import { reviewRight, whoAmI } from '../systems/kubernetes/reviews';
import type { Connection } from '../systems/kubernetes/types';
import { gitHubAccountText } from './github-account';
import { clusterConnection } from './open-clusters';
import type { Session } from './open-session';

/** Milliseconds that one test may take. */
const patience = 60_000;

/** A failure as a test tells it: what happened, what it means, and the first thing to do. */
const toldFailure = ({ message, meaning, next }: Failure): string => {
  const todo = next.find((step) => step.do === 'advice')?.label;
  return [message, meaning, todo].filter(Boolean).join(' ');
};

const failed = (failure: Failure, lacks: ConnectionReport['lacks'] = []): ConnectionReport => ({
  ok: false,
  text: toldFailure(failure),
  lacks,
});

/** A right as kubectl words it. */
const rightText = ({ verb, group, resource, subresource, namespace }: Right): string =>
  `${verb} ${resource}${subresource ? `/${subresource}` : ''}${group ? `.${group}` : ''} in ${namespace}`;

/** Asks an environment's cluster whether it answers, as whom, and which of the rights that Signalbox uses are missing. */
export async function testCluster(session: Session, name: string): Promise<ConnectionReport> {
  const environment = session.estate.environments.find((one) => one.name === name);
  const cluster = environment && clusterOf(environment);
  const context = cluster?.context;
  if (!cluster || context === undefined)
    return { ok: false, text: `The estate names no cluster for ${name}.`, lacks: [] };
  const connection = await clusterConnection(
    name,
    { ...cluster, context },
    { consents: session.consents, ownKubeconfigs: session.mode === 'practice' },
  );
  try {
    return await askCluster(connection, environment, cluster, AbortSignal.timeout(patience));
  } finally {
    connection.close();
  }
}

/** As {@link testCluster}, over a connection. */
export async function askCluster(
  connection: Connection,
  environment: Estate['environments'][number],
  cluster: NonNullable<ReturnType<typeof clusterOf>>,
  signal: AbortSignal,
): Promise<ConnectionReport> {
  // Each of the questions below listens to it.
  setMaxListeners(0, signal);
  const grantedBy = clusterGranters(environment);
  const answer = await probe(connection, signal);
  if (!answer.ok) {
    const { failure } = answer;
    return failed(failure, failure.code === 'forbidden' ? [{ right: 'read /version', grantedBy }] : []);
  }
  const { version, latency } = answer.value;
  const who = await whoAmI(connection, signal);
  const reading = ['applications', 'workflows'].map((resource) => ({
    verb: 'list',
    group: 'argoproj.io',
    resource,
    namespace: resource === 'workflows' ? cluster.workflowsNamespace : cluster.argoNamespace,
  }));
  const pods = { verb: 'list', group: '', resource: 'pods', namespace: cluster.appsNamespace };
  const rights = new Map<string, Right>();
  for (const right of [...reading, pods, ...clusterActions.flatMap((action) => rightsOf(action, cluster))])
    rights.set(rightKey(right), right);
  const answers = await Promise.all(
    [...rights.values()].map(async (right) => ({
      right,
      answer: await reviewRight(connection, right, signal),
    })),
  );
  const missing = answers.filter(({ answer: { allowed } }) => allowed === false);
  const unknown = answers.filter(({ answer: { allowed } }) => allowed === null).length;
  const granted = answers.length - missing.length - unknown;
  const as = who?.username ? ` as ${who.username}` : '';
  return {
    ok: true,
    text: `Connected${as}: Kubernetes ${version}, ${Math.round(latency)} ms. ${granted} of ${answers.length} rights that Signalbox uses are granted${unknown > 0 ? `; ${unknown} could not be asked about` : ''}.`,
    lacks: missing.map(({ right }) => ({ right: rightText(right), grantedBy })),
  };
}

/** Reads the release repo, and asks GitHub, where it is there, whether the person may push. */
export async function testLedger(session: Session): Promise<ConnectionReport> {
  const { ledger, estate, github } = session;
  const seen = await ledger.refresh();
  const { commit } = ledger.snapshot();
  const found = commit === null ? null : await ledger.proposals.codeOwners(commit);
  const path = estate.ledger.imageTagPath.replaceAll('{environment}', 'any').replaceAll('{app}', 'any');
  const owners = found?.ok && found.value ? codeOwners(found.value, [path]) : [];
  const grantedBy = repoGranters(estate, owners);
  if (!seen.ok)
    return failed(
      seen.failure,
      seen.failure.code === 'forbidden' ? [{ right: 'read the release repo', grantedBy }] : [],
    );
  const text = `Connected. Newest commit: ${seen.value.commit?.slice(0, 10) ?? 'none yet'}.`;
  const place = estate.ledger.github;
  if (!place || !github)
    return { ok: true, text: `${text} Whether you may push is known once you do.`, lacks: [] };
  const { owner, repo } = place;
  const { branch } = estate.ledger;
  const rights = await createRepoRights(github).branch(
    { owner, repo, branch },
    AbortSignal.timeout(patience),
  );
  if (!rights.ok) return { ok: true, text: `${text} ${toldFailure(rights.failure)}`, lacks: [] };
  const { permission, archived, needsReview, restrictsPushes } = rights.value;
  const lacks: ConnectionReport['lacks'] = [];
  if (permission !== null && ['read', 'triage'].includes(permission))
    lacks.push({ right: `write access to ${owner}/${repo} (you have ${permission})`, grantedBy });
  if (restrictsPushes === true)
    lacks.push({ right: `push to ${branch}, which is left to others`, grantedBy });
  const notes = [
    archived ? 'The repo is archived: nothing can be changed in it.' : '',
    needsReview === true ? `${branch} is changed by pull requests alone.` : '',
  ].filter(Boolean);
  return { ok: true, text: [text, ...notes].join(' '), lacks };
}

/** Asks GitHub whose the token is, and which of the scopes that Signalbox uses it lacks (docs: "Scopes for OAuth apps"). */
export async function testGitHub(session: Session): Promise<ConnectionReport> {
  if (!session.github) return { ok: false, text: 'The estate file does not configure GitHub.', lacks: [] };
  const { ok, text } = await gitHubAccountText(session.github);
  if (!ok) return { ok, text, lacks: [] };
  const user = await createRepoRights(session.github).user(AbortSignal.timeout(patience));
  const scopes = user.ok ? user.value.scopes : null;
  const lacks: ConnectionReport['lacks'] = [];
  const grantedBy =
    'you, at GitHub: sign in again here, or edit the token there (Settings → Developer settings)';
  if (scopes !== null && !scopes.includes('repo')) lacks.push({ right: 'the scope repo', grantedBy });
  const asksTeams = session.estate.environments.some(({ team }) => team);
  if (
    scopes !== null &&
    asksTeams &&
    !scopes.some((one) => ['read:org', 'write:org', 'admin:org'].includes(one))
  )
    lacks.push({ right: 'the scope read:org (who is in a team)', grantedBy });
  return { ok, text, lacks };
}
