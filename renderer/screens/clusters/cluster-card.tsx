import {
  IconAlertTriangle,
  IconCircleCheck,
  IconCircleX,
  IconEyeOff,
  IconHelpCircle,
  IconShieldOff,
} from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { EnvironmentView } from '../../../shared/domain/board/board';
import { awaitsConsent } from '../../../shared/domain/board/freshness';
import { argoSystemNames } from '../../../shared/domain/estate/argo-servers';
import type { ClusterAccess } from '../../../shared/domain/estate/cluster-access';
import {
  type ClusterGap,
  type ClusterStatus,
  type ClusterWatch,
  isHidden,
} from '../../../shared/domain/rollout/cluster-status';
import { count } from '../../../shared/domain/text/count';
import { useAccounts } from '../../data/account-queries';
import { useClusterStatus } from '../../data/cluster-queries';
import { AccountRow, SignInButton } from '../../ui/account/account-row';
import { FailurePanel } from '../../ui/finding/failure-panel';
import { Fact } from '../../ui/layout/fact';
import { Mark } from '../../ui/layout/mark';
import { Panel } from '../../ui/layout/panel';
import { Tier } from '../../ui/layout/tier';
import { FreshnessMark } from '../../ui/time/freshness-mark';
import { ago, clock, fullTime } from '../../ui/time/time';
import { TimedText } from '../../ui/time/timed-text';
import { useNow } from '../../ui/time/use-now';
import { ArgoWays } from './argo-ways';
import {
  accessWord,
  clusterActionWord,
  isKeptWatch,
  keptGaps,
  latencyText,
  systemOf,
  toldGaps,
} from './cluster-words';
import classes from './clusters-screen.module.css';

/** One environment's cluster. */
export function ClusterCard({ environment }: { environment: EnvironmentView }) {
  const status = useClusterStatus(environment.name);
  return (
    <Panel
      title={environment.name}
      aside={
        <>
          <Link to="/workflows" search={{ environment: environment.name }}>
            Workflows
          </Link>
          <Tier name={environment.name} tier={environment.tier} />
          <FreshnessMark value={environment.cluster} />
        </>
      }
    >
      {status.isPending && <p className={classes.note}>Checking the cluster…</p>}
      {status.error && (
        <div className={classes.note}>
          <FailurePanel failure={status.error.failure} onRetry={() => void status.refetch()} />
        </div>
      )}
      {status.data === null && (
        <p className={classes.note}>
          The estate file has no cluster for {environment.name}, so Signalbox can’t see what runs there.
        </p>
      )}
      {status.data && <Status status={status.data} />}
      <Accounts environment={environment.name} />
    </Panel>
  );
}

/** Argo's own servers of the environment: what the cluster does not show may be seen there. */
function Accounts({ environment }: { environment: string }) {
  const accounts = useAccounts().data?.filter((account) => account.environment === environment) ?? [];
  if (accounts.length === 0) return null;
  return (
    <div className={classes.accounts}>
      {accounts.map((account) => (
        <AccountRow key={account.system} account={account} />
      ))}
    </div>
  );
}

function Status({ status }: { status: ClusterStatus }) {
  const { freshness, insecure, gaps } = status;
  return (
    <>
      {insecure && (
        <p className={classes.warning} role="note">
          <IconShieldOff size={16} aria-hidden />
          <span>
            <strong>This connection is not secure.</strong> {insecure}
          </span>
        </p>
      )}
      {freshness.state === 'unreachable' &&
        (freshness.failure.code === 'signed-out' ? (
          // Nothing is broken: somebody has to sign in, below.
          <div className={classes.kept} role="note">
            <IconEyeOff size={16} aria-hidden />
            <div>
              <p>
                <strong>{freshness.failure.message}</strong>
              </p>
              <p>{freshness.failure.meaning}</p>
            </div>
          </div>
        ) : (
          <div className={classes.note}>
            <FailurePanel failure={freshness.failure} />
          </div>
        ))}
      {toldGaps(gaps.filter((gap) => !isHidden(gap))).map((gap) => (
        <Gap
          key={`${gap.kind} ${gap.namespace} ${gap.selector}`}
          gap={gap}
          environment={status.environment}
        />
      ))}
      <Hidden gaps={gaps.filter(isHidden)} environment={status.environment} />
      <div className={classes.columns}>
        <Facts status={status} />
        {/* What is kept from the person is told above. */}
        <Watches watches={status.watches.filter((watch) => !isKeptWatch(watch, gaps))} />
        <Access access={status.access} />
      </div>
    </>
  );
}

/** What nobody with these rights, or this estate file, can see: once, and no warning. */
function Hidden({ gaps, environment }: { gaps: readonly ClusterGap[]; environment: string }) {
  const accounts = (useAccounts().data ?? []).filter(
    (one) => one.environment === environment && one.session.state !== 'signed-in',
  );
  return (
    <>
      {keptGaps(gaps).map(({ title, kinds, means, because, shownBy }) => (
        <div key={title} className={classes.kept} role="note">
          <IconEyeOff size={16} aria-hidden />
          <div>
            <p>
              <strong>{title}</strong> {kinds}
            </p>
            <p>{means}</p>
            <p className={classes.quiet}>{because}</p>
            {accounts.map((account) => {
              const shown = shownBy.get(account.system);
              return (
                shown && (
                  <p key={account.system}>
                    The server of {argoSystemNames[account.system]} may show {shown}.{' '}
                    <SignInButton account={account} size="compact-xs" />
                  </p>
                )
              );
            })}
          </div>
        </div>
      ))}
    </>
  );
}

