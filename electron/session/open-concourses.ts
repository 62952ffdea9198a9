import { watchedOf } from '../../shared/domain/estate/concourse-pipeline';
import type { Failure } from '../../shared/domain/failure/failure';
import { createConcourseClient } from '../systems/concourse/concourse-client';
import { concourseSession } from '../systems/concourse/concourse-session';
import { concourseFailure } from '../systems/concourse/concourse-trouble';
import { flyrcFile } from '../systems/concourse/flyrc';
import { type ConcourseView, observeConcourse } from '../systems/concourse/observe-concourse';
import { type ConcoursePast, keepConcoursePast } from './concourse-past';
import { type ConcourseSignInPort, createConcourseSignIn, rolesText } from './concourse-sign-in';
import type { SessionConfig } from './session-config';

/** The Concourses of an estate: one that is followed per pipeline. */
export interface Concourses {
  readonly views: ReadonlyMap<string, ConcourseView>;
  /** Uses the sign-in at an address once, and says what came of it. Never rejects. */
  test(url: string): Promise<{ ok: boolean; text: string }>;
  /** Somebody signed in, or out: what was refused is asked for again. */
  look(): void;
  readonly signIn: ConcourseSignInPort;
  /** What is kept of them beyond what they keep. */
  readonly past: ConcoursePast;
  close(): Promise<void>;
}

const testLimit = 30_000;

/**
 * Follows the estate's Concourses, and keeps what they forget.
 * @param own.folder of the estate. @param own.report a fault of a file costs what it would have kept, nothing else
 */
export function openConcourses(
  config: Pick<
    SessionConfig,
    'estate' | 'concourseSecret' | 'saveConcourseToken' | 'openPage' | 'fetch' | 'log'
  >,
  own: { folder: string; report: (failure: Failure | null) => void },
): Concourses {
  const views = new Map<string, ConcourseView>();
  for (const pipeline of config.estate.pipelines) {
    if (pipeline.kind !== 'concourse') continue;
    const url = pipeline.url.replace(/\/+$/, '');
    const session = concourseSession({
      url,
      secret: async () => config.concourseSecret?.(pipeline.url) ?? null,
      fetch: config.fetch,
      now: Date.now,
    });
    const client = createConcourseClient({ url, session, fetch: config.fetch });
    views.set(
      pipeline.name,
      observeConcourse({ client, pipelines: watchedOf(pipeline), log: config.log, now: () => new Date() }),
    );
  }
  const past = keepConcoursePast({ ...config, ...own, views });
  const look = (): void => {
    // It never rejects: what comes of it is the view's freshness.
    for (const view of views.values()) void view.look();
  };
  const signIn = createConcourseSignIn({
    urls: config.estate.pipelines.flatMap((one) => (one.kind === 'concourse' ? [one.url] : [])),
    save: config.saveConcourseToken,
    openPage: config.openPage ?? (() => undefined),
    flyrc: flyrcFile(process.env),
    fetch: config.fetch,
    now: () => new Date(),
    log: config.log,
    onSignedIn: look,
  });
  return {
    views,
    past,
    signIn,
    look,
    async test(url) {
      const at = url.replace(/\/+$/, '');
      const view = [...views.values()].find(({ client }) => client.url === at);
      if (!view) return { ok: false, text: 'The estate file does not have this Concourse.' };
      try {
        const user = await view.client.user(AbortSignal.timeout(testLimit));
        return { ok: true, text: `Signed in as ${user.name}: ${rolesText(user)}.` };
      } catch (error) {
        const { message, meaning } = concourseFailure(error, new URL(at).host);
        return { ok: false, text: `${message} ${meaning}` };
      }
    },
    async close() {
      signIn.close();
      for (const view of views.values()) view.close();
      await past.close();
    },
  };
}
