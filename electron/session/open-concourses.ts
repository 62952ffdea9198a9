import { watchedOf } from '../../shared/domain/estate/concourse-pipeline';
import type { Estate } from '../../shared/domain/estate/estate';
import type { Log } from '../log/log';
import { createConcourseClient } from '../systems/concourse/concourse-client';
import { type ConcourseSecret, concourseSession } from '../systems/concourse/concourse-session';
import { concourseFailure } from '../systems/concourse/concourse-trouble';
import { type ConcourseView, observeConcourse } from '../systems/concourse/observe-concourse';

/** The Concourses of an estate: one that is followed per pipeline. */
export interface Concourses {
  readonly views: ReadonlyMap<string, ConcourseView>;
  /** Uses the sign-in at an address once, and says what came of it. Never rejects. */
  test(url: string): Promise<{ ok: boolean; text: string }>;
  /** Somebody signed in, or out: what was refused is asked for again. */
  look(): void;
  close(): void;
}

const testLimit = 30_000;

/** @param config.secret what the vault keeps for a Concourse; `null`: nobody is signed in */
export function openConcourses(config: {
  estate: Estate;
  secret: (url: string) => Promise<ConcourseSecret | null>;
  fetch: typeof fetch | undefined;
  log: Log;
}): Concourses {
  const views = new Map<string, ConcourseView>();
  for (const pipeline of config.estate.pipelines) {
    if (pipeline.kind !== 'concourse') continue;
    const url = pipeline.url.replace(/\/+$/, '');
    const session = concourseSession({
      url,
      secret: () => config.secret(pipeline.url),
      fetch: config.fetch,
      now: Date.now,
    });
    const client = createConcourseClient({ url, session, fetch: config.fetch });
    views.set(
      pipeline.name,
      observeConcourse({ client, pipelines: watchedOf(pipeline), log: config.log, now: () => new Date() }),
    );
  }
  return {
    views,
    async test(url) {
      const at = url.replace(/\/+$/, '');
      const view = [...views.values()].find(({ client }) => client.url === at);
      if (!view) return { ok: false, text: 'The estate file does not have this Concourse.' };
      try {
        const { name, teams } = await view.client.user(AbortSignal.timeout(testLimit));
        const roles = Object.entries(teams).map(([team, of]) => `${of.join(', ')} in ${team}`);
        return { ok: true, text: `Signed in as ${name}: ${roles.join('; ') || 'no team'}.` };
      } catch (error) {
        const { message, meaning } = concourseFailure(error, new URL(at).host);
        return { ok: false, text: `${message} ${meaning}` };
      }
    },
    look() {
      // It never rejects: what comes of it is the view's freshness.
      for (const view of views.values()) void view.look();
    },
    close() {
      for (const view of views.values()) view.close();
    },
  };
}