/** What cannot be seen although the cluster answers, and what that means. */
function Gap({ gap, environment }: { gap: ClusterGap; environment: string }) {
  const now = useNow('calm');
  const account = useAccounts().data?.find(
    (one) => one.environment === environment && one.system === systemOf(gap),
  );
  return (
    <div className={classes.warning} role="note">
      <IconAlertTriangle size={16} aria-hidden />
      <div>
        <p>
          <strong>
            Can’t read {gap.kind} in {gap.namespace}
          </strong>{' '}
          <span title={fullTime(gap.since)}>since {clock(gap.since, now)}</span>
        </p>
        <p>{gap.means}</p>
        <p className={classes.quiet}>
          <TimedText text={`${gap.because.message} ${gap.because.meaning}`} />
        </p>
        {account && account.session.state !== 'signed-in' && (
          <p>
            The server of {argoSystemNames[account.system]} may show them.{' '}
            <SignInButton account={account} size="compact-xs" />
          </p>
        )}
      </div>
    </div>
  );
}

const stateWord: Record<ClusterStatus['freshness']['state'], string> = {
  live: 'Reachable',
  connecting: 'Connecting',
  unreachable: 'Unreachable',
  absent: 'No cluster',
};

function Facts({ status }: { status: ClusterStatus }) {
  const now = useNow('calm');
  const { latency, identity } = status;
  if (status.context === null)
    return (
      <dl className={classes.facts}>
        <Fact name="Kubernetes API">not in the estate file</Fact>
        <ArgoWays doors={status.doors} />
      </dl>
    );
  return (
    <dl className={classes.facts}>
      <Fact name="State">
        {awaitsConsent(status.freshness) ? 'Waiting for your permission' : stateWord[status.freshness.state]}{' '}
        <span className={classes.quiet} title={fullTime(status.since)}>
          since {clock(status.since, now)}
        </span>
      </Fact>
      <Fact name="Context">
        <span className="mono">{status.context}</span>
      </Fact>
      <Fact name="Address">
        <span className="mono">{status.server || 'not known yet'}</span>
      </Fact>
      <Fact name="Kubernetes">{status.version ?? 'not known yet'}</Fact>
      <Fact name="Latency">
        {latencyText(latency.last)}
        {latency.median !== null && (
          <span className={classes.quiet}>
            {' '}
            median {latencyText(latency.median)} of {count(latency.samples, 'request')}
            {latency.at && `, ${ago(latency.at, now)}`}
          </span>
        )}
      </Fact>
      <Fact name="Signed in as">
        {identity ? (
          <>
            {identity.username}
            {identity.groups.length > 0 && <p className={classes.quiet}>{identity.groups.join(', ')}</p>}
          </>
        ) : (
          'not reported by the cluster'
        )}
      </Fact>
      <ArgoWays doors={status.doors} />
    </dl>
  );
}

function Watches({ watches }: { watches: readonly ClusterWatch[] }) {
  const now = useNow('calm');
  return (
    <table className={classes.watches}>
      <caption>Watched resources</caption>
      <thead>
        <tr>
          <th scope="col">Kind</th>
          <th scope="col">Namespace</th>
          <th scope="col">Objects</th>
          <th scope="col">Last change</th>
          <th scope="col">State</th>
        </tr>
      </thead>
      <tbody>
        {watches.map((watch) => (
          <tr key={`${watch.kind} ${watch.namespace} ${watch.selector}`}>
            <td>
              {watch.kind}
              {watch.selector !== null && <p className={classes.selector}>{watch.selector}</p>}
            </td>
            <td className={classes.quiet}>{watch.namespace}</td>
            <td>{watch.objects}</td>
            <td title={watch.lastEventAt ? fullTime(watch.lastEventAt) : undefined}>
              {watch.lastEventAt ? ago(watch.lastEventAt, now) : 'none yet'}
            </td>
            <td>
              <FreshnessMark value={watch.state} />
              {watch.restarts > 0 && (
                <span className={classes.restarts}>reopened {count(watch.restarts, 'time')}</span>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const accessLook = {
  allowed: { icon: IconCircleCheck, tone: 'ok' },
  denied: { icon: IconCircleX, tone: 'bad' },
  unknown: { icon: IconHelpCircle, tone: 'quiet' },
} as const;

function Access({ access }: { access: readonly ClusterAccess[] }) {
  return (
    <section className={classes.access}>
      <h3>Your permissions</h3>
      <ul>
        {access.map((one) => (
          <li key={one.action}>
            <span>{clusterActionWord[one.action]}</span>
            <Mark {...accessLook[one.state]} label={accessWord[one.state]} />
            {one.state !== 'allowed' && <p className={classes.quiet}>{one.why}</p>}
          </li>
        ))}
      </ul>
    </section>
  );
}
