import { homedir } from 'node:os';
import type { connectProcedures } from '../../../shared/contract/connect';
import type { Estates } from '../../../shared/contract/estates';
import { FailureError } from '../../../shared/domain/failure/failure';
import { failureOf } from '../../../shared/domain/failure/failure-of';
import type { HandlersOf } from '../../ipc/dispatcher';
import { rememberSecret } from '../../log/known-secrets';
import type { Log } from '../../log/log';
import { defaultKubeconfigFiles, listContexts } from '../../systems/kubernetes/kubeconfig';
import { trustHost } from '../../systems/ssh/host-key';
import { sshAddressOf } from '../../systems/ssh/ssh-address';
import type { EstateChoice } from '../estates/choice';
import { type ConnectedEstates, connectedId, estateOf } from '../estates/connected';
import type { Lifecycle, Openable } from '../estates/lifecycle';
import { type FoundRepo, ledgerAmendment, lookIntoRepo, type RepoWish } from './look-into-repo';
import { amendmentOf, madeEstateText } from './made-estate';
import { credentialOfOwnGit } from './own-git';

/** What was typed to sign in, to be kept once the estate is known that it is for. */
export interface TypedSecret {
  account: string | null;
  secret: string;
}

/** What is being connected to. Its secrets never leave main. */
interface Draft {
  wish: RepoWish;
  typed: TypedSecret | null;
  found: FoundRepo['found'];
}

const again = (message: string): FailureError =>
  new FailureError({
    code: 'not-found',
    message,
    meaning: 'Nothing was saved.',
    next: [{ do: 'advice', label: 'Look into the release repo again.' }],
  });

const tilde = (file: string): string => {
  const home = homedir();
  return file.startsWith(`${home}/`) ? `~${file.slice(home.length)}` : file;
};

/** Handlers of connecting to an estate: one at a time, and whatever was begun before is forgotten. */
export function connectHandlers(options: {
  userData: string;
  connected: ConnectedEstates;
  lifecycle: Lifecycle<EstateChoice, Openable>;
  /** Called before an estate that was connected to is opened: `typed` is kept then, since it is known where it may be sent. */
  onFinish: (id: string, typed: TypedSecret | null) => void;
  chooseKubeconfig: () => Promise<string | null>;
  estates: () => Estates | Promise<Estates>;
  log: Log;
}): HandlersOf<typeof connectProcedures> {
  const { connected, lifecycle } = options;
  let draft: Draft | null = null;
  /** `null`: the usual one of kubectl. */
  let kubeconfig: string | null = null;

  return {
    'connect.look': async ({ url, branch, imageTagPath, signIn }) => {
      const wish: RepoWish = { url, branch, imageTagPath, credentials: null };
      // A look that was begun before may still end: what it finds is its own.
      const mine: Draft = { wish, typed: null, found: null };
      draft = mine;
      if (signIn.by === 'token') {
        rememberSecret(signIn.secret);
        const account = signIn.account || null;
        wish.credentials = { username: account ?? 'x-access-token', password: signIn.secret };
        mine.typed = { account, secret: signIn.secret };
      } else if (signIn.by === 'git') {
        if (!/^https?:\/\//i.test(url) || !URL.canParse(url))
          throw again('Git on this computer is asked for http(s) addresses alone.');
        const credentials = await credentialOfOwnGit(url);
        wish.credentials = credentials;
        mine.typed = { account: credentials.username, secret: credentials.password };
      }
      const { look, found } = await lookIntoRepo(wish, options);
      mine.found = found;
      return look;
    },
    'connect.trust-host': async ({ fingerprint }) => {
      const address = draft && sshAddressOf(draft.wish.url);
      if (!address) throw again('There is no SSH server to trust.');
      const because = await trustHost(address, fingerprint);
      if (because !== null)
        throw new FailureError({
          code: 'refused',
          message: because,
          meaning: 'The server was not trusted, and nothing was sent to it.',
          next: [{ do: 'advice', label: 'Look again and compare the fingerprint.' }],
        });
      return {};
    },
    'connect.contexts': async ({ choose }) => {
      if (choose) {
        const chosen = await options.chooseKubeconfig();
        if (chosen !== null) kubeconfig = chosen;
      }
      const files = kubeconfig === null ? defaultKubeconfigFiles() : [kubeconfig];
      const file = files.map(tilde).join(', ');
      try {
        return { file, contexts: await listContexts(files), problem: null };
      } catch (error) {
        return { file, contexts: [], problem: failureOf(error).message };
      }
    },
    'connect.finish': async ({ name, environments, chain, recordsBranch, anyway }) => {
      const mine = draft;
      if (!mine?.found) throw again('There is nothing to connect to yet.');
      const { url, branch, imageTagPath, text } = mine.found;
      const id = connectedId(url, branch);
      const estate = {
        text: text ?? madeEstateText({ name, url, branch, imageTagPath, environments, chain }),
        fromRepo: text !== null,
        amendment: amendmentOf(
          {
            ...ledgerAmendment(url, branch),
            ...(recordsBranch === null ? {} : { records: { branch: recordsBranch } }),
          },
          environments,
          kubeconfig,
        ),
      };
      // Whatever is wrong with what was typed is told before anything is saved.
      estateOf(estate);
      connected.set(id, estate);
      options.onFinish(id, mine.typed);
      await lifecycle.open({ kind: 'connected', id }, { anyway });
      if (draft === mine) draft = null;
      return options.estates();
    },
  };
}
