import type { SessionHandlers, StreamHandlers } from '../ipc/dispatcher';
import { accountHandlers } from './accounts/account-handlers';
import { announcementHandlers } from './announcements/announcement-handlers';
import { argoHandlers } from './argo-handlers';
import { bagHandlers } from './bag-handlers';
import { boardHandlers } from './board-handlers';
import { clusterHandlers } from './cluster-handlers';
import { consentHandlers } from './consent-handlers';
import { diagnosticsHandlers } from './diagnostics-handlers';
import { freezeHandlers } from './freeze-handlers';
import { exportHistory } from './history-export';
import { historyHandlers } from './history-handlers';
import { logHandlers } from './log-handlers';
import type { Session } from './open-session';
import { noteHandlers, operationHandlers } from './operation-handlers';
import { recordsHandlers } from './records-handlers';
import { answeredOnce } from './requests';
import { refused, type ShellServices, sessionHandlers } from './session-handlers';
import { workflowHandlers } from './workflow-handlers';

/** A handler for every procedure that needs an estate, over one that is open: made once for as long as it is. */
export function createHandlers(session: Session, shell: ShellServices): SessionHandlers {
  const { engine } = session;
  const actor = (): string => shell.settings.get().identity.name;
  const handlers: SessionHandlers = {
    ...sessionHandlers(session, shell),
    ...boardHandlers(session),
    ...operationHandlers(engine, session.archive.runs, session.requests),
    ...noteHandlers(engine, session.releaseNotes),
    ...argoHandlers(session, actor),
    ...workflowHandlers(session, actor),
    'deployment.timeline': ({ app, environment, commit }) => session.timelines.get(app, environment, commit),
    ...bagHandlers(engine),
    ...freezeHandlers(engine),
    ...historyHandlers(session),
    ...logHandlers(session, (name) => shell.chooseSaveFile(name, 'txt')),
    ...clusterHandlers(session),
    ...diagnosticsHandlers(session, shell),
    ...consentHandlers(session.consents),
    ...accountHandlers(session.accounts),
    'github.sign-in': () => session.gitHubSignIn.get(),
    'github.start-sign-in': () => session.gitHubSignIn.start(),
    'github.cancel-sign-in': () => session.gitHubSignIn.cancel(),
    'concourse.sign-in': ({ url }) => session.concourses.signIn.get(url),
    'concourse.start-sign-in': ({ url }) => session.concourses.signIn.start(url),
    'concourse.cancel-sign-in': ({ url }) => session.concourses.signIn.cancel(url),
    'concourse.fly-targets': ({ url }) => session.concourses.signIn.flyTargets(url),
    'concourse.use-fly-target': ({ url, target }) => session.concourses.signIn.useFlyTarget(url, target),
    'concourse.confirm-sign-in': ({ account, url }) => session.concourses.signIn.confirm(url, account),
    ...recordsHandlers(
      session.ledger,
      engine,
      session.estate.ledger.branch,
      () => shell.settings.get().identity,
    ),
    ...announcementHandlers(session, actor, shell.openMail),
    'practice.action': async (action) => {
      if (!shell.practice) throw refused('This is not a practice estate.');
      return { text: await shell.practice(action) };
    },
  };
  return answeredOnce(handlers, session.requests);
}

/**
 * Streams over one opened estate. `onSettings` tells when settings changed, `onChanges` when something became of a change
 * of the estate's file, `onUpdates` when of a newer version; `chooseSaveFile` asks the person for a place (`null`: none was chosen).
 */
export function createStreamHandlers(
  session: Session,
  {
    onSettings,
    onChanges,
    onUpdates,
  }: Record<'onSettings' | 'onChanges' | 'onUpdates', (listener: () => void) => () => void>,
  chooseSaveFile: (name: string, format: 'csv' | 'json') => Promise<string | null>,
): StreamHandlers {
  return {
    events: (_input, send, signal) =>
      new Promise((resolve) => {
        const stops = [
          session.engine.onChange((changes) => send([...changes])),
          onSettings(() => send([{ topic: 'settings', key: null }])),
          onUpdates(() => send([{ topic: 'update', key: null }])),
          onChanges(() => send([{ topic: 'estate', key: null }])),
          session.onRunKnown((app) => send([{ topic: 'timeline', key: app }])),
          session.consents.onChange(() => send([{ topic: 'consent', key: null }])),
          session.gitHubSignIn.onChange(() => send([{ topic: 'github-sign-in', key: null }])),
          session.concourses.signIn.onChange(() => send([{ topic: 'concourse-sign-in', key: null }])),
          session.announcements.onChange(() => send([{ topic: 'announcement', key: null }])),
          session.accounts.onChange(() => send([{ topic: 'account', key: null }])),
        ];
        signal.addEventListener('abort', () => {
          for (const stop of stops) stop();
          resolve();
        });
      }),
    export: async ({ filter, format }, send, signal) => {
      const file = await chooseSaveFile(`${session.estate.name} history`, format);
      if (file === null) return send({ type: 'not-chosen' });
      await exportHistory({ history: session.history, filter, format, file, send, signal });
    },
    logs: (input, send, signal) => session.logs.open(input, send, signal),
  };
}
